//! The five reads of job posts: `GET /v1/job_posts`, one of them and its custom locations,
//! `GET /v1/jobs/{id}/job_posts` and `GET /v1/jobs/{id}/job_post` (harvest-shapes §3 to §6b).

use super::call::{Answer, Call, Refusal};
use super::jobs;
use super::paging::{self, Page};
use super::query::Fields;
use super::shapes::{JobPost, render};
use crate::db::job_posts::{self, Content, JobPostFilter};
use crate::db::{self, Db};

/// `GET /v1/job_posts`
pub async fn list(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let mut fields = Fields::of(&call.query);
    let filter = JobPostFilter {
        job_id: None,
        created_after: fields.time("created_after"),
        created_before: fields.time("created_before"),
        updated_after: fields.time("updated_after"),
        updated_before: fields.time("updated_before"),
        live: fields.boolean("live") == Some(true),
        active: fields.boolean("active"),
        internal: fields.boolean("internal"),
    };
    let content = content(&mut fields);
    let skip_count = paging::skip_count(&mut fields);
    fields.check()?;
    let page = Page::of(&call.query);
    let rows = job_posts::list(db, &filter, content, page.limit(), page.offset()).await?;
    paging::numbered(call, page, skip_count, rows, job_posts::count(db, &filter)).await
}

/// `GET /v1/job_posts/{id}`
pub async fn read(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let id = call.id()?;
    let mut fields = Fields::of(&call.query);
    let content = content(&mut fields);
    fields.check()?;
    let post = job_posts::read(db, id, content).await?.ok_or(Refusal::NotFound)?;
    Ok(Answer::One(post.into()))
}

/// `GET /v1/job_posts/{id}/custom_locations`: a board here has no list of places of its own.
pub async fn list_custom_locations(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let post = job_posts::read(db, call.id()?, Content::Own).await?;
    post.map(|_| Answer::list(&[], None)).ok_or(Refusal::NotFound)
}

/// `GET /v1/jobs/{id}/job_posts`, which has no pages
pub async fn list_of_job(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let job_id = call.id()?;
    let mut fields = Fields::of(&call.query);
    let filter = JobPostFilter {
        job_id: Some(job_id),
        active: fields.boolean("active"),
        ..JobPostFilter::default()
    };
    let content = content(&mut fields);
    fields.check()?;
    let rows = job_posts::list(db, &filter, content, i64::MAX, 0).await?;
    if rows.is_empty() {
        jobs::must_exist(db, job_id).await?;
    }
    Ok(Answer::list(&rows, None))
}

/// `GET /v1/jobs/{id}/job_post`: one post of the job, from the time when a job had only one. Its texts
/// and questions are left out (`null`) unless they are asked for.
pub async fn read_of_job(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let job_id = call.id()?;
    let mut fields = Fields::of(&call.query);
    let content = content(&mut fields);
    fields.check()?;
    let document = job_posts::read_main_of_job(db, job_id, content).await?;
    let document = document.ok_or(Refusal::NotFound)?;
    // Who asks for the full text asks for the text.
    let with_content = call.query.has("content") || content == Content::Full;
    let with_questions = call.query.has("questions");
    if with_content && with_questions {
        return Ok(Answer::One(document.into()));
    }
    let mut post: JobPost =
        serde_json::from_str(&document).map_err(|error| db::Error::Decode(error.into()))?;
    if !with_content {
        post.content = None;
        post.internal_content = None;
    }
    if !with_questions {
        post.questions = None;
    }
    Ok(Answer::One(render(&post).into()))
}

fn content(fields: &mut Fields<'_>) -> Content {
    match fields.boolean("full_content") {
        Some(true) => Content::Full,
        _ => Content::Own,
    }
}

#[cfg(test)]
mod tests;
