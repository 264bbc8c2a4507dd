//! Reading the whole of a table at a start, for what is held in memory: only on SQLite.
//!
//! A row is handed from one thread to another there, which takes microseconds each; thousands of rows as
//! one text take as long as one. Nothing else writes meanwhile.

use api::credentials::{ApiType, Status};
use sqlx::Row as _;

use super::credentials::{CredentialRow, Grant, api_type_of, unreadable};
use super::secrets::{Secret, hash_of};
use super::{Db, Result};
use crate::clock::Millis;

/// What a search looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    pub id: String,
    pub created_at: Millis,
    pub api_type: ApiType,
    pub partner: String,
    pub status: Status,
    /// In lower case, and one line.
    pub description: String,
}

impl From<CredentialRow> for Described {
    fn from(row: CredentialRow) -> Self {
        Self {
            status: row.status(),
            id: row.id,
            created_at: row.created_at,
            api_type: row.api_type,
            partner: row.partner,
            description: row.description.to_lowercase().replace('\n', " "),
        }
    }
}

/// A statement for [`each_page`]: `$line` of the rows `$from`, a page at a time.
macro_rules! select_lines {
    ($line:literal, $from:literal) => {
        concat!(
            "SELECT MAX(place) AS last, GROUP_CONCAT(line, CHAR(10)) AS lines \
             FROM (SELECT rowid AS place, ",
            $line,
            " AS line FROM ",
            $from,
            " AND rowid > $1 ORDER BY rowid LIMIT 5000)"
        )
    };
}

/// How many secrets there are, also those that open nothing.
pub async fn count_secrets(db: &Db) -> Result<usize> {
    let row =
        sqlx::query("SELECT COUNT(*) AS secrets FROM secrets").fetch_one(db.read_all()).await?;
    let count: i64 = row.try_get("secrets")?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Gives every secret to `take`, also those that open nothing.
pub async fn each_secret(db: &Db, mut take: impl FnMut(Secret)) -> Result<()> {
    let sql = select_lines!("id || ' ' || credential_id || ' ' || hash", "secrets WHERE TRUE");
    each_page(db, sql, |lines| {
        lines.split('\n').try_for_each(|line| {
            let [id, credential_id, hash] = fields(line);
            let hash = hash_of(hash)?;
            take(Secret { id: id.to_owned(), credential_id: credential_id.to_owned(), hash });
            Ok(())
        })
    })
    .await
}

/// Gives what every active credential opens to `take`, with its id.
pub async fn each_grant(db: &Db, mut take: impl FnMut(&str, Grant)) -> Result<()> {
    // The plus keeps SQLite from going through an index to nearly every row.
    let sql = select_lines!(
        "id || ' ' || api_type || ' ' || permissions || ' ' || partner",
        "credentials WHERE +revoked_at IS NULL"
    );
    each_page(db, sql, |lines| {
        lines.split('\n').try_for_each(|line| {
            let [id, api_type, permissions, partner] = fields(line);
            take(id, Grant::of(api_type, permissions, partner)?);
            Ok(())
        })
    })
    .await
}

/// Gives what a search looks at in every credential to `take`, a page at a time.
pub async fn each_page_described(db: &Db, mut take: impl FnMut(Vec<Described>)) -> Result<()> {
    let sql = select_lines!(
        "id || ' ' || created_at || ' ' || api_type || ' ' || partner || ' ' \
         || (revoked_at IS NULL) || ' ' || REPLACE(description_folded, CHAR(10), ' ')",
        "credentials WHERE TRUE"
    );
    each_page(db, sql, |lines| {
        take(lines.split('\n').map(described).collect::<Result<_>>()?);
        Ok(())
    })
    .await
}

fn described(line: &str) -> Result<Described> {
    let [id, created_at, api_type, partner, active, description] = fields(line);
    Ok(Described {
        id: id.to_owned(),
        created_at: created_at.parse().map_err(|_| unreadable("created_at", created_at))?,
        api_type: api_type_of(api_type)?,
        partner: partner.to_owned(),
        status: if active == "1" { Status::Active } else { Status::Revoked },
        description: description.to_owned(),
    })
}

/// The fields of a line, with a space between two; the last one may hold spaces.
fn fields<const N: usize>(line: &str) -> [&str; N] {
    let mut fields = line.splitn(N, ' ');
    std::array::from_fn(|_| fields.next().unwrap_or_default())
}

/// Gives every page of lines that a statement of [`select_lines`] selects to `take`.
async fn each_page(
    db: &Db,
    sql: &'static str,
    mut take: impl FnMut(&str) -> Result<()>,
) -> Result<()> {
    let mut after = 0_i64;
    loop {
        let page = sqlx::query(sql).bind(after).fetch_one(db.read_all()).await?;
        let Some(last) = page.try_get("last")? else { return Ok(()) };
        after = last;
        take(&page.try_get::<String, _>("lines")?)?;
    }
}
