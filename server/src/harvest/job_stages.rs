//! `GET /v1/job_stages`, `GET /v1/jobs/{id}/stages` and `GET /v1/job_stages/{id}` (harvest-shapes §8).

use super::call::{Answer, Call, Refusal};
use super::jobs;
use super::paging::{self, Page};
use super::query::Fields;
use crate::db::Db;
use crate::db::job_stages::{self, JobStageFilter};

/// `GET /v1/job_stages`
pub async fn list(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let mut fields = Fields::of(&call.query);
    let filter = filter(&mut fields);
    let skip_count = paging::skip_count(&mut fields);
    fields.check()?;
    let page = Page::of(&call.query);
    let rows = job_stages::list(db, &filter, page.limit(), page.offset()).await?;
    paging::numbered(call, page, skip_count, rows, job_stages::count(db, &filter)).await
}

/// `GET /v1/jobs/{id}/stages`, which has no pages
pub async fn list_of_job(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let job_id = call.id()?;
    let mut fields = Fields::of(&call.query);
    let filter = filter(&mut fields);
    fields.check()?;
    let rows = job_stages::list_of_job(db, job_id, &filter).await?;
    if rows.is_empty() {
        jobs::must_exist(db, job_id).await?;
    }
    Ok(Answer::list(&rows, None))
}

/// `GET /v1/job_stages/{id}`
pub async fn read(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let stage = job_stages::read(db, call.id()?).await?.ok_or(Refusal::NotFound)?;
    Ok(Answer::One(stage.into()))
}

fn filter(fields: &mut Fields<'_>) -> JobStageFilter {
    JobStageFilter {
        created_after: fields.time("created_after"),
        created_before: fields.time("created_before"),
        updated_after: fields.time("updated_after"),
        updated_before: fields.time("updated_before"),
    }
}

#[cfg(test)]
mod tests;
