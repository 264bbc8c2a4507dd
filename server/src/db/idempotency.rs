//! Requests that made a secret, by the name their client gave them.

use sqlx::Row as _;

use super::{Result, Tx};
use crate::clock::Millis;

/// A name is forgotten after this long.
const DAY: Millis = 24 * 60 * 60 * 1000;

/// Which request: it is the same one only from the same user, for the same operation on the same thing.
#[derive(Debug, Clone)]
pub struct Name {
    pub user_id: String,
    pub operation: &'static str,
    /// The id in the request's address; empty: none.
    pub subject: String,
    pub key: String,
}

/// What it made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub body_seal: String,
    pub made_id: String,
    pub made_hash: String,
}

/// What the request of this name made, within the last day; those that are older are forgotten.
pub async fn find(tx: &mut Tx, name: &Name, now: Millis) -> Result<Option<Known>> {
    // Replicas need not have quite the same time: a name from the near future is as good.
    sqlx::query("DELETE FROM idempotency_keys WHERE created_at <= $1 OR created_at > $2")
        .bind(now - DAY)
        .bind(now + DAY)
        .execute(&mut **tx)
        .await?;
    let row = sqlx::query(
        "SELECT body_seal, made_id, made_hash FROM idempotency_keys WHERE user_id = $1 \
         AND operation = $2 AND subject = $3 AND idempotency_key = $4",
    )
    .bind(&name.user_id)
    .bind(name.operation)
    .bind(&name.subject)
    .bind(&name.key)
    .fetch_optional(&mut **tx)
    .await?;
    let known = row.map(|row| {
        Ok(Known {
            body_seal: row.try_get("body_seal")?,
            made_id: row.try_get("made_id")?,
            made_hash: row.try_get("made_hash")?,
        })
    });
    known.transpose()
}

/// Writes down what the request of this name made, in place of what it made before.
pub async fn save(tx: &mut Tx, name: &Name, known: &Known, now: Millis) -> Result<()> {
    sqlx::query(
        "INSERT INTO idempotency_keys (user_id, operation, subject, idempotency_key, body_seal, \
         made_id, made_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (user_id, operation, subject, idempotency_key) \
         DO UPDATE SET made_id = excluded.made_id, made_hash = excluded.made_hash",
    )
    .bind(&name.user_id)
    .bind(name.operation)
    .bind(&name.subject)
    .bind(&name.key)
    .bind(&known.body_seal)
    .bind(&known.made_id)
    .bind(&known.made_hash)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
