//! What docs/security.md promises and no other module looks at; and that its tables are complete and name
//! tests that exist ([`table`]).

mod table;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};
use server::settings::Settings;

use crate::app::{Answer, LONG_PASSWORD, ORIGIN, Person, World, request};

const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;
const DEMO: &str = "latchkey-demo";
const ADA: &str = "ada@example.com";

fn file(path: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(root.join(path)).unwrap()
}

#[test]
fn the_documented_words_are_those_that_are_refused() {
    let rules = file("server/src/passwords/rules.rs");
    let (_, words) = rules.split_once("const OURS:").unwrap();
    let (_, words) = words.split_once("= [").unwrap();
    let words: Vec<&str> = words.split(']').next().unwrap().split('"').skip(1).step_by(2).collect();
    assert!(words.len() > 10);
    let document = file("docs/security.md");
    let (_, documented) = document.split_once("and these words: ").unwrap();
    let documented = documented.split_once("\n\n").unwrap().0;
    let documented: Vec<&str> = documented.split('`').skip(1).step_by(2).collect();
    assert_eq!(documented, words);
    for word in words {
        let password = format!("{word}-{word}-{word}-{word}?!");
        assert!(server::passwords::refusal(&password, &[]).is_some(), "{password}");
    }
}

#[tokio::test]
async fn the_headers_a_static_host_must_send_are_those_of_the_service() {
    let page = World::new().await.anonymous().get("/configure/dev_center").await;
    let document = file("docs/security.md");
    let headers = document.split("```\n").nth(1).unwrap();
    assert_eq!(headers.lines().count(), 5);
    for line in headers.lines() {
        let (name, value) = line.split_once(": ").unwrap();
        let own = value.replace(" https://api.example.com", "");
        assert_eq!(page.header(&name.to_lowercase()), Some(own.as_str()), "{name}");
    }
}

/// Signs in, or tries to, from this address, with these cookies.
async fn sign_in_from(
    world: &World,
    (address, cookies): (&str, &str),
    (email, password): (&str, &str),
) -> Answer {
    let typed = json!({ "email": email, "password": password }).to_string();
    let request = request("POST", "/api/session")
        .header("origin", ORIGIN)
        .header("content-type", "application/json")
        .header("x-forwarded-for", address)
        .header("cookie", cookies);
    world.send(request.body(Body::from(typed))).await
}

/// The cookie of this name that an answer sets, as it is sent back.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let cookies = answer.headers.get_all("set-cookie").iter().map(|it| it.to_str().unwrap());
    let mut pairs = cookies.map(|cookie| cookie.split(';').next().unwrap());
    pairs.find(|pair| pair.starts_with(name)).map(str::to_owned)
}

fn device(answer: &Answer) -> String {
    cookie(answer, "latchkey_device").expect("a device cookie")
}

async fn is_signed_in(person: &Person<'_>) -> bool {
    person.get("/api/account").await.status == StatusCode::OK
}

/// The token of a new link of this user.
async fn link_of(by: &Person<'_>, user_id: &str) -> String {
    let link = by.act(&format!("/api/users/{user_id}/password_link")).await.json();
    link["token"].as_str().expect("a token").to_owned()
}

/// A problem without what is different every time.
fn problem(answer: &Answer) -> (StatusCode, Value) {
    let mut problem = answer.json();
    problem["request_id"].take();
    (answer.status, problem)
}

