//! Credentials. Their secrets are in `secrets`.

use api::credentials::{ApiType, CredentialFilter, CredentialSort, Status};
use api::partners::UNLISTED_VENDOR;
use api::permissions::PermissionSet;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

use super::statement::Select;
use super::{Db, Result, Tx};
use crate::clock::Millis;
use crate::keys::SecretHash;

/// A credential as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRow {
    pub id: String,
    pub api_type: ApiType,
    pub partner: String,
    pub description: String,
    pub permissions: PermissionSet,
    pub key_hint: String,
    /// The newest secret.
    pub secret_id: String,
    pub created_at: Millis,
    /// The name of who made it; empty when it was made on the command line.
    pub created_by: String,
    pub stored_at: Option<Millis>,
    pub revoked_at: Option<Millis>,
    pub last_used_at: Option<Millis>,
    pub last_used_address: Option<String>,
    pub version: i64,
}

impl CredentialRow {
    pub fn status(&self) -> Status {
        if self.revoked_at.is_some() { Status::Revoked } else { Status::Active }
    }
}

/// A credential about to exist, with the hash of its first key.
#[derive(Debug)]
pub struct NewCredentialRow {
    pub id: String,
    pub api_type: ApiType,
    pub partner: String,
    pub description: String,
    pub permissions: PermissionSet,
    pub created_at: Millis,
    pub created_by: Option<String>,
    pub secret_id: String,
    pub hash: SecretHash,
    pub key_hint: String,
}

/// What the keys of an active credential open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Grant {
    pub api_type: ApiType,
    pub permissions: PermissionSet,
    /// Whether the partner is a vendor nobody has listed.
    pub unlisted: bool,
}

/// Where a list goes on: behind the row with these values. Which of the first two counts is the order's
/// business.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor {
    /// A moment, or a place in the log.
    pub number: i64,
    /// In lower case.
    pub text: String,
    pub id: String,
}

impl Cursor {
    /// Behind this credential.
    pub fn of(row: &CredentialRow) -> Self {
        let text = row.description.to_lowercase();
        Self { number: row.created_at, text, id: row.id.clone() }
    }
}

/// The columns of [`CredentialRow`]. The hint and the id are the newest secret's, the last use any secret's.
macro_rules! select_credentials {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.api_type, c.partner, c.description, c.permissions, c.created_at, \
             COALESCE(u.name, '') AS created_by, c.stored_at, c.revoked_at, c.version, \
             (SELECT s.hint FROM secrets s WHERE s.credential_id = c.id \
              ORDER BY s.created_at DESC, s.id DESC LIMIT 1) AS hint, \
             (SELECT s.id FROM secrets s WHERE s.credential_id = c.id \
              ORDER BY s.created_at DESC, s.id DESC LIMIT 1) AS secret_id, \
             (SELECT MAX(s.last_used_at) FROM secrets s WHERE s.credential_id = c.id) \
             AS last_used_at, \
             (SELECT s.last_used_address FROM secrets s WHERE s.credential_id = c.id \
              AND s.last_used_at IS NOT NULL ORDER BY s.last_used_at DESC LIMIT 1) \
             AS last_used_address \
             FROM credentials c LEFT JOIN users u ON u.id = c.created_by ",
            $rest
        )
    };
}

