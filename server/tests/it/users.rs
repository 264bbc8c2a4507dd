//! Who uses the console and what they may do: seen by every Site Admin, changed by those who can edit
//! another user's advanced permissions, and by nobody on themselves.

use axum::http::StatusCode;
use expect_test::expect;
use serde_json::{Value, json};

use crate::app::{LONG_PASSWORD, Person, World};

fn new(email: &str) -> Value {
    json!({
        "name": "Dana Fox",
        "email": email,
        "level": "site_admin",
        "developer_permissions": ["edit_advanced_permissions"],
    })
}

/// Makes the user hold exactly this, by whoever may.
async fn grant(by: &Person<'_>, id: &str, permissions: &[&str]) -> StatusCode {
    let path = format!("/api/users/{id}");
    let version = by.get(&path).await.json()["version"].as_u64().unwrap();
    by.patch(&path, version, json!({ "developer_permissions": permissions })).await.status
}

#[tokio::test]
async fn the_walk_of_the_jobtarget_article_ends_with_ben_in_the_dev_center() {
    let world = World::new().await;
    let (ada, ben) = (world.ada().await, world.ben().await);
    assert_eq!(ben.get("/api/credentials").await.status, StatusCode::FORBIDDEN);
    let changes = json!({ "developer_permissions": ["manage_all_api_credentials"] });
    let answer = ada.patch("/api/users/user_ben", 1, changes).await;
    expect![[r#"
        200 OK
        {
          "user_id": "user_ben",
          "name": "Ben Lindqvist",
          "email": "ben@example.com",
          "level": "basic",
          "developer_permissions": [
            "manage_all_api_credentials"
          ],
          "status": "active",
          "created_at": "2026-01-31T09:05:00.250Z",
          "last_sign_in_at": "2026-01-31T09:05:00.250Z",
          "version": 2
        }
    "#]]
    .assert_eq(&answer.brief());
    assert_eq!(answer.header("etag"), Some("\"2\""));
    // He stays signed in, and the next request counts what he may do now.
    assert_eq!(ben.get("/api/credentials").await.status, StatusCode::OK);
    ben.issue("harvest", "jobtarget").await;
}

#[tokio::test]
async fn fewer_rights_refuse_the_next_request_and_sign_nobody_out() {
    let world = World::new().await;
    let (ada, cleo) = (world.ada().await, world.cleo().await);
    let (id, _) = cleo.issue("job_board", "jobtarget").await;
    assert_eq!(grant(&ada, "user_cleo", &[]).await, StatusCode::OK);
    for answer in [
        cleo.get("/api/credentials").await,
        cleo.act(&format!("/api/credentials/{id}/revoke")).await,
    ] {
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    }
    assert_eq!(cleo.get("/api/account").await.json()["developer_permissions"], json!([]));
    // Another level, and both back: still the same session.
    let level = json!({ "level": "basic" });
    assert_eq!(ada.patch("/api/users/user_cleo", 2, level).await.status, StatusCode::OK);
    assert_eq!(cleo.get("/api/account").await.json()["level"], "basic");
    let back = ["manage_job_board_api_credentials"];
    let back = json!({ "level": "job_admin", "developer_permissions": back });
    assert_eq!(ada.patch("/api/users/user_cleo", 3, back).await.status, StatusCode::OK);
    let path = format!("/api/credentials/{id}/revoke");
    assert_eq!(cleo.act(&path).await.status, StatusCode::OK);
    assert_eq!(cleo.get("/api/sessions").await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_changes_their_own_rights_and_the_last_who_can_is_told_why() {
    let world = World::new().await;
    let ada = world.ada().await;
    for (method, path, body) in [
        ("PATCH", "/api/users/user_ada", json!({ "level": "basic" })),
        ("POST", "/api/users/user_ada/disable", json!({})),
        ("POST", "/api/users/user_ada/enable", json!({})),
        ("POST", "/api/users/user_ada/password_link", json!({})),
    ] {
        let answer = match method {
            "PATCH" => ada.patch(path, 1, body).await,
            _ => ada.post(path, body).await,
        };
        assert_eq!(answer.status, StatusCode::CONFLICT, "{method} {path}");
        assert_eq!(answer.json()["code"], "last_editor");
        let said = answer.json()["title"].to_string();
        assert!(said.contains("You are the last who can edit"), "{said}");
    }
    // With a second one there is somebody to ask.
    let (dana_id, dana) = world.invited(new("dana@example.com")).await;
    let answer = ada.patch("/api/users/user_ada", 1, json!({ "level": "basic" })).await;
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (StatusCode::FORBIDDEN, &json!("forbidden"))
    );
    // The second one may change the first, who then may nothing any more.
    assert_eq!(grant(&dana, "user_ada", &[]).await, StatusCode::OK);
    let answer = ada.patch(&format!("/api/users/{dana_id}"), 2, json!({ "level": "basic" })).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn of_two_who_take_it_from_each_other_at_once_one_is_left() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (dana_id, dana) = world.invited(new("dana@example.com")).await;
    let of_dana = format!("/api/users/{dana_id}");
    let version = ada.get(&of_dana).await.json()["version"].as_u64().unwrap();
    let none = || json!({ "developer_permissions": [] });
    let (one, other) = tokio::join!(
        ada.patch(&of_dana, version, none()),
        dana.patch("/api/users/user_ada", 1, none()),
    );
    let mut said = [one.status.as_u16(), other.status.as_u16()];
    said.sort_unstable();
    assert_eq!(said, [200, 403]);
    let left = world.ben().await.get("/api/session").await.json();
    assert_eq!(left["session"]["can_grant"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn whoever_may_list_but_not_edit_is_refused_and_so_is_everybody_else() {
    let world = World::new().await;
    let plain = json!({ "name": "Erin", "email": "erin@example.com", "level": "site_admin" });
    let (_, erin) = world.invited(plain.clone()).await;
    assert_eq!(erin.get("/api/users").await.status, StatusCode::OK);
    assert_eq!(erin.get("/api/users/user_ben").await.status, StatusCode::OK);
    assert_eq!(grant(&erin, "user_ben", &[]).await, StatusCode::FORBIDDEN);
    assert_eq!(erin.post("/api/users", plain).await.status, StatusCode::FORBIDDEN);
    assert_eq!(erin.act("/api/users/user_ben/disable").await.status, StatusCode::FORBIDDEN);
    let cleo = world.cleo().await;
    assert_eq!(cleo.get("/api/users").await.status, StatusCode::FORBIDDEN);
    assert_eq!(cleo.get("/api/users/user_cleo").await.status, StatusCode::FORBIDDEN);
    assert_eq!(cleo.get("/api/account").await.json()["level"], "job_admin");
}

#[tokio::test]
async fn the_list_is_by_name_in_pages_and_can_be_narrowed() {
    let world = World::new().await;
    let ada = world.ada().await;
    world
        .invited(json!({ "name": "Émile Zola", "email": "EZ@Example.com", "level": "basic" }))
        .await;
    ada.post("/api/users", json!({ "name": "Fay", "email": "fay@example.com", "level": "basic" }))
        .await;
    ada.act("/api/users/user_cleo/disable").await;
    let names = async |query: &str| -> Vec<String> {
        let list = ada.get(&format!("/api/users{query}")).await.json();
        let items = list["items"].as_array().unwrap().clone();
        items.iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect()
    };
    // Letters with marks stand behind those without, on both engines or not: only the set is compared.
    let mut all = names("").await;
    all.sort();
    assert_eq!(all, ["Ada Okafor", "Ben Lindqvist", "Cleo Marchetti", "Fay", "Émile Zola"]);
    for (query, found) in [
        ("?q=%C3%89MILE", &["Émile Zola"][..]),
        ("?q=ez@example", &["Émile Zola"]),
        ("?q=100%25", &[]),
        ("?level=job_admin", &["Cleo Marchetti"]),
        ("?status=disabled", &["Cleo Marchetti"]),
        ("?status=invited", &["Fay"]),
        ("?status=active&level=site_admin", &["Ada Okafor"]),
        ("?developer_permission=manage_all_api_credentials", &["Ada Okafor"]),
    ] {
        assert_eq!(names(query).await, found, "{query}");
    }
    let mut seen = Vec::new();
    let mut path = "/api/users?limit=2".to_owned();
    loop {
        let page = ada.get(&path).await.json();
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|user| user["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/users?limit=2&cursor={next}");
    }
    assert_eq!(seen, names("").await, "the pages together are the list");
    assert_eq!(ada.get("/api/users?level=king").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn adding_somebody_answers_their_link_once() {
    let world = World::new().await;
    let ada = world.ada().await;
    let answer = ada.post("/api/users", new(" Dana@Example.com ")).await;
    expect![[r#"
        201 Created
        {
          "user": {
            "user_id": "user_OyHUHuDd0MaIhbQV",
            "name": "Dana Fox",
            "email": "dana@example.com",
            "level": "site_admin",
            "developer_permissions": [
              "edit_advanced_permissions"
            ],
            "status": "invited",
            "created_at": "2026-01-31T09:05:00.250Z",
            "last_sign_in_at": null,
            "version": 1
          },
          "link": {
            "kind": "invitation",
            "token": "…",
            "expires_at": "2026-02-03T09:05:00.250Z",
            "superseded": false
          }
        }
    "#]]
    .assert_eq(&without_token(&answer.brief()));
    let address = answer.header("location").unwrap();
    let token = answer.json()["link"]["token"].as_str().unwrap().to_owned();
    let read = ada.get(address).await;
    assert_eq!(read.json(), answer.json()["user"]);
    assert!(!read.body.contains(&token));
    // Nobody signs in before they have chosen a password.
    let early = world.sign_in("dana@example.com", "").await;
    assert_eq!(early.status, StatusCode::UNAUTHORIZED);
}

fn without_token(text: &str) -> String {
    let at = text.find("\"token\": \"").unwrap() + "\"token\": \"".len();
    let end = at + text[at..].find('"').unwrap();
    format!("{}…{}", &text[..at], &text[end..])
}

#[tokio::test]
async fn a_user_that_breaks_a_rule_is_not_added() {
    let world = World::new().await;
    let ada = world.ada().await;
    let wrong = json!({
        "name": "",
        "email": "nobody",
        "level": "job_admin",
        "developer_permissions": ["edit_advanced_permissions"],
    });
    let answer = ada.post("/api/users", wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let errors = answer.json()["errors"].as_array().unwrap().clone();
    let pointers: Vec<&str> = errors.iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/name", "/email", "/developer_permissions"]);
    let taken = json!({ "name": "Ben", "email": "BEN@example.com", "level": "basic" });
    let answer = ada.post("/api/users", taken).await;
    assert_eq!(answer.json()["errors"][0]["detail"], "There is a user with this e-mail already.");
    assert_eq!(ada.get("/api/users").await.json()["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_change_carries_the_version_it_was_made_from_and_another_level_what_it_can_hold() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, _) = world.invited(new("dana@example.com")).await;
    let path = format!("/api/users/{id}");
    let stale = ada.patch(&path, 1, json!({ "level": "basic" })).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "choosing a password was a change");
    let answer = ada.patch(&path, 2, json!({ "level": "job_admin" })).await;
    assert_eq!(answer.json()["level"], "job_admin");
    assert_eq!(answer.json()["developer_permissions"], json!([]));
    let both = json!({ "level": "basic", "developer_permissions": ["edit_advanced_permissions"] });
    let answer = ada.patch(&path, 3, both).await;
    assert_eq!(answer.json()["errors"][0]["pointer"], "/developer_permissions");
    let same = ada.patch(&path, 3, json!({ "level": "job_admin" })).await;
    assert_eq!(same.json()["version"], 3, "nothing changed");
    assert_eq!(ada.get("/api/users/user_none").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_their_keys_go_on_working() {
    let world = World::new().await;
    let ada = world.ada().await;
    assert_eq!(grant(&ada, "user_ben", &["manage_all_api_credentials"]).await, StatusCode::OK);
    let ben = world.ben().await;
    let (id, key) = ben.issue("harvest", "jobtarget").await;
    let made = ada.get("/api/users/user_ben/credentials").await;
    assert_eq!(made.json()["items"][0]["credential_id"], id.as_str());
    assert_eq!(made.json()["items"][0]["status"], "active");

    let answer = ada.act("/api/users/user_ben/disable").await;
    assert_eq!(answer.json()["status"], "disabled");
    assert_eq!(ben.get("/api/credentials").await.status, StatusCode::UNAUTHORIZED);
    let refused = world.sign_in("ben@example.com", "latchkey-demo").await;
    assert_eq!(refused.json()["code"], "wrong_credentials", "as if there were nobody");
    assert_eq!(world.call("GET", "/v1/jobs", &key).await.status, StatusCode::OK);
    assert_eq!(ada.act("/api/users/user_ben/disable").await.status, StatusCode::CONFLICT);
    let link = ada.act("/api/users/user_ben/password_link").await;
    assert_eq!(link.status, StatusCode::CONFLICT);

    assert_eq!(ada.act("/api/users/user_ben/enable").await.json()["status"], "active");
    assert_eq!(ada.act("/api/users/user_ben/enable").await.status, StatusCode::CONFLICT);
    assert_eq!(ben.get("/api/credentials").await.status, StatusCode::UNAUTHORIZED, "signs in anew");
    assert_eq!(world.ben().await.get("/api/credentials").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_admin_signs_somebody_out_everywhere() {
    let world = World::new().await;
    let (ada, ben, elsewhere) = (world.ada().await, world.ben().await, world.ben().await);
    let answer = ada.delete("/api/users/user_ben/sessions").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    for ben in [&ben, &elsewhere] {
        assert_eq!(ben.get("/api/account").await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(ada.get("/api/account").await.status, StatusCode::OK);
    assert_eq!(world.ben().await.get("/api/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_password_is_reset_by_a_link_and_nobody_but_its_owner_ever_knows_it() {
    let world = World::new().await;
    let ada = world.ada().await;
    let ben = world.ben().await;
    let link = ada.act("/api/users/user_ben/password_link").await;
    assert_eq!(link.status, StatusCode::CREATED);
    assert_eq!(link.json()["kind"], "password_reset");
    // Until it is used, everything is as it was.
    assert_eq!(ben.get("/api/account").await.status, StatusCode::OK);
    let chosen = json!({ "token": link.json()["token"], "password": LONG_PASSWORD });
    let answer = world.anonymous().post("/api/password_links/use", chosen).await;
    assert_eq!(answer.json()["session"]["user"]["user_id"], "user_ben");
    assert_eq!(ben.get("/api/account").await.status, StatusCode::UNAUTHORIZED);
    let old = world.sign_in("ben@example.com", "latchkey-demo").await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.sign_in("ben@example.com", LONG_PASSWORD).await.status, StatusCode::OK);
}
