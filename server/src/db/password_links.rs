//! One-time addresses at which a person chooses a password.

use api::password_links::PasswordLinkKind;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

use super::credentials::unreadable;
use super::{Result, Tx};
use crate::clock::{Millis, SKEW};

/// A link as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordLinkRow {
    pub kind: PasswordLinkKind,
    /// Whose password; none for the first Site Admin.
    pub user_id: Option<String>,
    pub expires_at: Millis,
}

/// Adds a link, in place of the one its user had, and forgets those that are too old.
pub async fn create(
    tx: &mut Tx,
    token_hash: &str,
    link: &PasswordLinkRow,
    now: Millis,
) -> Result<()> {
    if let Some(user_id) = &link.user_id {
        delete_of(tx, user_id).await?;
    }
    sqlx::query("DELETE FROM password_links WHERE expires_at <= $1 OR created_at > $2")
        .bind(now)
        .bind(now + SKEW)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO password_links (token_hash, kind, user_id, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(token_hash)
    .bind(link.kind.as_str())
    .bind(link.user_id.clone())
    .bind(now)
    .bind(link.expires_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The link of this token, if it is still good, and was not made by a clock that was ahead.
pub async fn read<'c>(
    from: impl Executor<'c, Database = Any>,
    token_hash: &str,
    now: Millis,
) -> Result<Option<PasswordLinkRow>> {
    let row = sqlx::query(
        "SELECT kind, user_id, expires_at FROM password_links \
         WHERE token_hash = $1 AND expires_at > $2 AND created_at <= $3",
    )
    .bind(token_hash)
    .bind(now)
    .bind(now + SKEW)
    .fetch_optional(from)
    .await?;
    row.as_ref().map(link).transpose()
}

/// Takes the link out of the table: of two who use it at once, one gets it.
pub async fn take(tx: &mut Tx, token_hash: &str, now: Millis) -> Result<Option<PasswordLinkRow>> {
    let row = sqlx::query(
        "DELETE FROM password_links WHERE token_hash = $1 AND expires_at > $2 \
         AND created_at <= $3 RETURNING kind, user_id, expires_at",
    )
    .bind(token_hash)
    .bind(now)
    .bind(now + SKEW)
    .fetch_optional(&mut **tx)
    .await?;
    row.as_ref().map(link).transpose()
}

/// Ends the link of this user, if there is one.
pub async fn delete_of(tx: &mut Tx, user_id: &str) -> Result<()> {
    sqlx::query("DELETE FROM password_links WHERE user_id = $1")
        .bind(user_id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends all links for the first Site Admin: there is one now.
pub async fn delete_first(tx: &mut Tx) -> Result<()> {
    sqlx::query("DELETE FROM password_links WHERE user_id IS NULL").execute(&mut **tx).await?;
    Ok(())
}

fn link(row: &AnyRow) -> Result<PasswordLinkRow> {
    let kind: String = row.try_get("kind")?;
    Ok(PasswordLinkRow {
        kind: PasswordLinkKind::from_name(&kind).ok_or_else(|| unreadable("kind", &kind))?,
        user_id: row.try_get("user_id")?,
        expires_at: row.try_get("expires_at")?,
    })
}
