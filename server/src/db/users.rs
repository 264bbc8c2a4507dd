//! The console's own users (not the `users` of the Harvest API) and their developer permissions.

use api::users::{DeveloperPermission, Level, Person, UserFilter, UserSort, UserStatus};
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

use super::credentials::{Cursor, contains, needle};
use super::statement::Select;
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
    /// Has chosen a password, and so can sign in unless disabled.
    pub has_password: bool,
    pub disabled_at: Option<Millis>,
    pub created_at: Millis,
    pub last_sign_in_at: Option<Millis>,
    pub version: i64,
}

/// A user about to exist.
#[derive(Debug)]
pub struct NewUserRow<'a> {
    pub id: &'a str,
    pub email: &'a str,
    pub name: &'a str,
    pub level: Level,
    /// None: they choose a password at the address of a link.
    pub password_hash: Option<&'a str>,
    pub developer_permissions: &'a [DeveloperPermission],
}

/// The columns of [`UserRow`], with more columns before and the rest of the statement behind them.
macro_rules! select_users {
    ($columns:literal, $($rest:literal),+) => {
        concat!(
            "SELECT ",
            $columns,
            "u.id, u.email, u.name, u.level, u.disabled_at, u.created_at, u.last_sign_in_at, \
             u.version, CASE WHEN u.password_hash IS NULL THEN '' ELSE 'yes' END AS has_password, \
             (SELECT string_agg(d.permission, ',') FROM developer_permissions d \
              WHERE d.user_id = u.id) AS held \
             FROM users u ",
            $($rest),+
        )
    };
}
pub(super) use select_users;

/// Adds a user. False: the e-mail is taken, and the transaction is of no more use.
pub async fn create(tx: &mut Tx, new: &NewUserRow<'_>, now: Millis) -> Result<bool> {
    let email = new.email.trim().to_lowercase();
    let inserted = sqlx::query(
        "INSERT INTO users (id, email, name, folded, level, password_hash, created_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
    )
    .bind(new.id)
    .bind(&email)
    .bind(new.name)
    .bind(folded(new.name, &email))
    .bind(new.level.as_str())
    .bind(new.password_hash)
    .bind(now)
    .execute(&mut **tx)
    .await;
    match inserted {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => return Ok(false),
        inserted => inserted?,
    };
    grant(tx, new.id, new.developer_permissions, now).await?;
    Ok(true)
}

/// Whether there is anybody at all.
pub async fn any<'c>(from: impl Executor<'c, Database = Any>) -> Result<bool> {
    Ok(sqlx::query("SELECT id FROM users LIMIT 1").fetch_optional(from).await?.is_some())
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

/// The password hash of this user, who is enabled and has a password.
pub async fn password_hash<'c>(
    from: impl Executor<'c, Database = Any>,
    id: &str,
) -> Result<Option<String>> {
    let row = sqlx::query(
        "SELECT password_hash FROM users \
         WHERE id = $1 AND disabled_at IS NULL AND password_hash IS NOT NULL",
    )
    .bind(id)
    .fetch_optional(from)
    .await?;
    row.map(|row| row.try_get("password_hash")).transpose()
}

/// The user of this id.
pub async fn read<'c>(
    from: impl Executor<'c, Database = Any>,
    id: &str,
) -> Result<Option<UserRow>> {
    let row =
        sqlx::query(select_users!("", "WHERE u.id = $1")).bind(id).fetch_optional(from).await?;
    row.as_ref().map(user).transpose()
}

/// The user with this e-mail, enabled or not.
pub async fn find<'c>(
    from: impl Executor<'c, Database = Any>,
    email: &str,
) -> Result<Option<UserRow>> {
    let row = sqlx::query(select_users!("", "WHERE u.email = $1"))
        .bind(email.trim().to_lowercase())
        .fetch_optional(from)
        .await?;
    row.as_ref().map(user).transpose()
}

impl UserRow {
    /// Where a list in this order goes on behind this user.
    pub fn cursor(&self, sort: UserSort) -> Cursor {
        let number = match sort {
            UserSort::LastSignInAt | UserSort::LastSignInAtDescending => self.last_sign_in_at,
            _ => Some(self.created_at),
        };
        let (number, text) = (number.unwrap_or(0), folded(&self.name, &self.email));
        Cursor { number, text, id: self.id.clone() }
    }
}

