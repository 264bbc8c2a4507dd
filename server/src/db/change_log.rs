//! The record of every change: append-only, each entry sealed together with the one before it.

use api::change_log::ChangeLogSort;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::credentials::{contains, needle};
use super::statement::Select;
use super::{Db, Engine, Result, Trouble, Tx};
use crate::clock::Millis;
use crate::keys::Pepper;

/// One thing that was done. It is written in the transaction that does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub at: Millis,
    /// `user` or `system`.
    pub actor_kind: String,
    pub actor_id: String,
    pub actor_name: String,
    pub address: String,
    pub request_id: String,
    /// Noun and verb, such as `credential.revoke`.
    pub action: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub subject_name: String,
    /// JSON of what changed, as it was.
    pub before: Option<String>,
    /// JSON of what changed, as it is now.
    pub after: Option<String>,
}

/// Begins a change: every other one, on whichever replica, has ended or waits here until this one ends. So
/// what is read from now on is what the last one left, and stays true until this one is committed.
///
/// Where another one is in the way for too long it is tried once more: nothing was done yet.
pub async fn begin(db: &Db) -> Result<Tx> {
    // `BEGIN IMMEDIATE` holds the one write lock already, and was tried twice.
    if db.engine() == Engine::Sqlite {
        return db.write().await;
    }
    match begin_locked(db).await {
        Err(error) if Trouble::of(&error) == Some(Trouble::Busy) => begin_locked(db).await,
        begun => begun,
    }
}

async fn begin_locked(db: &Db) -> Result<Tx> {
    let mut tx = db.write().await?;
    sqlx::query("SELECT seq FROM change_log_head WHERE id = 1 FOR UPDATE")
        .fetch_one(&mut *tx)
        .await?;
    Ok(tx)
}

/// Adds the entry behind the last one.
pub async fn append(tx: &mut Tx, pepper: &Pepper, entry: &Entry) -> Result<Place> {
    let head =
        sqlx::query("UPDATE change_log_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash")
            .fetch_one(&mut **tx)
            .await?;
    let seq: i64 = head.try_get("seq")?;
    let previous: String = head.try_get("hash")?;
    let hash = entry.seal(pepper, &previous, seq);
    sqlx::query(
        "INSERT INTO change_log (seq, at, actor_kind, actor_id, actor_name, address, request_id, \
         action, subject_kind, subject_id, subject_name, state_before, state_after, hash, \
         actor_folded, subject_folded) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(seq)
    .bind(entry.at)
    .bind(&entry.actor_kind)
    .bind(&entry.actor_id)
    .bind(&entry.actor_name)
    .bind(&entry.address)
    .bind(&entry.request_id)
    .bind(&entry.action)
    .bind(&entry.subject_kind)
    .bind(&entry.subject_id)
    .bind(&entry.subject_name)
    .bind(entry.before.clone())
    .bind(entry.after.clone())
    .bind(&hash)
    .bind(format!("{} {}", entry.actor_name, entry.actor_id).to_lowercase())
    .bind(format!("{} {}", entry.subject_name, entry.subject_id).to_lowercase())
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE change_log_head SET hash = $1 WHERE id = 1")
        .bind(&hash)
        .execute(&mut **tx)
        .await?;
    Ok(Place { seq, hash })
}

/// Where an entry stands, and what seals it: no other entry has both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub seq: i64,
    pub hash: String,
}

/// Whether the change that wrote this entry was made, for whoever lost the answer to its commit. It waits
/// for the head, as every change does: what was still on its way has ended then.
pub async fn was_made(db: &Db, place: &Place) -> Result<bool> {
    let mut tx = begin(db).await?;
    let row = sqlx::query("SELECT hash FROM change_log WHERE seq = $1")
        .bind(place.seq)
        .fetch_optional(&mut *tx)
        .await?;
    let hash: Option<String> = row.map(|row| row.try_get("hash")).transpose()?;
    Ok(hash.as_ref() == Some(&place.hash))
}

impl Entry {
    /// The hash of this entry at place `seq`, after the entry with the hash `previous`.
    fn seal(&self, pepper: &Pepper, previous: &str, seq: i64) -> String {
        pepper.seal(&[
            previous,
            &seq.to_string(),
            &self.at.to_string(),
            &self.actor_kind,
            &self.actor_id,
            &self.actor_name,
            &self.address,
            &self.request_id,
            &self.action,
            &self.subject_kind,
            &self.subject_id,
            &self.subject_name,
            self.before.as_deref().unwrap_or_default(),
            self.after.as_deref().unwrap_or_default(),
        ])
    }
}

/// An entry as it is stored, with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    pub seq: i64,
    pub entry: Entry,
    pub hash: String,
}

impl StoredEntry {
    /// Whether this is what was written after the entry with the hash `previous`.
    pub fn follows(&self, pepper: &Pepper, previous: &str) -> bool {
        self.entry.seal(pepper, previous, self.seq) == self.hash
    }
}

