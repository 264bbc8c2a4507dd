//! The console's own users (not the `users` of the Harvest API) and their developer permissions.

use api::users::{DeveloperPermission, Level, Person};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Db, Result, Tx};
use crate::clock::Millis;

/// A user with everything a request needs to know about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    pub id: String,
    pub email: String,
    pub name: String,
    pub level: Level,
    pub developer_permissions: Vec<DeveloperPermission>,
}

/// A user about to exist.
#[derive(Debug)]
pub struct NewUserRow<'a> {
    pub id: &'a str,
    pub email: &'a str,
    pub name: &'a str,
    pub level: Level,
    pub password_hash: &'a str,
    pub developer_permissions: &'a [DeveloperPermission],
}

/// Adds a user.
pub async fn create(tx: &mut Tx, new: &NewUserRow<'_>, now: Millis) -> Result<()> {
    sqlx::query(
        "INSERT INTO users (id, email, name, level, password_hash, created_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, 1)",
    )
    .bind(new.id)
    .bind(new.email.to_lowercase())
    .bind(new.name)
    .bind(new.level.as_str())
    .bind(new.password_hash)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    for permission in new.developer_permissions {
        sqlx::query(
            "INSERT INTO developer_permissions (user_id, permission, granted_at) \
             VALUES ($1, $2, $3)",
        )
        .bind(new.id)
        .bind(permission.as_str())
        .bind(now)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Whether there is anybody who could sign in.
pub async fn any(db: &Db) -> Result<bool> {
    Ok(sqlx::query("SELECT id FROM users LIMIT 1").fetch_optional(db.read()).await?.is_some())
}

/// The id and password hash of the enabled user with this e-mail, who has a password.
pub async fn password_of(db: &Db, email: &str) -> Result<Option<(String, String)>> {
    let row = sqlx::query(
        "SELECT id, password_hash FROM users \
         WHERE email = $1 AND disabled_at IS NULL AND password_hash IS NOT NULL",
    )
    .bind(email.trim().to_lowercase())
    .fetch_optional(db.read())
    .await?;
    row.map(|row| Ok((row.try_get("id")?, row.try_get("password_hash")?))).transpose()
}

/// The user of this id.
pub async fn read(db: &Db, id: &str) -> Result<Option<UserRow>> {
    let rows = sqlx::query(
        "SELECT u.id, u.email, u.name, u.level, d.permission FROM users u \
         LEFT JOIN developer_permissions d ON d.user_id = u.id WHERE u.id = $1",
    )
    .bind(id)
    .fetch_all(db.read())
    .await?;
    user(&rows)
}

/// The enabled users who may change what others may do, by name.
pub async fn who_can_grant(db: &Db) -> Result<Vec<Person>> {
    let rows = sqlx::query(
        "SELECT u.id, u.name, u.email FROM users u \
         JOIN developer_permissions d ON d.user_id = u.id \
         WHERE d.permission = 'edit_advanced_permissions' AND u.level = 'site_admin' \
         AND u.disabled_at IS NULL ORDER BY u.name, u.id LIMIT 20",
    )
    .fetch_all(db.read())
    .await?;
    let people = rows.iter().map(|row| {
        Ok(Person {
            user_id: row.try_get("id")?,
            name: row.try_get("name")?,
            email: row.try_get("email")?,
        })
    });
    people.collect()
}

/// A user from rows of `id, email, name, level, permission`: one for each permission, or one without.
pub(super) fn user(rows: &[AnyRow]) -> Result<Option<UserRow>> {
    let Some(first) = rows.first() else { return Ok(None) };
    let level: String = first.try_get("level")?;
    let held = rows.iter().map(|row| row.try_get("permission"));
    let held: Vec<Option<String>> = held.collect::<Result<_>>()?;
    let holds = |name| held.iter().flatten().any(|held| held == name);
    Ok(Some(UserRow {
        id: first.try_get("id")?,
        email: first.try_get("email")?,
        name: first.try_get("name")?,
        // What cannot be read grants nothing.
        level: Level::from_name(&level).unwrap_or(Level::Basic),
        developer_permissions: DeveloperPermission::ALL
            .into_iter()
            .filter(|permission| holds(permission.as_str()))
            .collect(),
    }))
}