/// Up to `limit` users in the order of the filter, behind `after`.
pub async fn list(
    db: &Db,
    filter: &UserFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<UserRow>> {
    let mut select = narrowed(Select::new(select_users!("", "")), filter);
    let (behind, order, by_text) = match filter.sort.unwrap_or_default() {
        UserSort::Name => ("(u.folded, u.id) > ($, ", " ORDER BY u.folded, u.id LIMIT $", true),
        UserSort::NameDescending => {
            ("(u.folded, u.id) < ($, ", " ORDER BY u.folded DESC, u.id DESC LIMIT $", true)
        }
        UserSort::CreatedAt => {
            ("(u.created_at, u.id) > ($, ", " ORDER BY u.created_at, u.id LIMIT $", false)
        }
        UserSort::CreatedAtDescending => {
            ("(u.created_at, u.id) < ($, ", " ORDER BY u.created_at DESC, u.id DESC LIMIT $", false)
        }
        UserSort::LastSignInAt => (
            "(COALESCE(u.last_sign_in_at, 0), u.id) > ($, ",
            " ORDER BY COALESCE(u.last_sign_in_at, 0), u.id LIMIT $",
            false,
        ),
        UserSort::LastSignInAtDescending => (
            "(COALESCE(u.last_sign_in_at, 0), u.id) < ($, ",
            " ORDER BY COALESCE(u.last_sign_in_at, 0) DESC, u.id DESC LIMIT $",
            false,
        ),
    };
    if let Some(after) = after {
        select = if by_text {
            select.when(behind, Some(after.text.as_str()))
        } else {
            select.when(behind, Some(after.number))
        };
        select = select.add("$)", after.id.as_str());
    }
    let rows = select.add(order, limit).rows(db.read()).await?;
    rows.iter().map(user).collect()
}

/// How many users the filter matches.
pub async fn count(db: &Db, filter: &UserFilter) -> Result<i64> {
    narrowed(Select::new("SELECT COUNT(*) FROM users u"), filter).number(db.read()).await
}

fn narrowed(select: Select, filter: &UserFilter) -> Select {
    let q = needle(filter.q.as_deref()).map(contains);
    let status = filter.status.map(|status| match status {
        UserStatus::Disabled => "u.disabled_at IS NOT NULL",
        UserStatus::Invited => "u.disabled_at IS NULL AND u.password_hash IS NULL",
        UserStatus::Active => "u.disabled_at IS NULL AND u.password_hash IS NOT NULL",
    });
    let held = filter.developer_permission.map(DeveloperPermission::as_str);
    select
        .when("u.folded LIKE $ ESCAPE '!'", q)
        .when("u.level = $", filter.level.map(Level::as_str))
        .only(status)
        .when(
            "EXISTS (SELECT h.user_id FROM developer_permissions h \
             WHERE h.user_id = u.id AND h.permission = $)",
            held,
        )
}

/// Writes what may change in a user, if they still have the version they were read with. False: someone
/// was faster, and nothing was written.
pub async fn update(tx: &mut Tx, row: &UserRow, now: Millis) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE users SET name = $1, folded = $2, level = $3, disabled_at = $4, \
         version = version + 1 WHERE id = $5 AND version = $6",
    )
    .bind(&row.name)
    .bind(folded(&row.name, &row.email))
    .bind(row.level.as_str())
    .bind(row.disabled_at)
    .bind(&row.id)
    .bind(row.version)
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    for permission in DeveloperPermission::ALL {
        if !row.developer_permissions.contains(&permission) {
            sqlx::query("DELETE FROM developer_permissions WHERE user_id = $1 AND permission = $2")
                .bind(&row.id)
                .bind(permission.as_str())
                .execute(&mut **tx)
                .await?;
        }
    }
    grant(tx, &row.id, &row.developer_permissions, now).await?;
    Ok(true)
}

/// Gives a user a password in place of the one they had, if any.
pub async fn set_password(tx: &mut Tx, id: &str, password_hash: &str) -> Result<()> {
    sqlx::query("UPDATE users SET password_hash = $1, version = version + 1 WHERE id = $2")
        .bind(password_hash)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Notes that a user signed in. That is no change of the user: the version stays.
pub async fn signed_in(tx: &mut Tx, id: &str, now: Millis) -> Result<()> {
    sqlx::query("UPDATE users SET last_sign_in_at = $1 WHERE id = $2")
        .bind(now)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The enabled users with a password who may change what others may do, by name; 20 at most.
pub async fn who_can_grant<'c>(from: impl Executor<'c, Database = Any>) -> Result<Vec<Person>> {
    let rows = sqlx::query(
        "SELECT u.id, u.name, u.email FROM users u \
         JOIN developer_permissions d ON d.user_id = u.id \
         WHERE d.permission = 'edit_advanced_permissions' AND u.level = 'site_admin' \
         AND u.disabled_at IS NULL AND u.password_hash IS NOT NULL \
         ORDER BY u.folded, u.id LIMIT 20",
    )
    .fetch_all(from)
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

async fn grant(
    tx: &mut Tx,
    user_id: &str,
    permissions: &[DeveloperPermission],
    now: Millis,
) -> Result<()> {
    for permission in permissions {
        sqlx::query(
            "INSERT INTO developer_permissions (user_id, permission, granted_at) \
             VALUES ($1, $2, $3) ON CONFLICT (user_id, permission) DO NOTHING",
        )
        .bind(user_id)
        .bind(permission.as_str())
        .bind(now)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

fn folded(name: &str, email: &str) -> String {
    format!("{name} {email}").to_lowercase()
}

/// A user from the columns of [`select_users`].
pub(super) fn user(row: &AnyRow) -> Result<UserRow> {
    let level: String = row.try_get("level")?;
    let held: Option<String> = row.try_get("held")?;
    let holds = |permission: &DeveloperPermission| {
        held.iter().flat_map(|held| held.split(',')).any(|held| held == permission.as_str())
    };
    let has_password: String = row.try_get("has_password")?;
    Ok(UserRow {
        id: row.try_get("id")?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        // What cannot be read grants nothing.
        level: Level::from_name(&level).unwrap_or(Level::Basic),
        developer_permissions: DeveloperPermission::ALL.into_iter().filter(holds).collect(),
        has_password: !has_password.is_empty(),
        disabled_at: row.try_get("disabled_at")?,
        created_at: row.try_get("created_at")?,
        last_sign_in_at: row.try_get("last_sign_in_at")?,
        version: row.try_get("version")?,
    })
}
