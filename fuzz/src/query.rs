//! The query of a Harvest call: decoded as forms are, the last of several counts, and what is wrong is
//! named once.

use percent_encoding::percent_decode;
use server::harvest::call::Refusal;
use server::harvest::query::{Fields, Query};
use server::harvest::shapes::Stamp;

const CHOICES: [&str; 3] = ["open", "closed", "draft"];

/// The most characters of a text.
const LONGEST: usize = 500;

pub(crate) fn check(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let query = Query::parse(&text);
    let pairs = decoded(&text);
    let read: Vec<(String, String)> =
        query.pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    assert_eq!(read, pairs);
    let mut fields = Fields::of(&query);
    let mut wrong: Vec<String> = Vec::new();
    for (key, _) in &pairs {
        let last = pairs.iter().rev().find(|(other, _)| other == key).map(|(_, value)| &**value);
        assert_eq!(query.has(key), last.and_then(boolean) != Some(false));
        let value = last.filter(|value| !value.is_empty());
        assert_eq!(query.get(key), value);
        let is_text = |value: &&str| !value.contains('\0') && value.chars().count() <= LONGEST;
        let text = value.filter(is_text);
        assert_eq!(fields.text(key).as_deref(), text);
        let choice = CHOICES.into_iter().find(|choice| value == Some(choice));
        assert_eq!(fields.integer(key), value.and_then(integer));
        assert_eq!(fields.boolean(key), value.and_then(boolean));
        assert_eq!(fields.one_of(key, &CHOICES), choice);
        let time = fields.time(key);
        let can_be_written = time.map(|at| Stamp::parse(&Stamp(at).to_string()));
        assert_eq!(can_be_written, time.map(|at| Some(Stamp(at))));
        if let Some(value) = value {
            let read = [
                text.is_some(),
                integer(value).is_some(),
                boolean(value).is_some(),
                choice.is_some(),
                time.is_some(),
            ];
            wrong.extend(read.iter().filter(|read| !**read).map(|_| key.clone()));
        }
    }
    let problems = match fields.check() {
        Ok(()) => Vec::new(),
        Err(Refusal::Invalid(problems)) => {
            assert!(!problems.is_empty());
            problems.into_iter().map(|problem| problem.field).collect()
        }
        Err(other) => panic!("{other:?}"),
    };
    assert_eq!(problems, wrong);
    !pairs.is_empty()
}

/// The parameters of a query, as the standard for forms has them.
pub(crate) fn decoded(text: &str) -> Vec<(String, String)> {
    let plain = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode(spaced.as_bytes()).decode_utf8_lossy().into_owned()
    };
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            (plain(key), plain(value))
        })
        .collect()
}

fn boolean(value: &str) -> Option<bool> {
    let is = |words: [&str; 2]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
    if is(["true", "1"]) {
        Some(true)
    } else if is(["false", "0"]) {
        Some(false)
    } else {
        None
    }
}

/// A sign, digits, and not too many of them.
fn integer(value: &str) -> Option<i64> {
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let size: i128 = (digits.len() <= 19).then(|| digits.parse().ok()).flatten()?;
    i64::try_from(if value.starts_with('-') { -size } else { size }).ok()
}
