//! A request that makes a secret, made again because its answer was lost: nothing is made twice, and no
//! secret is shown twice.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::{Answer, LONG_PASSWORD, Person, World};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A post that its client calls `key`.
async fn post(person: &Person<'_>, world: &World, path: &str, key: &str, body: &Value) -> Answer {
    let request = person.request("POST", path).header("content-type", "application/json");
    let request = request.header("idempotency-key", key);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    world.send(request.body(Body::from(body))).await
}

fn new(description: &str) -> Value {
    json!({ "api_type": "harvest", "partner": "jobtarget", "description": description })
}

async fn opens(world: &World, created: &Answer) -> bool {
    let key = created.json()["api_key"].as_str().expect("a key").to_owned();
    world.call("GET", "/v1/me", &key).await.status == StatusCode::OK
}

async fn credentials(person: &Person<'_>) -> usize {
    person.get("/api/credentials").await.json()["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_repeat_makes_no_second_credential_and_the_unseen_key_is_dead() {
    let world = World::new().await;
    let ada = world.ada().await;
    let make = async |key: &str| post(&ada, &world, "/api/credentials", key, &new("One")).await;
    let first = make("a-1").await;
    assert_eq!(first.json()["superseded"], false);
    let mut last = first.json()["api_key"].clone();
    for _ in 0..3 {
        let again = make("a-1").await;
        assert_eq!(again.status, StatusCode::CREATED, "{}", again.body);
        let (was, is) = (first.json(), again.json());
        assert_eq!(was["credential"]["id"], is["credential"]["id"]);
        assert_eq!(was["credential"]["created_at"], is["credential"]["created_at"]);
        assert_eq!(is["superseded"], true);
        assert_ne!(last, is["api_key"], "no secret is shown twice");
        assert!(
            is["api_key"]
                .as_str()
                .unwrap()
                .ends_with(is["credential"]["key_hint"].as_str().unwrap())
        );
        let dead = world.call("GET", "/v1/me", last.as_str().unwrap()).await;
        assert_eq!(dead.status, StatusCode::UNAUTHORIZED);
        last = is["api_key"].clone();
        assert_eq!(credentials(&ada).await, 1);
    }
    let log = ada.get("/api/change_log?what=credential").await.json();
    let actions = log["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str());
    let actions: Vec<&str> = actions.map(Option::unwrap).collect();
    let superseded = "credential.supersede_key";
    assert_eq!(actions, [superseded, superseded, superseded, "credential.create"]);
    // Another name, or none, is another request; and so it is a day later.
    assert_eq!(make("a-2").await.json()["superseded"], false);
    ada.issue("harvest", "jobtarget").await;
    assert_eq!(credentials(&ada).await, 3);
    world.clock.advance(DAY);
    let ada = world.ada().await;
    let later = post(&ada, &world, "/api/credentials", "a-1", &new("One")).await;
    assert_eq!(later.json()["superseded"], false, "{}", later.body);
}

#[tokio::test]
async fn a_key_that_was_stored_used_or_revoked_is_not_replaced_by_a_repeat() {
    let world = World::alone().await;
    let ada = world.ada().await;
    for what in ["store", "use", "use without being allowed", "revoke"] {
        let key = what.replace(' ', "-");
        let make = async || post(&ada, &world, "/api/credentials", &key, &new(what)).await;
        let first = make().await;
        let id = first.json()["credential"]["id"].as_str().unwrap().to_owned();
        let api_key = first.json()["api_key"].as_str().unwrap().to_owned();
        match what {
            "use" => drop(world.call("GET", "/v1/me", &api_key).await),
            "use without being allowed" => {
                let denied = world.call("GET", "/v1/offers", &api_key).await;
                assert_eq!(denied.status, StatusCode::FORBIDDEN);
            }
            step => drop(ada.act(&format!("/api/credentials/{id}/{step}")).await),
        }
        // Not yet written down, and written down.
        for _ in 0..2 {
            let again = make().await;
            assert_eq!(again.status, StatusCode::CONFLICT, "{what}: {}", again.body);
            assert_eq!(again.json()["code"], "already_made");
            let location = format!("/api/credentials/{id}");
            assert_eq!(again.header("location"), Some(location.as_str()));
            assert!(!again.body.contains(&api_key));
            world.app.usage.save(&world.app.db, &world.clock).await.unwrap();
        }
        assert_eq!(opens(&world, &first).await, what != "revoke", "{what}");
    }
}

#[tokio::test]
async fn a_name_belongs_to_one_request_of_one_user_on_one_thing() {
    let world = World::new().await;
    let (ada, cleo) = (world.ada().await, world.cleo().await);
    let board = json!({ "api_type": "job_board", "partner": "jobtarget", "description": "B" });
    let first = post(&ada, &world, "/api/credentials", "same", &board).await;
    let other = post(&ada, &world, "/api/credentials", "same", &new("Other")).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.json()["code"], "idempotency_key_reused");
    let of_cleo = post(&cleo, &world, "/api/credentials", "same", &board).await;
    assert_eq!(of_cleo.json()["superseded"], false, "{}", of_cleo.body);
    let mut ids = vec![first.json()["credential"]["id"].clone()];
    ids.push(of_cleo.json()["credential"]["id"].clone());
    for id in [ids[0].clone(), ids[1].clone()] {
        let path = format!("/api/credentials/{}/replace", id.as_str().unwrap());
        let made = post(&ada, &world, &path, "same", &Value::Null).await;
        assert_eq!(made.json()["superseded"], false, "{}", made.body);
        let again = post(&ada, &world, &path, "same", &Value::Null).await;
        assert_eq!(again.json()["superseded"], true, "{}", again.body);
        assert_eq!(made.json()["credential"]["id"], again.json()["credential"]["id"]);
        ids.push(made.json()["credential"]["id"].clone());
    }
    ids.sort_by_key(ToString::to_string);
    ids.dedup();
    assert_eq!((ids.len(), credentials(&ada).await), (4, 4));
    // What was refused made nothing, and so is no request that was made.
    let wrong = json!({ "api_type": "harvest", "partner": "nobody", "description": "" });
    let refused = post(&ada, &world, "/api/credentials", "fresh", &wrong).await;
    assert_eq!(refused.json()["code"], "invalid");
    let right = post(&ada, &world, "/api/credentials", "fresh", &new("Right")).await;
    assert_eq!(right.status, StatusCode::CREATED, "{}", right.body);
}

#[tokio::test]
async fn a_name_that_breaks_the_rule_is_refused_and_named() {
    let world = World::new().await;
    let ada = world.ada().await;
    let long = "x".repeat(65);
    for key in ["", " ", "a b", "ü", "\"quoted\"", "a.b", &long] {
        for path in ["/api/credentials", "/api/users", "/api/users/user_ben/password_link"] {
            let refused = post(&ada, &world, path, key, &new("One")).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{key}");
            let title = refused.json()["title"].as_str().unwrap().to_owned();
            assert!(title.contains("Idempotency-Key is 1 to 64 of the characters"), "{title}");
        }
    }
    let twice = ada.request("POST", "/api/users/user_ben/password_link");
    let twice = twice.header("idempotency-key", "a").header("idempotency-key", "b");
    let twice = world.send(twice.body(Body::empty())).await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    let longest = post(&ada, &world, "/api/credentials", &long[1..], &new("One")).await;
    assert_eq!(longest.status, StatusCode::CREATED);
}

async fn is_good(world: &World, token: &Value) -> bool {
    let anybody = world.anonymous();
    let asked = anybody.post("/api/password_links/read", json!({ "token": token }));
    asked.await.status == StatusCode::OK
}

async fn choose(world: &World, token: &Value) {
    let chosen = json!({ "token": token, "password": LONG_PASSWORD });
    let answer = world.anonymous().post("/api/password_links/use", chosen).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

#[tokio::test]
async fn a_repeat_adds_nobody_twice_and_ends_the_link_that_nobody_has_seen() {
    let world = World::new().await;
    let ada = world.ada().await;
    let erin = json!({ "name": "Erin", "email": "erin@example.com", "level": "basic" });
    let add = async || post(&ada, &world, "/api/users", "erin", &erin).await;
    let first = add().await.json();
    let again = add().await;
    assert_eq!(again.status, StatusCode::CREATED, "{}", again.body);
    let again = again.json();
    assert_eq!(first["user"], again["user"]);
    assert_eq!(
        (&first["link"]["superseded"], &again["link"]["superseded"]),
        (&json!(false), &json!(true))
    );
    assert!(!is_good(&world, &first["link"]["token"]).await);
    assert!(is_good(&world, &again["link"]["token"]).await);
    choose(&world, &again["link"]["token"]).await;
    let used = add().await;
    assert_eq!((used.status, &used.json()["code"]), (StatusCode::CONFLICT, &json!("already_made")));
    let id = first["user"]["user_id"].as_str().unwrap();
    assert_eq!(used.header("location"), Some(format!("/api/users/{id}").as_str()));
}

#[tokio::test]
async fn a_repeat_of_a_password_link_replaces_the_unused_one_and_no_other() {
    let world = World::new().await;
    let ada = world.ada().await;
    let path = "/api/users/user_ben/password_link";
    let make = async |key: &str| post(&ada, &world, path, key, &Value::Null).await;
    let first = make("one").await.json();
    let again = make("one").await.json();
    assert_eq!((&first["superseded"], &again["superseded"]), (&json!(false), &json!(true)));
    assert!(!is_good(&world, &first["token"]).await);
    // Somebody else has made another one since: that one stays.
    let other = make("two").await.json();
    assert_eq!(make("one").await.status, StatusCode::CONFLICT);
    assert!(is_good(&world, &other["token"]).await);
    choose(&world, &other["token"]).await;
    assert_eq!(make("two").await.status, StatusCode::CONFLICT, "used");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeats_at_once_on_two_replicas_make_one() {
    let one = World::alone().await;
    let other = one.beside().await;
    let ada = one.ada().await;
    for round in 0..12 {
        let (key, body) = (format!("round-{round}"), new(&format!("Round {round}")));
        let (a, b) = tokio::join!(
            post(&ada, &one, "/api/credentials", &key, &body),
            post(&ada, &other, "/api/credentials", &key, &body),
        );
        let mut said = [&a, &b].map(|it| (it.status.as_u16(), it.json()["superseded"].to_string()));
        said.sort();
        assert_eq!(said, [(201, "false".to_owned()), (201, "true".to_owned())]);
        assert_eq!(a.json()["credential"]["id"], b.json()["credential"]["id"]);
        let (first, last) = if a.json()["superseded"] == true { (b, a) } else { (a, b) };
        for replica in [&one, &other] {
            assert!(!opens(replica, &first).await);
            assert!(opens(replica, &last).await);
        }
        assert_eq!(credentials(&ada).await, round + 1);
        let erin = json!({
            "name": "Erin",
            "email": format!("erin{round}@example.com"),
            "level": "basic",
        });
        let (a, b) = tokio::join!(
            post(&ada, &one, "/api/users", &key, &erin),
            post(&ada, &other, "/api/users", &key, &erin),
        );
        assert_eq!(a.json()["user"], b.json()["user"], "{} {}", a.body, b.body);
    }
}
