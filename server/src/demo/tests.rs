//! What the demo's data must be: consistent as the Harvest API promises, varied enough to try things on.

use std::collections::{BTreeMap, BTreeSet};

use super::recruiting;
use crate::harvest::shapes::{Job, JobStatus, OpeningStatus, Posting, Recruiting, Stamp};

/// 2026-01-15T12:00:00.000Z
const NOW: i64 = 1_768_478_400_000;

fn data() -> Recruiting {
    recruiting(NOW)
}

fn unique<T: Ord>(things: impl IntoIterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    things.into_iter().all(|thing| seen.insert(thing))
}

#[test]
fn there_are_forty_jobs_in_every_state_and_of_every_kind() {
    let data = data();
    let with = |status| data.jobs.iter().filter(|job| job.status == status).count();
    assert_eq!(data.jobs.len(), 40);
    assert_eq!(
        [with(JobStatus::Open), with(JobStatus::Closed), with(JobStatus::Draft)],
        [28, 8, 4]
    );
    let of = |test: fn(&&Job) -> bool| data.jobs.iter().filter(test).count();
    assert!(of(|job| job.openings.len() > 1) > 20);
    assert!(of(|job| job.offices.len() > 1) > 5);
    assert!(of(|job| job.requisition_id.is_none()) > 0);
    assert!(of(|job| job.confidential) > 0);
    let posts = |test: &dyn Fn(&Posting) -> bool| {
        data.postings.iter().filter(|posting| test(posting)).count()
    };
    assert!(posts(&|posting| posting.post.internal) > 5);
    assert!(posts(&|posting| !posting.post.active) > 3);
    assert!(posts(&|posting| posting.post.active && !posting.post.live) > 5);
    assert_eq!(posts(&|posting| posting.post.job_id.is_none()), 2);
    let boards: BTreeSet<_> = data.postings.iter().map(|posting| posting.board_id).collect();
    assert_eq!(boards.len(), 2);
}

#[test]
fn every_text_and_every_id_is_there_once() {
    let data = data();
    let jobs = &data.jobs;
    assert!(unique(jobs.iter().map(|job| &job.name)));
    assert!(unique(jobs.iter().map(|job| job.id)));
    assert!(unique(jobs.iter().filter_map(|job| job.requisition_id.as_ref())));
    assert!(unique(jobs.iter().flat_map(|job| &job.openings).map(|opening| opening.id)));
    assert!(unique(data.postings.iter().map(|posting| posting.post.id)));
    assert!(unique(data.stages.iter().map(|stage| stage.id)));
    let sentences = |text: &str| -> Vec<String> {
        text.split(['<', '>']).filter(|part| part.len() > 40).map(str::to_owned).collect()
    };
    let mut by_job = BTreeMap::new();
    for posting in &data.postings {
        by_job.insert(posting.post.job_id, posting.post.content.clone().expect("a text"));
    }
    let all: Vec<String> = by_job
        .values()
        .flat_map(|text| sentences(text))
        .filter(|sentence| !sentence.starts_with("This role "))
        .collect();
    assert!(all.len() > 200 && unique(all));
}

#[test]
fn times_are_in_their_order_and_never_in_the_future() {
    let data = data();
    for job in &data.jobs {
        let in_order = |times: &[Option<Stamp>]| times.iter().flatten().is_sorted();
        assert!(in_order(&[
            Some(job.created_at),
            job.opened_at,
            job.closed_at,
            Some(job.updated_at)
        ]));
        assert!(job.updated_at <= Stamp(NOW), "{}", job.name);
        for opening in &job.openings {
            let start = job.opened_at.unwrap_or(job.created_at);
            let end = job.closed_at.unwrap_or(Stamp(NOW));
            assert!(in_order(&[
                Some(start),
                Some(opening.opened_at),
                opening.closed_at,
                Some(end)
            ]));
        }
    }
    for posting in &data.postings {
        let post = &posting.post;
        assert!(post.created_at <= post.first_published_at.unwrap_or(post.updated_at));
        assert!(post.first_published_at <= Some(post.updated_at));
        assert!(post.updated_at <= Stamp(NOW));
    }
    assert!(data.jobs.iter().any(|job| job.created_at.0 % 1000 != 0));
    assert!(unique(data.jobs.iter().map(|job| job.updated_at)));
    assert!(unique(data.jobs.iter().flat_map(|job| &job.openings).filter_map(|o| o.closed_at)));
    let oldest = data.jobs.iter().map(|job| job.created_at.0).min().expect("jobs");
    assert!((390..=430).contains(&((NOW - oldest) / 86_400_000)));
}

#[test]
fn a_job_that_is_not_open_has_no_live_post_and_no_open_opening() {
    let data = data();
    for job in &data.jobs {
        let open = |job: &Job| job.openings.iter().any(|o| o.status == OpeningStatus::Open);
        match job.status {
            JobStatus::Open => {
                assert!(job.opened_at.is_some() && job.closed_at.is_none() && open(job));
            }
            JobStatus::Closed => assert!(job.closed_at.is_some() && !open(job)),
            JobStatus::Draft => assert!(job.opened_at.is_none() && job.closed_at.is_none()),
        }
    }
    let open = |id| data.jobs.iter().any(|job| job.id == id && job.status == JobStatus::Open);
    for posting in &data.postings {
        let post = &posting.post;
        assert!(!post.live || post.active);
        assert!(!post.live || post.job_id.is_none_or(open), "{}", post.title);
        assert!(!post.live || post.first_published_at.is_some());
        assert!(post.job_id.is_none_or(|id| data.jobs.iter().any(|job| job.id == id)));
    }
}

#[test]
fn an_opening_says_why_it_was_closed_and_only_then() {
    for opening in data().jobs.iter().flat_map(|job| &job.openings) {
        let closed = opening.status == OpeningStatus::Closed;
        assert_eq!(opening.closed_at.is_some(), closed);
        assert_eq!(opening.close_reason.is_some(), closed);
        let hired = opening.close_reason.as_ref().is_some_and(|r| r.name.starts_with("Hired"));
        assert_eq!(opening.application_id.is_some(), hired);
    }
}

#[test]
fn custom_fields_hold_the_types_they_are_defined_with() {
    let data = data();
    let of = |key: &str| data.custom_fields.iter().find(|field| field.name_key == key);
    let mut used = BTreeSet::new();
    for job in &data.jobs {
        assert!(job.custom_fields.keys().eq(job.keyed_custom_fields.keys()));
        for (key, value) in &job.custom_fields {
            let field = of(key).expect("a definition");
            let keyed = &job.keyed_custom_fields[key];
            if value.is_null() {
                assert!(keyed.is_null());
                continue;
            }
            used.insert(field.value_type.clone());
            assert_eq!(keyed["value"], *value);
            assert_eq!(keyed["type"], *field.value_type);
            let offered = |name: &str| field.custom_field_options.iter().any(|o| o.name == name);
            match &*field.value_type {
                "single_select" => assert!(value.as_str().is_some_and(offered)),
                "multi_select" => {
                    let names = value.as_array().expect("several");
                    assert!(
                        names.iter().all(|name| name.as_str().is_some_and(offered)),
                        "{names:?}"
                    );
                }
                "yes_no" => assert!(value.is_boolean()),
                "number" => assert!(value.is_number()),
                "currency" | "currency_range" => assert!(value["unit"].is_string()),
                _ => assert!(value.is_string()),
            }
        }
    }
    assert_eq!(used.len(), 10, "{used:?}");
}

#[test]
fn the_same_moment_gives_the_same_data() {
    assert_eq!(data(), data());
}
