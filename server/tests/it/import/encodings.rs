//! Data as Windows programs save it: with a byte order mark, as UTF-16, with CRLF, in a code page.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::json;
use server::import::{By, Import, ImportError};

use crate::app::{Answer, World};

const REASONS: &str = "{\r\n  \"close_reasons\": [{ \"id\": 7, \"name\": \"Zoë 🦦\" }]\r\n}\r\n";

fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

fn spellings() -> Vec<Vec<u8>> {
    let marked = format!("\u{feff}{REASONS}");
    vec![
        marked.clone().into_bytes(),
        utf16(&marked, u16::to_le_bytes),
        utf16(&marked, u16::to_be_bytes),
        utf16(REASONS, u16::to_le_bytes),
        utf16(REASONS, u16::to_be_bytes),
    ]
}

async fn send(world: &World, path: &str, media_type: &str, body: Vec<u8>) -> Answer {
    let ada = world.ada().await;
    let request = ada.request("POST", path).header("content-type", media_type);
    world.send(request.body(Body::from(body))).await
}

#[tokio::test]
async fn an_import_is_read_in_whatever_encoding_windows_saved_it() {
    for body in spellings() {
        let world = World::new().await;
        let key = super::integrator(&world.ada().await).await;
        let media_type = "application/json; charset=utf-16";
        let answer = send(&world, "/api/import", media_type, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let reasons = world.call("GET", "/v1/close_reasons", &key).await.json();
        assert_eq!(reasons, json!([{ "id": 7, "name": "Zoë 🦦" }]));
    }
}

#[tokio::test]
async fn a_folder_may_hold_files_of_different_encodings() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let reasons = utf16("\u{feff}[{\"id\":7,\"name\":\"Zoë\"}]\r\n", u16::to_le_bytes);
    std::fs::write(folder.path().join("close_reasons.json"), reasons).unwrap();
    let roles = "\u{feff}[{\"id\":1,\"type\":\"interviewer\",\"name\":\"Zoë\"}]\r\n";
    std::fs::write(folder.path().join("user_roles.json"), roles).unwrap();
    let path = folder.path();
    let import = Import { path, name: "saved", by: By::System, dry_run: false };
    let report = world.app.import(import, std::sync::Arc::new(|_| {})).await.unwrap();
    assert!(report.kinds.iter().all(|kind| kind.new + kind.changed == 1), "{report:?}");
}

#[tokio::test]
async fn an_encoding_that_would_have_to_be_guessed_is_named_by_file_and_line() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("close_reasons.json");
    for (bytes, said) in [
        (
            b"[\r\n{\"id\":7,\"name\":\"Zo\xeb\"}]".to_vec(),
            "close_reasons.json, line 2, [0].name: this is not UTF-8 but another encoding, such as \
             Windows-1252: save it as UTF-8",
        ),
        (
            REASONS.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
            "close_reasons.json: this is UTF-32: save it as UTF-8",
        ),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let import = Import { path: &file, name: "x", by: By::System, dry_run: false };
        match world.app.import(import, std::sync::Arc::new(|_| {})).await {
            Err(ImportError::Data(fault)) => assert_eq!(fault, said),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn every_body_is_read_like_that_and_a_code_page_is_named() {
    let world = World::new().await;
    let new = r#"{"api_type":"job_board","partner":"custom_integration","description":"Zoë"}"#;
    for body in [format!("\u{feff}{new}\r\n").into_bytes(), utf16(new, u16::to_le_bytes)] {
        let answer = send(&world, "/api/credentials", "application/json", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        assert_eq!(answer.json()["credential"]["description"], "Zoë");
    }
    let body: Vec<u8> = new.chars().map(|c| u8::try_from(c).unwrap()).collect();
    let answer = send(&world, "/api/credentials", "application/json", body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains("Windows-1252"), "{}", answer.body);
}
