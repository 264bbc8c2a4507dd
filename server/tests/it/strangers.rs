//! What strangers send: identifiers in every spelling, endless texts, bodies that are none, addresses of
//! nothing, and scripts of other sites.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use futures_util::stream;
use serde_json::json;
use sqlx::Executor as _;

use crate::app::{World, request};

#[tokio::test]
async fn an_identifier_in_another_spelling_names_nothing_and_is_no_text_of_axum() {
    let world = World::new().await;
    let ada = world.ada().await;
    let long = "x".repeat(60_000);
    let kinds = ["credentials", "users", "sessions", "boards"];
    for id in ["%FF", "%C3%28", "%2F", "a%20b", "a-b", "%0A", "+1", "%", "%zz", &long] {
        for kind in kinds {
            let path = format!("/api/{kind}/{id}");
            for method in ["GET", "PATCH", "DELETE"] {
                let asked = ada.request(method, &path).header("if-match", "\"1\"");
                let asked = asked.header("content-type", "application/json");
                let answer = world.send(asked.body(Body::from("{}"))).await;
                let known = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
                assert!(known.contains(&answer.status), "{method} {kind} {id:.9}: {}", answer.body);
                assert_eq!(answer.header("content-type"), Some("application/problem+json"));
            }
        }
    }
    for path in ["/usage", "/revoke", "/store", "/re_enable", "/replace"] {
        let asked = ada.request(
            if path == "/usage" { "GET" } else { "POST" },
            &format!("/api/credentials/%FF{path}"),
        );
        let answer = world.send(asked.body(Body::empty())).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.body);
        assert_eq!(answer.json()["code"], "not_found");
    }
}

