//! The lists of the admin API: how many at most, and where the next page goes on.

use api::Page;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::db::credentials::Cursor;
use crate::error::{Error, Result};

const PAGE: u32 = 50;
const PAGE_MAX: u32 = 200;

/// How many one page has at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit(u32);

impl Limit {
    /// As asked for.
    pub(crate) fn of(asked: Option<u32>) -> Result<Self> {
        match asked.unwrap_or(PAGE) {
            limit @ 1..=PAGE_MAX => Ok(Self(limit)),
            _ => Err(Error::Malformed(format!("`limit` goes from 1 to {PAGE_MAX}"))),
        }
    }

    /// One more than that tells whether there is a next page.
    pub(crate) fn fetched(self) -> i64 {
        i64::from(self.0) + 1
    }

    /// The page of these rows, fetched with one too many, of so many in all.
    pub(crate) fn page<R, T>(
        self,
        mut rows: Vec<R>,
        total: i64,
        cursor: impl Fn(&R) -> String,
        item: impl Fn(R) -> T,
    ) -> Page<T> {
        let more = rows.len() > self.0 as usize;
        rows.truncate(self.0 as usize);
        let next = rows.last().filter(|_| more).map(cursor);
        let items = rows.into_iter().map(item).collect();
        Page { items, next, total: total.unsigned_abs() }
    }
}

/// A list that is one page.
pub(crate) fn whole<T>(items: Vec<T>) -> Page<T> {
    Page { total: items.len() as u64, items, next: None }
}

/// Where a list goes on: behind the row with these values. `sort` is the order they belong to.
pub(crate) fn cursor_to_text(sort: &str, cursor: &Cursor) -> String {
    let parts = serde_json::json!([sort, cursor.number, cursor.text, cursor.id]);
    URL_SAFE_NO_PAD.encode(parts.to_string())
}

/// See [`cursor_to_text`]. A cursor of another order would lead astray.
pub(crate) fn cursor_from_text(sort: &str, text: &str) -> Result<Cursor> {
    let parts = URL_SAFE_NO_PAD.decode(text).ok();
    let parts = parts.and_then(|parts| serde_json::from_slice(&parts).ok());
    let (of, number, text, id): (String, i64, String, String) =
        parts.ok_or_else(|| Error::Malformed("the cursor is none of ours".to_owned()))?;
    if of != sort {
        return Err(Error::Malformed(format!("the cursor belongs to `sort={of}`")));
    }
    if text.contains('\0') || id.contains('\0') {
        return Err(Error::Malformed("the cursor is none of ours".to_owned()));
    }
    Ok(Cursor { number, text, id })
}
