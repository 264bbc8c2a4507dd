//! Which endpoints this instance answers itself, by their permission.

use super::call::{Answer, Call, Refusal};
use super::{job_posts, jobs, openings};
use crate::db::Db;

/// The permissions whose endpoints are answered here. The others are catalogued, can be granted, and
/// answer that they are not served by this instance.
pub const HELD: &[&str] = &[
    "jobs:list",
    "jobs:read",
    "jobs.openings:list",
    "job_posts:list",
    "jobs.job_posts:list",
    "jobs.job_post:read",
];

/// Answers a call that was let in; `None` when this instance does not hold the endpoint.
pub async fn answer(permission_id: &str, db: &Db, call: &Call) -> Option<Result<Answer, Refusal>> {
    Some(match permission_id {
        "jobs:list" => jobs::list(db, call).await,
        "jobs:read" => jobs::read(db, call).await,
        "jobs.openings:list" => openings::list_of_job(db, call).await,
        "job_posts:list" => job_posts::list(db, call).await,
        "jobs.job_posts:list" => job_posts::list_of_job(db, call).await,
        "jobs.job_post:read" => job_posts::read_of_job(db, call).await,
        _ => return None,
    })
}

#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;
