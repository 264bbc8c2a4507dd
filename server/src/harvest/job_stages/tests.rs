//! Stages: all of them by id, those of a job in the order candidates go through them.

use crate::db::recruiting::testing;
use crate::harvest::resources::model::{Model, Pages, Pairs, in_time, times};
use crate::harvest::resources::testing::{is_not_found, ok};
use crate::harvest::shapes::{JobStage, Recruiting, render};

fn asked_for(data: &Recruiting) -> Vec<(&'static str, Vec<String>)> {
    times(data.stages.iter().step_by(5).map(|stage| (stage.created_at, stage.updated_at)))
}

fn documents<'d>(stages: impl Iterator<Item = &'d JobStage>, pairs: &Pairs) -> Vec<String> {
    stages.filter(|stage| in_time(pairs, stage.created_at, stage.updated_at)).map(render).collect()
}

#[test]
fn stages_are_those_that_pass_every_filter_in_pages() {
    let data = testing::data();
    let documents = Box::new(|pairs: &Pairs| documents(data.stages.iter(), pairs));
    let path = "/v1/job_stages".to_owned();
    Model { path, pages: Pages::Numbered, asked: asked_for(&data), documents }.check(200);
}

#[test]
fn the_stages_of_a_job_come_in_their_order_without_pages() {
    let data = testing::data();
    for job in data.jobs.iter().step_by(13) {
        let mut stages: Vec<_> =
            data.stages.iter().filter(|stage| stage.job_id == job.id).collect();
        stages.sort_by_key(|stage| stage.priority);
        let documents = Box::new(move |pairs: &Pairs| documents(stages.iter().copied(), pairs));
        let path = format!("/v1/jobs/{}/stages", job.id);
        Model { path, pages: Pages::One, asked: asked_for(&data), documents }.check(30);
    }
}

#[tokio::test]
async fn one_stage_is_found_by_its_id() {
    let (db, data) = (testing::demo().await, testing::data());
    let stage = &data.stages[7];
    assert_eq!(ok(&db, &format!("/v1/job_stages/{}", stage.id)).await.body, render(stage));
    assert!(is_not_found(&db, "/v1/job_stages/1").await);
    assert!(is_not_found(&db, "/v1/jobs/1/stages").await);
}
