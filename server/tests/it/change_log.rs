//! Everything that is done is on record, in a chain that shows any tampering.

use axum::http::StatusCode;
use serde_json::{Value, json};
use server::change_log::verify::{Verdict, verify};
use server::db::change_log::{StoredEntry, list_after};
use sqlx::Executor as _;

use crate::app::World;

async fn entries(world: &World) -> Vec<StoredEntry> {
    list_after(&world.app.db, 0, 1000).await.unwrap()
}

async fn verdict(world: &World, anchor: Option<(i64, &str)>) -> Verdict {
    verify(&world.app.db, world.app.keys.pepper(), anchor).await.unwrap()
}

async fn is_intact(world: &World) -> bool {
    matches!(verdict(world, None).await, Verdict::Intact { .. })
}

/// Somebody with access to the database, who goes around the program.
async fn tamper(world: &World, sql: &'static str) {
    let mut tx = world.app.db.write().await.unwrap();
    tx.execute(sql).await.unwrap();
    tx.commit().await.unwrap();
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
        credential.create Ada Okafor 127.0.0.1 jobtarget harvest key - {"api_type":"harvest","partner":"jobtarget","description":"jobtarget harvest key","key_hint":"Zn98","permissions":["jobs.openings:list","job_posts:list","jobs.job_posts:list","jobs.job_post:read","jobs:list","jobs:read"],"replaces":null}
        credential.store Ada Okafor 127.0.0.1 jobtarget harvest key - -
        credential.update Ada Okafor 127.0.0.1 Renamed {"description":"jobtarget harvest key","permissions":["jobs.openings:list","job_posts:list","jobs.job_posts:list","jobs.job_post:read","jobs:list","jobs:read"]} {"description":"Renamed","permissions":["jobs:list"]}
        credential.revoke Ada Okafor 127.0.0.1 Renamed {"status":"active"} {"status":"revoked"}
        credential.re_enable Ada Okafor 127.0.0.1 Renamed {"status":"revoked"} {"status":"active"}
        session.delete Ada Okafor 127.0.0.1 Ada Okafor - -"#]].assert_eq(&said.join("\n"));
    assert!(is_intact(&world).await);
}

#[tokio::test]
async fn an_entry_that_was_altered_or_removed_breaks_the_chain() {
    for (sql, found) in [
        (
            "UPDATE change_log SET actor_name = 'Somebody else' WHERE seq = 3",
            Verdict::Broken { seq: 3 },
        ),
        ("UPDATE change_log SET state_after = NULL WHERE seq = 2", Verdict::Broken { seq: 2 }),
        ("UPDATE change_log SET at = at - 1 WHERE seq = 1", Verdict::Broken { seq: 1 }),
        ("DELETE FROM change_log WHERE seq = 2", Verdict::Broken { seq: 3 }),
        ("DELETE FROM change_log WHERE seq = 4", Verdict::CutOff { at: 3, expected: 4 }),
        ("DELETE FROM change_log", Verdict::CutOff { at: 0, expected: 4 }),
        ("UPDATE change_log_head SET seq = 3", Verdict::Broken { seq: 4 }),
        ("UPDATE change_log_head SET hash = ''", Verdict::Broken { seq: 4 }),
    ] {
        let world = World::new().await;
        let ada = world.ada().await;
        for partner in ["jobtarget", "gem", "refapp"] {
            ada.issue("harvest", partner).await;
        }
        assert!(is_intact(&world).await);
        tamper(&world, sql).await;
        assert_eq!(verdict(&world, None).await, found, "{sql}");
    }
}

