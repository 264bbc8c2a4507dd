//! Openings: the same as in their job, by the documented words for their status, with only `next`.

use crate::db::recruiting::testing;
use crate::harvest::resources::model::{Model, Pages, Pairs, asked, words};
use crate::harvest::resources::testing::{is_not_found, ok};
use crate::harvest::shapes::{OpeningStatus, render};

#[test]
fn openings_are_those_of_the_job_in_the_status_that_was_asked_for_and_lead_only_forward() {
    let data = testing::data();
    let most = data.jobs.iter().max_by_key(|job| job.openings.len()).expect("a job");
    for job in data.jobs.iter().step_by(13).chain([most]) {
        let documents = |pairs: &Pairs| {
            let openings = job.openings.iter().filter(|opening| match asked(pairs, "status") {
                Some("opened") => opening.status == OpeningStatus::Open,
                Some("closed") => opening.status == OpeningStatus::Closed,
                _ => true,
            });
            openings.map(render).collect()
        };
        let asked = vec![words("status", &["opened", "closed", "open", "all", "", "Closed"])];
        let path = format!("/v1/jobs/{}/openings", job.id);
        let documents = Box::new(documents);
        Model { path, pages: Pages::OnlyNext, asked, documents }.check(60);
    }
    assert!(most.openings.len() > 4);
}

#[tokio::test]
async fn an_unknown_job_has_no_openings_to_list() {
    let db = testing::demo().await;
    assert!(is_not_found(&db, "/v1/jobs/1/openings").await);
    assert!(is_not_found(&db, "/v1/jobs/x/openings").await);
}

#[tokio::test]
async fn one_opening_is_found_by_its_own_id_in_its_own_job() {
    let (db, data) = (testing::demo().await, testing::data());
    let [one, other] = [&data.jobs[4], &data.jobs[5]];
    let opening = &one.openings[0];
    let reply = ok(&db, &format!("/v1/jobs/{}/openings/{}", one.id, opening.id)).await;
    assert_eq!(reply.body, render(opening));
    for path in [
        format!("/v1/jobs/{}/openings/{}", other.id, opening.id),
        format!("/v1/jobs/{}/openings/1", one.id),
        format!("/v1/jobs/1/openings/{}", opening.id),
    ] {
        assert!(is_not_found(&db, &path).await, "{path}");
    }
}
