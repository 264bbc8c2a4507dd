//! `GET /v1/jobs/{job_id}/openings` and one of them (harvest-shapes §7).

use super::call::{Answer, Call, Refusal};
use super::jobs;
use super::paging::{self, Page};
use crate::db::{Db, openings};

/// `GET /v1/jobs/{job_id}/openings`
pub async fn list_of_job(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let job_id = call.id()?;
    // The documented words are these two, though an opening says `open`; anything else means all.
    let status = match call.query.get("status") {
        Some("opened") => Some("open"),
        Some("closed") => Some("closed"),
        _ => None,
    };
    let page = Page::of(&call.query);
    let rows = openings::list_of_job(db, job_id, status, page.limit(), page.offset()).await?;
    if rows.is_empty() {
        jobs::must_exist(db, job_id).await?;
    }
    Ok(paging::next_only(call, page, rows))
}

/// `GET /v1/jobs/{job_id}/openings/{id}`, by the opening's own id and not by the organisation's number
pub async fn read(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let opening = openings::read(db, call.id()?, call.id_at(1)?).await?;
    Ok(Answer::One(opening.ok_or(Refusal::NotFound)?.into()))
}

#[cfg(test)]
mod tests;