#[tokio::test]
async fn a_chain_that_was_cut_and_mended_lacks_the_entry_somebody_kept() {
    let world = World::new().await;
    world.ada().await.issue("harvest", "jobtarget").await;
    let Verdict::Intact { last, hash } = verdict(&world, None).await else { panic!("intact") };
    let kept = Some((last, hash.as_str()));
    assert_eq!(verdict(&world, kept).await, Verdict::Intact { last, hash: hash.clone() });
    tamper(&world, "DELETE FROM change_log WHERE seq = 2").await;
    tamper(
        &world,
        "UPDATE change_log_head SET seq = 1, hash = (SELECT hash FROM change_log WHERE seq = 1)",
    )
    .await;
    assert!(is_intact(&world).await, "by itself a shorter chain is a chain");
    assert_eq!(verdict(&world, kept).await, Verdict::Replaced { seq: 2 });
}

#[tokio::test]
async fn a_change_whose_entry_cannot_be_written_does_not_happen() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    tamper(&world, "DELETE FROM change_log_head").await;
    let path = format!("/api/credentials/{id}");
    assert_eq!(ada.act(&format!("{path}/revoke")).await.status.as_u16(), 500);
    assert_eq!(ada.get(&path).await.json()["status"], "active");
    assert_eq!(world.call("GET", "/v1/jobs", &key).await.status.as_u16(), 200);
}

/// What a list says, as `actor action subject`, newest first.
fn told(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().expect("a list");
    let tell = |entry: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (actor, subject) = (text(&entry["actor"]["name"]), text(&entry["subject"]["name"]));
        format!("{actor} {} {subject}", text(&entry["action"]))
    };
    items.iter().map(tell).collect()
}

