//! Departments and offices inside each other as deep as the data says: refused where they come in, and
//! answered without a crash where they are there already.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};
use server::db::recruiting::{Kind, Words, give_out, in_use, put_in_use, stage};
use server::harvest::shapes::{Department, Office, OfficeLocation, Recruiting};

use super::{import, integrator};
use crate::app::{World, request};

/// Departments in a row, each in the one before.
fn nested(kind: &str, count: i64) -> Value {
    let one = |id: i64| {
        let parent_id = (id > 1).then(|| id - 1);
        json!({ "id": id, "name": format!("Level {id}"), "parent_id": parent_id,
            "location": { "name": null } })
    };
    json!({ kind: (1..=count).map(one).collect::<Vec<_>>() })
}

async fn fault(world: &World, data: &Value) -> String {
    let answer = import(&world.ada().await, data).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    answer.json()["errors"][0]["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn departments_nested_too_deep_or_in_a_circle_are_refused_by_file_line_and_id() {
    let world = World::new().await;
    for kind in ["departments", "offices"] {
        let said = fault(&world, &nested(kind, 1_850)).await;
        let place = format!("line 1, {kind}[100]: the id 101 is 101 levels deep");
        assert!(said.contains(&place), "{said}");
        let mut circle = nested(kind, 3);
        circle[kind][0]["parent_id"] = json!(3);
        let said = fault(&world, &circle).await;
        let place = format!("line 1, {kind}[0]: the id 1 is inside itself");
        assert!(said.contains(&place), "{said}");
        let answer = import(&world.ada().await, &nested(kind, 100)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }
}

#[tokio::test]
async fn a_value_nested_without_end_is_a_fault_of_the_data() {
    let world = World::new().await;
    for depth in [200, 100_000] {
        let mut text = "{\"job_stages\":[{\"id\":1,\"interviews\":".to_owned();
        write!(text, "{}{}}}]}}", "[".repeat(depth), "]".repeat(depth)).unwrap();
        let ada = world.ada().await;
        let call = ada.request("POST", "/api/import").header("content-type", "application/json");
        let answer = world.send(call.body(Body::from(text))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
        assert!(answer.body.contains("recursion limit exceeded"), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_chain_that_is_in_the_database_already_is_answered_whole() {
    const COUNT: i64 = 5_000;
    let world = World::new().await;
    let key = integrator(&world.ada().await).await;
    put(&world, COUNT).await;
    for path in [
        "/v1/departments?render_as=tree",
        "/v1/departments/1?render_as=tree",
        "/v1/offices?render_as=tree",
    ] {
        let answer = world.call("GET", path, &key).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.body.matches("\"children\"").count(), 5_000, "{path}");
    }
    for path in ["/departments", "/departments/1", "/offices", "/offices/1"] {
        let path = format!("/v1/boards/acme{path}?render_as=tree");
        let answer = world.send(request("GET", &path).body(Body::empty())).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert!(answer.body.matches("\"children\"").count() >= 5_000, "{path}");
    }
}

/// Writes the chains past the import, as an earlier version took them.
async fn put(world: &World, count: i64) {
    let parent_id = |id: i64| (id > 1).then(|| id - 1);
    let departments = (1..=count).map(|id| Department {
        id,
        name: "d".to_owned(),
        parent_id: parent_id(id),
        parent_department_external_id: None,
        child_ids: Vec::new(),
        child_department_external_ids: Vec::new(),
        external_id: None,
    });
    let offices = (1..=count).map(|id| Office {
        id,
        name: "o".to_owned(),
        location: OfficeLocation { name: None },
        primary_contact_user_id: None,
        parent_id: parent_id(id),
        parent_office_external_id: None,
        child_ids: Vec::new(),
        child_office_external_ids: Vec::new(),
        external_id: None,
    });
    let data = Recruiting {
        departments: departments.collect(),
        offices: offices.collect(),
        ..Recruiting::default()
    };
    let kinds = [Kind::Departments, Kind::Offices];
    let mut tx = world.app.db.write().await.unwrap();
    let load = give_out(&mut tx).await.unwrap();
    let loads = in_use(&mut tx).await.unwrap().with(&kinds, load);
    stage(&mut tx, &data, &Words::default(), &loads).await.unwrap();
    assert!(put_in_use(&mut tx, &kinds, load).await.unwrap());
    tx.commit().await.unwrap();
}
