//! Which changes are listed: as it stands in the address, and as the service is asked. No view, no
//! browser.

use api::change_log::{ACTIONS, ChangeLogFilter, SubjectKind, action_label};

use leptos::prelude::*;

use crate::components::change_log::words::needs_a_name;
use crate::{query, routes};

/// The filter in the address. `from` and `to` are days, such as `2026-01-31`, and both belong to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub who: String,
    pub what: String,
    pub subject: String,
    pub from: String,
    pub to: String,
}

/// The filter that is in the address now.
#[derive(Debug, Clone, Copy)]
pub struct Shown(pub Memo<String>);

impl Shown {
    pub fn get(self) -> Filter {
        self.0.with(|query| Filter::read(query))
    }
}

/// A day: year, month from 1 on, day of the month.
pub type Day = (u32, i32, i32);

impl Filter {
    /// The filter in a query string. A value it does not know narrows nothing.
    pub fn read(query: &str) -> Self {
        let read = |name| query::read(query, name).unwrap_or_default();
        let known = |what: &String| {
            SubjectKind::from_name(what).is_some() || ACTIONS.iter().any(|(name, _)| name == what)
        };
        let is_day = |text: &String| day(text).is_some();
        Self {
            who: read("who"),
            what: Some(read("what")).filter(known).unwrap_or_default(),
            subject: read("subject"),
            from: Some(read("from")).filter(is_day).unwrap_or_default(),
            to: Some(read("to")).filter(is_day).unwrap_or_default(),
        }
    }

    /// The address of the change log, narrowed like this.
    pub fn href(&self) -> String {
        let pairs = [
            ("who", self.who.as_str()),
            ("what", &self.what),
            ("subject", &self.subject),
            ("from", &self.from),
            ("to", &self.to),
        ];
        routes::CHANGE_LOG.to_owned() + &query::write(&pairs)
    }

    /// What the service is asked. `start_of` says at which moment a day begins where the person is; a day
    /// past the end of its month is one of the next.
    pub fn asked(&self, start_of: impl Fn(Day) -> String) -> ChangeLogFilter {
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        ChangeLogFilter {
            who: given(&self.who),
            what: given(&self.what),
            subject: given(&self.subject),
            from: day(&self.from).map(&start_of),
            to: day(&self.to).map(|(year, month, day)| start_of((year, month, day + 1))),
            ..ChangeLogFilter::default()
        }
    }
}

/// Reads a day as date fields write it; `None` for anything else, and for years nobody means.
fn day(text: &str) -> Option<Day> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let lengths = (year.len(), month.len(), day.len());
    if lengths != (4, 2, 2) || ![year, month, day].into_iter().all(digits) {
        return None;
    }
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    (year >= 1000 && (1..=12).contains(&month) && (1..=31).contains(&day))
        .then_some((year, month, day))
}

/// What can be chosen under `what`: for each kind of thing its name, and everything that can be done with
/// it. Half sentences end in an ellipsis.
pub fn choices() -> Vec<(SubjectKind, Vec<(&'static str, String)>)> {
    let of = |kind: SubjectKind| {
        let all = (kind.as_str(), format!("{}: everything", kind.label()));
        let belongs = |action: &str| action.split('.').next() == Some(kind.as_str());
        let actions = ACTIONS.iter().filter(|(action, _)| belongs(action)).map(|(action, _)| {
            let label = action_label(action);
            (*action, if needs_a_name(label) { format!("{label} …") } else { label.to_owned() })
        });
        (kind, std::iter::once(all).chain(actions).collect())
    };
    SubjectKind::ALL.map(of).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As if the person were in UTC.
    fn start_of((year, month, day): Day) -> String {
        format!("{year}-{month:02}-{day:02}T00:00:00.000Z")
    }

    #[test]
    fn a_filter_survives_the_address() {
        let filter = Filter {
            who: "Ada & co".into(),
            what: "credential.revoke".into(),
            subject: "cred_1".into(),
            from: "2026-01-31".into(),
            to: "2026-02-01".into(),
        };
        let address = filter.href();
        let (path, query) = address.split_once('?').unwrap();
        assert_eq!((path, Filter::read(query)), (routes::CHANGE_LOG, filter));
        assert_eq!(Filter::default().href(), routes::CHANGE_LOG);
    }

    #[test]
    fn what_an_address_gets_wrong_narrows_nothing() {
        assert_eq!(
            Filter::read("?what=everything&from=yesterday&to=2026-13-01"),
            Filter::default()
        );
        for text in ["", "2026", "2026-1-1", "0026-01-01", "2026-00-10", "2026-01-32", "+026-01-01"]
        {
            assert_eq!(day(text), None, "{text}");
        }
        assert_eq!(day("2026-01-31"), Some((2026, 1, 31)));
    }

    #[test]
    fn both_days_belong_to_the_time_between_them() {
        let filter =
            Filter { from: "2026-01-31".into(), to: "2026-01-31".into(), ..Filter::default() };
        let asked = filter.asked(start_of);
        assert_eq!(asked.from.as_deref(), Some("2026-01-31T00:00:00.000Z"));
        // The browser's calendar makes the first of February of it.
        assert_eq!(asked.to.as_deref(), Some("2026-01-32T00:00:00.000Z"));
        assert_eq!(Filter::default().asked(start_of), ChangeLogFilter::default());
    }

    #[test]
    fn everything_that_can_be_done_can_be_chosen_once() {
        let choices = choices();
        let values: Vec<_> =
            choices.iter().flat_map(|(_, of)| of.iter().map(|one| one.0)).collect();
        assert_eq!(values.len(), SubjectKind::ALL.len() + ACTIONS.len());
        assert!(values.iter().all(|value| !Filter::read(&format!("what={value}")).what.is_empty()));
        let (_, sessions) = &choices[2];
        assert_eq!(sessions[0].1, "Sessions: everything");
        assert_eq!(sessions.last().unwrap().1, "Ended a session of …");
    }
}