#[tokio::test]
async fn a_token_is_dead_after_signing_in_again_a_proof_a_new_password_and_a_link() {
    let world = World::new().await;
    let mut ada = world.ada().await;
    let steps = [
        ("/api/session", json!({ "email": ADA, "password": DEMO })),
        ("/api/session/proof", json!({ "password": DEMO })),
        (
            "/api/account/password",
            json!({ "current_password": DEMO, "new_password": LONG_PASSWORD }),
        ),
    ];
    for (path, body) in steps {
        let answer = ada.post(path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        assert!(!is_signed_in(&ada).await, "the token before {path}");
        ada = world.holder_of(&answer);
        assert!(is_signed_in(&ada).await, "the token of {path}");
    }
    // In a browser where somebody else is signed in, and where ben is.
    let ben = world.ben().await;
    let token = link_of(&ada, "user_ben").await;
    let chosen = json!({ "token": token, "password": "a lamp for the quiet harbour" });
    let answer = ada.post("/api/password_links/use", chosen).await;
    assert_eq!(answer.json()["session"]["user"]["name"], "Ben Lindqvist");
    assert!(!is_signed_in(&ada).await, "who was signed in there before");
    assert!(!is_signed_in(&ben).await, "where ben was signed in");
    assert!(is_signed_in(&world.holder_of(&answer)).await);
}

#[tokio::test]
async fn a_session_ends_on_the_minute_and_a_proof_makes_it_no_longer() {
    let world = World::new().await;
    let idle = world.ada().await;
    world.clock.advance(30 * MINUTE - 1);
    assert!(is_signed_in(&idle).await);
    let unused = world.ada().await;
    world.clock.advance(30 * MINUTE);
    assert!(!is_signed_in(&unused).await);

    let mut ada = world.ada().await;
    let opened = world.clock.now();
    for _ in 0..35 {
        world.clock.advance(20 * MINUTE);
        let proved = ada.post("/api/session/proof", json!({ "password": DEMO })).await;
        assert_eq!(proved.status, StatusCode::NO_CONTENT);
        ada = world.holder_of(&proved);
    }
    world.clock.advance(opened + 12 * HOUR - 1 - world.clock.now());
    assert!(is_signed_in(&ada).await);
    world.clock.advance(1);
    assert!(!is_signed_in(&ada).await);
}

#[tokio::test]
async fn a_made_up_or_altered_token_opens_nothing() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (name, token) = ada.cookie.split_once('=').unwrap();
    assert_eq!(token.len(), 43, "32 bytes in base64url");
    assert_ne!(ada.cookie, world.ada().await.cookie);
    let mut altered = token.to_owned();
    altered.replace_range(..1, if token.starts_with('A') { "B" } else { "A" });
    for token in [altered.as_str(), &token[1..], "", "user_ada", &token.to_lowercase()] {
        let mut somebody = world.anonymous();
        somebody.cookie = format!("{name}={token}");
        assert!(!is_signed_in(&somebody).await, "{token}");
    }
    assert!(is_signed_in(&ada).await);
}

#[tokio::test]
async fn a_password_is_taken_exactly_as_typed_and_never_expires() {
    let world = World::new().await;
    let typed = "  Grüße an den Pinguin, 7 Uhr  ";
    let chosen =
        json!({ "token": link_of(&world.ada().await, "user_ben").await, "password": typed });
    let answer = world.anonymous().post("/api/password_links/use", chosen).await;
    assert_eq!(answer.status, StatusCode::OK);
    for wrong in [
        typed.trim().to_owned(),
        typed.trim_end().to_owned(),
        typed.trim_start().to_owned(),
        typed.to_lowercase(),
        typed.replace('ü', "u\u{308}"),
        typed.chars().take(20).collect(),
    ] {
        let answer = world.sign_in("ben@example.com", &wrong).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
        world.clock.advance(MINUTE);
    }
    world.clock.advance(5 * 365 * 24 * HOUR);
    assert_eq!(world.sign_in("ben@example.com", typed).await.status, StatusCode::OK);
}

/// One of the 3,552, one of the words, and one that is little more than the organisation's name.
const GUESSED: [(&str, &str); 3] = [
    ("kentuckyfriedchicken", "is among the first that are tried"),
    ("Latchkey-Admin-1!", "is little more than names and words"),
    ("Acme Robotics 2026!", "is little more than names and words"),
];

#[tokio::test]
async fn a_password_that_is_soon_guessed_is_refused_wherever_one_is_chosen() {
    let world = World::new().await;
    let ada = world.ada().await;
    let token = link_of(&ada, "user_ben").await;
    for (guessed, why) in GUESSED {
        let change = json!({ "current_password": DEMO, "new_password": guessed });
        let chosen = json!({ "token": token, "password": guessed });
        for answer in [
            ada.post("/api/account/password", change).await,
            world.anonymous().post("/api/password_links/use", chosen).await,
        ] {
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            let detail = answer.json()["errors"][0]["detail"].to_string();
            assert!(detail.contains(why), "{guessed}: {detail}");
        }
    }
    for email in [ADA, "ben@example.com"] {
        assert_eq!(world.sign_in(email, DEMO).await.status, StatusCode::OK, "nothing changed");
    }
}

