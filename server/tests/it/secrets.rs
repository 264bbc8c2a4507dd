//! A plaintext key, a password and a session token are nowhere in the database's files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use server::settings::Settings;

use crate::app::World;

fn contains(folder: &std::path::Path, needle: &str) -> bool {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().any(|file| {
        let bytes = std::fs::read(file).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}

#[tokio::test]
async fn the_database_files_hold_no_secret_and_the_search_would_find_one() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("latchkey.db").display());
    let world = World::on(&database, Settings::for_tests(0, None)).await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    world.call("GET", "/v1/jobs", &key).await;
    ada.act(&format!("/api/credentials/{id}/revoke")).await;
    let (_, token) = ada.cookie.split_once('=').unwrap();
    for secret in [key.as_str(), &key[4..34], token, "latchkey-demo"] {
        for spelled in
            [secret.to_owned(), STANDARD.encode(secret), STANDARD.encode(format!("{secret}:"))]
        {
            assert!(!contains(folder.path(), &spelled), "a secret is in the database");
        }
    }
    let planted = "planted-where-a-secret-could-be";
    let new =
        serde_json::json!({ "api_type": "harvest", "partner": "gem", "description": planted });
    ada.post("/api/credentials", new).await;
    assert!(contains(folder.path(), planted));
    world.app.db.close().await;
}
