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
mod tests {
    use super::*;
    use crate::harvest::query::Query;

    #[tokio::test]
    async fn every_held_permission_is_in_the_catalogue_and_answered() {
        let db = Db::open("sqlite::memory:").await.expect("a database");
        let catalogue = api::catalogue::Catalogue::new();
        for permission in &catalogue.permissions {
            let id = permission.permission_id.0.as_str();
            let call = Call {
                params: vec!["1".into()],
                query: Query::parse(""),
                origin: String::new(),
                path: String::new(),
            };
            assert_eq!(answer(id, &db, &call).await.is_some(), HELD.contains(&id), "{id}");
        }
        let catalogued =
            |id: &&str| catalogue.permissions.iter().any(|p| p.permission_id.0 == **id);
        assert!(HELD.iter().all(catalogued));
    }
}
