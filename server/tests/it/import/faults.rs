//! What is wrong with the data of an import: named by file, line and field, whichever the database is.

use std::path::Path;

use axum::http::StatusCode;
use serde_json::{Value, json};
use server::import::{By, Import, ImportError};

use super::{import, integrator, saved};
use crate::app::World;

#[tokio::test]
async fn what_is_wrong_is_named_by_file_line_and_field_and_nothing_is_imported() {
    let world = World::new().await;
    let ada = world.ada().await;
    let data = saved(&world).await;
    let folder = tempfile::tempdir().unwrap();
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut jobs = json!([data["jobs"][0], data["jobs"][1]]);
        change(&mut jobs);
        format!("{jobs:#}")
    };
    for (file, text, said) in [
        ("jobs.json", "[\n  {".to_owned(), "jobs.json, line 2"),
        (
            "jobs.json",
            broken(&|jobs| jobs[1]["status"] = json!("ajar")),
            "[1].status: unknown variant `ajar`, expected one of `open`, `closed`, `draft`",
        ),
        (
            "jobs.json",
            broken(&|jobs| jobs[1]["created_at"] = json!("soon")),
            "[1].created_at: \"soon\" is not an ISO-8601 time",
        ),
        (
            "jobs.json",
            broken(&|jobs| jobs[1]["id"] = jobs[0]["id"].clone()),
            "[1]: the id 4001001 stands in the jobs twice",
        ),
        ("jobs.json", broken(&|jobs| jobs[0]["hiring_team"] = json!(5)), "[0].hiring_team"),
        ("jobs.json", "{}".to_owned(), "invalid type: map, expected a list"),
        ("all.json", "[]".to_owned(), "expected an object with lists such as `jobs`"),
        ("all.json", "{\"jbos\": []}".to_owned(), "`jbos` is no kind of recruiting data"),
        ("boards.json", "[{\"token\": \"a b\"}]".to_owned(), "Use letters without accents"),
        (
            "openings.json",
            format!(
                "[{}]",
                json!({ "job_id": 1, "id": 2, "status": "open",
                "opened_at": "2026-01-31T00:00:00Z" })
            ),
            "the openings of job 1 came without the job",
        ),
    ] {
        let path = folder.path().join(file);
        std::fs::write(&path, &text).unwrap();
        let refused = refusal(&world, &path).await;
        assert!(refused.contains(said), "{refused}");
    }
    std::fs::write(folder.path().join("candidates.json"), "[]").unwrap();
    let refused = refusal(&world, folder.path()).await;
    assert!(refused.contains("candidates.json is none of the files an import knows"), "{refused}");
    let by_request = import(&ada, &json!({ "jobs": [{ "id": 1 }] })).await;
    assert_eq!(by_request.status, StatusCode::UNPROCESSABLE_ENTITY);
    let detail = by_request.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("line 1, jobs[0]: missing field `name`"), "{detail}");
    assert_eq!(saved(&world).await["jobs"], data["jobs"]);
}

async fn refusal(world: &World, path: &Path) -> String {
    let import = Import { path, name: "test", by: By::System, dry_run: false };
    let refused = world.app.import(import, std::sync::Arc::new(|_| {})).await.unwrap_err();
    assert!(matches!(refused, ImportError::Data(_)), "{refused:?}");
    refused.to_string()
}

