//! The lists of the admin API: how many there are, in which order, and that every page follows the last.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::{Person, World};

/// All items of a list, page after page of two, and the total that every page says.
async fn all(who: &Person<'_>, path: &str) -> (Vec<Value>, u64) {
    let sign = if path.contains('?') { '&' } else { '?' };
    let (mut items, mut totals, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = who.get(&format!("{path}{sign}limit=2{cursor}")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
        let page = page.json();
        items.extend(page["items"].as_array().unwrap().clone());
        totals.push(page["total"].as_u64().unwrap());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    totals.dedup();
    assert_eq!(totals, [items.len() as u64], "{path}");
    (items, totals[0])
}

fn texts<'a>(items: &'a [Value], field: &str) -> Vec<&'a str> {
    items.iter().map(|item| item[field].as_str().unwrap_or_default()).collect()
}

async fn filled(world: &World) -> Person<'_> {
    let ada = world.ada().await;
    for (description, partner) in [
        ("delta", "gem"),
        ("Alpha", "jobtarget"),
        ("charlie", "gem"),
        ("Écho", "gem"),
        ("bravo", "gem"),
    ] {
        let new = json!({ "api_type": "harvest", "partner": partner, "description": description });
        let answer = ada.post("/api/credentials", new).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        world.clock.advance(1000);
    }
    ada
}

#[tokio::test]
async fn credentials_are_sorted_as_asked_and_counted() {
    let world = World::new().await;
    let ada = filled(&world).await;
    let newest_first = ["bravo", "Écho", "charlie", "Alpha", "delta"];
    let (items, total) = all(&ada, "/api/credentials").await;
    assert_eq!((texts(&items, "description"), total), (newest_first.to_vec(), 5));
    for (sort, first, last) in [
        ("-created_at", "bravo", "delta"),
        ("created_at", "delta", "bravo"),
        ("description", "Alpha", "Écho"),
        ("-description", "Écho", "Alpha"),
    ] {
        for search in ["", "&q=%20", "&status=active"] {
            let (items, _) = all(&ada, &format!("/api/credentials?sort={sort}{search}")).await;
            let found = texts(&items, "description");
            assert_eq!((found[0], found[4]), (first, last), "{sort}{search}");
        }
        let (items, total) = all(&ada, &format!("/api/credentials?sort={sort}&q=L")).await;
        let mut found = texts(&items, "description");
        found.sort_unstable();
        assert_eq!((found, total), (vec!["Alpha", "charlie", "delta"], 3), "{sort}");
    }
    let id = ada.get("/api/credentials?q=delta").await.json()["items"][0]["id"].clone();
    ada.act(&format!("/api/credentials/{}/revoke", id.as_str().unwrap())).await;
    for (filter, total) in [
        ("status=revoked", 1),
        ("status=active", 4),
        ("partner=gem", 4),
        ("partner=gem&status=active", 3),
        ("api_type=job_board", 0),
        ("q=delta&status=active", 0),
    ] {
        assert_eq!(all(&ada, &format!("/api/credentials?{filter}")).await.1, total, "{filter}");
    }
    let cleo = world.cleo().await;
    assert_eq!(
        all(&cleo, "/api/credentials").await.1,
        0,
        "what a person may not see is not counted"
    );
    let user = ada.get("/api/session").await.json()["session"]["user"]["user_id"].clone();
    let path = format!("/api/users/{}/credentials", user.as_str().unwrap_or("user_ada"));
    let (items, _) = all(&ada, &format!("{path}?sort=description")).await;
    assert_eq!(texts(&items, "description"), ["Alpha", "bravo", "charlie", "delta", "Écho"]);
}

#[tokio::test]
async fn a_cursor_belongs_to_its_order() {
    let world = World::new().await;
    let ada = filled(&world).await;
    for (path, sort) in
        [("/api/credentials", "description"), ("/api/users", "-name"), ("/api/change_log", "at")]
    {
        let next = ada.get(&format!("{path}?limit=1")).await.json()["next"].clone();
        let next = next.as_str().unwrap();
        let mixed = ada.get(&format!("{path}?limit=1&sort={sort}&cursor={next}")).await;
        assert_eq!(mixed.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(mixed.body.contains("the cursor belongs to"), "{}", mixed.body);
        for odd in ["x", "WyIiXQ", "%00"] {
            let answer = ada.get(&format!("{path}?cursor={odd}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {odd}");
        }
        let unknown = ada.get(&format!("{path}?sort=shoe_size")).await;
        assert_eq!(unknown.status, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn users_and_boards_are_sorted_as_asked_and_counted() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (by_name, total) = all(&ada, "/api/users").await;
    let names = texts(&by_name, "name");
    assert!(total >= 3 && names.is_sorted(), "{names:?}");
    for sort in ["name", "created_at", "last_sign_in_at"] {
        let (up, _) = all(&ada, &format!("/api/users?sort={sort}")).await;
        let (mut down, _) = all(&ada, &format!("/api/users?sort=-{sort}")).await;
        down.reverse();
        assert_eq!(up, down, "{sort}");
    }
    let (last, _) = all(&ada, "/api/users?sort=-last_sign_in_at").await;
    assert_eq!(last[0]["email"], "ada@example.com");
    assert_eq!(all(&ada, "/api/users?q=ADA@").await.1, 1);
    let boards = ada.get("/api/boards").await.json();
    assert_eq!(boards["total"], 2);
    let mut reversed = boards["items"].as_array().unwrap().clone();
    reversed.reverse();
    assert_eq!(ada.get("/api/boards?sort=-name").await.json()["items"], json!(reversed));
    assert_eq!(ada.get("/api/sessions").await.json()["total"], 1);
}

#[tokio::test]
async fn the_change_log_is_searched_by_what_was_done_to_whom() {
    let world = World::new().await;
    let ada = filled(&world).await;
    let user = json!({ "name": "Zoë Núñez", "email": "zoe@example.com", "level": "basic" });
    ada.post("/api/users", user).await;
    ada.patch("/api/boards/3001001", 1, json!({ "job_board_url": "https://a.example" })).await;
    for (q, kind, total) in [
        ("écho", "credential", 1),
        ("ZOË", "user", 1),
        ("robotics", "board", 1),
        ("3001001", "board", 1),
        ("no such thing", "", 0),
        ("100%", "", 0),
    ] {
        let query: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
        let (items, found) = all(&ada, &format!("/api/change_log?q={query}")).await;
        assert_eq!(found, total, "{q}");
        assert!(items.iter().all(|item| item["subject"]["kind"] == kind), "{q}");
        let csv = ada.get(&format!("/api/change_log/export?format=jsonl&q={query}")).await.body;
        assert_eq!(csv.lines().count() as u64, total, "{q}");
    }
    let (newest, total) = all(&ada, "/api/change_log").await;
    let (mut oldest, _) = all(&ada, "/api/change_log?sort=at").await;
    oldest.reverse();
    assert_eq!((oldest.len() as u64, oldest), (total, newest));
    let ben = world.ben().await;
    assert_eq!(all(&ben, "/api/change_log").await.1, 1, "of what this person may see");
}
