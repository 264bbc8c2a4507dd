//! What is answered here is in the catalogue; and one answer of each kind, to the byte.

use expect_test::{ExpectFile, expect_file};

use super::testing::ok;
use super::{HELD, answer};
use crate::db::recruiting::testing;
use crate::harvest::call::Call;
use crate::harvest::query::Query;

#[tokio::test]
async fn every_held_permission_is_in_the_catalogue_and_answered() {
    let db = testing::empty().await;
    let catalogue = api::catalogue::Catalogue::new();
    let mut found = 0;
    for permission in &catalogue.permissions {
        let id = permission.permission_id.0.as_str();
        let call = Call {
            params: vec!["1".into()],
            query: Query::parse(""),
            origin: String::new(),
            path: String::new(),
        };
        assert_eq!(answer(id, &db, &call).await.is_some(), HELD.contains(&id), "{id}");
        found += usize::from(HELD.contains(&id));
    }
    assert_eq!(found, HELD.len());
}

/// The sample is spread over lines to be read; the answer itself has no space that is not in a text.
fn is(body: &str, sample: &ExpectFile) {
    let json: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(json.to_string(), body);
    sample.assert_eq(&format!("{json:#}\n"));
}

#[tokio::test]
async fn a_job_is_answered_exactly_so() {
    let db = testing::demo().await;
    let job = ok(&db, "/v1/jobs/4001005").await;
    is(&job.body, &expect_file!["samples/job.json"]);
}

#[tokio::test]
async fn the_openings_of_a_job_are_answered_exactly_so() {
    let db = testing::demo().await;
    let openings = ok(&db, "/v1/jobs/4001005/openings").await;
    is(&openings.body, &expect_file!["samples/openings.json"]);
}

#[tokio::test]
async fn the_posts_of_a_job_are_answered_exactly_so() {
    let db = testing::demo().await;
    let posts = ok(&db, "/v1/jobs/4001005/job_posts?full_content=true").await;
    is(&posts.body, &expect_file!["samples/job_posts.json"]);
}
