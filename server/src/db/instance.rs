//! What this installation is.

use sqlx::{Any, Executor, Row as _};

use super::{Result, Tx};

/// The organisation's name.
pub const ORGANIZATION: &str = "organization";
/// Present when the data is made up and the passwords are public.
pub const DEMO: &str = "demo";

/// The fact of this name, if it is known.
pub async fn read<'c>(
    from: impl Executor<'c, Database = Any>,
    name: &str,
) -> Result<Option<String>> {
    let row = sqlx::query("SELECT value FROM instance WHERE name = $1")
        .bind(name)
        .fetch_optional(from)
        .await?;
    row.map(|row| row.try_get("value")).transpose()
}

/// Writes down a fact unless it is known, and gives what is known then: of several who do it at once with
/// different values, all are given the same one.
pub async fn claim(tx: &mut Tx, name: &str, value: &str) -> Result<String> {
    let row = sqlx::query(
        "INSERT INTO instance (name, value) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET value = instance.value RETURNING value",
    )
    .bind(name)
    .bind(value)
    .fetch_one(&mut **tx)
    .await?;
    row.try_get("value")
}

/// Writes down a fact.
pub async fn save(tx: &mut Tx, name: &str, value: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO instance (name, value) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
