//! Secrets: the stored side of API keys.

use api::credentials::ApiType;
use api::permissions::PermissionSet;
use futures_util::{Stream, StreamExt as _};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::credentials::{api_type, permissions, unreadable};
use super::{Db, Result};
use crate::clock::Millis;
use crate::keys::SecretHash;

/// A secret that opens something: what a call's decision needs.
#[derive(Debug, Clone)]
pub struct ActiveSecret {
    pub secret_id: String,
    pub credential_id: String,
    pub hash: SecretHash,
    pub api_type: ApiType,
    pub partner: String,
    pub permissions: PermissionSet,
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

/// Every secret that opens something, one after the other: there may be a million.
pub fn list_active(db: &Db) -> impl Stream<Item = Result<ActiveSecret>> + Unpin {
    let rows = sqlx::query(select_secrets!("WHERE c.revoked_at IS NULL")).fetch(db.read());
    rows.map(|row| secret(&row?))
}

/// How many secrets there are, also those that open nothing.
pub async fn count(db: &Db) -> Result<usize> {
    let row = sqlx::query("SELECT COUNT(*) AS secrets FROM secrets").fetch_one(db.read()).await?;
    let count: i64 = row.try_get("secrets")?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// All secrets of a credential: the hash, and the rest where it opens something.
pub async fn list_of(
    db: &Db,
    credential_id: &str,
) -> Result<Vec<(SecretHash, Option<ActiveSecret>)>> {
    let rows = sqlx::query(select_secrets!("WHERE s.credential_id = $1"))
        .bind(credential_id)
        .fetch_all(db.read())
        .await?;
    let secrets = rows.iter().map(|row| {
        let revoked: Option<Millis> = row.try_get("revoked_at")?;
        let secret = secret(row)?;
        Ok((secret.hash, revoked.is_none().then_some(secret)))
    });
    secrets.collect()
}

/// The secret of this hash, when it opens something.
pub async fn read_active(db: &Db, hash: &SecretHash) -> Result<Option<ActiveSecret>> {
    let row = sqlx::query(select_secrets!("WHERE s.hash = $1 AND c.revoked_at IS NULL"))
        .bind(hash.to_hex())
        .fetch_optional(db.read())
        .await?;
    row.as_ref().map(secret).transpose()
}

/// The ids of a credential's secrets.
pub async fn ids_of(db: &Db, credential_id: &str) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT id FROM secrets WHERE credential_id = $1")
        .bind(credential_id)
        .fetch_all(db.read())
        .await?;
    rows.iter().map(|row| row.try_get("id")).collect()
}

fn secret(row: &AnyRow) -> Result<ActiveSecret> {
    let hash: String = row.try_get("hash")?;
    Ok(ActiveSecret {
        secret_id: row.try_get("secret_id")?,
        credential_id: row.try_get("credential_id")?,
        hash: SecretHash::from_hex(&hash).ok_or_else(|| unreadable("hash", &hash))?,
        api_type: api_type(row)?,
        partner: row.try_get("partner")?,
        permissions: permissions(row)?,
    })
}
