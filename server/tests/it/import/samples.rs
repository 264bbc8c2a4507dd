//! What the vendor's documentation prints, and what older versions and other programs leave out.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{import, integrator};
use crate::app::World;

/// Each kind as little as anything says of it: the fields that tell things apart and no others.
fn bare() -> Value {
    let at = json!("2015-11-22T05:31:37Z");
    json!({
        "departments": [{ "id": 1, "name": "Engineering" }],
        "offices": [{ "id": 1, "name": "Boston" }, { "id": 2, "name": "X", "location": null }],
        "users": [{ "id": 1, "name": "Juliet Burke", "created_at": at, "updated_at": at }],
        "user_roles": [{ "id": 1, "type": "job_admin", "name": "Standard" }],
        "close_reasons": [{ "id": 1, "name": "Hired" }],
        "custom_fields": [
            { "id": 1, "name": "Type", "field_type": "job", "value_type": "single_select",
              "name_key": "type", "custom_field_options": [{ "id": 1, "name": "One" }] },
            { "id": 2, "name": "Note", "field_type": "job", "value_type": "short_text",
              "name_key": "note", "custom_field_options": null },
        ],
        "jobs": [{ "id": 1, "name": "Archaeologist", "status": "open", "created_at": at,
            "updated_at": at, "departments": null, "hiring_team": null, "openings": [
                { "id": 125, "status": "open", "opened_at": at }] }],
        "job_stages": [{ "id": 6001, "name": "Cultural Fit Interview", "created_at": at,
            "updated_at": at, "job_id": 1, "priority": 0 }],
        "job_posts": [{ "id": 1, "title": "Archaeologist", "created_at": at, "updated_at": at,
            "location": { "name": "New York, NY" }, "job_id": 1,
            "questions": [{ "label": "First Name", "name": "first_name", "type": "short_text" }] }],
        "boards": [{ "token": "acme" }],
    })
}

#[tokio::test]
async fn what_is_left_out_of_an_import_is_the_usual_value() {
    let world = World::new().await;
    let ada = world.ada().await;
    let key = integrator(&ada).await;
    let report = import(&ada, &bare()).await;
    assert_eq!(report.status, StatusCode::OK, "{}", report.body);
    let read = async |path: &str| world.call("GET", path, &key).await.json();
    let stage = &read("/v1/job_stages").await[0];
    assert_eq!((&stage["active"], &stage["interviews"]), (&json!(true), &json!([])));
    let field = &read("/v1/custom_fields/job").await[0];
    assert_eq!((&field["active"], &field["private"]), (&json!(true), &json!(false)));
    let post = &read("/v1/job_posts").await[0];
    assert_eq!((&post["active"], &post["live"]), (&json!(true), &json!(false)));
    assert_eq!(post["location"]["job_post_location_type"]["name"], "Free Text");
    let job = &read("/v1/jobs").await[0];
    assert_eq!((&job["confidential"], &job["offices"]), (&json!(false), &json!([])));
    assert_eq!(job["hiring_team"]["recruiters"], json!([]));
    let user = &read("/v1/users").await[0];
    assert_eq!((&user["disabled"], &user["site_admin"]), (&json!(false), &json!(false)));
    assert_eq!(read("/v1/offices").await[0]["location"], json!({ "name": null }));
}

#[tokio::test]
async fn what_tells_things_apart_cannot_be_left_out() {
    let world = World::new().await;
    for (kind, field) in [
        ("departments", "id"),
        ("offices", "name"),
        ("users", "id"),
        ("jobs", "status"),
        ("job_stages", "job_id"),
        ("job_posts", "title"),
        ("custom_fields", "value_type"),
    ] {
        let mut data = json!({ kind: bare()[kind] });
        data[kind][0].as_object_mut().unwrap().remove(field);
        let answer = import(&world.ada().await, &data).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind} {field}");
        let said = format!("{kind}[0]: missing field `{field}`");
        assert!(answer.body.contains(&said), "{}", answer.body);
    }
}