/// Bodies with one field more than the sender may decide about.
#[tokio::test]
async fn what_nobody_may_set_is_refused_and_not_ignored() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, _) = ada.issue("harvest", "jobtarget").await;
    let credential = format!("/api/credentials/{id}");
    let before = [ada.get(&credential).await.body, ada.get("/api/users").await.body];
    let name = || json!({ "name": "Ada" });
    let key = || json!({ "description": "Renamed" });
    let new_key = || json!({ "api_type": "harvest", "partner": "gem", "description": "New" });
    let new_user = || json!({ "name": "Eve", "email": "eve@example.com", "level": "basic" });
    let in_use = || json!({ "email": ADA, "password": DEMO });
    for (request, body, field, value) in [
        ("PATCH /api/account", name(), "level", json!("site_admin")),
        ("PATCH /api/account", name(), "email", json!("eve@example.com")),
        ("PATCH /api/account", name(), "developer_permissions", json!([])),
        ("PATCH /api/users/user_ben", json!({}), "status", json!("disabled")),
        ("PATCH /api/users/user_ben", json!({}), "email", json!("eve@example.com")),
        ("PATCH /api/users/user_ben", json!({}), "password", json!(LONG_PASSWORD)),
        ("PATCH /api/users/user_ben", json!({}), "version", json!(7)),
        ("POST /api/users", new_user(), "user_id", json!("user_ada")),
        ("POST /api/users", new_user(), "password", json!(LONG_PASSWORD)),
        ("PATCH /api/credentials/id", key(), "api_type", json!("job_board")),
        ("PATCH /api/credentials/id", key(), "partner", json!("gem")),
        ("PATCH /api/credentials/id", key(), "status", json!("active")),
        ("PATCH /api/credentials/id", key(), "created_by", json!("user_ben")),
        ("POST /api/credentials", new_key(), "api_key", json!("lkh_mine")),
        ("POST /api/credentials", new_key(), "permissions", json!(["jobs:list"])),
        ("POST /api/session", in_use(), "user_id", json!("user_ben")),
    ] {
        let (method, path) = request.split_once(' ').unwrap();
        let path = path.replace("credentials/id", &credential["/api/".len()..]);
        let mut with_more = body;
        with_more[field] = value;
        let answer = match method {
            "PATCH" => ada.patch(&path, 1, with_more).await,
            _ => ada.post(&path, with_more).await,
        };
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{request} {field}");
        assert_eq!(answer.json()["errors"][0]["pointer"], format!("/{field}"), "{request}");
    }
    assert_eq!(before, [ada.get(&credential).await.body, ada.get("/api/users").await.body]);
}

/// Every operation that takes a body, with its schema.
fn bodies(document: &Value) -> Vec<(String, String, Value)> {
    let mut bodies = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let content = &operation["requestBody"]["content"];
            if let Some(name) = content["application/json"]["schema"]["$ref"].as_str() {
                let schema = &document["components"]["schemas"][name.rsplit('/').next().unwrap()];
                bodies.push((method.to_uppercase(), path.clone(), schema.clone()));
            } else {
                assert_eq!(content, &Value::Null, "{method} {path} takes something else");
            }
        }
    }
    assert!(bodies.len() >= 10, "{}", bodies.len());
    bodies
}

