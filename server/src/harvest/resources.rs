//! Which endpoints this instance answers itself, by their permission.

use super::call::{Answer, Call, Refusal};
use super::{custom_fields, hiring_team, job_posts, job_stages, jobs, openings, places, users};
use crate::db::Db;
use crate::db::places::Place;

/// The permissions whose endpoints are answered here. The others are catalogued, can be granted, and
/// answer that they are not served by this instance.
pub const HELD: &[&str] = &[
    "jobs:list",
    "jobs:read",
    "jobs.hiring_team:read",
    "jobs.openings:list",
    "jobs.openings:read",
    "jobs.stages:list",
    "jobs.job_posts:list",
    "jobs.job_post:read",
    "job_posts:list",
    "job_posts:read",
    "job_posts.custom_locations:read",
    "job_stages:list",
    "job_stages:read",
    "departments:list",
    "departments:read",
    "offices:list",
    "offices:read",
    "users:list",
    "users:read",
    "user_roles:list",
    "close_reasons:list",
    "custom_fields:list",
    "custom_field:read",
    "custom_field.custom_field_options:list",
];

/// Answers a call that was let in; `None` when this instance does not hold the endpoint.
pub async fn answer(permission_id: &str, db: &Db, call: &Call) -> Option<Result<Answer, Refusal>> {
    Some(match permission_id {
        "jobs:list" => jobs::list(db, call).await,
        "jobs:read" => jobs::read(db, call).await,
        "jobs.hiring_team:read" => hiring_team::read(db, call).await,
        "jobs.openings:list" => openings::list_of_job(db, call).await,
        "jobs.openings:read" => openings::read(db, call).await,
        "jobs.stages:list" => job_stages::list_of_job(db, call).await,
        "jobs.job_posts:list" => job_posts::list_of_job(db, call).await,
        "jobs.job_post:read" => job_posts::read_of_job(db, call).await,
        "job_posts:list" => job_posts::list(db, call).await,
        "job_posts:read" => job_posts::read(db, call).await,
        "job_posts.custom_locations:read" => job_posts::list_custom_locations(db, call).await,
        "job_stages:list" => job_stages::list(db, call).await,
        "job_stages:read" => job_stages::read(db, call).await,
        "departments:list" => places::list(db, Place::Department, call).await,
        "departments:read" => places::read(db, Place::Department, call).await,
        "offices:list" => places::list(db, Place::Office, call).await,
        "offices:read" => places::read(db, Place::Office, call).await,
        "users:list" => users::list(db, call).await,
        "users:read" => users::read(db, call).await,
        "user_roles:list" => custom_fields::user_roles(db, call).await,
        "close_reasons:list" => custom_fields::close_reasons(db).await,
        "custom_fields:list" => custom_fields::list(db, call).await,
        "custom_field:read" => custom_fields::read(db, call).await,
        "custom_field.custom_field_options:list" => custom_fields::list_options(db, call).await,
        _ => return None,
    })
}

#[cfg(test)]
pub(super) mod model;
#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;