/// Up to `limit` credentials of `types`, in the order of the filter.
pub async fn list(
    db: &Db,
    types: &[ApiType],
    filter: &CredentialFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<CredentialRow>> {
    let Some(select) = narrowed(Select::new(select_credentials!("")), types, filter) else {
        return Ok(Vec::new());
    };
    let select = sorted(select, filter.sort.unwrap_or_default(), after, limit);
    select.rows(db.read()).await?.iter().map(credential).collect()
}

/// How many credentials of `types` the filter matches.
pub async fn count(db: &Db, types: &[ApiType], filter: &CredentialFilter) -> Result<i64> {
    if needle(filter.q.as_deref()).is_some() {
        let select = narrowed(Select::new("SELECT COUNT(*) FROM credentials c"), types, filter);
        return match select {
            Some(select) => select.number(db.read()).await,
            None => Ok(0),
        };
    }
    let Some(only) = only(types, filter) else { return Ok(0) };
    let revoked = filter.status.map(|status| i64::from(status == Status::Revoked));
    Select::new("SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM credential_counts")
        .when("api_type = $", only.map(ApiType::as_str))
        .when("partner = $", filter.partner.as_ref().map(|partner| partner.0.as_str()))
        .when("revoked = $", revoked)
        .number(db.read())
        .await
}

/// The one type that can be in the list, if it is one; none when no type can.
#[expect(clippy::option_option, reason = "no type at all is not the same as every type")]
fn only(types: &[ApiType], filter: &CredentialFilter) -> Option<Option<ApiType>> {
    match (filter.api_type, types) {
        (Some(only), _) if types.contains(&only) => Some(Some(only)),
        (None, [only]) => Some(Some(*only)),
        (None, types) if types.len() == ApiType::ALL.len() => Some(None),
        _ => None,
    }
}

fn narrowed(select: Select, types: &[ApiType], filter: &CredentialFilter) -> Option<Select> {
    let only = only(types, filter)?;
    let pattern = needle(filter.q.as_deref()).map(contains);
    let status = filter.status.map(|status| match status {
        Status::Active => "c.revoked_at IS NULL",
        Status::Revoked => "c.revoked_at IS NOT NULL",
    });
    // Only what is asked for stands in the statement: an index serves no condition that may be none.
    let select = select
        .when("c.api_type = $", only.map(ApiType::as_str))
        .when("c.partner = $", filter.partner.as_ref().map(|partner| partner.0.as_str()))
        .when("c.description_folded LIKE $ ESCAPE '!'", pattern)
        .only(status);
    Some(select)
}

fn sorted(mut select: Select, sort: CredentialSort, after: Option<&Cursor>, limit: i64) -> Select {
    use CredentialSort::{CreatedAt, CreatedAtDescending, Description, DescriptionDescending};
    if let Some(after) = after {
        let (number, text) = (after.number, after.text.as_str());
        select = match sort {
            CreatedAt => select.when("(c.created_at, c.id) > ($, ", Some(number)),
            CreatedAtDescending => select.when("(c.created_at, c.id) < ($, ", Some(number)),
            Description => select.when("(c.description_folded, c.id) > ($, ", Some(text)),
            DescriptionDescending => select.when("(c.description_folded, c.id) < ($, ", Some(text)),
        };
        select = select.add("$)", after.id.as_str());
    }
    let order = match sort {
        CreatedAt => " ORDER BY c.created_at, c.id LIMIT $",
        CreatedAtDescending => " ORDER BY c.created_at DESC, c.id DESC LIMIT $",
        Description => " ORDER BY c.description_folded, c.id LIMIT $",
        DescriptionDescending => " ORDER BY c.description_folded DESC, c.id DESC LIMIT $",
    };
    select.add(order, limit)
}

/// Up to `limit` credentials that this user made, in this order, behind `after`.
pub async fn list_made_by(
    db: &Db,
    user_id: &str,
    sort: CredentialSort,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<CredentialRow>> {
    let select = Select::new(select_credentials!("")).when("c.created_by = $", Some(user_id));
    let rows = sorted(select, sort, after, limit).rows(db.read()).await?;
    rows.iter().map(credential).collect()
}

/// How many credentials this user made.
pub async fn count_made_by(db: &Db, user_id: &str) -> Result<i64> {
    let select = Select::new("SELECT COUNT(*) FROM credentials");
    select.when("created_by = $", Some(user_id)).number(db.read()).await
}

/// The credential of this id.
pub async fn read<'c>(
    from: impl Executor<'c, Database = Any>,
    id: &str,
) -> Result<Option<CredentialRow>> {
    let row =
        sqlx::query(select_credentials!("WHERE c.id = $1")).bind(id).fetch_optional(from).await?;
    row.as_ref().map(credential).transpose()
}

/// The credentials of these ids, in the order of the ids.
pub async fn list_of(db: &Db, ids: &[String]) -> Result<Vec<CredentialRow>> {
    let rows = Select::new(select_credentials!("")).among("c.id", ids).rows(db.read()).await?;
    let mut rows = rows.iter().map(credential).collect::<Result<Vec<_>>>()?;
    rows.sort_by_cached_key(|row| ids.iter().position(|id| *id == row.id));
    Ok(rows)
}

/// Adds a credential and its first secret.
pub async fn create(tx: &mut Tx, new: &NewCredentialRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO credentials (id, api_type, partner, description, description_folded, \
         permissions, created_at, created_by, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
    )
    .bind(&new.id)
    .bind(new.api_type.as_str())
    .bind(&new.partner)
    .bind(&new.description)
    .bind(new.description.to_lowercase())
    .bind(set_to_text(new.permissions))
    .bind(new.created_at)
    .bind(new.created_by.clone())
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "INSERT INTO secrets (id, credential_id, hash, hint, created_at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&new.secret_id)
    .bind(&new.id)
    .bind(new.hash.to_hex())
    .bind(&new.key_hint)
    .bind(new.created_at)
    .execute(&mut **tx)
    .await?;
    add_to_count(tx, (new.api_type, &new.partner, 0), 1).await
}

/// Writes what may change in a credential, if it still has the version it was read with. False: someone
/// was faster, and nothing was written.
pub async fn update(tx: &mut Tx, row: &CredentialRow) -> Result<bool> {
    let before = sqlx::query(
        "SELECT CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END AS revoked FROM credentials \
         WHERE id = $1",
    )
    .bind(&row.id)
    .fetch_optional(&mut **tx)
    .await?;
    let was: Option<i64> = before.map(|before| before.try_get("revoked")).transpose()?;
    let done = sqlx::query(
        "UPDATE credentials SET description = $1, description_folded = $2, permissions = $3, \
         stored_at = $4, revoked_at = $5, version = version + 1 WHERE id = $6 AND version = $7",
    )
    .bind(&row.description)
    .bind(row.description.to_lowercase())
    .bind(set_to_text(row.permissions))
    .bind(row.stored_at)
    .bind(row.revoked_at)
    .bind(&row.id)
    .bind(row.version)
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    let is = i64::from(row.revoked_at.is_some());
    if let Some(was) = was.filter(|was| *was != is) {
        add_to_count(tx, (row.api_type, &row.partner, was), -1).await?;
        add_to_count(tx, (row.api_type, &row.partner, is), 1).await?;
    }
    Ok(true)
}

/// Keeps the number of credentials of a kind.
async fn add_to_count(tx: &mut Tx, kind: (ApiType, &str, i64), by: i64) -> Result<()> {
    let (api_type, partner, revoked) = kind;
    sqlx::query(
        "INSERT INTO credential_counts (api_type, partner, revoked, count) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (api_type, partner, revoked) \
         DO UPDATE SET count = credential_counts.count + excluded.count",
    )
    .bind(api_type.as_str())
    .bind(partner)
    .bind(revoked)
    .bind(by)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn credential(row: &AnyRow) -> Result<CredentialRow> {
    Ok(CredentialRow {
        id: row.try_get("id")?,
        api_type: api_type_of(&row.try_get::<String, _>("api_type")?)?,
        partner: row.try_get("partner")?,
        description: row.try_get("description")?,
        permissions: permissions_of(&row.try_get::<String, _>("permissions")?)?,
        key_hint: row.try_get("hint")?,
        secret_id: row.try_get("secret_id")?,
        created_at: row.try_get("created_at")?,
        created_by: row.try_get("created_by")?,
        stored_at: row.try_get("stored_at")?,
        revoked_at: row.try_get("revoked_at")?,
        last_used_at: row.try_get("last_used_at")?,
        last_used_address: row.try_get("last_used_address")?,
        version: row.try_get("version")?,
    })
}

impl Grant {
    pub(super) fn of(api_type: &str, permissions: &str, partner: &str) -> Result<Self> {
        Ok(Self {
            api_type: api_type_of(api_type)?,
            permissions: permissions_of(permissions)?,
            unlisted: partner == UNLISTED_VENDOR,
        })
    }
}

pub(super) fn grant(row: &AnyRow) -> Result<Grant> {
    let text = |column| row.try_get::<String, _>(column);
    Grant::of(&text("api_type")?, &text("permissions")?, &text("partner")?)
}

pub(super) fn api_type_of(name: &str) -> Result<ApiType> {
    ApiType::from_name(name).ok_or_else(|| unreadable("api_type", name))
}

fn permissions_of(text: &str) -> Result<PermissionSet> {
    set_from_text(text).ok_or_else(|| unreadable("permissions", text))
}

pub(super) fn unreadable(column: &str, value: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("the column {column} holds {value:?}").into())
}

/// 64 hexadecimal digits, the highest bit first.
fn set_to_text(set: PermissionSet) -> String {
    let [low, second, third, high] = set.to_words();
    format!("{high:016x}{third:016x}{second:016x}{low:016x}")
}

fn set_from_text(text: &str) -> Option<PermissionSet> {
    let word = |at: usize| u64::from_str_radix(text.get(at * 16..at * 16 + 16)?, 16).ok();
    (text.len() == 64)
        .then(|| Some(PermissionSet::from_words([word(3)?, word(2)?, word(1)?, word(0)?])))?
}

/// What a person searches for, without the spaces around it; none when nothing is left.
pub fn needle(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// A LIKE pattern for "contains this", whatever it contains itself.
pub(super) fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.to_lowercase().chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_survives_storing() {
        let set: PermissionSet = [0, 64, 135, 255].into_iter().collect();
        assert_eq!(set_from_text(&set_to_text(set)), Some(set));
        assert_eq!(set_from_text("12"), None);
        assert_eq!(set_from_text(&"g".repeat(64)), None);
    }

    #[test]
    fn what_a_person_searches_for_is_not_a_pattern() {
        assert_eq!(contains("100%_Sure!"), "%100!%!_sure!!%");
    }
}