/// Which entries somebody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Everything,
    /// Those about credentials and boards, and their own actions.
    Credentials,
    /// Those about Job Board credentials and boards, and their own actions.
    JobBoard,
    Own,
}

impl Scope {
    /// The condition, with a place for the id of whoever looks.
    fn condition(self) -> Option<&'static str> {
        match self {
            Self::Everything => None,
            Self::Credentials => Some(
                "(subject_kind = 'credential' OR subject_kind = 'board' \
                 OR (actor_kind = 'user' AND actor_id = $))",
            ),
            Self::JobBoard => Some(
                "(subject_kind = 'board' OR (subject_kind = 'credential' AND subject_id IN \
                 (SELECT c.id FROM credentials c WHERE c.api_type = 'job_board')) \
                 OR (actor_kind = 'user' AND actor_id = $))",
            ),
            Self::Own => Some("(actor_kind = 'user' AND actor_id = $)"),
        }
    }
}

/// Which entries to list.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub scope: Scope,
    /// The id of whoever looks.
    pub viewer: String,
    /// Part of the actor's name or id, in any case.
    pub who: Option<String>,
    /// Part of the subject's name or id, in any case.
    pub q: Option<String>,
    pub action: Option<String>,
    pub subject_kind: Option<String>,
    pub subject_id: Option<String>,
    pub from: Option<Millis>,
    /// Before this moment.
    pub to: Option<Millis>,
}

const COLUMNS: &str = "SELECT seq, at, actor_kind, actor_id, actor_name, address, request_id, \
                       action, subject_kind, subject_id, subject_name, state_before, state_after, \
                       hash FROM change_log";

/// Up to `limit` entries in this order, behind the one with the place `after`.
pub async fn list(
    db: &Db,
    wanted: &Wanted,
    sort: ChangeLogSort,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<StoredEntry>> {
    let select = narrowed(Select::new(COLUMNS), wanted);
    let select = match sort {
        ChangeLogSort::At => select.when("seq > $", after).add(" ORDER BY seq LIMIT $", limit),
        ChangeLogSort::AtDescending => {
            select.when("seq < $", after).add(" ORDER BY seq DESC LIMIT $", limit)
        }
    };
    select.rows(db.read()).await?.iter().map(stored).collect()
}

/// How many entries there are of those that are wanted.
pub async fn count(db: &Db, wanted: &Wanted) -> Result<i64> {
    let select = narrowed(Select::new("SELECT COUNT(*) FROM change_log"), wanted);
    if select.has_condition() {
        return select.number(db.read()).await;
    }
    // All of them: they are numbered from 1 without a gap, and none is ever deleted.
    Ok(head(db).await?.map_or(0, |(seq, _)| seq))
}

fn narrowed(mut select: Select, wanted: &Wanted) -> Select {
    let who = needle(wanted.who.as_deref()).map(contains);
    let q = needle(wanted.q.as_deref()).map(contains);
    if let Some(condition) = wanted.scope.condition() {
        select = select.when(condition, Some(wanted.viewer.as_str()));
    }
    select
        .when("actor_folded LIKE $ ESCAPE '!'", who)
        .when("subject_folded LIKE $ ESCAPE '!'", q)
        .when("action = $", wanted.action.as_deref())
        .when("subject_kind = $", wanted.subject_kind.as_deref())
        .when("subject_id = $", wanted.subject_id.as_deref())
        .when("at >= $", wanted.from)
        .when("at < $", wanted.to)
}

/// Entries in the order they were written, `limit` at most, from the one after `seq` on.
pub async fn list_after(db: &Db, seq: i64, limit: i64) -> Result<Vec<StoredEntry>> {
    let rows = Select::new(COLUMNS)
        .when("seq > $", Some(seq))
        .add(" ORDER BY seq LIMIT $", limit)
        .rows(db.read())
        .await?;
    rows.iter().map(stored).collect()
}

/// Place and hash of the entry that was written last: 0 and nothing when there is none.
pub async fn head(db: &Db) -> Result<Option<(i64, String)>> {
    let row = sqlx::query("SELECT seq, hash FROM change_log_head WHERE id = 1")
        .fetch_optional(db.read())
        .await?;
    row.map(|row| Ok((row.try_get("seq")?, row.try_get("hash")?))).transpose()
}

fn stored(row: &AnyRow) -> Result<StoredEntry> {
    Ok(StoredEntry {
        seq: row.try_get("seq")?,
        entry: Entry {
            at: row.try_get("at")?,
            actor_kind: row.try_get("actor_kind")?,
            actor_id: row.try_get("actor_id")?,
            actor_name: row.try_get("actor_name")?,
            address: row.try_get("address")?,
            request_id: row.try_get("request_id")?,
            action: row.try_get("action")?,
            subject_kind: row.try_get("subject_kind")?,
            subject_id: row.try_get("subject_id")?,
            subject_name: row.try_get("subject_name")?,
            before: row.try_get("state_before")?,
            after: row.try_get("state_after")?,
        },
        hash: row.try_get("hash")?,
    })
}