/// What an import by request of this data is refused for.
async fn refused(world: &World, data: Value) -> String {
    let answer = import(&world.ada().await, &data).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    answer.json()["errors"][0]["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_opening_that_stands_in_two_jobs_is_a_fault_of_the_data_and_not_ours() {
    let world = World::new().await;
    let data = saved(&world).await;
    let mut jobs = json!([data["jobs"][4], data["jobs"][5]]);
    let opening = jobs[0]["openings"][0].clone();
    jobs[1]["openings"] = json!([opening]);
    let fault = refused(&world, json!({ "jobs": jobs })).await;
    let id = &opening["id"];
    let said = format!("line 1, jobs[1]: the id {id} stands in the openings twice");
    assert!(fault.ends_with(&said), "{fault}");
    // The same in a list of openings, and of a job whose openings come from both.
    let of_job = |number: usize| {
        let mut opening = opening.clone();
        opening["job_id"] = jobs[number]["id"].clone();
        opening
    };
    let fault = refused(&world, json!({ "openings": [of_job(0), of_job(1)] })).await;
    assert!(fault.contains("openings[1]: the id"), "{fault}");
    let both = json!({ "openings": [of_job(0)], "jobs": jobs });
    assert!(refused(&world, both).await.contains("jobs[1]: the id"));
    jobs[1]["openings"] = json!([]);
    let answer = import(&world.ada().await, &json!({ "jobs": jobs })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

#[tokio::test]
async fn an_option_of_two_custom_fields_is_a_fault_of_the_data_and_not_ours() {
    let world = World::new().await;
    let mut fields = saved(&world).await["custom_fields"].clone();
    let option = fields[0]["custom_field_options"][0].clone();
    fields[1]["custom_field_options"] = json!([option]);
    let fault = refused(&world, json!({ "custom_fields": fields })).await;
    let said = format!("the id {} stands in the custom_field_options twice", option["id"]);
    assert!(fault.ends_with(&format!("custom_fields[1]: {said}")), "{fault}");
}

#[tokio::test]
async fn two_files_of_one_kind_do_not_hide_that_an_id_stands_twice() {
    let world = World::new().await;
    let data = saved(&world).await;
    let folder = tempfile::tempdir().unwrap();
    for file in ["users.json", "users.JSON"] {
        std::fs::write(folder.path().join(file), json!([data["users"][0]]).to_string()).unwrap();
    }
    let said = refusal(&world, folder.path()).await;
    assert!(said.starts_with("users.json, line 1, [0]: the id"), "{said}");
}

#[tokio::test]
async fn a_character_that_postgresql_cannot_keep_is_a_fault_of_the_data_and_not_ours() {
    let world = World::new().await;
    let data = saved(&world).await;
    let with = |kind: &str, pointer: &str| {
        let mut one = data[kind][0].clone();
        *one.pointer_mut(pointer).unwrap() = json!("a\u{0}b");
        json!({ kind: [one] })
    };
    for (kind, pointer, place) in [
        ("jobs", "/requisition_id", "jobs[0]: `requisition_id` has the character U+0000"),
        ("jobs", "/openings/0/opening_id", "jobs[0]: `openings[0].opening_id` has"),
        ("job_posts", "/title", "job_posts[0]: `title` has"),
        ("close_reasons", "/name", "close_reasons[0]: `name` has"),
        ("boards", "/content", "boards[0]: `content` has"),
    ] {
        let fault = refused(&world, with(kind, pointer)).await;
        assert!(fault.contains(place), "{fault}");
    }
    let mut spelt_out = data["jobs"][0].clone();
    spelt_out["name"] = json!(r"a \u0000 that is spelt out");
    let answer = import(&world.ada().await, &json!({ "jobs": [spelt_out] })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

#[tokio::test]
async fn the_last_second_of_the_year_9999_is_a_time_like_any_other() {
    let world = World::new().await;
    let ada = world.ada().await;
    let key = integrator(&ada).await;
    let mut job = saved(&world).await["jobs"][0].clone();
    job["closed_at"] = json!("9999-12-31T23:59:59Z");
    job["updated_at"] = json!("9999-12-31T23:59:59.999Z");
    let answer = import(&ada, &json!({ "jobs": [job] })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let before = world.call("GET", "/v1/jobs?created_before=9999-12-31T23:59:59Z", &key).await;
    assert_eq!(before.json()[0]["closed_at"], "9999-12-31T23:59:59.000Z");
    let after = world.call("GET", "/v1/jobs?updated_after=9999-12-31T23:59:59.999Z", &key).await;
    assert_eq!(after.json()[0]["updated_at"], "9999-12-31T23:59:59.999Z");
    let beyond = world.call("GET", "/v1/jobs?updated_after=10000-01-01T00:00:00Z", &key).await;
    assert_eq!(beyond.status, StatusCode::UNPROCESSABLE_ENTITY);
}
