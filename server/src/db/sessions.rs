//! Who is signed in.

use sqlx::Row as _;

use super::users::{UserRow, user};
use super::{Db, Result, Tx};
use crate::clock::Millis;

/// A session about to exist.
#[derive(Debug)]
pub struct NewSessionRow<'a> {
    pub token_hash: &'a str,
    pub user_id: &'a str,
    pub address: &'a str,
    pub user_agent: &'a str,
}

/// A session that has not ended by itself, and its enabled user.
#[derive(Debug, Clone)]
pub struct SessionRow {
    pub user: UserRow,
    pub last_seen_at: Millis,
}

/// Opens a session, and forgets those that ended long ago.
pub async fn create(
    tx: &mut Tx,
    new: &NewSessionRow<'_>,
    now: Millis,
    oldest: Millis,
) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE created_at < $1")
        .bind(oldest)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at, proved_at, address, \
         user_agent) VALUES ($1, $2, $3, $3, $3, $4, $5)",
    )
    .bind(new.token_hash)
    .bind(new.user_id)
    .bind(now)
    .bind(new.address)
    .bind(new.user_agent)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The session of this token, if it was opened after `oldest` and used after `idle_since`.
pub async fn read(
    db: &Db,
    token_hash: &str,
    oldest: Millis,
    idle_since: Millis,
) -> Result<Option<SessionRow>> {
    let rows = sqlx::query(
        "SELECT s.last_seen_at, u.id, u.email, u.name, u.level, d.permission FROM sessions s \
         JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL \
         LEFT JOIN developer_permissions d ON d.user_id = u.id \
         WHERE s.token_hash = $1 AND s.created_at > $2 AND s.last_seen_at > $3",
    )
    .bind(token_hash)
    .bind(oldest)
    .bind(idle_since)
    .fetch_all(db.read())
    .await?;
    let Some(user) = user(&rows)? else { return Ok(None) };
    Ok(Some(SessionRow { user, last_seen_at: rows[0].try_get("last_seen_at")? }))
}

/// Notes that the session is in use.
pub async fn touch(db: &Db, token_hash: &str, now: Millis) -> Result<()> {
    let mut tx = db.write().await?;
    sqlx::query("UPDATE sessions SET last_seen_at = $1 WHERE token_hash = $2")
        .bind(now)
        .bind(token_hash)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Ends a session. False: there was none.
pub async fn delete(tx: &mut Tx, token_hash: &str) -> Result<bool> {
    let done = sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
        .bind(token_hash)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}
