//! Reading the definitions of custom fields, and the two short lists of words: close reasons and roles.

use sqlx::Row as _;

use super::statement::Select;
use super::{Db, Result};

/// The documents of what `field_type` carries, or of all, in ascending id; also those out of use, when
/// asked for.
pub async fn list(
    db: &Db,
    field_type: Option<&str>,
    include_inactive: bool,
    limit: i64,
    offset: i64,
) -> Result<Vec<String>> {
    Select::new("SELECT document FROM custom_fields")
        .when("field_type = $", field_type)
        .when("active = $", (!include_inactive).then_some(true))
        .add(" ORDER BY id LIMIT $", limit)
        .add(" OFFSET $", offset)
        .texts(db.read())
        .await
}

/// The document of one definition.
pub async fn read(db: &Db, id: i64) -> Result<Option<String>> {
    let select = Select::new("SELECT document FROM custom_fields").when("id = $", Some(id));
    Ok(select.texts(db.read()).await?.pop())
}

/// Id and name of every reason for closing an opening, in ascending id.
pub async fn close_reasons(db: &Db) -> Result<Vec<(i64, String)>> {
    let rows =
        sqlx::query("SELECT id, name FROM close_reasons ORDER BY id").fetch_all(db.read()).await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("name")?))).collect()
}

/// Id, type and name of the roles, in ascending id.
pub async fn user_roles(db: &Db, limit: i64, offset: i64) -> Result<Vec<(i64, String, String)>> {
    let rows = Select::new("SELECT id, type, name FROM user_roles")
        .add(" ORDER BY id LIMIT $", limit)
        .add(" OFFSET $", offset)
        .rows(db.read())
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("id")?, row.try_get("type")?, row.try_get("name")?)))
        .collect()
}
