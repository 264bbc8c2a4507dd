//! Pages of a list: which rows to read, and the `Link` header that leads to the others
//! (harvest-protocol §5).

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::call::{Answer, Call, Refusal};
use super::query::{Fields, Query};

/// What a client gets that asks for nothing in particular, and the most it can get.
const PER_PAGE: i64 = 100;
const MOST_PER_PAGE: i64 = 500;
/// Keeps the offset of the last page within 64 bits.
const LAST_PAGE: i64 = i64::MAX / MOST_PER_PAGE;

/// What would break the header or its parts. Letters outside ASCII are always encoded.
const BREAKING: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b',').add(b'<').add(b'>');

/// The part of a list that a call asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    pub number: i64,
    pub per_page: i64,
}

impl Page {
    /// Reads `page` and `per_page`; out of range is clamped, and what is no number is the default.
    pub fn of(query: &Query) -> Self {
        let number = query.get("page").and_then(number).unwrap_or(1);
        let per_page = query.get("per_page").and_then(number_of_rows).unwrap_or(PER_PAGE);
        Self { number: number.clamp(1, LAST_PAGE), per_page }
    }

    /// One row more than the page shows, which tells whether there is a next page.
    pub fn limit(self) -> i64 {
        self.per_page + 1
    }

    pub fn offset(self) -> i64 {
        (self.number - 1) * self.per_page
    }

    /// Takes the row back that was read only to see whether there is one.
    fn trim(self, rows: &mut Vec<String>) -> bool {
        let per_page = usize::try_from(self.per_page).expect("at most 500");
        let more = rows.len() > per_page;
        rows.truncate(per_page);
        more
    }
}

fn number_of_rows(text: &str) -> Option<i64> {
    number(text).map(|rows| rows.clamp(1, MOST_PER_PAGE))
}

/// A number however large; too large for 64 bits is as large as can be.
fn number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let most = if text == digits { i64::MAX } else { i64::MIN };
    Some(text.parse().unwrap_or(most))
}

/// What is known of the rows after this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// The list has this many rows.
    Total(i64),
    /// The client asked not to count (`skip_count=true`).
    Uncounted { more: bool },
}

/// Answers a numbered list. `rows` were read with [`Page::limit`] and [`Page::offset`]; `count` is asked
/// only when they do not tell how long the list is.
pub async fn numbered(
    call: &Call,
    page: Page,
    skip_count: bool,
    mut rows: Vec<String>,
    count: impl Future<Output = crate::db::Result<i64>>,
) -> Result<Answer, Refusal> {
    let more = page.trim(&mut rows);
    let rest = if skip_count {
        Rest::Uncounted { more }
    } else {
        let seen = page.offset() + i64::try_from(rows.len()).expect("at most 500");
        let ends_here = !more && (!rows.is_empty() || page.number == 1);
        // Rows may have come or gone between reading and counting.
        let total = if ends_here { seen } else { count.await? };
        let at_least = if rows.is_empty() { 0 } else { seen + i64::from(more) };
        Rest::Total(total.max(at_least))
    };
    Ok(Answer::list(&rows, links(call, page, rest)))
}

/// Answers a list whose `Link` has nothing but `next`, as the newer endpoints do.
pub fn next_only(call: &Call, page: Page, mut rows: Vec<String>) -> Answer {
    let more = page.trim(&mut rows);
    let next = more.then(|| link(call, page, page.number + 1, "next"));
    Answer::list(&rows, next)
}

/// Whether the client asked not to count. A documented parameter of every numbered list.
pub fn skip_count(fields: &mut Fields<'_>) -> bool {
    fields.boolean("skip_count").unwrap_or(false)
}

fn links(call: &Call, page: Page, rest: Rest) -> Option<String> {
    let (last, more) = match rest {
        Rest::Total(total) => {
            let last = (total.max(1) - 1) / page.per_page + 1;
            (Some(last), page.number < last)
        }
        Rest::Uncounted { more } => (None, more),
    };
    let previous = (page.number - 1).min(last.unwrap_or(i64::MAX));
    let links = [
        more.then(|| link(call, page, page.number + 1, "next")),
        (previous > 0).then(|| link(call, page, previous, "prev")),
        last.map(|last| link(call, page, last, "last")),
    ];
    let links: Vec<String> = links.into_iter().flatten().collect();
    (!links.is_empty()).then(|| links.join(","))
}

/// A link to another page of the same list: every parameter of the call as it was, and `page` and
/// `per_page` once. Clients cut the header at commas and angle brackets, so none stands in the address.
fn link(call: &Call, page: Page, number: i64, relation: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(call.query.pairs().filter(|(key, _)| *key != "page" && *key != "per_page"));
    query.append_pair("page", &number.to_string());
    query.append_pair("per_page", &page.per_page.to_string());
    let place = format!("{}{}", call.origin, call.path);
    let place = utf8_percent_encode(&place, BREAKING);
    format!("<{place}?{}>; rel=\"{relation}\"", query.finish())
}

#[cfg(test)]
mod tests;
