//! What keys are used for: counted on every surface, written down in batches, shown to whoever may see the
//! credential.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use expect_test::expect;
use serde_json::json;
use server::db;
use server::settings::Settings;

use crate::app::{World, request};

const HOUR: i64 = 3_600_000;

async fn save(world: &World) {
    world.app.usage.save(&world.app.db, &world.clock).await.expect("it is written down");
}

async fn call_from(world: &World, address: &str, path: &str, key: &str) -> StatusCode {
    let basic = format!("Basic {}", STANDARD.encode(format!("{key}:")));
    let call = request("GET", path)
        .header(header::AUTHORIZATION, basic)
        .header("x-forwarded-for", address)
        .body(Body::empty());
    world.send(call).await.status
}

/// Each field on a line, and each item of a list.
fn item_by_item(usage: &serde_json::Value) -> String {
    let mut text = String::new();
    for (field, value) in usage.as_object().expect("an object") {
        writeln!(text, "{field}").expect("a String takes all");
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for item in items {
            writeln!(text, "  {item}").expect("a String takes all");
        }
    }
    text
}

#[tokio::test]
async fn an_admin_sees_what_jobtarget_does_and_what_it_tries() {
    let world = World::alone().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    for _ in 0..3 {
        call_from(&world, "203.0.113.9", "/v1/jobs", &key).await;
    }
    save(&world).await;
    world.clock.advance(30 * HOUR);
    let ada = world.ada().await;
    call_from(&world, "203.0.113.9", "/v1/jobs", &key).await;
    world.clock.advance(1);
    call_from(&world, "198.51.100.4", "/v1/jobs/4001001", &key).await;
    assert_eq!(call_from(&world, "198.51.100.4", "/v1/users", &key).await, 403);
    assert_eq!(call_from(&world, "198.51.100.4", "/v1/no_such_thing", &key).await, 404);
    assert_eq!(call_from(&world, "198.51.100.4", "/v1/jobs", "lkh_wrong").await, 401);
    call_from(&world, "198.51.100.4", "/v1/me", &key).await;
    save(&world).await;
    let usage = ada.get(&format!("/api/credentials/{id}/usage")).await;
    expect![[r#"
        first_call_at
          "2026-01-31T09:05:00.250Z"
        last_call_at
          "2026-02-01T15:05:00.251Z"
        last_call_address
          "198.51.100.4"
        permissions
          {"permission_id":null,"denied":false,"last_call_at":"2026-02-01T15:05:00.251Z","last_call_address":"198.51.100.4","calls_90d":1}
          {"permission_id":"jobs:list","denied":false,"last_call_at":"2026-02-01T15:05:00.250Z","last_call_address":"203.0.113.9","calls_90d":4}
          {"permission_id":"jobs:read","denied":false,"last_call_at":"2026-02-01T15:05:00.251Z","last_call_address":"198.51.100.4","calls_90d":1}
          {"permission_id":"users:list","denied":true,"last_call_at":"2026-02-01T15:05:00.251Z","last_call_address":"198.51.100.4","calls_90d":1}
        calls
          {"permission_id":"jobs:list","denied":false,"address":"203.0.113.9","calls_24h":1,"calls_7d":4}
          {"permission_id":null,"denied":false,"address":"198.51.100.4","calls_24h":1,"calls_7d":1}
          {"permission_id":"jobs:read","denied":false,"address":"198.51.100.4","calls_24h":1,"calls_7d":1}
          {"permission_id":"users:list","denied":true,"address":"198.51.100.4","calls_24h":1,"calls_7d":1}
        days
          {"day":"2026-01-31","calls":3,"denied":0}
          {"day":"2026-02-01","calls":3,"denied":1}
    "#]]
    .assert_eq(&item_by_item(&usage.json()));
    let listed = ada.get("/api/credentials").await.json();
    assert_eq!(listed["items"][0]["last_used_at"], "2026-02-01T15:05:00.251Z");
    assert_eq!(listed["items"][0]["last_used_address"], "198.51.100.4");
}

#[tokio::test]
async fn the_first_call_is_seen_before_it_is_written_down() {
    let world = World::alone().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let path = format!("/api/credentials/{id}/usage");
    let usage = ada.get(&path).await.json();
    assert_eq!((&usage["first_call_at"], &usage["last_call_at"]), (&json!(null), &json!(null)));
    call_from(&world, "203.0.113.9", "/v1/users", &key).await;
    assert_eq!(ada.get(&path).await.json()["first_call_at"], json!(null), "it was refused");
    call_from(&world, "203.0.113.9", "/v1/jobs", &key).await;
    let usage = ada.get(&path).await.json();
    assert_eq!(usage["first_call_at"], "2026-01-31T09:05:00.250Z");
    assert_eq!(usage["last_call_address"], "203.0.113.9");
}

#[tokio::test]
async fn what_is_not_written_down_yet_is_shown_as_it_will_be() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let usage = format!("/api/credentials/{id}/usage");
    for round in 0..2 {
        for (address, path) in [
            ("203.0.113.9", "/v1/jobs"),
            ("198.51.100.4", "/v1/jobs"),
            ("198.51.100.4", "/v1/users"),
            ("203.0.113.9", "/v1/job_posts"),
        ] {
            world.clock.advance(1);
            call_from(&world, address, path, &key).await;
        }
        let before = ada.get(&usage).await.json();
        let listed = ada.get("/api/credentials").await.json();
        assert_eq!(listed["items"][0]["last_used_address"], "203.0.113.9", "{round}");
        save(&world).await;
        assert_eq!(before, ada.get(&usage).await.json(), "{round}");
        assert_eq!(listed, ada.get("/api/credentials").await.json(), "{round}");
    }
}

#[tokio::test]
async fn many_old_counts_go_a_few_at_a_time_and_all_of_them() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let secrets = db::secrets::ids_of(&world.app.db, &id).await.expect("a secret");
    let mut tx = world.app.db.write().await.expect("a change");
    for permission in 0..2500 {
        sqlx::query(
            "INSERT INTO usage_days (secret_id, permission, denied, day, calls) \
             VALUES ($1, $2, 0, 1, 1)",
        )
        .bind(&secrets[0])
        .bind(permission)
        .execute(&mut *tx)
        .await
        .expect("a day");
    }
    tx.commit().await.expect("a commit");
    call_from(&world, "203.0.113.9", "/v1/jobs", &key).await;
    save(&world).await;
    db::usage::prune(&world.app.db, world.clock.now()).await.expect("old counts go");
    let left = sqlx::query("SELECT day FROM usage_days").fetch_all(world.app.db.read()).await;
    assert_eq!(left.expect("the days").len(), 1);
}

