//! The life of a credential: created, revealed once, stored, edited, revoked, re-enabled, replaced; and
//! who may do any of it.

use std::time::Duration;

use api::permissions::PermissionSet;
use axum::http::StatusCode;
use expect_test::expect;
use serde_json::{Value, json};
use server::change::Actor;
use server::db;
use server::db::credentials::CredentialRow;

use crate::app::World;

#[tokio::test]
async fn ada_creates_the_jobtarget_key_and_sees_it_once() {
    let world = World::new().await;
    let ada = world.ada().await;
    let new = json!({
        "api_type": "harvest",
        "partner": "jobtarget",
        "description": " JobTarget Harvest API Key ",
    });
    let created = ada.post("/api/credentials", new).await;
    expect![[r#"
        201 Created
        content-type: application/json
        etag: "1"
        location: /api/credentials/cred_urQkrstuc2rm2UtD
        cache-control: no-store
        x-content-type-options: nosniff
        x-request-id: req_H98q2aEO5Vc4emwV
        content-length: 517

        {
          "credential": {
            "id": "cred_urQkrstuc2rm2UtD",
            "api_type": "harvest",
            "partner": "jobtarget",
            "description": "JobTarget Harvest API Key",
            "key_hint": "Zn98",
            "status": "active",
            "stored_at": null,
            "created_at": "2026-01-31T09:05:00.250Z",
            "created_by": "Ada Okafor",
            "last_used_at": null,
            "last_used_address": null,
            "revoked_at": null,
            "permissions": [
              "jobs.openings:list",
              "job_posts:list",
              "jobs.job_posts:list",
              "jobs.job_post:read",
              "jobs:list",
              "jobs:read"
            ],
            "version": 1
          },
          "api_key": "lkh_OyHUHuDd0MaIhbQVJE5cXVdbhReWpX24Zn98",
          "superseded": false
        }
    "#]]
    .assert_eq(&created.exact());
    let key = created.json()["api_key"].as_str().unwrap().to_owned();
    let address = created.header("location").unwrap();
    let read = ada.get(address).await;
    assert_eq!(read.json(), created.json()["credential"]);
    assert_eq!(read.header("etag"), Some("\"1\""));
    let list = ada.get("/api/credentials").await;
    assert_eq!(list.json(), json!({ "items": [read.json()], "next": null, "total": 1 }));
    assert!(!format!("{}{}", read.body, list.body).contains(&key));
}

#[tokio::test]
async fn only_a_listed_partners_harvest_key_starts_with_permissions() {
    let world = World::new().await;
    let ada = world.ada().await;
    for (api_type, partner, permissions) in [
        ("harvest", "jobtarget", 6),
        ("harvest", "unlisted_vendor", 0),
        ("harvest", "custom_integration", 0),
        ("harvest", "gem", 0),
        ("job_board", "jobtarget", 0),
        ("candidate_ingestion", "jobtarget", 0),
    ] {
        let (id, key) = ada.issue(api_type, partner).await;
        let read = ada.get(&format!("/api/credentials/{id}")).await.json();
        assert_eq!(read["permissions"].as_array().unwrap().len(), permissions, "{partner}");
        assert!(key.ends_with(read["key_hint"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn a_credential_that_breaks_a_rule_is_not_created() {
    let world = World::new().await;
    let ada = world.ada().await;
    let new = json!({ "api_type": "harvest", "partner": "nobody", "description": " " });
    expect![[r#"
        422 Unprocessable Entity
        {
          "type": "about:blank",
          "title": "Something in the request breaks a rule.",
          "status": 422,
          "code": "invalid",
          "request_id": "req_H98q2aEO5Vc4emwV",
          "errors": [
            {
              "pointer": "/description",
              "detail": "Enter a description, such as “JobTarget Harvest API Key”."
            },
            {
              "pointer": "/partner",
              "detail": "Choose one of the partners offered."
            }
          ]
        }
    "#]]
    .assert_eq(&ada.post("/api/credentials", new).await.brief());
    assert_eq!(ada.get("/api/credentials").await.json()["items"], json!([]));
}

#[tokio::test]
async fn the_list_is_newest_first_in_pages_and_can_be_narrowed() {
    let world = World::new().await;
    let ada = world.ada().await;
    for (partner, api_type) in [
        ("jobtarget", "harvest"),
        ("gem", "harvest"),
        ("the_org", "job_board"),
        ("gem", "job_board"),
    ] {
        ada.issue(api_type, partner).await;
        world.clock.advance(1000);
    }
    let described = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["description"].as_str().unwrap().to_owned()).collect()
    };
    let first = ada.get("/api/credentials?limit=3").await.json();
    assert_eq!(
        described(&first),
        ["gem job_board key", "the_org job_board key", "gem harvest key"]
    );
    let next = first["next"].as_str().unwrap();
    let second = ada.get(&format!("/api/credentials?limit=3&cursor={next}")).await.json();
    assert_eq!(described(&second), ["jobtarget harvest key"]);
    assert_eq!(second["next"], Value::Null);
    let revoked = second["items"][0]["id"].as_str().unwrap();
    ada.act(&format!("/api/credentials/{revoked}/revoke")).await;
    for (query, found) in [
        ("q=JOB_b", 2),
        ("q=job%25", 0),
        ("api_type=harvest", 2),
        ("partner=gem&api_type=harvest", 1),
        ("status=revoked", 1),
        ("status=active", 3),
    ] {
        let page = ada.get(&format!("/api/credentials?{query}")).await.json();
        assert_eq!(page["items"].as_array().unwrap().len(), found, "{query}");
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_understood_is_refused() {
    let world = World::new().await;
    let ada = world.ada().await;
    for query in
        ["cursor=x", "cursor=1", "status=gone", "limit=-1", "limit=0", "limit=201", "colour=red"]
    {
        let answer = ada.get(&format!("/api/credentials?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}: {}", answer.body);
        assert_eq!(answer.json()["code"], "malformed");
    }
}

#[tokio::test]
async fn an_edit_carries_the_version_it_was_made_from() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, _) = ada.issue("harvest", "jobtarget").await;
    let path = format!("/api/credentials/{id}");
    let saved = ada.patch(&path, 1, json!({ "description": "Renamed" })).await;
    assert_eq!((saved.status, saved.header("etag")), (StatusCode::OK, Some("\"2\"")));
    assert_eq!(saved.json()["description"], "Renamed");
    let stale = ada.patch(&path, 1, json!({ "description": "Overwritten" })).await;
    expect![[r#"
        412 Precondition Failed
        {
          "type": "about:blank",
          "title": "Someone else saved a change in the meantime.",
          "status": 412,
          "code": "stale",
          "request_id": "req_Yccqb26ilzw4AaGJ",
          "errors": []
        }
    "#]]
    .assert_eq(&stale.brief());
    let without = ada.request("PATCH", &path).header("content-type", "application/json");
    let without = world.send(without.body("{}".into())).await;
    assert_eq!(without.status, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(ada.get(&path).await.json()["description"], "Renamed");
}

#[tokio::test]
async fn an_edit_that_changes_nothing_makes_no_new_version() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, _) = ada.issue("harvest", "refapp").await;
    let path = format!("/api/credentials/{id}");
    let same = json!({
        "description": "refapp harvest key",
        "permissions": ["users:read", "candidates:read", "candidates.activity_feed:read"],
    });
    let saved = ada.patch(&path, 1, same).await;
    assert_eq!((saved.status, saved.header("etag")), (StatusCode::OK, Some("\"1\"")));
}

#[tokio::test]
async fn an_edit_that_breaks_a_rule_changes_nothing() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (harvest, _) = ada.issue("harvest", "jobtarget").await;
    let (board, _) = ada.issue("job_board", "the_org").await;
    for (id, changes, pointer) in [
        (&harvest, json!({ "description": "x".repeat(201) }), "/description"),
        (&harvest, json!({ "permissions": ["jobs:list", "jobs:own"] }), "/permissions/1"),
        (&harvest, json!({ "permissions": null, "partner": "gem" }), "/partner"),
        (&board, json!({ "permissions": ["jobs:list"] }), "/permissions"),
    ] {
        let path = format!("/api/credentials/{id}");
        let answer = ada.patch(&path, 1, changes).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{pointer}");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
        assert_eq!(ada.get(&path).await.json()["version"], 1);
    }
}

#[tokio::test]
async fn stored_revoked_and_re_enabled_each_happen_once() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, _) = ada.issue("harvest", "jobtarget").await;
    for (verb, field, again) in [
        ("store", "stored_at", "This API key was confirmed as stored already."),
        ("revoke", "revoked_at", "This credential is revoked already."),
        ("re_enable", "status", "This credential is active already."),
    ] {
        let path = format!("/api/credentials/{id}/{verb}");
        let done = ada.act(&path).await;
        assert_eq!(done.status, StatusCode::OK, "{verb}");
        assert_ne!(done.json()[field], Value::Null, "{verb}");
        let twice = ada.act(&path).await;
        assert_eq!((twice.status, &twice.json()["title"]), (StatusCode::CONFLICT, &json!(again)));
        assert_eq!(twice.json()["code"], "already_so");
    }
    assert_eq!(ada.get(&format!("/api/credentials/{id}")).await.json()["version"], 4);
}

#[tokio::test]
async fn a_lost_key_is_replaced_by_a_new_credential_and_the_old_one_stays() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, lost) = ada.issue("harvest", "jobtarget").await;
    let path = format!("/api/credentials/{id}");
    ada.patch(&path, 1, json!({ "permissions": ["jobs:list"] })).await;
    let replaced = ada.act(&format!("{path}/replace")).await;
    assert_eq!(replaced.status, StatusCode::CREATED);
    let new = replaced.json();
    assert_eq!(new["credential"]["permissions"], json!(["jobs:list"]));
    assert_eq!(new["credential"]["description"], "jobtarget harvest key");
    assert_ne!(new["credential"]["id"], json!(id));
    let key = new["api_key"].as_str().unwrap();
    assert_ne!(key, lost);
    for key in [key, &lost] {
        assert_eq!(world.call("GET", "/v1/jobs", key).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_replacement_is_granted_what_the_credential_is_granted_at_that_moment() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, _) = ada.issue("harvest", "jobtarget").await;
    // Somebody takes everything away, and has not finished when the replacement is asked for.
    let mut change = world.app.change_as(Actor::system()).await.unwrap();
    let row = db::credentials::read(&mut *change.tx, &id).await.unwrap().unwrap();
    let narrowed = CredentialRow { permissions: PermissionSet::EMPTY, ..row };
    assert!(db::credentials::update(&mut change.tx, &narrowed).await.unwrap());
    change.touches_keys_of(&id);
    let finish = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        change.commit().await.unwrap();
    };
    let path = format!("/api/credentials/{id}/replace");
    let (replaced, ()) = tokio::join!(ada.act(&path), finish);
    assert_eq!(replaced.status, StatusCode::CREATED);
    assert_eq!(replaced.json()["credential"]["permissions"], json!([]));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::new().await;
    let ada = world.ada().await;
    expect![[r#"
        404 Not Found
        {
          "type": "about:blank",
          "title": "There is no such thing here, or none that you may see.",
          "status": 404,
          "code": "not_found",
          "request_id": "req_H98q2aEO5Vc4emwV",
          "errors": []
        }
    "#]]
    .assert_eq(&ada.get("/api/credentials/cred_none").await.brief());
    let patched = ada.patch("/api/credentials/cred_none", 1, json!({})).await;
    assert_eq!(patched.status, StatusCode::NOT_FOUND);
    for verb in ["store", "revoke", "re_enable", "replace"] {
        let answer = ada.act(&format!("/api/credentials/cred_none/{verb}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{verb}");
    }
}

#[tokio::test]
async fn a_job_board_developer_sees_and_makes_job_board_credentials_only() {
    let world = World::new().await;
    let (ada, cleo) = (world.ada().await, world.cleo().await);
    let (harvest, key) = ada.issue("harvest", "jobtarget").await;
    let (board, _) = cleo.issue("job_board", "the_org").await;
    let seen = cleo.get("/api/credentials").await.json();
    assert_eq!(seen["items"].as_array().unwrap().len(), 1);
    assert_eq!(seen["items"][0]["id"], json!(board));
    assert_eq!(cleo.get("/api/credentials?api_type=harvest").await.json()["items"], json!([]));
    let path = format!("/api/credentials/{harvest}");
    assert_eq!(cleo.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(cleo.patch(&path, 1, json!({})).await.status, StatusCode::NOT_FOUND);
    for verb in ["store", "revoke", "re_enable", "replace"] {
        assert_eq!(cleo.act(&format!("{path}/{verb}")).await.status, StatusCode::NOT_FOUND);
    }
    let new = json!({ "api_type": "harvest", "partner": "gem", "description": "d" });
    assert_eq!(cleo.post("/api/credentials", new).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.call("GET", "/v1/jobs", &key).await.status, StatusCode::OK);
}

#[tokio::test]
async fn without_a_developer_permission_everything_is_refused_and_without_a_session_too() {
    let world = World::new().await;
    let (id, _) = world.ada().await.issue("harvest", "jobtarget").await;
    let path = format!("/api/credentials/{id}");
    let new = json!({ "api_type": "harvest", "partner": "gem", "description": "d" });
    for (person, status) in
        [(world.ben().await, StatusCode::FORBIDDEN), (world.anonymous(), StatusCode::UNAUTHORIZED)]
    {
        assert_eq!(person.get("/api/credentials").await.status, status);
        assert_eq!(person.post("/api/credentials", new.clone()).await.status, status);
        assert_eq!(person.get(&path).await.status, status);
        assert_eq!(person.patch(&path, 1, json!({})).await.status, status);
        for verb in ["store", "revoke", "re_enable", "replace"] {
            assert_eq!(person.act(&format!("{path}/{verb}")).await.status, status, "{verb}");
        }
    }
    assert_eq!(world.ada().await.get(&path).await.json()["version"], 1);
}

#[tokio::test]
async fn the_list_shows_when_a_key_was_last_used() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let path = format!("/api/credentials/{id}");
    world.clock.advance(5000);
    world.call("GET", "/v1/users", &key).await;
    world.app.usage.save(&world.app.db, &world.clock).await.unwrap();
    assert_eq!(
        ada.get(&path).await.json()["last_used_at"],
        Value::Null,
        "a refused call is no use"
    );
    world.call("GET", "/v1/jobs", &key).await;
    world.app.usage.save(&world.app.db, &world.clock).await.unwrap();
    let read = ada.get(&path).await.json();
    assert_eq!(read["last_used_at"], "2026-01-31T09:05:05.250Z");
    assert_eq!(read["version"], 1, "using a key is no change of the credential");
}
