//! `GET /v1/users` and `GET /v1/users/{id}` (harvest-shapes §8). Nearly every connector tests its
//! connection with `GET /v1/users?per_page=1`.

use super::call::{Answer, Call, Refusal};
use super::paging::{self, Page};
use super::query::Fields;
use crate::db::Db;
use crate::db::harvest_users::{self, Attributes, HarvestUserFilter};

/// `GET /v1/users`
pub async fn list(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let mut fields = Fields::of(&call.query);
    let filter = HarvestUserFilter {
        employee_id: fields.text("employee_id"),
        email: fields.text("email"),
        created_after: fields.time("created_after"),
        created_before: fields.time("created_before"),
        updated_after: fields.time("updated_after"),
        updated_before: fields.time("updated_before"),
    };
    let attributes = attributes(&mut fields);
    let skip_count = paging::skip_count(&mut fields);
    fields.check()?;
    let page = Page::of(&call.query);
    let rows = harvest_users::list(db, &filter, attributes, page.limit(), page.offset()).await?;
    paging::numbered(call, page, skip_count, rows, harvest_users::count(db, &filter)).await
}

/// `GET /v1/users/{id}`
pub async fn read(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let id = call.id()?;
    let mut fields = Fields::of(&call.query);
    let attributes = attributes(&mut fields);
    fields.check()?;
    let user = harvest_users::read(db, id, attributes).await?.ok_or(Refusal::NotFound)?;
    Ok(Answer::One(user.into()))
}

fn attributes(fields: &mut Fields<'_>) -> Attributes {
    match fields.boolean("user_attributes") {
        Some(true) => Attributes::With,
        _ => Attributes::Without,
    }
}

#[cfg(test)]
mod tests;
