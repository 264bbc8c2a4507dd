//! Loads after the first: what is loaded again replaces what was there, and nothing else.

use super::{
    Counts, Kind, Words, compare, discard, give_out, in_use, load, put_in_use, stage, testing,
};
use crate::db::job_posts::{self, Content, JobPostFilter};
use crate::db::jobs::{self, JobFilter};
use crate::db::{Db, openings};
use crate::harvest::shapes::{Recruiting, render};

async fn loaded(db: &Db, data: &Recruiting) {
    let mut tx = db.write().await.expect("a change");
    load(&mut tx, data).await.expect("loaded");
    tx.commit().await.expect("committed");
}

async fn all_jobs(db: &Db) -> Vec<String> {
    jobs::list(db, &JobFilter::default(), i64::MAX, 0).await.expect("jobs")
}

#[tokio::test]
async fn the_same_load_twice_is_as_good_as_once() {
    let db = testing::demo().await;
    let before = all_jobs(&db).await;
    loaded(&db, &testing::data()).await;
    assert_eq!(all_jobs(&db).await, before);
    assert_eq!(before, testing::data().jobs.iter().map(render).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_job_that_is_loaded_again_loses_what_it_no_longer_has() {
    let db = testing::demo().await;
    let mut job = testing::data().jobs.into_iter().find(|job| job.openings.len() > 1).expect("one");
    let option = job.custom_fields["employment_type"].clone();
    job.openings.truncate(1);
    job.offices.clear();
    job.custom_fields.clear();
    loaded(&db, &Recruiting { jobs: vec![job.clone()], ..Recruiting::default() }).await;
    assert_eq!(jobs::read(&db, job.id).await.expect("an answer"), Some(render(&job)));
    let openings = openings::list_of_job(&db, job.id, None, 100, 0).await.expect("openings");
    assert_eq!(openings, [render(&job.openings[0])]);
    let options = testing::data().custom_fields.into_iter().flat_map(|f| f.custom_field_options);
    let option = options.into_iter().find(|o| o.name == option).expect("the option");
    let filter = JobFilter { custom_field_option_id: Some(option.id), ..JobFilter::default() };
    let with_option = jobs::list(&db, &filter, 100, 0).await.expect("jobs");
    assert!(!with_option.contains(&render(&job)) && !with_option.is_empty());
    assert_eq!(all_jobs(&db).await.len(), 40);
}

#[tokio::test]
async fn a_post_that_is_loaded_without_its_board_still_has_the_words_of_the_board() {
    let db = testing::demo().await;
    let full = || async {
        job_posts::list(&db, &JobPostFilter::default(), Content::Full, 1, 0).await.expect("posts")
    };
    let before = full().await;
    let mut postings = testing::data().postings;
    postings.truncate(1);
    loaded(&db, &Recruiting { postings, ..Recruiting::default() }).await;
    assert_eq!(full().await, before);
}

#[tokio::test]
async fn what_is_staged_is_seen_by_nobody_until_it_is_put_in_use_all_at_once() {
    let db = testing::demo().await;
    let before = all_jobs(&db).await;
    let mut data = testing::data();
    let last = data.jobs.pop().expect("a job");
    data.jobs[0].name = "Renamed".to_owned();
    let mut added = last.clone();
    added.id = 1;
    added.openings.clear();
    data.jobs.push(added);
    let mut tx = db.write().await.expect("a change");
    let number = give_out(&mut tx).await.expect("a number");
    let loads = in_use(&mut tx).await.expect("loads").with(&[Kind::Jobs], number);
    let jobs = Recruiting { jobs: data.jobs.clone(), ..Recruiting::default() };
    stage(&mut tx, &jobs, &Words::new(), &loads).await.expect("staged");
    tx.commit().await.expect("committed");
    assert_eq!(all_jobs(&db).await, before);
    let counts = compare(&db, Kind::Jobs, number).await.expect("counts");
    assert_eq!(counts, Counts { new: 1, changed: 1, gone: 1, same: 38 });

    let mut tx = db.write().await.expect("a change");
    assert!(put_in_use(&mut tx, &[Kind::Jobs], number).await.expect("put in use"));
    tx.commit().await.expect("committed");
    let mut wanted: Vec<_> = data.jobs.iter().collect();
    wanted.sort_by_key(|job| job.id);
    assert_eq!(all_jobs(&db).await, wanted.into_iter().map(render).collect::<Vec<_>>());
    let mut tx = db.write().await.expect("a change");
    assert!(!put_in_use(&mut tx, &[Kind::Jobs], number).await.expect("an answer"), "once");
    drop(tx);
    discard(&db, None).await.expect("the old rows go");
    let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM jobs_rows")
        .fetch_one(db.read())
        .await
        .expect("a count");
    assert_eq!(rows, 40);
    assert!(openings::list_of_job(&db, last.id, None, 9, 0).await.expect("none").is_empty());
}

#[tokio::test]
async fn more_rows_than_one_statement_takes_are_loaded_too() {
    let db = testing::empty().await;
    let mut data = testing::data();
    let job = data.jobs[0].clone();
    data.jobs = (1..=3_000)
        .map(|id| {
            let mut job = job.clone();
            job.id = id;
            job.openings.truncate(1);
            job.openings[0].id = id;
            job
        })
        .collect();
    data.postings.clear();
    data.stages.clear();
    loaded(&db, &data).await;
    assert_eq!(jobs::count(&db, &JobFilter::default()).await.expect("a count"), 3_000);
    let last = openings::list_of_job(&db, 3_000, None, 10, 0).await.expect("openings");
    assert_eq!(last, [render(&data.jobs[2_999].openings[0])]);
}
