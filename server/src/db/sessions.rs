//! Who is signed in.

use api::error::SessionEnd;
use sqlx::any::AnyRow;
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

/// Which sessions have not ended by themselves: those opened and last used after these moments, and not
/// later than the third: a session from the future was made by a clock that was ahead.
#[derive(Debug, Clone, Copy)]
pub struct Alive {
    pub opened_after: Millis,
    pub used_after: Millis,
    pub until: Millis,
}

/// The columns of [`SessionRow`], of sessions that meet a condition and have not ended by themselves.
macro_rules! select_sessions {
    ($condition:literal) => {
        select_users!(
            "s.id AS session_id, s.last_seen_at, s.proved_at, ",
            "JOIN sessions s ON s.user_id = u.id WHERE u.disabled_at IS NULL AND ",
            $condition,
            " AND s.created_at > $2 AND s.last_seen_at > $3 \
             AND s.created_at <= $4 AND s.last_seen_at <= $4"
        )
    };
}

const DAY: Millis = 24 * 60 * 60 * 1000;

/// Writes down why the sessions that meet a condition end now: the reason is `$1`, the moment `$2`.
macro_rules! remember {
    ($condition:literal) => {
        concat!(
            "INSERT INTO ended_sessions (token_hash, reason, ended_at) \
             SELECT token_hash, $1, CAST($2 AS BIGINT) FROM sessions WHERE (",
            $condition,
            ") ON CONFLICT (token_hash) DO NOTHING"
        )
    };
}

/// Opens a session, and forgets those that ended by themselves; after a day also why they ended.
pub async fn create(tx: &mut Tx, new: &NewSessionRow<'_>, now: Millis, alive: Alive) -> Result<()> {
    sqlx::query("DELETE FROM ended_sessions WHERE ended_at <= $1 OR ended_at > $2")
        .bind(now - DAY)
        .bind(now + DAY)
        .execute(&mut **tx)
        .await?;
    sqlx::query(remember!(
        "created_at <= $3 OR last_seen_at <= $4 OR created_at > $5 OR last_seen_at > $5"
    ))
    .bind(SessionEnd::Expired.as_str())
    .bind(now)
    .bind(alive.opened_after)
    .bind(alive.used_after)
    .bind(alive.until)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "DELETE FROM sessions WHERE created_at <= $1 OR last_seen_at <= $2 \
         OR created_at > $3 OR last_seen_at > $3",
    )
    .bind(alive.opened_after)
    .bind(alive.used_after)
    .bind(alive.until)
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
    select(from, select_sessions!("s.token_hash = $1"), token_hash, alive).await
}

/// The session of this id, whatever its token is by now, and its enabled user.
pub async fn read_one<'c>(
    from: impl Executor<'c, Database = Any>,
    id: &str,
    alive: Alive,
) -> Result<Option<SessionRow>> {
    select(from, select_sessions!("s.id = $1"), id, alive).await
}

async fn select<'c>(
    from: impl Executor<'c, Database = Any>,
    sql: &'static str,
    which: &str,
    alive: Alive,
) -> Result<Option<SessionRow>> {
    let row = sqlx::query(sql)
        .bind(which)
        .bind(alive.opened_after)
        .bind(alive.used_after)
        .bind(alive.until)
        .fetch_optional(from)
        .await?;
    row.as_ref().map(session).transpose()
}

/// Why the session of this token is none any more; none: there was no such session, or it ended long ago.
pub async fn why_ended<'c>(
    from: impl Executor<'c, Database = Any>,
    token_hash: &str,
) -> Result<Option<SessionEnd>> {
    let row = sqlx::query(
        "SELECT reason FROM ended_sessions WHERE token_hash = $1 \
         UNION ALL SELECT CASE WHEN u.disabled_at IS NULL THEN 'expired' ELSE 'disabled' END \
         FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1",
    )
    .bind(token_hash)
    .fetch_optional(from)
    .await?;
    let reason: Option<String> = row.map(|row| row.try_get("reason")).transpose()?;
    Ok(reason.as_deref().and_then(SessionEnd::from_name))
}

fn session(row: &AnyRow) -> Result<SessionRow> {
    Ok(SessionRow {
        id: row.try_get("session_id")?,
        user: user(row)?,
        last_seen_at: row.try_get("last_seen_at")?,
        proved_at: row.try_get("proved_at")?,
    })
}

/// Where a user is signed in, the latest use first.
pub async fn list_of(db: &Db, user_id: &str, alive: Alive) -> Result<Vec<OpenSessionRow>> {
    let rows = sqlx::query(
        "SELECT id, created_at, last_seen_at, address, user_agent FROM sessions \
         WHERE user_id = $1 AND created_at > $2 AND last_seen_at > $3 \
         AND created_at <= $4 AND last_seen_at <= $4 \
         ORDER BY last_seen_at DESC, created_at DESC, id",
    )
    .bind(user_id)
    .bind(alive.opened_after)
    .bind(alive.used_after)
    .bind(alive.until)
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

/// Notes that the session was in use.
pub async fn touch(tx: &mut Tx, token_hash: &str, at: Millis) -> Result<()> {
    sqlx::query(
        "UPDATE sessions SET last_seen_at = $1 WHERE token_hash = $2 AND last_seen_at < $1",
    )
    .bind(at)
    .bind(token_hash)
    .execute(&mut **tx)
    .await?;
    Ok(())
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

/// Gives a session another token and another id, because its user chose another password: what was begun
/// in it before belongs to no session any more.
pub async fn replace(
    tx: &mut Tx,
    id: &str,
    (new_id, token_hash): (&str, &str),
    now: Millis,
) -> Result<()> {
    sqlx::query("UPDATE sessions SET id = $1 WHERE id = $2")
        .bind(new_id)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    renew(tx, new_id, token_hash, now).await
}

/// Ends the session of this token. False: there was none.
pub async fn delete(tx: &mut Tx, token_hash: &str, end: (SessionEnd, Millis)) -> Result<bool> {
    remember_why(tx, remember!("token_hash = $3"), end, &[token_hash]).await?;
    let done = sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
        .bind(token_hash)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends one session of this user. False: there was none.
pub async fn end(tx: &mut Tx, user_id: &str, id: &str, end: (SessionEnd, Millis)) -> Result<bool> {
    remember_why(tx, remember!("user_id = $3 AND id = $4"), end, &[user_id, id]).await?;
    let done = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id = $2")
        .bind(user_id)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends all sessions of this user, but the one with the id `except`, and says how many those were.
pub async fn end_all(
    tx: &mut Tx,
    user_id: &str,
    except: Option<&str>,
    end: (SessionEnd, Millis),
) -> Result<u64> {
    let except = except.unwrap_or_default();
    remember_why(tx, remember!("user_id = $3 AND id <> $4"), end, &[user_id, except]).await?;
    let done = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id <> $2")
        .bind(user_id)
        .bind(except)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
}

async fn remember_why(
    tx: &mut Tx,
    sql: &'static str,
    (reason, now): (SessionEnd, Millis),
    which: &[&str],
) -> Result<()> {
    let query = sqlx::query(sql).bind(reason.as_str()).bind(now);
    which.iter().fold(query, |query, one| query.bind(*one)).execute(&mut **tx).await.map(drop)
}
