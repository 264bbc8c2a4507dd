//! The forty roles, read from the texts beside this file. A paragraph is a role: a line of facts between
//! bars (title, department, offices, state, employment, pay, seats, posts, tools), its summary, three
//! lines of what one does, three of what one brings.

use std::str::FromStr;

use super::organisation::{DEPARTMENTS, OFFICES, Place, place};

const TEXTS: [&str; 4] = [
    include_str!("roles/engineering.txt"),
    include_str!("roles/operations.txt"),
    include_str!("roles/business.txt"),
    include_str!("roles/campus.txt"),
];

pub(super) struct Role {
    pub(super) title: &'static str,
    pub(super) department: &'static Place,
    pub(super) offices: Vec<&'static Place>,
    pub(super) state: State,
    /// `full-time`, `part-time`, `contract`, `intern`.
    pub(super) employment: &'static str,
    pub(super) pay: Option<Pay>,
    pub(super) seats: Seats,
    pub(super) channels: Vec<Channel>,
    pub(super) tools: Vec<&'static str>,
    pub(super) summary: &'static str,
    pub(super) does: [&'static str; 3],
    pub(super) brings: [&'static str; 3],
}

/// Numbers are days before the moment of the demo.
#[derive(Clone, Copy)]
pub(super) enum State {
    Open { opened: i64 },
    Closed { opened: i64, closed: i64 },
    Draft { created: i64 },
}

impl State {
    /// When the first thing happened.
    pub(super) fn days(self) -> i64 {
        match self {
            Self::Open { opened } | Self::Closed { opened, .. } => opened,
            Self::Draft { created } => created,
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Pay {
    pub(super) least: i64,
    pub(super) most: i64,
    pub(super) unit: &'static str,
    pub(super) hourly: bool,
}

/// How many openings are open, filled and given up.
#[derive(Clone, Copy)]
pub(super) struct Seats {
    pub(super) open: i64,
    pub(super) filled: i64,
    pub(super) given_up: i64,
}

/// A post, and where it says that the work is, when that is not the first office of the job.
pub(super) struct Channel {
    pub(super) kind: ChannelKind,
    pub(super) place: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ChannelKind {
    Public,
    Campus,
    Internal,
    /// Written, but never shown.
    Hidden,
    Deleted,
}

/// All roles, the oldest first, so that later jobs get higher ids.
pub(super) fn all() -> Vec<Role> {
    let paragraphs = TEXTS.iter().flat_map(|text| text.split("\n\n"));
    let mut roles: Vec<Role> = paragraphs.map(|paragraph| role(paragraph.trim())).collect();
    roles.sort_by_key(|role| -role.state.days());
    roles
}

fn role(paragraph: &'static str) -> Role {
    let lines: Vec<&str> = paragraph.lines().collect();
    let [facts, summary, d1, d2, d3, b1, b2, b3] = lines[..] else {
        panic!("a role has eight lines: {paragraph}");
    };
    let facts: Vec<&str> = facts.split('|').map(str::trim).collect();
    let [title, department, offices, state, employment, pay, seats, posts, tools] = facts[..]
    else {
        panic!("a role has nine facts: {facts:?}");
    };
    Role {
        title,
        department: place(DEPARTMENTS, department),
        offices: offices.split(", ").map(|office| place(OFFICES, office)).collect(),
        state: state_of(state),
        employment,
        pay: pay_of(pay),
        seats: seats_of(seats),
        channels: posts.split("; ").map(channel).collect(),
        tools: tools.split(", ").filter(|tool| *tool != "-").collect(),
        summary,
        does: [d1, d2, d3],
        brings: [b1, b2, b3],
    }
}

fn number<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("no number: {text:?}"))
}

fn state_of(text: &str) -> State {
    match text.split(' ').collect::<Vec<_>>()[..] {
        ["open", opened] => State::Open { opened: number(opened) },
        ["closed", opened, closed] => {
            State::Closed { opened: number(opened), closed: number(closed) }
        }
        ["draft", created] => State::Draft { created: number(created) },
        _ => panic!("no state: {text:?}"),
    }
}

/// `148000-186000 USD`, `27-34 USD hour`, or `-`.
fn pay_of(text: &'static str) -> Option<Pay> {
    if text == "-" {
        return None;
    }
    let (range, rest) = text.split_once(' ').expect("a range and its unit");
    let (least, most) = range.split_once('-').expect("a range");
    let (unit, hourly) = rest.split_once(' ').map_or((rest, false), |(unit, _)| (unit, true));
    Some(Pay { least: number(least), most: number(most), unit, hourly })
}

fn seats_of(text: &str) -> Seats {
    let seats: Vec<i64> = text.split(' ').map(number).collect();
    let [open, filled, given_up] = seats[..] else { panic!("no seats: {text:?}") };
    Seats { open, filled, given_up }
}

/// `public` or `public @ Chicago, Illinois`.
fn channel(text: &'static str) -> Channel {
    let (kind, place) = match text.split_once(" @ ") {
        Some((kind, place)) => (kind, Some(place)),
        None => (text, None),
    };
    let kind = match kind {
        "public" => ChannelKind::Public,
        "campus" => ChannelKind::Campus,
        "internal" => ChannelKind::Internal,
        "hidden" => ChannelKind::Hidden,
        "deleted" => ChannelKind::Deleted,
        _ => panic!("no kind of post: {kind:?}"),
    };
    Channel { kind, place }
}
