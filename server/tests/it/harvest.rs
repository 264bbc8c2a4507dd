//! The door of the Harvest surface: which calls a key opens, and the exact bytes of every refusal.

mod packed;

use axum::body::Body;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use expect_test::expect;
use serde_json::json;
use server::settings::Settings;

use crate::app::{World, request};
use crate::import::integrator;

/// A path of the catalogue with its parameters filled in.
fn filled(path: &str, id: &str) -> String {
    path.split('/')
        .map(|segment| if segment.starts_with('{') { id } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}

/// A job of the demo that has openings and a post.
async fn some_job(world: &World, key: &str) -> String {
    let posts = world.call("GET", "/v1/job_posts?live=true&per_page=1", key).await;
    posts.json()[0]["job_id"].to_string()
}

#[tokio::test]
async fn jobtarget_may_make_its_six_calls_and_no_other() {
    let world = World::new().await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    let job = some_job(&world, &key).await;
    let catalogue = &world.app.catalogue.catalogue;
    let preset = &catalogue.partner("jobtarget").unwrap().preset;
    let mut allowed = Vec::new();
    for permission in &catalogue.permissions {
        for endpoint in &permission.endpoints {
            let answer = world.call(&endpoint.method, &filled(&endpoint.path, &job), &key).await;
            if preset.contains(&permission.permission_id) {
                assert_eq!(answer.status, StatusCode::OK, "{}", endpoint.path);
                allowed.push(format!("{} {}", endpoint.method, endpoint.path));
            } else {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{endpoint:?}");
                assert_eq!(
                    answer.body,
                    r#"{"message":"This API Key does not have permission for this endpoint"}"#
                );
            }
        }
    }
    expect![[r#"
        GET /v1/jobs/{job_id}/openings
        GET /v1/job_posts
        GET /v1/jobs/{id}/job_posts
        GET /v1/jobs/{id}/job_post
        GET /v1/jobs
        GET /v1/jobs/{id}"#]]
    .assert_eq(&allowed.join("\n"));
}

#[tokio::test]
async fn one_permission_opens_one_operation_and_its_older_path() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "custom_integration").await;
    let catalogue = &world.app.catalogue.catalogue;
    for (version, granted) in (1..).zip(&catalogue.permissions) {
        let only = json!({ "permissions": [granted.permission_id] });
        let saved = ada.patch(&format!("/api/credentials/{id}"), version, only).await;
        assert_eq!(saved.status, StatusCode::OK);
        for permission in &catalogue.permissions {
            for endpoint in &permission.endpoints {
                let answer = world.call(&endpoint.method, &filled(&endpoint.path, "0"), &key).await;
                let refused = answer.status == StatusCode::FORBIDDEN;
                let should = permission.permission_id != granted.permission_id;
                assert_eq!(refused, should, "{granted:?}: {endpoint:?} {}", answer.status);
            }
        }
    }
}

#[tokio::test]
async fn a_revoked_key_is_dead_at_once_and_re_enabled_it_lives() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    for _ in 0..3 {
        assert_eq!(world.call("GET", "/v1/jobs", &key).await.status, StatusCode::OK);
        ada.act(&format!("/api/credentials/{id}/revoke")).await;
        let refused = world.call("GET", "/v1/jobs", &key).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        ada.act(&format!("/api/credentials/{id}/re_enable")).await;
    }
    assert_eq!(world.call("GET", "/v1/jobs", &key).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_permission_that_is_taken_away_is_gone_for_the_next_call() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let path = format!("/api/credentials/{id}");
    ada.patch(&path, 1, json!({ "permissions": ["job_posts:list"] })).await;
    assert_eq!(world.call("GET", "/v1/jobs", &key).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.call("GET", "/v1/job_posts", &key).await.status, StatusCode::OK);
    ada.patch(&path, 2, json!({ "permissions": [] })).await;
    assert_eq!(world.call("GET", "/v1/job_posts", &key).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn whatever_is_wrong_with_the_key_the_answer_is_the_same_to_the_byte() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, revoked) = ada.issue("harvest", "jobtarget").await;
    ada.act(&format!("/api/credentials/{id}/revoke")).await;
    let (_, board) = ada.issue("job_board", "the_org").await;
    let (_, good) = ada.issue("harvest", "jobtarget").await;
    let basic = |inside: &str| format!("Basic {}", STANDARD.encode(inside));
    let unknown = "lkh_000000000000000000000000000000";
    let headers = [
        vec![],
        vec![String::new()],
        vec!["Basic".to_owned()],
        vec!["Basic ".to_owned()],
        vec!["Basic %%%".to_owned()],
        vec![good.clone()],
        vec![format!("Basic {good}")],
        vec![format!("Bearer {good}")],
        vec![basic(&good)],
        vec![basic(&format!(":{good}"))],
        vec![basic(&format!(" {good}:"))],
        vec![basic(&good.to_uppercase())],
        vec![basic(&format!("{unknown}:"))],
        vec![basic(&format!("{revoked}:"))],
        vec![basic(&format!("{board}:"))],
        vec![basic(&format!("{good}:")), basic(&format!("{good}:"))],
        vec![basic(&"x".repeat(4000))],
    ];
    let mut answers = Vec::new();
    for lines in headers {
        let call = lines
            .iter()
            .fold(request("GET", "/v1/jobs"), |call, line| call.header("authorization", line));
        answers.push((lines, world.send(call.body(Body::empty())).await.exact()));
    }
    let first = answers[0].1.clone();
    expect![[r#"
        401 Unauthorized
        content-type: application/json;charset=utf-8
        x-content-type-options: nosniff
        www-authenticate: Basic realm="Harvest"
        content-length: 44

        {
          "message": "Invalid Basic Auth credentials"
        }
    "#]]
    .assert_eq(&first);
    for (lines, answer) in answers {
        assert_eq!(answer, first, "{lines:?}");
    }
    assert_eq!(world.call("GET", "/v1/jobs", &good).await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_other_refusal_has_its_own_exact_answer() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let all = ["jobs:list", "jobs:read", "jobs:create", "candidates:list", "job_posts:list"];
    ada.patch(&format!("/api/credentials/{id}"), 1, json!({ "permissions": all })).await;
    let mut said = String::new();
    for (method, path) in [
        ("GET", "/v1/nothing"),
        ("GET", "/v1"),
        ("GET", "/v2/"),
        ("DELETE", "/v1/jobs/1"),
        ("GET", "/v1/departments"),
        ("GET", "/v1/candidates"),
        ("POST", "/v1/jobs"),
        ("GET", "/v1/jobs/99"),
        ("GET", "/v1/jobs/ninety"),
        ("GET", "/v1/jobs?created_after=yesterday&status=ajar"),
    ] {
        let answer = world.call(method, path, &key).await;
        said += &format!("{method} {path}\n  {} {}\n", answer.status.as_u16(), answer.body);
        if let Some(allow) = answer.header("allow") {
            said += &format!("  Allow: {allow}\n");
        }
        assert_eq!(answer.header("content-type"), Some("application/json;charset=utf-8"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    expect![[r#"
        GET /v1/nothing
          404 {"message":"Resource not found"}
        GET /v1
          404 {"message":"Resource not found"}
        GET /v2/
          404 {"message":"Resource not found"}
        DELETE /v1/jobs/1
          405 {"message":"Method not allowed"}
          Allow: GET, HEAD, PATCH
        GET /v1/departments
          403 {"message":"This API Key does not have permission for this endpoint"}
        GET /v1/candidates
          501 {"message":"This endpoint is not served by this instance"}
        POST /v1/jobs
          422 {"message":"Validation error","errors":[{"message":"Missing required header: On-Behalf-Of","field":"On-Behalf-Of"}]}
        GET /v1/jobs/99
          404 {"message":"Resource not found"}
        GET /v1/jobs/ninety
          404 {"message":"Resource not found"}
        GET /v1/jobs?created_after=yesterday&status=ajar
          422 {"message":"Validation error","errors":[{"message":"Must be an ISO-8601 date and time, such as 2024-01-31T08:30:00.000Z","field":"created_after"},{"message":"Must be one of: open, closed, draft","field":"status"}]}
    "#]].assert_eq(&said);
}

#[tokio::test]
async fn a_write_names_the_user_it_is_made_for() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "custom_integration").await;
    let path = format!("/api/credentials/{id}");
    ada.patch(&path, 1, json!({ "permissions": ["jobs:create"] })).await;
    let basic = format!("Basic {}", STANDARD.encode(format!("{key}:")));
    let write = async |user: &[u8]| {
        let write = request("POST", "/v1/jobs").header("authorization", &basic);
        world.send(write.header("on-behalf-of", user).body("{}".into())).await
    };
    for user in [&b"3501001"[..], b" 3501001 "] {
        let answer = write(user).await;
        assert_eq!(answer.status, StatusCode::NOT_IMPLEMENTED, "{}", answer.body);
        assert_eq!(answer.body, r#"{"message":"This endpoint is not served by this instance"}"#);
    }
    for nobody in [&b"1001"[..], b"0", b"99999999999999999999"] {
        let answer = write(nobody).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.body, r#"{"message":"Resource not found"}"#);
    }
    for (odd, said) in [
        (&b""[..], "Missing required header: On-Behalf-Of"),
        (b"  ", "Missing required header: On-Behalf-Of"),
        (b"ada@example.com", "Must be the id of a user"),
        (b"-1", "Must be the id of a user"),
        (b"1,2", "Must be the id of a user"),
        (b"\xfc", "Must be the id of a user"),
    ] {
        let answer = write(odd).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let error = json!({ "message": said, "field": "On-Behalf-Of" });
        assert_eq!(answer.json()["errors"], json!([error]));
    }
    // Where no users are held, as in front of a system that has them, nobody here knows who there is.
    ada.post("/api/import", json!({ "users": [] })).await;
    assert_eq!(write(b"1001").await.status, StatusCode::NOT_IMPLEMENTED);
}

#[tokio::test]
async fn a_get_with_a_body_is_refused() {
    let world = World::new().await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    let basic = format!("Basic {}", STANDARD.encode(format!("{key}:")));
    let call = request("GET", "/v1/jobs").header("authorization", basic);
    let answer = world.send(call.body("{}".into())).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.body, r#"{"message":"A GET request must not have a body"}"#);
}

#[tokio::test]
async fn every_answer_to_a_key_says_how_it_stands_against_the_limit() {
    let world = World::single(Settings::for_tests(3, None)).await;
    let ada = world.ada().await;
    let (_, key) = ada.issue("harvest", "jobtarget").await;
    let mut said = String::new();
    for (wait, path) in [
        (0, "/v1/jobs/99"),
        (0, "/v1/users"),
        (1000, "/v1/jobs/99"),
        (0, "/v1/jobs/99"),
        (4000, "/v1/jobs/99"),
        (4749, "/v1/jobs/99"),
        (1, "/v1/jobs/99"),
    ] {
        world.clock.advance(wait);
        let answer = world.call("GET", path, &key).await;
        let header = |name| answer.header(name).unwrap_or("-").to_owned();
        said += &format!(
            "+{wait} {} limit {} remaining {} reset {} retry after {} {}\n",
            answer.status.as_u16(),
            header("x-ratelimit-limit"),
            header("x-ratelimit-remaining"),
            header("x-ratelimit-reset"),
            header("retry-after"),
            if answer.status == StatusCode::TOO_MANY_REQUESTS { &answer.body } else { "" }
        );
    }
    expect![[r#"
        +0 404 limit 3 remaining 2 reset - retry after - 
        +0 403 limit 3 remaining 1 reset - retry after - 
        +1000 404 limit 3 remaining 0 reset - retry after - 
        +0 429 limit 3 remaining 0 reset 1769850310 retry after 9 {"message":"Rate limit exceeded"}
        +4000 429 limit 3 remaining 0 reset 1769850310 retry after 5 {"message":"Rate limit exceeded"}
        +4749 429 limit 3 remaining 0 reset 1769850310 retry after 1 {"message":"Rate limit exceeded"}
        +1 404 limit 3 remaining 2 reset - retry after - 
    "#]].assert_eq(&said);
}

#[tokio::test]
async fn the_limit_is_each_keys_own_and_half_for_an_unlisted_vendor() {
    let world = World::single(Settings::for_tests(5, None)).await;
    let ada = world.ada().await;
    let (_, listed) = ada.issue("harvest", "jobtarget").await;
    let (_, unlisted) = ada.issue("harvest", "unlisted_vendor").await;
    for (key, limit) in [(listed, 5), (unlisted, 3)] {
        for _ in 0..limit {
            assert_ne!(
                world.call("GET", "/v1/jobs", &key).await.status,
                StatusCode::TOO_MANY_REQUESTS
            );
        }
        assert_eq!(world.call("GET", "/v1/jobs", &key).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

#[tokio::test]
async fn once_the_world_comes_by_https_plain_http_is_refused() {
    let settings = Settings::for_tests(0, Some("https://latchkey.test"));
    let world = World::with(settings).await;
    let plain = world.send(request("GET", "/v1/jobs").body(Body::empty())).await;
    assert_eq!(plain.brief(), "403 Forbidden\n{\n  \"message\": \"HTTPS is required\"\n}\n");
    let call = request("GET", "/v1/jobs").header("x-forwarded-proto", "https");
    assert_eq!(world.send(call.body(Body::empty())).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn links_lead_back_to_where_the_client_came_from() {
    let world = World::new().await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    let basic = format!("Basic {}", STANDARD.encode(format!("{key}:")));
    let call = request("GET", "/v1/jobs/?per_page=10&page=2&status=open&page=2")
        .header("authorization", basic)
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "api.acme.example");
    let answer = world.send(call.body(Body::empty())).await;
    expect![[r#"
        <https://api.acme.example/v1/jobs/?status=open&page=3&per_page=10>; rel="next",
        <https://api.acme.example/v1/jobs/?status=open&page=1&per_page=10>; rel="prev",
        <https://api.acme.example/v1/jobs/?status=open&page=3&per_page=10>; rel="last""#]]
    .assert_eq(&answer.header("link").unwrap().replace(",<", ",\n<"));
    let plain = world.call("GET", "/v1/jobs?per_page=500", &key).await;
    assert_eq!(
        plain.header("link"),
        Some("<http://latchkey.test/v1/jobs?page=1&per_page=500>; rel=\"last\"")
    );
}

#[tokio::test]
async fn a_partner_walks_all_jobs_by_their_links() {
    let world = World::new().await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    let mut path = "/v1/jobs?per_page=7".to_owned();
    let mut seen = Vec::new();
    loop {
        let answer = world.call("GET", &path, &key).await;
        assert_eq!(answer.status, StatusCode::OK);
        seen.extend(
            answer.json().as_array().unwrap().iter().map(|job| job["id"].as_i64().unwrap()),
        );
        let next =
            answer.header("link").unwrap().split(',').find(|link| link.ends_with("rel=\"next\""));
        let Some(next) = next else { break };
        let (url, _) = next.trim_start_matches('<').split_once('>').unwrap();
        path = url.trim_start_matches("http://latchkey.test").to_owned();
    }
    assert_eq!(seen.len(), 40);
    assert!(seen.is_sorted() && seen.windows(2).all(|pair| pair[0] != pair[1]));
}

#[tokio::test]
async fn custom_fields_of_all_types_are_listed_by_the_permission_for_one() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "custom_integration").await;
    let refused = world.call("GET", "/v1/custom_fields", &key).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "not 405");
    let permissions = json!({ "permissions": ["custom_fields:list"] });
    ada.patch(&format!("/api/credentials/{id}"), 1, permissions).await;
    let fields = world.call("GET", "/v1/custom_fields", &key).await.json();
    assert!(fields.as_array().unwrap().iter().any(|field| field["field_type"] == "opening"));
    let created = world.call("POST", "/v1/custom_fields", &key).await;
    assert_eq!(created.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_six_reads_agree_with_each_other() {
    let world = World::new().await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    let posts = world.call("GET", "/v1/job_posts?per_page=500", &key).await.json();
    for job in world.call("GET", "/v1/jobs?per_page=500", &key).await.json().as_array().unwrap() {
        let path = format!("/v1/jobs/{}", job["id"]);
        assert_eq!(world.call("GET", &path, &key).await.json(), *job);
        let openings = world.call("GET", &format!("{path}/openings"), &key).await.json();
        let ids = |list: &serde_json::Value| -> Vec<String> {
            list.as_array().unwrap().iter().map(|one| one["id"].to_string()).collect()
        };
        assert_eq!(ids(&openings), ids(&job["openings"]));
        let of_job = world.call("GET", &format!("{path}/job_posts"), &key).await.json();
        let expected = posts.as_array().unwrap().iter().filter(|post| post["job_id"] == job["id"]);
        assert_eq!(ids(&of_job), expected.map(|post| post["id"].to_string()).collect::<Vec<_>>());
        let single = world.call("GET", &format!("{path}/job_post"), &key).await;
        assert_eq!(single.status == StatusCode::OK, !ids(&of_job).is_empty());
    }
}

#[tokio::test]
async fn when_memory_cannot_follow_the_database_a_key_is_dead_rather_than_stale() {
    let world = World::on("sqlite::memory:", Settings::for_tests(0, None)).await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let (_, other) = ada.issue("harvest", "jobtarget").await;
    assert_eq!(world.call("GET", "/v1/jobs", &key).await.status, StatusCode::OK);
    world.app.db.close().await;
    assert!(world.app.keys.refresh(&id).await.is_err());
    assert_eq!(world.call("GET", "/v1/users", &key).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.call("GET", "/v1/users", &other).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_restart_knows_every_key_and_what_it_may_do() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("latchkey.db").display());
    let world = World::on(&database, Settings::for_tests(0, None)).await;
    let ada = world.ada().await;
    let (_, active) = ada.issue("harvest", "jobtarget").await;
    let (id, revoked) = ada.issue("harvest", "jobtarget").await;
    ada.act(&format!("/api/credentials/{id}/revoke")).await;
    world.app.db.close().await;
    let world = World::on(&database, Settings::for_tests(0, None)).await;
    assert_eq!(world.call("GET", "/v1/jobs", &active).await.status, StatusCode::OK);
    assert_eq!(world.call("GET", "/v1/users", &active).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.call("GET", "/v1/jobs", &revoked).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_character_that_postgresql_does_not_know_is_a_wrong_value_and_not_our_fault() {
    let world = World::new().await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    for address in ["/v1/jobs?requisition_id=%00", "/v1/jobs?opening_id=a%00b"] {
        let answer = world.call("GET", address, &key).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}: {}", answer.body);
    }
    let key = integrator(&world.ada().await).await;
    let fields = world.call("GET", "/v1/custom_fields/%00", &key).await;
    assert_eq!(fields.status, StatusCode::NOT_FOUND, "{}", fields.body);
    let board = world.send(request("GET", "/v1/boards/%00/jobs").body(Body::empty())).await;
    assert_eq!(board.status, StatusCode::NOT_FOUND, "{}", board.body);
}
