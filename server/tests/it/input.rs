//! Bad input: a clear error that points at the field, and nothing changed.

use axum::body::Body;
use axum::http::StatusCode;
use expect_test::expect;
use serde_json::json;

use crate::app::{Answer, World};

async fn post_raw(world: &World, media_type: &str, body: impl Into<Body>) -> Answer {
    let ada = world.ada().await;
    let request = ada.request("POST", "/api/credentials").header("content-type", media_type);
    world.send(request.body(body.into())).await
}

#[tokio::test]
async fn every_kind_of_bad_body_has_its_own_answer() {
    let world = World::new().await;
    let json = "application/json";
    let mut said = String::new();
    for (media_type, body) in [
        (json, ""),
        (json, "{\"api_type\": "),
        (json, "\u{0}"),
        (json, "{} {}"),
        (json, "[1, 2, 3]"),
        (json, "{}"),
        (json, r#"{"api_type": "soap", "partner": "gem", "description": "d"}"#),
        (json, r#"{"api_type": "harvest", "partner": 7, "description": "d"}"#),
        (json, r#"{"api_type": "harvest", "partner": "gem", "description": "d", "key": "mine"}"#),
        ("text/plain", "{}"),
        ("application/x-www-form-urlencoded", "api_type=harvest"),
        ("application/json; charset=utf-8", "{"),
    ] {
        let answer = post_raw(&world, media_type, body).await;
        let problem = answer.json();
        said += &format!(
            "{body:?} {}\n  {} {}\n  {}\n",
            if media_type == json { "" } else { media_type },
            problem["status"],
            problem["code"],
            problem["errors"].as_array().filter(|errors| !errors.is_empty()).map_or_else(
                || problem["title"].to_string(),
                |errors| format!("{} {}", errors[0]["pointer"], errors[0]["detail"])
            ),
        );
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.header("x-request-id"), problem["request_id"].as_str());
    }
    expect![[r#"
        "" 
          400 "malformed"
          "The request cannot be read: it is not JSON (EOF while parsing a value at line 1 column 0)."
        "{\"api_type\": " 
          400 "malformed"
          "The request cannot be read: it is not JSON (EOF while parsing a value at line 1 column 13)."
        "\0" 
          400 "malformed"
          "The request cannot be read: it is not JSON (expected value at line 1 column 1)."
        "{} {}" 
          400 "malformed"
          "The request cannot be read: it is not JSON (trailing characters at line 1 column 4)."
        "[1, 2, 3]" 
          422 "invalid"
          "" "Expected an object."
        "{}" 
          422 "invalid"
          "/api_type" "Missing field `api_type`."
        "{\"api_type\": \"soap\", \"partner\": \"gem\", \"description\": \"d\"}" 
          422 "invalid"
          "/api_type" "Unknown variant `soap`, expected one of `harvest`, `job_board`, `candidate_ingestion`."
        "{\"api_type\": \"harvest\", \"partner\": 7, \"description\": \"d\"}" 
          422 "invalid"
          "/partner" "Invalid type: integer `7`, expected a string."
        "{\"api_type\": \"harvest\", \"partner\": \"gem\", \"description\": \"d\", \"key\": \"mine\"}" 
          422 "invalid"
          "/key" "Unknown field `key`, expected one of `api_type`, `partner`, `description`."
        "{}" text/plain
          415 "unsupported_media_type"
          "Send the body as application/json."
        "api_type=harvest" application/x-www-form-urlencoded
          415 "unsupported_media_type"
          "Send the body as application/json."
        "{" application/json; charset=utf-8
          400 "malformed"
          "The request cannot be read: it is not JSON (EOF while parsing an object at line 1 column 1)."
    "#]].assert_eq(&said);
    assert_eq!(world.ada().await.get("/api/credentials").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_body_over_64_kib_is_too_large() {
    let world = World::new().await;
    let body = |length: usize| format!("{{\"description\": \"{}\"}}", "x".repeat(length));
    let fits = post_raw(&world, "application/json", body(64 * 1024 - 20)).await;
    assert_eq!(fits.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = post_raw(&world, "application/json", body(64 * 1024)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.json()["code"], "too_large");
}

#[tokio::test]
async fn an_address_or_a_method_that_is_not_there_is_said_to_be_so() {
    let world = World::new().await;
    let ada = world.ada().await;
    let unknown = ada.get("/api/nothing/here").await;
    assert_eq!(
        (unknown.status, &unknown.json()["code"]),
        (StatusCode::NOT_FOUND, &json!("not_found"))
    );
    let method = ada.delete("/api/credentials").await;
    assert_eq!(method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(method.header("allow"), Some("GET,HEAD,POST"));
    assert_eq!(method.json()["code"], "method_not_allowed");
}

#[tokio::test]
async fn when_the_database_is_gone_the_answer_says_what_to_look_for() {
    let world = World::alone().await;
    let ada = world.ada().await;
    world.app.db.close().await;
    let answer = ada.get("/api/credentials").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["request_id"].as_str(), answer.header("x-request-id"));
    assert!(!answer.body.to_lowercase().contains("pool"), "{}", answer.body);
}

#[tokio::test]
async fn a_character_that_postgresql_does_not_know_cannot_be_read_and_is_not_our_fault() {
    let world = World::new().await;
    let ada = world.ada().await;
    for path in [
        "/api/credentials/%00",
        "/api/users?q=%00",
        "/api/change_log?who=a%00b",
        "/api/change_log?subject=%00",
    ] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.body);
    }
    let text = "a\u{0}b";
    for (path, body) in [
        ("/api/session", json!({ "email": text, "password": "a long enough password" })),
        (
            "/api/credentials",
            json!({ "api_type": "harvest", "partner": "gem", "description": text }),
        ),
        ("/api/users", json!({ "name": text, "email": "new@example.com", "level": "basic" })),
    ] {
        let answer = ada.post(path, body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.body);
        assert!(answer.body.contains("U+0000"), "{}", answer.body);
    }
    let spelt_out = json!({ "api_type": "harvest", "partner": "gem", "description": r"\u0000" });
    assert_eq!(ada.post("/api/credentials", spelt_out).await.status, StatusCode::CREATED);
}
