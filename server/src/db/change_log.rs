//! The record of every change: append-only, each entry sealed together with the one before it.

use sqlx::Row as _;

use super::{Db, Result, Tx};
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

/// Adds the entry behind the last one. Whoever writes next waits here until this change is committed.
pub async fn append(tx: &mut Tx, pepper: &Pepper, entry: &Entry) -> Result<()> {
    let head =
        sqlx::query("UPDATE change_log_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash")
            .fetch_one(&mut **tx)
            .await?;
    let seq: i64 = head.try_get("seq")?;
    let previous: String = head.try_get("hash")?;
    let hash = entry.seal(pepper, &previous, seq);
    sqlx::query(
        "INSERT INTO change_log (seq, at, actor_kind, actor_id, actor_name, address, request_id, \
         action, subject_kind, subject_id, subject_name, state_before, state_after, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
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
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE change_log_head SET hash = $1 WHERE id = 1")
        .bind(&hash)
        .execute(&mut **tx)
        .await?;
    Ok(())
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

/// Entries in the order they were written, `limit` at most, from the one after `seq` on.
pub async fn list_after(db: &Db, seq: i64, limit: i64) -> Result<Vec<StoredEntry>> {
    let rows = sqlx::query(
        "SELECT seq, at, actor_kind, actor_id, actor_name, address, request_id, action, \
         subject_kind, subject_id, subject_name, state_before, state_after, hash \
         FROM change_log WHERE seq > $1 ORDER BY seq LIMIT $2",
    )
    .bind(seq)
    .bind(limit)
    .fetch_all(db.read())
    .await?;
    let entries = rows.iter().map(|row| {
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
    });
    entries.collect()
}
