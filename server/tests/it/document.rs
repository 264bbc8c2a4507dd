//! The OpenAPI document of what partners and the public call is served to everyone.

use axum::http::StatusCode;

use crate::app::World;

#[tokio::test]
async fn partners_read_what_they_can_call_without_a_key() {
    let world = World::new().await;
    let answer = world.anonymous().get("/v1/openapi.json").await;
    assert_eq!(answer.status, StatusCode::OK);
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    let made = server::harvest::document::document().to_pretty_json().unwrap();
    assert_eq!(answer.body, made);
    let job = &document["components"]["schemas"]["Job"]["properties"];
    assert_eq!(job["created_at"]["$ref"], "#/components/schemas/Stamp");
    assert!(document["paths"]["/v1/boards/{token}/jobs"]["get"]["responses"]["304"].is_object());
}
