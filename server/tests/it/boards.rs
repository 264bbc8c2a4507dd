//! The job boards of the Dev Center: what is copied from there, and changed there.

use axum::body::Body;
use axum::http::StatusCode;
use expect_test::expect;
use serde_json::{Value, json};

use crate::app::{World, request};

const DAY: i64 = 24 * 60 * 60 * 1000;
const ACME: &str = "/api/boards/3001001";

async fn public(world: &World, path: &str) -> (StatusCode, Value) {
    let call = request("GET", &format!("/v1/boards/{path}"));
    let answer = world.send(call.body(Body::empty())).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn a_developer_finds_the_token_and_the_addresses() {
    let world = World::new().await;
    let cleo = world.cleo().await;
    let board = cleo.get(ACME).await;
    expect![[r#"
        200 OK
        {
          "board_id": "3001001",
          "name": "Acme Robotics",
          "token": "acme",
          "job_board_url": "https://careers.acme-robotics.example/jobs",
          "job_posts_url": "https://careers.acme-robotics.example/jobs/:id",
          "live": true,
          "live_posts": 38,
          "old_tokens": [],
          "version": 1
        }
    "#]]
    .assert_eq(&board.brief());
    assert_eq!(board.header("etag"), Some("\"1\""));
    let list = cleo.get("/api/boards").await.json();
    assert_eq!(list["items"][0], board.json());
    assert_eq!(list["items"][1]["token"], "acme-campus");
    let total = public(&world, "acme/jobs").await.1["meta"]["total"].clone();
    assert_eq!(board.json()["live_posts"], total, "the number the public sees");
    assert_eq!(world.ben().await.get(ACME).await.status, StatusCode::FORBIDDEN);
    for id in ["1", "acme"] {
        let missing = cleo.get(&format!("/api/boards/{id}")).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn another_address_is_what_the_public_reads_at_once() {
    let world = World::new().await;
    let ada = world.ada().await;
    let url = async || {
        let (_, jobs) = public(&world, "acme/jobs").await;
        jobs["jobs"][0]["absolute_url"].as_str().unwrap().to_owned()
    };
    assert_eq!(url().await, "https://careers.acme-robotics.example/jobs/5001002");
    let changes = json!({ "job_posts_url": "https://acme.example/apply?lang=en" });
    let answer = ada.patch(ACME, 1, changes).await;
    assert_eq!((answer.status, &answer.json()["version"]), (StatusCode::OK, &json!(2)));
    assert_eq!(url().await, "https://acme.example/apply?lang=en&gh_jid=5001002");
    ada.patch(ACME, 2, json!({ "job_posts_url": "" })).await;
    assert_eq!(url().await, "https://careers.acme-robotics.example/jobs?gh_jid=5001002");
    ada.patch(ACME, 3, json!({ "job_board_url": "" })).await;
    assert_eq!(url().await, "http://latchkey.test/v1/boards/acme/jobs/5001002");
    let same = ada.patch(ACME, 4, json!({ "job_board_url": "" })).await;
    assert_eq!(same.json()["version"], 4, "nothing changed: {}", same.body);
    let stale = ada.patch(ACME, 3, json!({ "job_board_url": "https://a.example" })).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    let wrong = ada.patch(ACME, 4, json!({ "job_board_url": "acme.example" })).await;
    assert_eq!(wrong.json()["errors"][0]["pointer"], "/job_board_url");
    let log = ada.get("/api/change_log?what=board&limit=1").await.json();
    assert_eq!(log["items"][0]["subject"]["name"], "Acme Robotics");
    assert_eq!(log["items"][0]["changes"][0]["field"], "job_board_url");
}

#[tokio::test]
async fn an_old_token_answers_for_as_long_as_the_admin_said() {
    let world = World::new().await;
    let ada = world.ada().await;
    let change =
        |token: &str, days: Value| json!({ "token": { "token": token, "keep_old_days": days } });
    let status = async |token: &str| public(&world, &format!("{token}/jobs")).await.0.as_u16();
    let before = public(&world, "acme/jobs").await.1;
    let answer = ada.patch(ACME, 1, change("Acme-Jobs", json!(30))).await;
    assert_eq!(answer.json()["token"], "Acme-Jobs");
    let old = json!([{ "token": "acme", "answers_until": "2026-03-02T09:05:00.250Z" }]);
    assert_eq!(answer.json()["old_tokens"], old);
    assert_eq!(public(&world, "acme/jobs").await.1, before, "the old one answers");
    assert_eq!(public(&world, "acme-jobs/jobs").await.1, before, "the new one too");
    // Nobody else gets a token that still answers.
    let campus = "/api/boards/3001002";
    let taken = ada.patch(campus, 1, change("ACME", Value::Null)).await;
    assert_eq!(taken.json()["errors"][0]["pointer"], "/token/token");

    world.clock.advance(30 * DAY - 1);
    assert_eq!(status("acme").await, 200);
    world.clock.advance(1);
    assert_eq!(status("acme").await, 404, "also what was answered before is not any more");
    assert_eq!(status("acme-jobs").await, 200);
    let ada = world.ada().await;
    assert_eq!(ada.patch(campus, 1, change("acme", Value::Null)).await.status, StatusCode::OK);
    assert_eq!((status("acme").await, status("acme-campus").await), (200, 200), "for ever");
    let at_once = ada.patch(ACME, 2, change("acme-2", json!(0))).await;
    assert_eq!(at_once.json()["old_tokens"], json!([]));
    assert_eq!((status("acme-jobs").await, status("acme-2").await), (404, 200));
    let cased = ada.patch(ACME, 3, change("ACME-2", Value::Null)).await;
    assert_eq!(cased.json()["old_tokens"], json!([]), "the same token, written otherwise");
    assert_eq!(status("acme-2").await, 200);
}

#[tokio::test]
async fn only_who_manages_all_credentials_changes_a_board() {
    let world = World::new().await;
    let changes = json!({ "job_board_url": "https://a.example" });
    let cleo = world.cleo().await.patch(ACME, 1, changes.clone()).await;
    assert_eq!(cleo.status, StatusCode::FORBIDDEN);
    assert_eq!(world.ben().await.patch(ACME, 1, changes).await.status, StatusCode::FORBIDDEN);
    let log = world.cleo().await.get("/api/change_log?what=board").await.json();
    assert_eq!(log["items"], json!([]));
}

#[tokio::test]
async fn an_old_token_that_is_ended_early_answers_nobody_any_more() {
    let world = World::new().await;
    let ada = world.ada().await;
    let status = async |token: &str| public(&world, &format!("{token}/jobs")).await.0.as_u16();
    let end = async |board: &str, token: &str| {
        ada.post(&format!("{board}/end_old_token"), json!({ "token": token })).await
    };
    let change = json!({ "token": { "token": "acme-jobs" } });
    assert_eq!(ada.patch(ACME, 1, change).await.status, StatusCode::OK);
    assert_eq!(status("acme").await, 200, "what is answered now is kept");
    for (board, token) in [
        (ACME, "acme-jobs"),
        (ACME, "no-such-token"),
        ("/api/boards/3001002", "acme"),
        ("/api/boards/1", "acme"),
    ] {
        let refused = end(board, token).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{board} {token}");
    }
    assert_eq!((status("acme").await, status("acme-jobs").await), (200, 200));

    let ended = end(ACME, "ACME").await;
    assert_eq!((ended.status, ended.header("etag")), (StatusCode::OK, Some("\"3\"")));
    assert_eq!(ended.json()["old_tokens"], json!([]));
    assert_eq!(ended.json(), ada.get(ACME).await.json());
    assert_eq!((status("acme").await, status("acme-jobs").await), (404, 200), "at once");
    assert_eq!(end(ACME, "acme").await.status, StatusCode::CONFLICT, "it was ended already");
    let log = ada.get("/api/change_log?what=board.end_old_token").await.json();
    assert_eq!(log["items"].as_array().unwrap().len(), 1);
    let change = json!({ "field": "old_token", "before": ["acme"], "after": [] });
    assert_eq!(log["items"][0]["changes"], json!([change]));
    // Now somebody else can have it.
    let taken = json!({ "token": { "token": "acme" } });
    let campus = ada.patch("/api/boards/3001002", 1, taken).await;
    assert_eq!(campus.status, StatusCode::OK, "{}", campus.body);
    assert_eq!(status("acme").await, 200);
}

#[tokio::test]
async fn only_who_may_change_a_board_ends_its_old_token() {
    let world = World::new().await;
    let change = json!({ "token": { "token": "acme-jobs" } });
    world.ada().await.patch(ACME, 1, change).await;
    for person in [world.cleo().await, world.ben().await] {
        let path = format!("{ACME}/end_old_token");
        let refused = person.post(&path, json!({ "token": "acme" })).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(public(&world, "acme/jobs").await.0, StatusCode::OK);
}