#[tokio::test]
async fn every_body_is_json_and_of_known_fields_only() {
    let world = World::new().await;
    let ada = world.ada().await;
    let document = serde_json::to_value(server::openapi::document()).unwrap();
    for (method, path, schema) in bodies(&document) {
        assert_eq!(schema["additionalProperties"], false, "{method} {path}");
        let path = path.replace("{id}", "0");
        let send = async |media_type: &str, body: &'static str| {
            let request = ada.request(&method, &path).header("if-match", "\"1\"");
            let request = request.header("content-type", media_type);
            world.send(request.body(Body::from(body))).await.status
        };
        let unknown = send("application/json", "{\"no_such_field\": 1}").await;
        assert_eq!(unknown, StatusCode::UNPROCESSABLE_ENTITY, "{method} {path}");
        // What a form of another site could send without being asked about it.
        for media_type in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
        {
            let refused = send(media_type, "{}").await;
            assert_eq!(refused, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn looking_at_a_link_signs_nobody_in_and_does_not_use_it_up() {
    let world = World::new().await;
    let token = link_of(&world.ada().await, "user_ben").await;
    for _ in 0..3 {
        for answer in [
            world.anonymous().get("/choose_password").await,
            world.anonymous().post("/api/password_links/read", json!({ "token": token })).await,
        ] {
            assert_eq!(answer.header("set-cookie"), None);
        }
    }
    assert_eq!(world.sign_in("ben@example.com", DEMO).await.status, StatusCode::OK);
    let chosen = json!({ "token": token, "password": LONG_PASSWORD });
    let answer = world.anonymous().post("/api/password_links/use", chosen).await;
    assert!(is_signed_in(&world.holder_of(&answer)).await);
}

#[tokio::test]
async fn guessing_is_slowed_alike_whether_or_not_the_user_exists() {
    let world = World::alone().await;
    let mut told = BTreeMap::<&str, Vec<_>>::new();
    for (email, address) in [(ADA, "203.0.113.1"), ("nobody@example.com", "203.0.113.2")] {
        for _ in 0..6 {
            let answer = sign_in_from(&world, (address, ""), (email, "a guess")).await;
            let retry_after = answer.header("retry-after").map(str::to_owned);
            let names: Vec<_> = answer.headers.keys().cloned().collect();
            told.entry(email).or_default().push((problem(&answer), retry_after, names));
        }
    }
    let (told, of_nobody) = (&told[ADA], &told["nobody@example.com"]);
    assert_eq!(told, of_nobody);
    let statuses: Vec<u16> = told.iter().map(|((status, _), ..)| status.as_u16()).collect();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
    let ((_, problem), retry_after, _) = told.last().unwrap();
    assert_eq!(
        (&problem["code"], retry_after.as_deref()),
        (&json!("too_many_attempts"), Some("30"))
    );
    let right = async || sign_in_from(&world, ("203.0.113.1", ""), (ADA, DEMO)).await.status;
    assert_eq!(right().await, StatusCode::TOO_MANY_REQUESTS);
    world.clock.advance(30_000);
    assert_eq!(right().await, StatusCode::OK);
}

#[tokio::test]
async fn strangers_slow_nobody_in_a_browser_that_person_has_used_before() {
    let world = World::alone().await;
    let home = "198.51.100.7";
    let known = device(&sign_in_from(&world, (home, ""), (ADA, DEMO)).await);
    let of_ben = device(&sign_in_from(&world, (home, ""), ("ben@example.com", DEMO)).await);
    let mut slowed = 0;
    for stranger in 0..40 {
        let address = format!("203.0.113.{stranger}");
        let answer = sign_in_from(&world, (&address, ""), (ADA, "a guess")).await;
        slowed += u32::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(slowed, 10, "30 guesses at one account, from wherever");
    let (id, seal) = known.split_once('.').unwrap();
    let from_home = async |cookies: &str, password: &str| {
        sign_in_from(&world, (home, cookies), (ADA, password)).await
    };
    for (what, cookies) in [
        ("a new browser", String::new()),
        ("another browser's id", format!("latchkey_device=aaaaaaaaaaaaaaaa.{seal}")),
        ("a made-up seal", format!("{id}.{}", "0".repeat(64))),
        ("no seal", id.to_owned()),
        ("a browser that knows ben only", of_ben),
    ] {
        let status = from_home(&cookies, DEMO).await.status;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{what}");
    }
    assert_eq!(from_home(&known, "a guess").await.status, StatusCode::UNAUTHORIZED);
    let answer = from_home(&known, DEMO).await;
    assert_eq!(answer.status, StatusCode::OK);
    // A new password makes the browsers unknown that knew the old one.
    let change = json!({ "current_password": DEMO, "new_password": LONG_PASSWORD });
    let changed = world.holder_of(&answer).post("/api/account/password", change).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT);
    let old = from_home(&device(&answer), LONG_PASSWORD).await.status;
    assert_eq!(old, StatusCode::TOO_MANY_REQUESTS);
    let new = from_home(&device(&changed), LONG_PASSWORD).await.status;
    assert_eq!(new, StatusCode::OK);
}

#[tokio::test]
async fn somebody_slowed_in_a_new_browser_gets_in_by_a_link() {
    let world = World::alone().await;
    let ada = world.ada().await;
    for stranger in 0..30 {
        let address = format!("203.0.113.{stranger}");
        sign_in_from(&world, (&address, ""), ("ben@example.com", "a guess")).await;
    }
    let slowed = world.sign_in("ben@example.com", DEMO).await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    let chosen = json!({ "token": link_of(&ada, "user_ben").await, "password": LONG_PASSWORD });
    let answer = world.anonymous().post("/api/password_links/use", chosen).await;
    assert!(is_signed_in(&world.holder_of(&answer)).await);
    let cookies = device(&answer);
    let again =
        sign_in_from(&world, ("127.0.0.1", &cookies), ("ben@example.com", LONG_PASSWORD)).await;
    assert_eq!(again.status, StatusCode::OK, "and that browser is known from then on");
}

/// A page of this origin calls the service at `https://api.example.com`.
async fn from_page(world: &World, origin: &str, method: &str, path: &str, more: &str) -> Answer {
    let mut request = request(method, path)
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "api.example.com")
        .header("origin", origin)
        .header("sec-fetch-site", "same-site")
        .header("content-type", "application/json");
    if method == "OPTIONS" {
        request = request
            .header("access-control-request-method", more)
            .header("access-control-request-headers", "content-type,if-match,idempotency-key");
        return world.send(request.body(Body::empty())).await;
    }
    world.send(request.body(Body::from(more.to_owned()))).await
}

#[tokio::test]
async fn a_console_on_a_listed_origin_may_call_and_no_other() {
    let own = "https://api.example.com";
    let listed = "https://console.example.com";
    let settings = Settings::for_tests(0, Some(own));
    let alone = World::with(settings.clone()).await;
    let world = World::with(settings.with_console_origins(&[listed])).await;
    let typed = json!({ "email": ADA, "password": DEMO }).to_string();
    for method in ["POST", "PATCH", "DELETE"] {
        let answer = from_page(&world, listed, "OPTIONS", "/api/credentials/x", method).await;
        let allow = |what: &str| answer.header(&format!("access-control-allow-{what}"));
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(allow("origin"), Some(listed));
        assert_eq!(allow("credentials"), Some("true"));
        assert!(allow("methods").unwrap().contains(method));
        assert_eq!(allow("headers"), Some("content-type,if-match,idempotency-key"));
    }
    let answer = from_page(&world, listed, "POST", "/api/session", &typed).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("access-control-allow-origin"), Some(listed));
    assert!(answer.header("vary").unwrap().contains("origin"));
    assert!(cookie(&answer, "__Host-latchkey_session").is_some());
    assert!(cookie(&answer, "__Host-latchkey_device").is_some());
    let exposed = answer.header("access-control-expose-headers").unwrap();
    assert_eq!(exposed, "etag,location,retry-after,x-request-id");
    for (world, origin) in [
        (&world, "https://other.example.com"),
        (&world, "https://console.example.com.evil.example"),
        (&world, "http://console.example.com"),
        (&world, "https://console.example.com:8443"),
        (&world, "null"),
        (&alone, listed),
    ] {
        let preflight = from_page(world, origin, "OPTIONS", "/api/credentials/x", "POST").await;
        let read = from_page(world, origin, "GET", "/api/session", "").await;
        let changed = from_page(world, origin, "POST", "/api/session", &typed).await;
        assert_eq!(changed.json()["code"], "cross_origin", "{origin}");
        assert_eq!(changed.header("set-cookie"), None, "{origin}");
        for answer in [preflight, read, changed] {
            assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        }
    }
    // Partners' programs are no pages: what they call answers no page.
    let key_call = from_page(&world, listed, "GET", "/v1/jobs", "").await;
    assert_eq!(key_call.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn signing_out_makes_the_browser_forget_and_answers_are_never_kept() {
    let world = World::new().await;
    let ada = world.ada().await;
    for path in ["/api/session", "/api/account", "/api/users", "/api/change_log", "/api/sessions"] {
        assert_eq!(ada.get(path).await.header("cache-control"), Some("no-store"), "{path}");
    }
    let answer = ada.delete("/api/session").await;
    assert_eq!(answer.header("clear-site-data"), Some("\"cache\", \"storage\""));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(cookie(&answer, "latchkey_session").as_deref(), Some("latchkey_session="));
    assert_eq!(cookie(&answer, "latchkey_device"), None, "the browser stays a known one");
    assert!(!is_signed_in(&ada).await);
}

#[tokio::test]
async fn one_may_be_signed_in_at_any_number_of_places_and_sees_and_ends_each() {
    let world = World::new().await;
    let mut places = Vec::new();
    for _ in 0..12 {
        places.push(world.cleo().await);
    }
    let list = places[0].get("/api/sessions").await.json();
    let ids = list["items"].as_array().unwrap().iter().map(|item| item["session_id"].as_str());
    let ids: Vec<&str> = ids.map(Option::unwrap).collect();
    assert_eq!(ids.len(), places.len());
    for id in ids {
        assert_eq!(list["next"], Value::Null);
        let path = format!("/api/sessions/{id}");
        // The one that asks last ends itself.
        let mut asks = None;
        for place in &places {
            if is_signed_in(place).await {
                asks = Some(place);
            }
        }
        let answer = asks.expect("somebody is signed in").delete(&path).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
    }
    for place in &places {
        assert!(!is_signed_in(place).await);
    }
}