#[tokio::test]
async fn an_entry_says_who_did_what_when_from_where_and_what_was_different_since() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, _) = ada.issue("harvest", "jobtarget").await;
    let changes = json!({ "description": "Renamed", "permissions": ["jobs:list"] });
    ada.patch(&format!("/api/credentials/{id}"), 1, changes).await;
    let list = ada.get("/api/change_log?what=credential.update").await.json();
    let mut entry = list["items"][0].clone();
    assert!(entry["request_id"].take().as_str().unwrap().starts_with("req_"));
    assert_eq!(entry["subject"]["id"].take(), id.as_str());
    expect_test::expect![[r#"
        {
          "seq": 3,
          "at": "2026-01-31T09:05:00.250Z",
          "actor": {
            "kind": "user",
            "id": "user_ada",
            "name": "Ada Okafor"
          },
          "address": "127.0.0.1",
          "request_id": null,
          "action": "credential.update",
          "subject": {
            "kind": "credential",
            "id": null,
            "name": "Renamed"
          },
          "changes": [
            {
              "field": "description",
              "before": [
                "jobtarget harvest key"
              ],
              "after": [
                "Renamed"
              ]
            },
            {
              "field": "permissions",
              "before": [
                "jobs.openings:list",
                "job_posts:list",
                "jobs.job_posts:list",
                "jobs.job_post:read",
                "jobs:list",
                "jobs:read"
              ],
              "after": [
                "jobs:list"
              ]
            }
          ]
        }"#]]
    .assert_eq(&format!("{entry:#}"));
}

#[tokio::test]
async fn everybody_sees_what_they_may_and_always_what_they_did_themselves() {
    let world = World::new().await;
    let (ada, ben, cleo) = (world.ada().await, world.ben().await, world.cleo().await);
    ada.issue("harvest", "jobtarget").await;
    ada.issue("job_board", "gem").await;
    cleo.issue("job_board", "refapp").await;
    ada.patch("/api/users/user_ben", 1, json!({ "level": "job_admin" })).await;
    let everything = told(&ada.get("/api/change_log").await.json());
    assert_eq!(everything.len(), 7, "{everything:?}");
    assert_eq!(
        told(&cleo.get("/api/change_log").await.json()),
        [
            "Cleo Marchetti credential.create refapp job_board key",
            "Ada Okafor credential.create gem job_board key",
            "Cleo Marchetti session.create Cleo Marchetti",
        ]
    );
    let signed_in = "Ben Lindqvist session.create Ben Lindqvist";
    assert_eq!(told(&ben.get("/api/change_log").await.json()), [signed_in]);
    let all = json!({ "developer_permissions": ["manage_all_api_credentials"] });
    ada.patch("/api/users/user_ben", 2, all).await;
    let seen = told(&ben.get("/api/change_log").await.json());
    assert_eq!(seen.iter().filter(|line| line.contains("credential.create")).count(), 3);
    assert!(seen.iter().all(|line| !line.contains("user.")), "{seen:?}");
}

#[tokio::test]
async fn the_log_is_narrowed_by_who_what_and_when_and_read_in_pages() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, _) = ada.issue("harvest", "jobtarget").await;
    world.clock.advance(60_000);
    let cleo = world.cleo().await;
    cleo.issue("job_board", "gem").await;
    ada.act(&format!("/api/credentials/{id}/revoke")).await;
    for (query, count) in [
        ("", 5),
        ("?who=CLEO", 2),
        ("?who=user_ada", 3),
        ("?who=100%25", 0),
        ("?what=credential", 3),
        ("?what=credential.revoke", 1),
        ("?what=session&who=okafor", 1),
        (&format!("?subject={id}"), 2),
        ("?from=2026-01-31T09:06:00Z", 3),
        ("?to=2026-01-31T09:06:00Z", 2),
        ("?from=2026-01-31T10:05:00%2B01:00&to=2026-01-31T09:05:01Z", 2),
    ] {
        let list = ada.get(&format!("/api/change_log{query}")).await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), count, "{query}");
    }
    let mut seqs = Vec::new();
    let mut path = "/api/change_log?limit=2".to_owned();
    loop {
        let page = ada.get(&path).await.json();
        seqs.extend(page["items"].as_array().unwrap().iter().map(|e| e["seq"].as_u64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/change_log?limit=2&cursor={next}");
    }
    assert_eq!(seqs, [5, 4, 3, 2, 1], "newest first");
    for wrong in ["?from=yesterday", "?cursor=x", "?when=now"] {
        let answer = ada.get(&format!("/api/change_log{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn the_log_is_taken_along_as_a_file() {
    let world = World::new().await;
    let ada = world.ada().await;
    let new = json!({ "api_type": "harvest", "partner": "gem", "description": "=1+1, \"Gem\"" });
    ada.post("/api/credentials", new).await;
    let path = "/api/change_log/export";
    let csv = ada.get(&format!("{path}?format=csv&what=credential")).await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"change_log.csv\""));
    let body = csv.body.strip_prefix('\u{feff}').expect("a mark, so that Excel reads UTF-8");
    assert_eq!(body.matches('\n').count(), body.matches("\r\n").count(), "lines end in CRLF");
    let lines: Vec<&str> = body.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("seq,at,actor_kind,actor_id,actor_name,address,"), "{}", lines[0]);
    assert!(lines[1].contains(",credential.create,credential,"), "{}", lines[1]);
    assert!(lines[1].contains(",\"'=1+1, \"\"Gem\"\"\","), "no formula: {}", lines[1]);

    let jsonl = ada.get(&format!("{path}?format=jsonl")).await;
    let lines: Vec<Value> =
        jsonl.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Value::from(lines), ada.get("/api/change_log").await.json()["items"]);
    assert_eq!(ada.get(path).await.status, StatusCode::BAD_REQUEST, "which format?");
    let ben = world.ben().await;
    let own = ben.get(&format!("{path}?format=jsonl")).await.body;
    assert_eq!(own.lines().count(), 1, "no more than in the list");
}

#[tokio::test]
async fn a_long_log_arrives_whole() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, _) = ada.issue("harvest", "jobtarget").await;
    for _ in 0..550 {
        ada.act(&format!("/api/credentials/{id}/revoke")).await;
        ada.act(&format!("/api/credentials/{id}/re_enable")).await;
    }
    let csv = ada.get("/api/change_log/export?format=csv").await.body;
    assert_eq!(csv.lines().count(), 1 + 2 + 1100);
    assert!(is_intact(&world).await);
}
