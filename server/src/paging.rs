//! The lists of the admin API: how many at most, and where the next page goes on.

use api::Page;

use crate::db::credentials::{CredentialRow, Cursor};
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

    /// The page of these rows, fetched with one too many.
    pub(crate) fn page<R, T>(
        self,
        mut rows: Vec<R>,
        cursor: impl Fn(&R) -> String,
        item: impl Fn(R) -> T,
    ) -> Page<T> {
        let more = rows.len() > self.0 as usize;
        rows.truncate(self.0 as usize);
        let next = rows.last().filter(|_| more).map(cursor);
        Page { items: rows.into_iter().map(item).collect(), next }
    }
}

/// A list of credentials goes on behind this row.
pub(crate) fn cursor_to_text(row: &CredentialRow) -> String {
    format!("{}-{}", row.created_at, row.id)
}

/// See [`cursor_to_text`].
pub(crate) fn cursor_from_text(text: &str) -> Result<Cursor> {
    let cursor = text.split_once('-').and_then(|(created_at, id)| {
        Some(Cursor { created_at: created_at.parse().ok()?, id: id.to_owned() })
    });
    cursor.ok_or_else(|| Error::Malformed("the cursor is none of ours".to_owned()))
}
