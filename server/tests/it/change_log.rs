//! Everything that is done is on record, in a chain that shows any tampering.

use serde_json::json;
use server::db::change_log::{StoredEntry, list_after};
use sqlx::Executor as _;

use crate::app::World;

async fn entries(world: &World) -> Vec<StoredEntry> {
    list_after(&world.app.db, 0, 1000).await.unwrap()
}

/// The place of the first entry that is not what was written.
async fn first_broken(world: &World) -> Option<i64> {
    let mut previous = String::new();
    for stored in entries(world).await {
        if !stored.follows(world.app.keys.pepper(), &previous) {
            return Some(stored.seq);
        }
        previous = stored.hash;
    }
    None
}

#[tokio::test]
async fn every_change_leaves_one_entry_and_a_refusal_leaves_none() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let path = format!("/api/credentials/{id}");
    ada.act(&format!("{path}/store")).await;
    ada.patch(&path, 2, json!({ "description": "Renamed", "permissions": ["jobs:list"] })).await;
    ada.patch(&path, 2, json!({ "description": "Stale" })).await;
    ada.patch(&path, 3, json!({ "description": "" })).await;
    ada.patch(&path, 3, json!({ "description": "Renamed" })).await;
    ada.act(&format!("{path}/revoke")).await;
    ada.act(&format!("{path}/revoke")).await;
    ada.act(&format!("{path}/re_enable")).await;
    ada.delete("/api/session").await;
    let entries = entries(&world).await;
    let said: Vec<String> = entries
        .iter()
        .map(|stored| {
            let entry = &stored.entry;
            assert!(!format!("{entry:?}").contains(&key));
            assert!(entry.request_id.starts_with("req_"));
            let text = |json: &Option<String>| json.clone().unwrap_or_else(|| "-".to_owned());
            let (before, after) = (text(&entry.before), text(&entry.after));
            let (name, address) = (&entry.actor_name, &entry.address);
            format!("{} {name} {address} {} {before} {after}", entry.action, entry.subject_name)
        })
        .collect();
    expect_test::expect![[r#"
        session.create Ada Okafor 127.0.0.1 Ada Okafor - -
        credential.create Ada Okafor 127.0.0.1 jobtarget harvest key - {"api_type":"harvest","partner":"jobtarget","description":"jobtarget harvest key","key_hint":"2y6V","permissions":["jobs.openings:list","job_posts:list","jobs.job_posts:list","jobs.job_post:read","jobs:list","jobs:read"],"replaces":null}
        credential.store Ada Okafor 127.0.0.1 jobtarget harvest key - -
        credential.update Ada Okafor 127.0.0.1 Renamed {"description":"jobtarget harvest key","permissions":["jobs.openings:list","job_posts:list","jobs.job_posts:list","jobs.job_post:read","jobs:list","jobs:read"]} {"description":"Renamed","permissions":["jobs:list"]}
        credential.revoke Ada Okafor 127.0.0.1 Renamed {"status":"active"} {"status":"revoked"}
        credential.re_enable Ada Okafor 127.0.0.1 Renamed {"status":"revoked"} {"status":"active"}
        session.delete Ada Okafor 127.0.0.1 Ada Okafor - -"#]].assert_eq(&said.join("\n"));
    assert_eq!(first_broken(&world).await, None);
}

#[tokio::test]
async fn an_entry_that_was_altered_or_removed_breaks_the_chain() {
    for (sql, broken) in [
        ("UPDATE change_log SET actor_name = 'Somebody else' WHERE seq = 3", 3),
        ("UPDATE change_log SET state_after = NULL WHERE seq = 2", 2),
        ("DELETE FROM change_log WHERE seq = 2", 3),
    ] {
        let world = World::new().await;
        let ada = world.ada().await;
        for partner in ["jobtarget", "gem", "refapp"] {
            ada.issue("harvest", partner).await;
        }
        assert_eq!(first_broken(&world).await, None);
        let mut tx = world.app.db.write().await.unwrap();
        tx.execute(sql).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(first_broken(&world).await, Some(broken), "{sql}");
    }
}

#[tokio::test]
async fn a_change_whose_entry_cannot_be_written_does_not_happen() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let mut tx = world.app.db.write().await.unwrap();
    tx.execute("DELETE FROM change_log_head").await.unwrap();
    tx.commit().await.unwrap();
    let path = format!("/api/credentials/{id}");
    assert_eq!(ada.act(&format!("{path}/revoke")).await.status.as_u16(), 500);
    assert_eq!(ada.get(&path).await.json()["status"], "active");
    assert_eq!(world.call("GET", "/v1/jobs", &key).await.status.as_u16(), 200);
}