#[tokio::test]
async fn a_job_board_key_is_used_without_a_permission() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("job_board", "jobtarget").await;
    world.call("POST", "/v1/boards/acme/jobs/4000001", &key).await;
    save(&world).await;
    let usage = ada.get(&format!("/api/credentials/{id}/usage")).await.json();
    assert_eq!(usage["permissions"][0]["permission_id"], json!(null));
    assert_eq!(usage["permissions"][0]["calls_90d"], 1);
}

#[tokio::test]
async fn days_are_kept_for_ninety_and_hours_for_seven_days_and_the_last_use_for_ever() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let path = format!("/api/credentials/{id}/usage");
    call_from(&world, "203.0.113.9", "/v1/jobs", &key).await;
    save(&world).await;
    let counts = |usage: serde_json::Value| {
        let length = |field: &str| usage[field].as_array().expect("a list").len();
        (length("calls"), length("days"), length("permissions"))
    };
    for (later, wanted) in
        [(0, (1, 1, 1)), (6, (1, 1, 1)), (8, (0, 1, 1)), (75, (0, 1, 1)), (1, (0, 0, 1))]
    {
        world.clock.advance(later * 24 * HOUR);
        let ada = world.ada().await;
        db::usage::prune(&world.app.db, world.clock.now()).await.expect("old counts go");
        assert_eq!(counts(ada.get(&path).await.json()), wanted, "{later} days later");
    }
    let ada = world.ada().await;
    let usage = ada.get(&path).await.json();
    assert_eq!(usage["first_call_at"], "2026-01-31T09:05:00.250Z");
    assert_eq!(usage["permissions"][0]["calls_90d"], 0);
}

