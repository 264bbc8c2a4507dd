//! Giving access to others asks for the password when it was last given more than ten minutes ago; taking
//! it away never does.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::{Answer, Person, World};

const MINUTE: i64 = 60 * 1000;

async fn prove(person: &Person<'_>, password: &str) -> Answer {
    person.post("/api/session/proof", json!({ "password": password })).await
}

/// Everything that gives access, each ready to be done.
async fn giving(ada: &Person<'_>, active: &str, revoked: &str) -> Vec<(&'static str, Answer)> {
    let new = json!({ "api_type": "harvest", "partner": "gem", "description": "New" });
    let user = json!({ "name": "Dana", "email": "dana@example.com", "level": "basic" });
    let grant = json!({ "developer_permissions": ["manage_all_api_credentials"] });
    let path = |id: &str, rest: &str| format!("/api/credentials/{id}{rest}");
    let permissions = json!({ "permissions": ["jobs:list"] });
    vec![
        ("create a key", ada.post("/api/credentials", new).await),
        ("replace a key", ada.act(&path(active, "/replace")).await),
        ("edit permissions", ada.patch(&path(active, ""), 1, permissions).await),
        ("re-enable", ada.act(&path(revoked, "/re_enable")).await),
        ("add a user", ada.post("/api/users", user).await),
        ("grant", ada.patch("/api/users/user_ben", 1, grant).await),
        (
            "raise a level",
            ada.patch("/api/users/user_ben", 1, json!({ "level": "job_admin" })).await,
        ),
        ("reset a password", ada.act("/api/users/user_ben/password_link").await),
        ("enable", ada.act("/api/users/user_cleo/enable").await),
    ]
}

#[tokio::test]
async fn giving_access_asks_for_the_password_after_ten_minutes() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (active, _) = ada.issue("harvest", "jobtarget").await;
    let (revoked, _) = ada.issue("harvest", "gem").await;
    ada.act(&format!("/api/credentials/{revoked}/revoke")).await;
    ada.act("/api/users/user_cleo/disable").await;
    world.clock.advance(10 * MINUTE + 1);
    for (what, answer) in giving(&ada, &active, &revoked).await {
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
        assert_eq!(answer.json()["code"], "proof_required", "{what}");
    }
    let wrong = prove(&ada, "latchkey-Demo").await;
    assert_eq!(
        (wrong.status, &wrong.json()["code"]),
        (StatusCode::UNAUTHORIZED, &json!("wrong_credentials"))
    );
    let proved = prove(&ada, "latchkey-demo").await;
    assert_eq!(proved.status, StatusCode::NO_CONTENT);
    let ada = world.holder_of(&proved);
    for (what, answer) in giving(&ada, &active, &revoked).await {
        let done = answer.status.is_success() || answer.json()["code"] == "stale";
        assert!(done, "{what}: {} {}", answer.status, answer.body);
    }
}

#[tokio::test]
async fn taking_access_away_never_asks() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let path = format!("/api/credentials/{id}");
    world.clock.advance(25 * MINUTE);
    let description = json!({ "description": "Renamed" });
    assert_eq!(ada.patch(&path, 1, description).await.status, StatusCode::OK);
    assert_eq!(ada.act(&format!("{path}/revoke")).await.status, StatusCode::OK);
    assert_eq!(world.call("GET", "/v1/jobs", &key).await.status, StatusCode::UNAUTHORIZED);
    let less = json!({ "developer_permissions": [], "level": "basic" });
    assert_eq!(ada.patch("/api/users/user_cleo", 1, less).await.status, StatusCode::OK);
    assert_eq!(ada.delete("/api/users/user_cleo/sessions").await.status, StatusCode::NO_CONTENT);
    assert_eq!(ada.act("/api/users/user_cleo/disable").await.status, StatusCode::OK);
    assert_eq!(ada.delete("/api/sessions").await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn whoever_guesses_at_the_password_of_a_session_is_slowed_down_and_can_still_revoke() {
    let world = World::alone().await;
    let ada = world.ada().await;
    let (id, _) = ada.issue("harvest", "jobtarget").await;
    for _ in 0..5 {
        assert_eq!(prove(&ada, "a guess").await.status, StatusCode::UNAUTHORIZED);
    }
    let slowed = prove(&ada, "latchkey-demo").await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(slowed.header("retry-after"), Some("30"));
    assert_eq!(slowed.json()["title"], "Too many wrong passwords. Try again in 30 seconds.");
    assert_eq!(slowed.json()["errors"], Value::Array(vec![]));
    let revoked = ada.act(&format!("/api/credentials/{id}/revoke")).await;
    assert_eq!(revoked.status, StatusCode::OK);
    world.clock.advance(30_000);
    assert_eq!(prove(&ada, "latchkey-demo").await.status, StatusCode::NO_CONTENT);
}
