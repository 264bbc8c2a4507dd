//! Reading the `users` of the Harvest API: colleagues, not accounts of this console.

use super::statement::Select;
use super::{Db, Result};

/// Which users to list; what is `None` is not asked for. Times are milliseconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HarvestUserFilter {
    pub employee_id: Option<String>,
    /// Any of their addresses, in any case.
    pub email: Option<String>,
    pub created_after: Option<i64>,
    pub created_before: Option<i64>,
    pub updated_after: Option<i64>,
    pub updated_before: Option<i64>,
}

impl HarvestUserFilter {
    fn on(&self, select: Select) -> Select {
        let email = self.email.as_deref().map(|email| email.trim().to_lowercase());
        select
            .when("employee_id = $", self.employee_id.as_deref())
            .when("id IN (SELECT user_id FROM harvest_user_emails WHERE email = $)", email)
            .when("created_at >= $", self.created_after)
            .when("created_at < $", self.created_before)
            .when("updated_at >= $", self.updated_after)
            .when("updated_at < $", self.updated_before)
    }
}

/// Whether a document is continued with the organisation's own fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attributes {
    With,
    Without,
}

impl Attributes {
    fn select(self) -> Select {
        Select::new(match self {
            // A document is an object with members: its last brace makes room for more of them.
            Self::With => {
                "SELECT SUBSTR(document, 1, LENGTH(document) - 1) || ',' || attributes || '}' \
                 FROM harvest_users"
            }
            Self::Without => "SELECT document FROM harvest_users",
        })
    }
}

/// The documents of the users that pass, in ascending id.
pub async fn list(
    db: &Db,
    filter: &HarvestUserFilter,
    attributes: Attributes,
    limit: i64,
    offset: i64,
) -> Result<Vec<String>> {
    filter
        .on(attributes.select())
        .add(" ORDER BY id LIMIT $", limit)
        .add(" OFFSET $", offset)
        .texts(db.read())
        .await
}

/// How many users pass.
pub async fn count(db: &Db, filter: &HarvestUserFilter) -> Result<i64> {
    filter.on(Select::new("SELECT COUNT(*) FROM harvest_users")).number(db.read()).await
}

/// The document of one user.
pub async fn read(db: &Db, id: i64, attributes: Attributes) -> Result<Option<String>> {
    Ok(attributes.select().when("id = $", Some(id)).texts(db.read()).await?.pop())
}

/// Whether this can be the id of a user: one is held, or none at all is.
pub async fn may_be(db: &Db, id: i64) -> Result<bool> {
    let text = " OR EXISTS (SELECT 1 FROM harvest_users WHERE id = $) THEN 1 ELSE 0 END";
    let select = Select::new("SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM harvest_users)");
    Ok(select.add(text, id).number(db.read()).await? == 1)
}

/// The documents of these users, as far as they are known.
pub async fn read_all(db: &Db, ids: &[i64]) -> Result<Vec<String>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Attributes::Without.select().among("id", ids).texts(db.read()).await
}
