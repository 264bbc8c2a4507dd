//! Stages: all of them by id, those of a job in the order candidates go through them.

use crate::db::recruiting::testing;
use crate::harvest::resources::testing::{is_not_found, ok, query};
use crate::harvest::shapes::{JobStage, render};

fn documents<'a>(stages: impl Iterator<Item = &'a JobStage>) -> String {
    format!("[{}]", stages.map(render).collect::<Vec<_>>().join(","))
}

#[tokio::test]
async fn stages_come_in_ascending_id_and_pages() {
    let (db, data) = (testing::demo().await, testing::data());
    let mut seen = Vec::new();
    let mut address = Some("/v1/job_stages?per_page=50".to_owned());
    while let Some(at) = address {
        let page = ok(&db, &at).await;
        seen.extend(page.ids());
        address = page.link_to("next");
    }
    assert_eq!(seen, data.stages.iter().map(|stage| stage.id).collect::<Vec<_>>());
    let stage = &data.stages[7];
    assert_eq!(ok(&db, &format!("/v1/job_stages/{}", stage.id)).await.body, render(stage));
    assert!(is_not_found(&db, "/v1/job_stages/1").await);
}

#[tokio::test]
async fn the_stages_of_a_job_come_in_their_order_without_pages() {
    let (db, data) = (testing::demo().await, testing::data());
    for job in data.jobs.iter().take(5) {
        let mut stages: Vec<_> =
            data.stages.iter().filter(|stage| stage.job_id == job.id).collect();
        stages.sort_by_key(|stage| stage.priority);
        let reply = ok(&db, &format!("/v1/jobs/{}/stages?per_page=1", job.id)).await;
        assert_eq!(reply.body, documents(stages.into_iter()));
        assert_eq!(reply.link, None);
    }
    assert!(is_not_found(&db, "/v1/jobs/1/stages").await);
}

#[tokio::test]
async fn stages_are_narrowed_by_when_they_were_made_and_changed() {
    let (db, data) = (testing::demo().await, testing::data());
    let at = data.stages[data.stages.len() / 2].created_at.0;
    for (name, passes) in [
        ("created_after", (|stage, at| stage >= at) as fn(i64, i64) -> bool),
        ("created_before", |stage, at| stage < at),
        ("updated_after", |stage, at| stage >= at),
        ("updated_before", |stage, at| stage < at),
    ] {
        let narrowed = query(&[(name, crate::clock::rfc3339(at)), ("per_page", "500".into())]);
        let reply = ok(&db, &format!("/v1/job_stages?{narrowed}")).await;
        let wanted = data.stages.iter().filter(|stage| passes(stage.created_at.0, at));
        assert_eq!(reply.body, documents(wanted), "{name}");
    }
}
