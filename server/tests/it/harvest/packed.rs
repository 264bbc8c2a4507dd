//! Answers of the Harvest surface as gzip: the same bytes, fewer on the way.

use std::io::Read as _;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde_json::json;
use tower::ServiceExt as _;

use crate::app::{World, request};

/// Headers and body as they travel.
async fn ask(world: &World, key: &str, path: &str, encodings: &str) -> (HeaderMap, Bytes) {
    let basic = format!("Basic {}", STANDARD.encode(format!("{key}:")));
    let call = request("GET", path).header(header::AUTHORIZATION, basic);
    let call = call.header(header::ACCEPT_ENCODING, encodings).body(Body::empty()).unwrap();
    let answer = server::app(world.app.clone()).oneshot(call).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    let (parts, body) = answer.into_parts();
    (parts.headers, to_bytes(body, usize::MAX).await.unwrap())
}

fn unpacked(body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(body).read_to_end(&mut plain).expect("gzip");
    plain
}

#[tokio::test]
async fn a_client_that_takes_gzip_gets_the_same_answer_in_fewer_bytes() {
    let world = World::new().await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    for path in ["/v1/jobs?per_page=20", "/v1/jobs/4001001", "/v1/job_posts"] {
        let (mut plain_head, plain) = ask(&world, &key, path, "identity").await;
        // The first time it is packed, the second time it is not.
        for _ in 0..2 {
            let (mut head, packed) = ask(&world, &key, path, "gzip, deflate").await;
            assert_eq!(unpacked(&packed), plain, "{path}");
            assert!(packed.len() < plain.len() / 2, "{} of {}", packed.len(), plain.len());
            assert_eq!(head.remove(header::CONTENT_ENCODING).unwrap(), "gzip");
            assert_eq!(head[header::VARY], "Accept-Encoding");
            // Everything else is as it is without.
            for one in [&mut head, &mut plain_head] {
                one.remove("x-ratelimit-remaining");
                one.remove(header::CONTENT_LENGTH);
            }
            assert_eq!(head, plain_head);
        }
        assert_eq!(ask(&world, &key, path, "gzip;q=0").await.1, plain);
    }
}

#[tokio::test]
async fn a_small_answer_is_the_same_for_everybody() {
    let world = World::new().await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    let (head, body) = ask(&world, &key, "/v1/jobs?requisition_id=none", "gzip").await;
    assert_eq!(body, "[]");
    assert!(!head.contains_key(header::CONTENT_ENCODING) && !head.contains_key(header::VARY));
}

#[tokio::test]
async fn a_packed_answer_too_is_forgotten_when_the_data_changes() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (_, key) = ada.issue("harvest", "jobtarget").await;
    let packed = async || unpacked(&ask(&world, &key, "/v1/jobs", "gzip").await.1);
    let mut jobs: serde_json::Value = serde_json::from_slice(&packed().await).unwrap();
    jobs[0]["name"] = json!("Renamed");
    let answer = ada.post("/api/import", json!({ "jobs": jobs })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&packed().await).unwrap(), jobs);
}
