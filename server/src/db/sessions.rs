//! Who is signed in.

use sqlx::{Any, Executor, Row as _};

use super::users::{UserRow, select_users, user};
use super::{Db, Result, Tx};
use crate::clock::Millis;

/// A session about to exist.
#[derive(Debug)]
pub struct NewSessionRow<'a> {
    pub id: &'a str,
    pub token_hash: &'a str,
    pub user_id: &'a str,
    pub address: &'a str,
    pub user_agent: &'a str,
}

/// A session that has not ended by itself, and its enabled user.
#[derive(Debug, Clone)]
pub struct SessionRow {
    pub id: String,
    pub user: UserRow,
    pub last_seen_at: Millis,
    /// When the password was last given.
    pub proved_at: Millis,
}

/// A session as its user sees it.
#[derive(Debug, Clone)]
pub struct OpenSessionRow {
    pub id: String,
    pub created_at: Millis,
    pub last_seen_at: Millis,
    pub address: String,
    pub user_agent: String,
}

/// Which sessions have not ended by themselves: those opened and last used after these moments.
#[derive(Debug, Clone, Copy)]
pub struct Alive {
    pub opened_after: Millis,
    pub used_after: Millis,
}

/// Opens a session, and forgets those that ended by themselves.
pub async fn create(tx: &mut Tx, new: &NewSessionRow<'_>, now: Millis, alive: Alive) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE created_at <= $1 OR last_seen_at <= $2")
        .bind(alive.opened_after)
        .bind(alive.used_after)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO sessions (id, token_hash, user_id, created_at, last_seen_at, proved_at, \
         address, user_agent) VALUES ($1, $2, $3, $4, $4, $4, $5, $6)",
    )
    .bind(new.id)
    .bind(new.token_hash)
    .bind(new.user_id)
    .bind(now)
    .bind(new.address)
    .bind(new.user_agent)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The session of this token, and its enabled user.
pub async fn read<'c>(
    from: impl Executor<'c, Database = Any>,
    token_hash: &str,
    alive: Alive,
) -> Result<Option<SessionRow>> {
    let row = sqlx::query(select_users!(
        "s.id AS session_id, s.last_seen_at, s.proved_at, ",
        "JOIN sessions s ON s.user_id = u.id \
         WHERE u.disabled_at IS NULL \
         AND s.token_hash = $1 AND s.created_at > $2 AND s.last_seen_at > $3"
    ))
    .bind(token_hash)
    .bind(alive.opened_after)
    .bind(alive.used_after)
    .fetch_optional(from)
    .await?;
    let session = row.map(|row| {
        Ok(SessionRow {
            id: row.try_get("session_id")?,
            user: user(&row)?,
            last_seen_at: row.try_get("last_seen_at")?,
            proved_at: row.try_get("proved_at")?,
        })
    });
    session.transpose()
}

/// Where a user is signed in, the latest use first.
pub async fn list_of(db: &Db, user_id: &str, alive: Alive) -> Result<Vec<OpenSessionRow>> {
    let rows = sqlx::query(
        "SELECT id, created_at, last_seen_at, address, user_agent FROM sessions \
         WHERE user_id = $1 AND created_at > $2 AND last_seen_at > $3 \
         ORDER BY last_seen_at DESC, created_at DESC, id",
    )
    .bind(user_id)
    .bind(alive.opened_after)
    .bind(alive.used_after)
    .fetch_all(db.read())
    .await?;
    let sessions = rows.iter().map(|row| {
        Ok(OpenSessionRow {
            id: row.try_get("id")?,
            created_at: row.try_get("created_at")?,
            last_seen_at: row.try_get("last_seen_at")?,
            address: row.try_get("address")?,
            user_agent: row.try_get("user_agent")?,
        })
    });
    sessions.collect()
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

/// Gives a session another token, because the password was given again just now.
pub async fn renew(tx: &mut Tx, id: &str, token_hash: &str, now: Millis) -> Result<()> {
    sqlx::query(
        "UPDATE sessions SET token_hash = $1, proved_at = $2, last_seen_at = $2 WHERE id = $3",
    )
    .bind(token_hash)
    .bind(now)
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends the session of this token. False: there was none.
pub async fn delete(tx: &mut Tx, token_hash: &str) -> Result<bool> {
    let done = sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
        .bind(token_hash)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends one session of this user. False: there was none.
pub async fn end(tx: &mut Tx, user_id: &str, id: &str) -> Result<bool> {
    let done = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id = $2")
        .bind(user_id)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends all sessions of this user, but the one with the id `except`, and says how many those were.
pub async fn end_all(tx: &mut Tx, user_id: &str, except: Option<&str>) -> Result<u64> {
    let done = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id <> $2")
        .bind(user_id)
        .bind(except.unwrap_or_default())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
}
