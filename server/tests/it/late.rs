//! What takes long is done for whoever may do it at its end, not for whoever could when it began.

use std::sync::Arc;

use api::users::{DeveloperPermission, Level};
use axum::body::Body;
use axum::http::StatusCode;
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use server::change::{Actor, Subject};
use tokio::sync::Notify;

use crate::app::{Answer, Person, World};
use crate::import::integrator;

/// An upload whose first half has arrived; the rest comes when it is told to.
fn half_uploaded(person: &Person<'_>, query: &str) -> (Arc<Notify>, axum::http::Request<Body>) {
    let rest = Arc::new(Notify::new());
    let told = rest.clone();
    let first = stream::iter([Ok::<_, std::io::Error>(r#"{"close_reasons": ["#.to_owned())]);
    let second = stream::once(async move {
        told.notified().await;
        Ok(r#"{"id": 1, "name": "By somebody who may not"}]}"#.to_owned())
    });
    let request = person.request("POST", &format!("/api/import{query}"));
    let request = request.header("content-type", "application/json");
    let body = Body::from_stream(first.chain(second));
    (rest, request.body(body).expect("a request that can be sent"))
}

async fn reasons(world: &World, key: &str) -> String {
    world.call("GET", "/v1/close_reasons", key).await.body
}

#[tokio::test]
async fn an_upload_is_refused_at_its_end_when_its_user_was_disabled_signed_out_or_may_less_by_then()
{
    let world = World::new().await;
    let ada = world.ada().await;
    let key = integrator(&ada).await;
    let before = reasons(&world, &key).await;
    let may = json!({ "developer_permissions": ["manage_all_api_credentials"] });
    assert_eq!(ada.patch("/api/users/user_ben", 1, may.clone()).await.status, StatusCode::OK);
    let take = async || -> Answer {
        let version = ada.get("/api/users/user_ben").await.json()["version"].as_u64().unwrap();
        let none = json!({ "developer_permissions": [] });
        ada.patch("/api/users/user_ben", version, none).await
    };
    for query in ["", "?dry_run=true"] {
        for (what, status) in [
            ("disable", StatusCode::UNAUTHORIZED),
            ("sign out", StatusCode::UNAUTHORIZED),
            ("take the right", StatusCode::FORBIDDEN),
        ] {
            let ben = world.ben().await;
            let (rest, request) = half_uploaded(&ben, query);
            let upload = world.send(Ok(request));
            let meanwhile = async {
                let done = match what {
                    "disable" => ada.act("/api/users/user_ben/disable").await,
                    "sign out" => ada.delete("/api/users/user_ben/sessions").await,
                    _ => take().await,
                };
                assert!(done.status.is_success(), "{what}: {}", done.body);
                rest.notify_one();
            };
            let (answer, ()) = tokio::join!(upload, meanwhile);
            assert_eq!(answer.status, status, "{what} {query}: {}", answer.body);
            assert!(!answer.body.contains("close_reasons"), "{}", answer.body);
            assert_eq!(reasons(&world, &key).await, before, "{what}");
            match what {
                "disable" => drop(ada.act("/api/users/user_ben/enable").await),
                "sign out" => {}
                _ => {
                    let user = ada.get("/api/users/user_ben").await.json();
                    let version = user["version"].as_u64().unwrap();
                    ada.patch("/api/users/user_ben", version, may.clone()).await;
                }
            }
        }
    }
    // Whoever gives their password again meanwhile goes on.
    let ben = world.ben().await;
    let (rest, request) = half_uploaded(&ben, "");
    let proof = async {
        let proved = ben.post("/api/session/proof", json!({ "password": "latchkey-demo" })).await;
        assert_eq!(proved.status, StatusCode::NO_CONTENT);
        rest.notify_one();
    };
    let (answer, ()) = tokio::join!(world.send(Ok(request)), proof);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

#[tokio::test]
async fn a_file_of_the_change_log_breaks_off_when_its_reader_may_not_see_it_any_more() {
    let world = World::new().await;
    let mut change = world.app.change_as(Actor::system()).await.unwrap();
    for number in 0..1100 {
        let subject = Subject { kind: "credential", id: "cred_1", name: &number.to_string() };
        change.record("credential.update", &subject, None, None).await.unwrap();
    }
    change.commit().await.unwrap();
    let ada = world.ada().await;
    let reader = json!({
        "name": "Reader",
        "email": "reader@example.com",
        "level": Level::SiteAdmin,
        "developer_permissions": [DeveloperPermission::EditAdvancedPermissions],
    });
    let (id, reader) = world.invited(reader).await;
    let path = "/api/change_log/export?format=jsonl";
    let parts = async |lose_after_first: bool| {
        let request = reader.request("GET", path).body(Body::empty()).unwrap();
        let mut file = world.stream(request).await.into_data_stream();
        let mut parts = 0;
        while let Some(part) = file.next().await {
            if part.is_err() {
                return Err(parts);
            }
            parts += 1;
            if lose_after_first && parts == 1 {
                let less = json!({ "level": "basic" });
                let taken = ada.patch(&format!("/api/users/{id}"), 2, less).await;
                assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
            }
        }
        Ok(parts)
    };
    assert_eq!(parts(false).await, Ok(3));
    assert_eq!(parts(true).await, Err(1));
}
