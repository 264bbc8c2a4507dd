//! Secrets: the stored side of API keys.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::credentials::{Grant, grant, unreadable};
use super::{Db, Result, Tx};
use crate::clock::Millis;
use crate::keys::SecretHash;

/// A secret as a call's decision needs it.
#[derive(Debug, Clone)]
pub struct Secret {
    pub id: String,
    pub credential_id: String,
    pub hash: SecretHash,
}

macro_rules! select_secrets {
    ($rest:literal) => {
        concat!(
            "SELECT s.id AS secret_id, s.credential_id, s.hash, c.api_type, c.partner, \
             c.permissions, c.revoked_at FROM secrets s JOIN credentials c \
             ON c.id = s.credential_id ",
            $rest
        )
    };
}

/// All secrets of a credential, and what they open, if anything.
pub async fn list_of(db: &Db, credential_id: &str) -> Result<Vec<(Secret, Option<Grant>)>> {
    let rows = sqlx::query(select_secrets!("WHERE s.credential_id = $1"))
        .bind(credential_id)
        .fetch_all(db.read())
        .await?;
    let secrets = rows.iter().map(|row| {
        let revoked: Option<Millis> = row.try_get("revoked_at")?;
        Ok((secret(row)?, if revoked.is_none() { Some(grant(row)?) } else { None }))
    });
    secrets.collect()
}

/// The secret of this hash and what it opens, when it opens something.
pub async fn read_active(db: &Db, hash: &SecretHash) -> Result<Option<(Secret, Grant)>> {
    let row = sqlx::query(select_secrets!("WHERE s.hash = $1 AND c.revoked_at IS NULL"))
        .bind(hash.to_hex())
        .fetch_optional(db.read())
        .await?;
    row.map(|row| Ok((secret(&row)?, grant(&row)?))).transpose()
}

/// Gives a secret the hash and the hint of another key, in place of the `old` one, if no call was ever made
/// with that. False: it is another one already or was used, and nothing was written.
pub async fn supersede(
    tx: &mut Tx,
    (id, hint): (&str, &str),
    (old, new): (&str, &SecretHash),
    now: Millis,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE secrets SET hash = $1, hint = $2, created_at = $3 \
         WHERE id = $4 AND hash = $5 AND last_used_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM usage_last u WHERE u.secret_id = $4)",
    )
    .bind(new.to_hex())
    .bind(hint)
    .bind(now)
    .bind(id)
    .bind(old)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The ids of a credential's secrets.
pub async fn ids_of(db: &Db, credential_id: &str) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT id FROM secrets WHERE credential_id = $1")
        .bind(credential_id)
        .fetch_all(db.read())
        .await?;
    rows.iter().map(|row| row.try_get("id")).collect()
}

fn secret(row: &AnyRow) -> Result<Secret> {
    Ok(Secret {
        id: row.try_get("secret_id")?,
        credential_id: row.try_get("credential_id")?,
        hash: hash_of(&row.try_get::<String, _>("hash")?)?,
    })
}

pub(super) fn hash_of(text: &str) -> Result<SecretHash> {
    SecretHash::from_hex(text).ok_or_else(|| unreadable("hash", text))
}