#[tokio::test]
async fn twenty_addresses_of_an_hour_are_named_however_often_it_is_written_down() {
    let world = World::alone().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    for last in 0..30 {
        call_from(&world, &format!("203.0.113.{last}"), "/v1/jobs", &key).await;
        save(&world).await;
    }
    let usage = ada.get(&format!("/api/credentials/{id}/usage")).await.json();
    let calls = usage["calls"].as_array().expect("a list");
    assert_eq!(calls.len(), 21);
    assert_eq!((&calls[0]["address"], &calls[0]["calls_7d"]), (&json!(null), &json!(10)));
    assert_eq!(usage["permissions"][0]["last_call_address"], "203.0.113.29");
}

#[tokio::test]
async fn a_key_learns_what_it_is_and_may_do() {
    let world = World::with(Settings::for_tests(50, None)).await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let row = ada.get(&format!("/api/credentials/{id}")).await.json();
    let changes = json!({ "permissions": ["jobs:list", "applications:hire"] });
    ada.patch(
        &format!("/api/credentials/{id}"),
        row["version"].as_u64().expect("a version"),
        changes,
    )
    .await;
    expect![[r#"
        200 OK
        content-type: application/json;charset=utf-8
        x-content-type-options: nosniff
        x-ratelimit-limit: 50
        x-ratelimit-remaining: 49
        content-length: 357

        {
          "credential_id": "cred_urQkrstuc2rm2UtD",
          "api_type": "harvest",
          "partner": "JobTarget",
          "rate_limit": {
            "limit": 50,
            "remaining": 49,
            "seconds": 10
          },
          "permissions": [
            {
              "permission_id": "applications:hire",
              "label": "POST: Hire Application",
              "endpoints": [
                "POST /v1/applications/{id}/hire"
              ]
            },
            {
              "permission_id": "jobs:list",
              "label": "GET: List Jobs",
              "endpoints": [
                "GET /v1/jobs"
              ]
            }
          ]
        }
    "#]]
    .assert_eq(&world.call("GET", "/v1/me", &key).await.exact());
    let (_, key) = ada.issue("job_board", "jobtarget").await;
    let me = world.call("GET", "/v1/me/", &key).await.json();
    assert_eq!((&me["api_type"], &me["permissions"]), (&json!("job_board"), &json!([])));
    assert_eq!(world.call("GET", "/v1/me", "lkh_wrong").await.status, 401);
    let wrong_method = world.call("DELETE", "/v1/me", &key).await;
    assert_eq!(
        (wrong_method.status.as_u16(), wrong_method.header("allow")),
        (405, Some("GET, HEAD"))
    );
}

#[tokio::test]
async fn a_self_check_by_plain_http_is_refused_once_the_world_comes_by_https() {
    let world = World::with(Settings::for_tests(0, Some("https://api.example.com"))).await;
    let refused = world.call("GET", "/v1/me", "lkh_whatever").await;
    assert_eq!(refused.brief(), world.call("GET", "/v1/jobs", "lkh_whatever").await.brief());
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn a_self_check_counts_against_the_limit_like_any_call() {
    let world = World::single(Settings::for_tests(2, None)).await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    assert_eq!(world.call("GET", "/v1/me", &key).await.status, 200);
    assert_eq!(world.call("GET", "/v1/jobs", &key).await.status, 200);
    assert_eq!(world.call("GET", "/v1/me", &key).await.status, 429);
}
