//! From jobs to their posts on the two boards, and the posts that belong to no job.

mod questions;

use super::calendar::{DAY, between, days_before};
use super::organisation::{ACME, CAMPUS, OFFICES};
use super::roles::{Channel, ChannelKind, Pay, Role};
use super::text;
use crate::clock::Millis;
use crate::harvest::shapes::{
    Job, JobPost, JobStatus, Location, LocationType, PayRange, Posting, Stamp,
};
use questions::questions;

const FIRST_POST: i64 = 5_001_001;
const FIRST_LOCATION: i64 = 5_401_001;
/// Most places are one of the offices; some are just said.
const OFFICE: (i64, &str) = (3_801_002, "Office");
const FREE_TEXT: (i64, &str) = (3_801_001, "Free Text");

pub(super) fn postings(roles: &[Role], jobs: &[Job], now: Millis) -> Vec<Posting> {
    let mut ids = FIRST_POST..;
    let mut postings: Vec<Posting> = roles
        .iter()
        .zip(jobs)
        .flat_map(|(role, job)| role.channels.iter().map(move |channel| (role, job, channel)))
        .zip(ids.by_ref())
        .map(|((role, job, channel), id)| posting(id, role, job, channel, now))
        .collect();
    postings.extend(
        PROSPECTS.iter().zip(ids).map(|(prospect, id)| prospect_posting(id, prospect, now)),
    );
    postings
}

fn posting(id: i64, role: &Role, job: &Job, channel: &Channel, now: Millis) -> Posting {
    let kind = channel.kind;
    let internal = kind == ChannelKind::Internal;
    // What was never shown was written with the job; the others were published when it opened.
    let published = job.opened_at.filter(|_| kind != ChannelKind::Hidden);
    let updated_at = match job.closed_at {
        Some(closed) => closed,
        None => between(published.unwrap_or(job.created_at), Stamp(now), id),
    };
    let post = JobPost {
        id,
        title: title(role, channel),
        location: location(id, role, channel),
        internal,
        external: !internal,
        active: kind != ChannelKind::Deleted,
        live: job.status == JobStatus::Open
            && !matches!(kind, ChannelKind::Hidden | ChannelKind::Deleted),
        first_published_at: published,
        job_id: Some(job.id),
        content: Some(text::description(role)),
        internal_content: internal.then(|| text::internal_description(role)),
        created_at: between(job.created_at, published.unwrap_or(updated_at), id),
        updated_at,
        demographic_question_set_id: None,
        questions: Some(questions(id, role.department.key)),
    };
    let board = if kind == ChannelKind::Campus { CAMPUS } else { ACME };
    let pay_ranges = role.pay.iter().filter(|_| !internal).map(pay_range).collect();
    Posting { post, board_id: Some(board), language: "en".into(), pay_ranges }
}

/// A second public post for another place says which.
fn title(role: &Role, channel: &Channel) -> String {
    let office = channel.place.and_then(|place| OFFICES.iter().find(|office| office.key == place));
    match office {
        Some(office) => format!("{} ({})", role.title, office.name),
        None => role.title.to_owned(),
    }
}

fn location(post_id: i64, role: &Role, channel: &Channel) -> Location {
    let said = channel.place.filter(|place| OFFICES.iter().all(|office| office.key != *place));
    let office = match channel.place {
        Some(place) => OFFICES.iter().find(|office| office.key == place),
        None => role.offices.first().copied(),
    };
    let name = said.or(office.and_then(|office| office.location)).unwrap_or("Anywhere");
    let (type_id, type_name) = if said.is_some() { FREE_TEXT } else { OFFICE };
    Location {
        id: FIRST_LOCATION + (post_id - FIRST_POST),
        name: name.into(),
        office_id: office.map(|office| office.id),
        job_post_custom_location_id: None,
        job_post_location_type: LocationType { id: type_id, name: type_name.into() },
    }
}

fn pay_range(pay: &Pay) -> PayRange {
    PayRange {
        min_cents: pay.least * 100,
        max_cents: pay.most * 100,
        currency_type: pay.unit.into(),
        title: if pay.hourly { "Pay per hour" } else { "Salary per year" }.into(),
        blurb: Some("Where in this range depends on experience; benefits come on top.".into()),
    }
}

struct Prospect {
    title: &'static str,
    board_id: i64,
    place: &'static str,
    content: &'static str,
    days: i64,
}

const PROSPECTS: &[Prospect] = &[
    Prospect {
        title: "Nothing that fits? Write to us anyway",
        board_id: ACME,
        place: "Any of our offices",
        content: "<p>Tell us what you do best and what you would build here. We read every letter, and \
                  come back to you when the right role opens.</p>",
        days: 388,
    },
    Prospect {
        title: "Stay in touch with Acme Robotics on campus",
        board_id: CAMPUS,
        place: "United States and Europe",
        content: "<p>Leave your name, and hear first of internships, open days and theses.</p>",
        days: 201,
    },
];

fn prospect_posting(id: i64, prospect: &Prospect, now: Millis) -> Posting {
    let published = days_before(now, prospect.days, id);
    let (type_id, type_name) = FREE_TEXT;
    let post = JobPost {
        id,
        title: prospect.title.into(),
        location: Location {
            id: FIRST_LOCATION + (id - FIRST_POST),
            name: prospect.place.into(),
            office_id: None,
            job_post_custom_location_id: None,
            job_post_location_type: LocationType { id: type_id, name: type_name.into() },
        },
        internal: false,
        external: true,
        active: true,
        live: true,
        first_published_at: Some(published),
        job_id: None,
        content: Some(prospect.content.into()),
        internal_content: None,
        created_at: Stamp(published.0 - DAY / 7),
        updated_at: between(published, Stamp(now), id),
        demographic_question_set_id: None,
        questions: Some(questions(id, "prospect")),
    };
    Posting { post, board_id: Some(prospect.board_id), language: "en".into(), pay_ranges: vec![] }
}
