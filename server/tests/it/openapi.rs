//! The OpenAPI document: the one in the repository is the one the code makes, and it says everything.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::Value;

use crate::app::{World, request};

fn document() -> Value {
    serde_json::to_value(server::openapi::document()).unwrap()
}

/// Every operation as (method, path, itself).
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap();
        methods.iter().map(move |(method, it)| (method.to_uppercase(), path.clone(), it.clone()))
    });
    operations.collect()
}

#[test]
fn the_document_in_the_repository_is_what_the_code_makes() {
    let made = server::openapi::document().to_pretty_json().unwrap() + "\n";
    expect_test::expect_file!["../../openapi.json"].assert_eq(&made);
}

#[tokio::test]
async fn the_service_serves_it() {
    let world = World::new().await;
    let answer = world.anonymous().get("/api/openapi.json").await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, document()));
    assert_eq!(answer.json()["openapi"], "3.1.0");
}

#[tokio::test]
async fn every_documented_operation_is_there() {
    let world = World::new().await;
    for (method, path, _) in operations(&document()) {
        let path = path.replace("{id}", "cred_none");
        let answer = world.send(request(&method, &path).body(Body::empty())).await;
        assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        assert!(
            answer.status != StatusCode::NOT_FOUND,
            "{method} {path} is not routed: nobody signed in gets 401 or 403 from a real handler"
        );
    }
}

#[test]
fn every_operation_lists_its_errors_and_has_a_name() {
    for (method, path, operation) in operations(&document()) {
        let responses = operation["responses"].as_object().unwrap();
        for status in ["500", "503"] {
            assert!(responses.contains_key(status), "{method} {path} lacks {status}");
        }
        if method != "GET" {
            assert!(responses.contains_key("403"), "{method} {path} lacks 403");
        }
        if operation.get("requestBody").is_some() {
            for status in ["400", "413", "415", "422"] {
                assert!(responses.contains_key(status), "{method} {path} lacks {status}");
            }
        }
        if path.contains("{id}") {
            assert!(responses.contains_key("404"), "{method} {path} lacks 404");
        }
        assert!(operation["operationId"].is_string() && operation["summary"].is_string());
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
                object.values().for_each(|inner| references(inner, found));
            }
            Value::Array(list) => list.iter().for_each(|inner| references(inner, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    found.retain(|to| to.strip_prefix('#').is_none_or(|path| document.pointer(path).is_none()));
    assert_eq!(found, [""; 0], "these lead nowhere");
}

#[test]
fn no_object_is_free_form() {
    fn check(value: &Value, at: &str) {
        if let Some(object) = value.as_object() {
            if object.get("type") == Some(&Value::from("object")) {
                assert!(object.contains_key("properties"), "{at} is free-form");
            }
            for (name, inner) in object {
                check(inner, &format!("{at}/{name}"));
            }
        } else if let Some(list) = value.as_array() {
            for inner in list {
                check(inner, at);
            }
        }
    }
    check(&document(), "");
}
