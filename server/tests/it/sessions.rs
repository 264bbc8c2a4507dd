//! Where a person is signed in, and their own account.

use axum::body::Body;
use axum::http::StatusCode;
use expect_test::expect;
use serde_json::json;

use crate::app::{LONG_PASSWORD, World, request};

const MINUTE: i64 = 60 * 1000;

#[tokio::test]
async fn ada_sees_where_she_is_signed_in_and_ends_one_session_or_all_others() {
    let world = World::new().await;
    let ada = world.ada().await;
    world.clock.advance(5 * MINUTE);
    let typed = json!({ "email": "ada@example.com", "password": "latchkey-demo" });
    let phone = request("POST", "/api/session")
        .header("origin", crate::app::ORIGIN)
        .header("content-type", "application/json")
        .header("user-agent", "Mozilla/5.0 (Android 16; Mobile; rv:140.0) Firefox/140.0")
        .header("x-forwarded-for", "203.0.113.9")
        .body(Body::from(typed.to_string()));
    let phone = world.send(phone).await;
    let phone = world.holder_of(&phone);
    let list = ada.get("/api/sessions").await;
    expect![[r#"
        200 OK
        {
          "items": [
            {
              "session_id": "session_…",
              "browser": "Firefox on Android",
              "address": "203.0.113.9",
              "created_at": "2026-01-31T09:10:00.250Z",
              "last_seen_at": "2026-01-31T09:10:00.250Z",
              "current": false
            },
            {
              "session_id": "session_…",
              "browser": "Unknown browser",
              "address": "127.0.0.1",
              "created_at": "2026-01-31T09:05:00.250Z",
              "last_seen_at": "2026-01-31T09:10:00.250Z",
              "current": true
            }
          ],
          "next": null,
          "total": 2
        }
    "#]]
    .assert_eq(&without_ids(&list.brief()));
    let of_phone = list.json()["items"][0]["session_id"].as_str().unwrap().to_owned();

    // Another person's session does not exist for ben.
    let path = format!("/api/sessions/{of_phone}");
    assert_eq!(world.ben().await.delete(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(phone.get("/api/account").await.status, StatusCode::OK);
    assert_eq!(ada.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(phone.get("/api/account").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ada.delete(&path).await.status, StatusCode::NOT_FOUND);

    let others = [world.ada().await, world.ada().await];
    assert_eq!(ada.delete("/api/sessions").await.status, StatusCode::NO_CONTENT);
    for other in &others {
        assert_eq!(other.get("/api/account").await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(ada.get("/api/sessions").await.json()["items"].as_array().unwrap().len(), 1);
}

/// The ids are random.
fn without_ids(text: &str) -> String {
    let mut parts = text.split("\"session_id\": \"session_");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| format!("{text}\"session_id\": \"session_…{}", &part[16..]))
}

#[tokio::test]
async fn a_new_password_signs_out_everywhere_but_here() {
    let world = World::new().await;
    let (ada, elsewhere) = (world.ada().await, world.ada().await);
    let change =
        |current: &str, new: &str| json!({ "current_password": current, "new_password": new });
    let wrong = ada.post("/api/account/password", change("latchkey-Demo", LONG_PASSWORD)).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert_eq!(wrong.json()["title"], "This is not your password.");
    for refused in ["short", "passwordpassword", "ada@example.com Ada Okafor"] {
        let answer = ada.post("/api/account/password", change("latchkey-demo", refused)).await;
        assert_eq!(answer.json()["errors"][0]["pointer"], "/new_password", "{refused}");
    }
    let answer = ada.post("/api/account/password", change("latchkey-demo", LONG_PASSWORD)).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(elsewhere.get("/api/account").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ada.get("/api/account").await.status, StatusCode::UNAUTHORIZED, "the old token");
    let ada = world.holder_of(&answer);
    assert_eq!(ada.get("/api/account").await.status, StatusCode::OK);
    let same = ada.post("/api/account/password", change(LONG_PASSWORD, LONG_PASSWORD)).await;
    assert_eq!(same.json()["errors"][0]["detail"], "This is your password. Choose another.");
}

#[tokio::test]
async fn people_change_their_own_name_and_nothing_else() {
    let world = World::new().await;
    let cleo = world.cleo().await;
    let account = cleo.get("/api/account").await;
    assert_eq!(account.header("etag"), Some("\"1\""));
    let answer = cleo.patch("/api/account", 1, json!({ "name": " Cleo Rossi " })).await;
    assert_eq!(answer.json()["name"], "Cleo Rossi");
    assert_eq!(cleo.get("/api/session").await.json()["session"]["user"]["name"], "Cleo Rossi");
    let stale = cleo.patch("/api/account", 1, json!({ "name": "Cleo" })).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    let empty = cleo.patch("/api/account", 2, json!({ "name": " " })).await;
    assert_eq!(empty.json()["errors"][0]["pointer"], "/name");
    let more = json!({ "name": "Cleo", "level": "site_admin" });
    let more = cleo.patch("/api/account", 2, more).await;
    assert_eq!(more.status, StatusCode::UNPROCESSABLE_ENTITY);
}