#[tokio::test]
async fn a_number_has_one_spelling_in_every_api_and_in_the_change_log() {
    let world = World::new().await;
    let ada = world.ada().await;
    let board = ada.get("/api/boards").await.json()["items"][0]["board_id"].clone();
    let board = board.as_str().unwrap();
    let changes = json!({ "job_board_url": "https://jobs.example.com" });
    let spellings = [
        format!("+{board}"),
        format!("%2B{board}"),
        format!("0{board}"),
        format!("{board}.0"),
        format!("{board}%20"),
        "99999999999999999999".to_owned(),
    ];
    for id in &spellings {
        let answer = ada.patch(&format!("/api/boards/{id}"), 1, changes.clone()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
        let path = format!("/api/boards/{id}/end_old_token");
        let answer = ada.post(&path, json!({ "token": "x" })).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
    }
    assert_eq!(ada.patch(&format!("/api/boards/{board}"), 1, changes).await.status, StatusCode::OK);
    let log = ada.get("/api/change_log?what=board").await.json();
    let subjects: Vec<_> = log["items"].as_array().unwrap().iter().collect();
    assert_eq!(subjects.len(), 1);
    assert_eq!(subjects[0]["subject"]["id"], board);

    let public = async |path: &str| {
        world.send(request("GET", &format!("/v1/boards{path}")).body(Body::empty())).await.status
    };
    let jobs = world.send(request("GET", "/v1/boards/acme/jobs").body(Body::empty())).await.json();
    let job = jobs["jobs"][0]["id"].to_string();
    assert_eq!(public(&format!("/acme/jobs/{job}")).await, StatusCode::OK);
    let (_, key) = ada.issue("harvest", "jobtarget").await;
    for spelling in [format!("+{job}"), format!("0{job}"), format!("%2B{job}")] {
        for kind in ["jobs", "departments", "offices"] {
            assert_eq!(public(&format!("/acme/{kind}/{spelling}")).await, StatusCode::NOT_FOUND);
        }
        let answer = world.call("GET", &format!("/v1/jobs/{spelling}"), &key).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{spelling}");
    }
    for path in ["/v1/boards/acme", "/v1/boards/acme/jobs", "/v1/boards/v1/boards/acme"] {
        assert_eq!(public(path).await, StatusCode::NOT_FOUND, "/v1/boards{path}");
    }
}

#[tokio::test]
async fn an_endless_text_is_refused_by_name_wherever_it_is_sent() {
    let world = World::new().await;
    let ada = world.ada().await;
    for (length, path) in [
        (60_000, "/api/users?q="),
        (60_000, "/api/credentials?q="),
        (60_000, "/api/users?cursor="),
        (60_000, "/api/credentials?cursor=1-"),
        (501, "/api/change_log?subject="),
        (501, "/api/change_log?who="),
        (60_000, "/api/change_log?what="),
        (501, "/api/change_log?from="),
        (60_000, "/api/change_log/export?format=csv&who="),
    ] {
        let answer = ada.get(&format!("{path}{}", "x".repeat(length))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.body);
        let name = path.rsplit(['?', '&']).next().unwrap().split('=').next().unwrap();
        let said = answer.json()["title"].as_str().unwrap().to_owned();
        assert!(said.contains(&format!("`{name}` has more than 500 characters")), "{said}");
    }
    let answer = ada.get(&format!("/api/users?{}=1", "x".repeat(60_000))).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.len() < 2000, "what was sent is not sent back");
    assert_eq!(ada.get(&format!("/api/users?q={}", "x".repeat(500))).await.status, StatusCode::OK);

    let long = "x".repeat(2001);
    for (path, body, pointer) in [
        ("/api/session", json!({ "email": &long, "password": "p" }), "/email"),
        ("/api/session", json!({ "email": "e", "password": &long }), "/password"),
        ("/api/session/proof", json!({ "password": &long }), "/password"),
        ("/api/users", json!({ "name": &long }), "/name"),
        (
            "/api/users",
            json!({ "developer_permissions": ["a", &long] }),
            "/developer_permissions/1",
        ),
        ("/api/password_links/read", json!({ "token": &long }), "/token"),
    ] {
        let answer = ada.post(path, body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", answer.body);
        let errors = &answer.json()["errors"];
        assert_eq!(errors[0]["pointer"], pointer);
        assert_eq!(errors[0]["detail"], "Use at most 2000 characters.");
    }

    let (_, key) = ada.issue("harvest", "jobtarget").await;
    for length in [501, 60_000] {
        let path = format!("/v1/jobs?requisition_id={}", "x".repeat(length));
        let answer = world.call("GET", &path, &key).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let errors = &answer.json()["errors"];
        assert_eq!(errors[0]["message"], "Must have at most 500 characters");
    }
    for path in ["/v1/", "/v1/jobs/", "/v1/boards/", "/v1/boards/acme/", "/api/", "/"] {
        let asked = request("GET", &(path.to_owned() + &"x".repeat(60_000)));
        let answer = world.send(asked.body(Body::empty())).await;
        assert!(
            [StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
        assert!(answer.body.len() < 2000, "{path}");
    }
}

#[tokio::test]
async fn a_body_without_bytes_is_no_body() {
    let world = World::new().await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    let frames = |texts: &[&'static str]| {
        let frames: Vec<_> =
            texts.iter().map(|text| Ok::<_, Infallible>(Bytes::from(*text))).collect();
        Body::from_stream(stream::iter(frames))
    };
    let call = async |path: &str, body: Body| {
        let basic = world.call("GET", path, &key).await.status;
        let authorization = {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(format!("{key}:"))
        };
        let asked = request("GET", path).header("authorization", format!("Basic {authorization}"));
        (basic, world.send(asked.body(body)).await.status)
    };
    for path in ["/v1/jobs", "/v1/me"] {
        for none in [&[][..], &[""], &["", "", ""]] {
            assert_eq!(call(path, frames(none)).await, (StatusCode::OK, StatusCode::OK), "{path}");
        }
        for some in [&["{"][..], &["", "", "{}"]] {
            let (_, status) = call(path, frames(some)).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path}: {some:?}");
        }
        assert_eq!(call(path, Body::from("{}")).await.1, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_script_of_another_site_reads_a_board_and_its_tag() {
    let world = World::new().await;
    let ask = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        let mut call = request(method, path).header("origin", "https://careers.example.com");
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        world.send(call.body(Body::empty())).await
    };
    for path in ["/v1/boards/acme/jobs", "/v1/boards/acme", "/v1/boards/acme/jobs/1", "/v1/boards"]
    {
        let preflight = ask(
            "OPTIONS",
            path,
            &[
                ("access-control-request-method", "GET"),
                ("access-control-request-headers", "if-none-match,x-requested-with"),
            ],
        )
        .await;
        assert_eq!(preflight.status, StatusCode::NO_CONTENT, "{path}");
        let allow = |what: &str| preflight.header(&format!("access-control-allow-{what}"));
        assert_eq!(allow("origin"), Some("*"));
        assert_eq!(allow("methods"), Some("GET, HEAD"), "nobody applies from a script");
        assert_eq!(allow("headers"), Some("if-none-match,x-requested-with"));
        assert_eq!(allow("credentials"), None);
        for (method, known) in [("GET", "\"x\""), ("GET", "*"), ("HEAD", "\"x\"")] {
            let answer = ask(method, path, &[("if-none-match", known)]).await;
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
            let exposed = answer.header("access-control-expose-headers").unwrap();
            for name in ["ETag", "Last-Modified", "Link", "Retry-After"] {
                assert!(exposed.contains(name), "{path}: {exposed}");
            }
        }
    }
    let plain = ask("OPTIONS", "/v1/boards/acme", &[]).await;
    assert_eq!(plain.header("allow"), Some("GET, HEAD, OPTIONS"));
    // A key belongs in no page, and only a proxy asks /verify.
    for path in ["/v1/jobs", "/verify", "/api/session"] {
        let method = ("access-control-request-method", "GET");
        let preflight = ask("OPTIONS", path, &[method]).await;
        assert_eq!(preflight.header("access-control-allow-origin"), None, "{path}");
    }
}

#[tokio::test]
async fn an_address_of_nothing_is_404() {
    let world = World::new().await;
    for path in
        ["/healthz", "/.git/config", "/.env", "/wp-login.php", "/configure/x", "/.well-known/x"]
    {
        for accept in ["*/*", "text/html,*/*;q=0.8"] {
            let asked = request("GET", path).header("accept", accept);
            let answer = world.send(asked.body(Body::empty())).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    let asked = request("GET", "/.well-known/change-password").body(Body::empty());
    let answer = world.send(asked).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, Some("../account"))
    );
}

#[tokio::test]
async fn a_board_is_rendered_once_for_every_host_and_each_reads_its_own() {
    let world = World::alone().await;
    let ask = async |host: &str, path: &str| {
        let asked = axum::http::Request::builder().uri(format!("/v1/boards{path}"));
        let asked = asked.header("host", host).header("accept-encoding", "gzip;q=0");
        world.send(asked.body(Body::empty())).await
    };
    // Posts that are shown nowhere else have their address here.
    let ada = world.ada().await;
    let board = ada.get("/api/boards").await.json()["items"][0]["board_id"].clone();
    let nowhere = json!({ "job_board_url": "", "job_posts_url": "" });
    let path = format!("/api/boards/{}", board.as_str().unwrap());
    assert_eq!(ada.patch(&path, 1, nowhere).await.status, StatusCode::OK);
    let departments = ask("first.example", "/acme/departments").await;
    let department = departments.json()["departments"][0]["id"].to_string();
    let paths = ["/acme/jobs", "/acme/departments", "/acme/offices?render_as=tree", "/acme"];
    for path in paths {
        assert_eq!(ask("first.example", path).await.status, StatusCode::OK);
    }
    // Nobody is told of this change, so that what is rendered after it shows.
    let mut tx = world.app.db.write().await.unwrap();
    tx.execute("UPDATE boards SET company_name = 'Rendered anew'").await.unwrap();
    tx.commit().await.unwrap();
    for number in 0..50 {
        let host = format!("host{number}.example:8080");
        for path in paths {
            let answer = ask(&host, path).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert!(!answer.body.contains("Rendered anew"), "{path} for {host}");
            assert!(!answer.body.contains('\u{7f}') && !answer.body.contains("first.example"));
        }
        let jobs = ask(&host, "/acme/jobs").await.json();
        let address = jobs["jobs"][0]["absolute_url"].as_str().unwrap().to_owned();
        assert!(address.starts_with(&format!("http://{host}/v1/boards/acme/jobs/")), "{address}");
    }
    // What departments are made of is shared by all questions about them.
    let one = ask("other.example", &format!("/acme/departments/{department}?render_as=tree")).await;
    assert_eq!(one.status, StatusCode::OK);
    assert!(!one.body.contains("Rendered anew"));
    let strange = ask("first.example", "/acme/departments/77").await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND);
}
