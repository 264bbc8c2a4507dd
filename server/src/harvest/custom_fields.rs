//! `GET /v1/custom_fields`, `GET /v1/custom_field/{id}` (yes, singular), its options, and the two short
//! lists of words: `GET /v1/close_reasons` and `GET /v1/user_roles` (harvest-shapes §8).

use serde_json::json;

use super::call::{Answer, Call, Refusal};
use super::paging::{self, Page};
use super::query::Fields;
use super::shapes::{CustomField, render};
use crate::db::{self, Db, custom_fields};

/// `GET /v1/custom_fields/{field_type}`, and without a type all of them. What carries no fields here has an
/// empty list.
pub async fn list(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let field_type = call.params.first().map(String::as_str);
    let mut fields = Fields::of(&call.query);
    let include_inactive = fields.boolean("include_inactive") == Some(true);
    fields.check()?;
    let page = Page::of(&call.query);
    let (limit, offset) = (page.limit(), page.offset());
    let rows = custom_fields::list(db, field_type, include_inactive, limit, offset).await?;
    Ok(paging::next_only(call, page, rows))
}

/// `GET /v1/custom_field/{id}`
pub async fn read(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let field = custom_fields::read(db, call.id()?).await?.ok_or(Refusal::NotFound)?;
    Ok(Answer::One(field.into()))
}

/// `GET /v1/custom_field/{id}/custom_field_options`. No shape of Harvest has the options that were deleted,
/// so no import brings any: all there are is those in use, and who asks for the deleted ones gets none.
pub async fn list_options(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let id = call.id()?;
    let mut fields = Fields::of(&call.query);
    let deleted = fields.one_of("type", &["all", "active", "inactive"]) == Some("inactive");
    fields.check()?;
    let field = custom_fields::read(db, id).await?.ok_or(Refusal::NotFound)?;
    let mut field: CustomField =
        serde_json::from_str(&field).map_err(|error| db::Error::Decode(error.into()))?;
    if deleted {
        field.custom_field_options.clear();
    }
    let page = Page::of(&call.query);
    let options = field.custom_field_options.iter().map(render);
    let skipped = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    let shown = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    Ok(paging::next_only(call, page, options.skip(skipped).take(shown).collect()))
}

/// `GET /v1/close_reasons`, which has no pages
pub async fn close_reasons(db: &Db) -> Result<Answer, Refusal> {
    let reasons = custom_fields::close_reasons(db).await?;
    let reasons: Vec<String> =
        reasons.iter().map(|(id, name)| json!({ "id": id, "name": name }).to_string()).collect();
    Ok(Answer::list(&reasons, None))
}

/// `GET /v1/user_roles`
pub async fn user_roles(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let page = Page::of(&call.query);
    let roles = custom_fields::user_roles(db, page.limit(), page.offset()).await?;
    let role = |(id, kind, name): &(i64, String, String)| {
        json!({ "id": id, "type": kind, "name": name }).to_string()
    };
    Ok(paging::next_only(call, page, roles.iter().map(role).collect()))
}

#[cfg(test)]
mod tests;
