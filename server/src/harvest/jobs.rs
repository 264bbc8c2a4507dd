//! `GET /v1/jobs` and `GET /v1/jobs/{id}` (harvest-shapes §1, §2).

use super::call::{Answer, Call, Refusal};
use super::paging::{self, Page};
use super::query::{Fields, Query};
use crate::db::Db;
use crate::db::jobs::{self, JobFilter};

/// `GET /v1/jobs`
pub async fn list(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let (filter, skip_count) = filter(&call.query)?;
    let page = Page::of(&call.query);
    let rows = jobs::list(db, &filter, page.limit(), page.offset()).await?;
    paging::numbered(call, page, skip_count, rows, jobs::count(db, &filter)).await
}

/// `GET /v1/jobs/{id}`
pub async fn read(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let job = jobs::read(db, call.id()?).await?.ok_or(Refusal::NotFound)?;
    Ok(Answer::One(job.into()))
}

/// Refuses a job that does not exist. For lists within a job, which ask only when they are empty.
pub(super) async fn must_exist(db: &Db, id: i64) -> Result<(), Refusal> {
    if jobs::exists(db, id).await? { Ok(()) } else { Err(Refusal::NotFound) }
}

fn filter(query: &Query) -> Result<(JobFilter, bool), Refusal> {
    let mut fields = Fields::of(query);
    let filter = JobFilter {
        created_after: fields.time("created_after"),
        created_before: fields.time("created_before"),
        updated_after: fields.time("updated_after"),
        updated_before: fields.time("updated_before"),
        status: fields.one_of("status", &["open", "closed", "draft"]),
        requisition_id: fields.text("requisition_id"),
        opening_id: fields.text("opening_id"),
        department_id: fields.integer("department_id"),
        external_department_id: fields.text("external_department_id"),
        office_id: fields.integer("office_id"),
        external_office_id: fields.text("external_office_id"),
        custom_field_option_id: fields.integer("custom_field_option_id"),
    };
    let skip_count = paging::skip_count(&mut fields);
    fields.check()?;
    Ok((filter, skip_count))
}

#[cfg(test)]
mod tests;
