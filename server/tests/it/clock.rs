//! A clock that was ahead, and was corrected: what was stored meanwhile is not believed, and what was stored
//! before is not lost.

use axum::http::StatusCode;
use serde_json::json;
use server::db;

use crate::app::World;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

async fn save(world: &World) {
    world.app.usage.save(&world.app.db, &world.clock).await.expect("it is written down");
}

#[tokio::test]
async fn a_session_opened_while_the_clock_was_ahead_is_not_alive() {
    for ahead in [HOUR, 365 * DAY] {
        let world = World::new().await;
        let before = world.ada().await;
        world.clock.advance(ahead);
        let ada = world.ada().await;
        assert_eq!(ada.get("/api/users").await.status, StatusCode::OK);
        world.clock.advance(-ahead);
        assert_eq!(ada.get("/api/users").await.status, StatusCode::UNAUTHORIZED);
        // Neither does it come alive by itself: the next sign-in forgets it.
        let again = world.ada().await;
        assert_eq!(again.get("/api/users").await.status, StatusCode::OK);
        world.clock.advance(ahead);
        assert_eq!(ada.get("/api/users").await.status, StatusCode::UNAUTHORIZED);
        drop(before);
    }
}

#[tokio::test]
async fn a_link_made_while_the_clock_was_ahead_is_not_good() {
    let world = World::new().await;
    world.clock.advance(HOUR);
    let new = json!({ "name": "Dora", "email": "dora@example.com", "level": "basic",
        "developer_permissions": [] });
    let invited = world.ada().await.post("/api/users", new).await;
    assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.body);
    let token = json!({ "token": invited.json()["link"]["token"] });
    let read = async || world.anonymous().post("/api/password_links/read", token.clone()).await;
    assert_eq!(read().await.status, StatusCode::OK);
    world.clock.advance(-HOUR);
    assert_eq!(read().await.status, StatusCode::NOT_FOUND);
    let chosen = json!({ "token": token["token"], "password": crate::app::LONG_PASSWORD });
    let used = world.anonymous().post("/api/password_links/use", chosen).await;
    assert_eq!(used.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_start_with_the_clock_a_year_ahead_deletes_no_history() {
    let world = World::alone().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    for _ in 0..60 {
        world.call("GET", "/v1/jobs", &key).await;
        save(&world).await;
        world.clock.advance(DAY);
    }
    let days = async || {
        let rows = sqlx::query("SELECT day FROM usage_days").fetch_all(world.app.db.read()).await;
        rows.expect("the days").len()
    };
    world.clock.advance(365 * DAY);
    let prune = async || db::usage::prune(&world.app.db, world.clock.now()).await.expect("pruned");
    // As it is asked every hour, and at every start.
    prune().await;
    prune().await;
    assert_eq!(days().await, 60);
    // Calls are counted meanwhile: a little goes, not all of it.
    world.call("GET", "/v1/jobs", &key).await;
    save(&world).await;
    prune().await;
    assert_eq!(days().await, 60, "59 and the new one");
    world.clock.advance(-365 * DAY);
    let usage = world.ada().await.get(&format!("/api/credentials/{id}/usage")).await.json();
    assert_eq!(usage["days"].as_array().expect("days").len(), 59);
}

#[tokio::test]
async fn the_last_use_is_never_later_than_now_and_does_not_stay_in_the_future() {
    let world = World::alone().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let last = async || {
        let ada = world.ada().await;
        let row = ada.get(&format!("/api/credentials/{id}")).await.json();
        let usage = ada.get(&format!("/api/credentials/{id}/usage")).await.json();
        assert_eq!(row["last_used_at"], usage["last_call_at"]);
        assert_eq!(usage["permissions"][0]["last_call_at"], usage["last_call_at"]);
        row["last_used_at"].clone()
    };
    // Written down while the clock is a day ahead, and again before it is.
    world.clock.advance(DAY);
    world.call("GET", "/v1/jobs", &key).await;
    save(&world).await;
    world.call("GET", "/v1/jobs", &key).await;
    world.clock.advance(-DAY);
    assert_eq!(last().await, "2026-01-31T09:05:00.250Z");
    save(&world).await;
    assert_eq!(last().await, "2026-01-31T09:05:00.250Z");
    world.clock.advance(HOUR);
    world.call("GET", "/v1/jobs", &key).await;
    save(&world).await;
    world.clock.advance(HOUR);
    assert_eq!(last().await, "2026-01-31T10:05:00.250Z");
}
