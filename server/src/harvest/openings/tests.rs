//! Openings: the same as in their job, by the documented words for their status, with only `next`.

use crate::db::recruiting::testing;
use crate::harvest::resources::testing::{is_not_found, ok};
use crate::harvest::shapes::{Opening, OpeningStatus, render};

type Test = fn(&Opening) -> bool;

#[tokio::test]
async fn openings_are_those_of_the_job_in_the_status_that_was_asked_for() {
    let (db, data) = (testing::demo().await, testing::data());
    let open: Test = |opening| opening.status == OpeningStatus::Open;
    let closed: Test = |opening| opening.status == OpeningStatus::Closed;
    let all: Test = |_| true;
    let words = [
        ("opened", open),
        ("closed", closed),
        ("open", all),
        ("", all),
        ("Closed", all),
        ("x", all),
    ];
    for job in &data.jobs {
        for (word, passes) in words {
            let documents: Vec<String> =
                job.openings.iter().filter(|o| passes(o)).map(render).collect();
            let reply = ok(&db, &format!("/v1/jobs/{}/openings?status={word}", job.id)).await;
            assert_eq!(reply.body, format!("[{}]", documents.join(",")), "{word}");
            assert_eq!(reply.link, None);
        }
    }
}

#[tokio::test]
async fn pages_of_openings_lead_only_forward() {
    let (db, data) = (testing::demo().await, testing::data());
    let job = data.jobs.iter().max_by_key(|job| job.openings.len()).expect("a job");
    let path = format!("/v1/jobs/{}/openings", job.id);
    let mut seen = Vec::new();
    let mut address = Some(format!("{path}?status=all&per_page=4"));
    while let Some(at) = address {
        let reply = ok(&db, &at).await;
        assert!(reply.links().iter().all(|(relation, _)| relation == "next"));
        seen.extend(reply.ids());
        address = reply.link_to("next");
    }
    assert!(seen.len() > 4);
    assert_eq!(seen, job.openings.iter().map(|opening| opening.id).collect::<Vec<_>>());
    assert_eq!(ok(&db, &format!("{path}?page=50")).await.body, "[]");
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
