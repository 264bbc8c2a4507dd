//! Two replicas on one PostgreSQL database: whatever is checked and then written is raced between them, and
//! what one of them was told counts on the other. On SQLite, where one server is all there can be, the same
//! races are run inside it.

use axum::http::StatusCode;
use serde_json::{Value, json};
use server::change_log::verify::{Verdict, verify};
use server::db::sessions::{Alive, NewSessionRow};
use server::db::users::NewUserRow;
use server::db::{self, Db};
use server::keys::Pepper;
use server::settings::Settings;
use server::start;
use sha2::{Digest as _, Sha256};

use api::users::{DeveloperPermission, Level};

use crate::app::{Answer, LONG_PASSWORD, ORIGIN, Person, World, fresh_database, request};

/// How often each race is run.
const ROUNDS: usize = 12;

/// Two replicas, and Site Admins who may do everything on either.
async fn two_replicas() -> (World, World) {
    let one = World::alone().await;
    let other = one.beside().await;
    (one, other)
}

/// Adds a user and signs them in, without a password.
async fn somebody<'a>(
    world: &'a World,
    id: &str,
    level: Level,
    developer_permissions: &[DeveloperPermission],
) -> Person<'a> {
    let user = NewUserRow {
        id,
        email: &format!("{id}@example.com"),
        name: id,
        level,
        password_hash: Some("none"),
        developer_permissions,
    };
    let mut tx = world.app.db.write().await.unwrap();
    assert!(db::users::create(&mut tx, &user, world.clock.now()).await.unwrap());
    tx.commit().await.unwrap();
    signed_in(world, id).await
}

/// Another session of this user.
async fn signed_in<'a>(world: &'a World, user_id: &str) -> Person<'a> {
    let (id, token) = (world.clock.new_id("session"), world.clock.base62(32));
    let session = NewSessionRow {
        id: &id,
        token_hash: &Sha256::digest(&token)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>(),
        user_id,
        address: "127.0.0.1",
        user_agent: "",
    };
    let mut tx = world.app.db.write().await.unwrap();
    let alive = Alive { opened_after: 0, used_after: 0, until: i64::MAX };
    db::sessions::create(&mut tx, &session, world.clock.now(), alive).await.unwrap();
    tx.commit().await.unwrap();
    let mut person = world.anonymous();
    person.cookie = format!("latchkey_session={token}");
    person
}

fn statuses<const N: usize>(answers: [&Answer; N]) -> [u16; N] {
    let mut statuses = answers.map(|answer| answer.status.as_u16());
    statuses.sort_unstable();
    statuses
}

async fn assert_intact(world: &World) {
    let verdict = verify(&world.app.db, world.app.keys.pepper(), None).await.unwrap();
    assert!(matches!(verdict, Verdict::Intact { .. }), "{verdict:?}");
}

const MAY_GRANT: &[DeveloperPermission] =
    &[DeveloperPermission::ManageAllApiCredentials, DeveloperPermission::EditAdvancedPermissions];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_site_admins_who_take_each_others_right_on_two_replicas_one_is_left() {
    let (one, other) = two_replicas().await;
    for round in 0..ROUNDS {
        let names = [format!("user_a{round}"), format!("user_b{round}")];
        let first = somebody(&one, &names[0], Level::SiteAdmin, MAY_GRANT).await;
        let second = somebody(&other, &names[1], Level::SiteAdmin, MAY_GRANT).await;
        let (of_first, of_second) =
            (format!("/api/users/{}", names[0]), format!("/api/users/{}", names[1]));
        let none = || json!({ "developer_permissions": [] });
        let (took, was_taken) =
            tokio::join!(first.patch(&of_second, 1, none()), second.patch(&of_first, 1, none()),);
        assert_eq!(statuses([&took, &was_taken]), [200, 403], "{} {}", took.body, was_taken.body);
    }
    assert_intact(&one).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_made_by_a_user_after_their_disabling_was_answered_on_the_other_replica() {
    let (one, other) = two_replicas().await;
    let ada = one.ada().await;
    let count = async |id: &str| db::credentials::count_made_by(&one.app.db, id).await.unwrap();
    for round in 0..ROUNDS {
        let id = format!("user_{round}");
        let all = &[DeveloperPermission::ManageAllApiCredentials];
        let maker = somebody(&other, &id, Level::Basic, all).await;
        let new = || json!({ "api_type": "harvest", "partner": "jobtarget", "description": "d" });
        let path = format!("/api/users/{id}/disable");
        let disable = async {
            let disabled = ada.act(&path).await;
            assert_eq!(disabled.status, StatusCode::OK, "{}", disabled.body);
            count(&id).await
        };
        let make = async || maker.post("/api/credentials", new()).await.status.as_u16();
        let made = futures_util::future::join_all((0..6).map(|_| make()));
        let (before, made) = tokio::join!(disable, made);
        assert_eq!(before, count(&id).await, "round {round}: {made:?}");
        assert!(made.iter().all(|status| matches!(status, 201 | 401)), "{made:?}");
    }
    assert_intact(&one).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_that_was_taken_on_one_replica_is_gone_on_the_other_also_for_who_waits_already() {
    let (one, other) = two_replicas().await;
    let ada = one.ada().await;
    for round in 0..ROUNDS {
        let id = format!("user_{round}");
        let all = &[DeveloperPermission::ManageAllApiCredentials];
        let maker = somebody(&other, &id, Level::Basic, all).await;
        let path = format!("/api/users/{id}");
        let take = async {
            let taken = ada.patch(&path, 1, json!({ "developer_permissions": [] })).await;
            assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
            db::boards::read(one.app.db.read(), 3_001_001).await.unwrap().unwrap().version
        };
        let change = async |number: usize| {
            let version = db::boards::read(one.app.db.read(), 3_001_001).await.unwrap().unwrap();
            let url = format!("https://{round}-{number}.example");
            let changes = json!({ "job_board_url": url });
            let version = version.version.unsigned_abs();
            maker.patch("/api/boards/3001001", version, changes).await.status.as_u16()
        };
        let changes = futures_util::future::join_all((0..4).map(change));
        let (version, said) = tokio::join!(take, changes);
        let after = db::boards::read(one.app.db.read(), 3_001_001).await.unwrap().unwrap();
        assert_eq!(version, after.version, "round {round}: {said:?}");
        assert!(said.iter().all(|status| matches!(status, 200 | 403 | 412)), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_write_the_same_at_once_one_is_told_so_and_nobody_that_the_fault_is_ours() {
    let (one, other) = two_replicas().await;
    let (ada, ada_there) = (one.ada().await, other.ada().await);
    let version = async |board: &str| ada.get(board).await.json()["version"].as_u64().unwrap();
    for round in 0..ROUNDS {
        // The same e-mail.
        let new =
            || json!({ "name": "E", "email": format!("e{round}@example.com"), "level": "basic" });
        let (a, b) =
            tokio::join!(ada.post("/api/users", new()), ada_there.post("/api/users", new()));
        assert_eq!(statuses([&a, &b]), [201, 422], "{} {}", a.body, b.body);

        // The same token for two boards, and two for one board.
        let boards = ["/api/boards/3001001", "/api/boards/3001002"];
        let token = |token: String| json!({ "token": { "token": token, "keep_old_days": 1 } });
        let same = || token(format!("both-{round}"));
        let versions = (version(boards[0]).await, version(boards[1]).await);
        let (a, b) = tokio::join!(
            ada.patch(boards[0], versions.0, same()),
            ada_there.patch(boards[1], versions.1, same()),
        );
        assert_eq!(statuses([&a, &b]), [200, 422], "{} {}", a.body, b.body);
        let now = version(boards[0]).await;
        let (a, b) = tokio::join!(
            ada.patch(boards[0], now, token(format!("one-{round}"))),
            ada_there.patch(boards[0], now, token(format!("two-{round}"))),
        );
        assert_eq!(statuses([&a, &b]), [200, 412], "{} {}", a.body, b.body);

        // The same step of one credential.
        let (id, _) = ada.issue("harvest", "jobtarget").await;
        for (step, said) in
            [("store", [200, 409]), ("revoke", [200, 409]), ("re_enable", [200, 409])]
        {
            let path = format!("/api/credentials/{id}/{step}");
            let (a, b) = tokio::join!(ada.act(&path), ada_there.act(&path));
            assert_eq!(statuses([&a, &b]), said, "{step}: {} {}", a.body, b.body);
        }
        let path = format!("/api/credentials/{id}");
        let renamed = |to: &str| json!({ "description": format!("{to} {round}") });
        let now = version(&path).await;
        let (a, b) = tokio::join!(
            ada.patch(&path, now, renamed("one")),
            ada_there.patch(&path, now, renamed("two")),
        );
        assert_eq!(statuses([&a, &b]), [200, 412], "{} {}", a.body, b.body);

        // The same step of one user.
        for step in ["disable", "enable"] {
            let path = format!("/api/users/user_ben/{step}");
            let (a, b) = tokio::join!(ada.act(&path), ada_there.act(&path));
            assert_eq!(statuses([&a, &b]), [200, 409], "{step}: {} {}", a.body, b.body);
        }
        let path = "/api/users/user_ben/password_link";
        let (a, b) = tokio::join!(ada.act(path), ada_there.act(path));
        assert_eq!(statuses([&a, &b]), [201, 201], "{} {}", a.body, b.body);
        let good = async |answer: &Answer| {
            let token = json!({ "token": answer.json()["token"] });
            one.anonymous().post("/api/password_links/read", token).await.status.as_u16()
        };
        let mut links = [good(&a).await, good(&b).await];
        links.sort_unstable();
        assert_eq!(links, [200, 404], "a user has one link at most");
    }
    assert_intact(&one).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_revoked_on_one_replica_opens_nothing_on_the_other() {
    let (one, other) = two_replicas().await;
    let ada = one.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    for _ in 0..ROUNDS {
        assert_eq!(other.call("GET", "/v1/jobs", &key).await.status, StatusCode::OK);
        let revoked = ada.act(&format!("/api/credentials/{id}/revoke")).await;
        assert_eq!(revoked.status, StatusCode::OK);
        for replica in [&other, &one] {
            let answer = replica.call("GET", "/v1/jobs", &key).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
        let enabled = ada.on(&other).act(&format!("/api/credentials/{id}/re_enable")).await;
        assert_eq!(enabled.status, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_used_on_two_replicas_at_once_lets_one_in() {
    let (one, other) = two_replicas().await;
    let ada = one.ada().await;
    for _ in 0..3 {
        let link = ada.act("/api/users/user_ben/password_link").await.json();
        let chosen = || json!({ "token": link["token"], "password": LONG_PASSWORD });
        let (here, there) = (one.anonymous(), other.anonymous());
        let (a, b) = tokio::join!(
            here.post("/api/password_links/use", chosen()),
            there.post("/api/password_links/use", chosen()),
        );
        assert_eq!(statuses([&a, &b]), [200, 404], "{} {}", a.body, b.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_links_for_the_first_site_admin_on_two_replicas_make_one() {
    let one = World::empty().await;
    let other = one.beside().await;
    let link = async |world: &World| -> String {
        let address = start::offer_first_site_admin(&world.app, ([127, 0, 0, 1], 1).into()).await;
        address.unwrap().expect("nobody is there").split_once('#').unwrap().1.to_owned()
    };
    let tokens = [link(&one).await, link(&other).await];
    let chosen = |number: usize| {
        json!({
            "token": tokens[number],
            "password": LONG_PASSWORD,
            "name": "First",
            "email": format!("first{number}@example.com"),
        })
    };
    let (here, there) = (one.anonymous(), other.anonymous());
    let (a, b) = tokio::join!(
        here.post("/api/password_links/use", chosen(0)),
        there.post("/api/password_links/use", chosen(1)),
    );
    assert_eq!(statuses([&a, &b]), [200, 404], "{} {}", a.body, b.body);
    assert_eq!(
        start::offer_first_site_admin(&one.app, ([127, 0, 0, 1], 1).into()).await.unwrap(),
        None
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_disabled_while_they_sign_in_on_the_other_replica_is_not_signed_in() {
    let (one, other) = two_replicas().await;
    let ada = one.ada().await;
    for _ in 0..3 {
        let sign_in = other.sign_in("ben@example.com", "latchkey-demo");
        let disable = ada.act("/api/users/user_ben/disable");
        let (answer, disabled) = tokio::join!(sign_in, disable);
        assert_eq!(disabled.status, StatusCode::OK);
        if answer.status == StatusCode::OK {
            let account = other.holder_of(&answer).get("/api/account").await;
            assert_eq!(account.status, StatusCode::UNAUTHORIZED, "they were in before");
        }
        assert_eq!(ada.act("/api/users/user_ben/enable").await.status, StatusCode::OK);
    }
}

/// Sends an import as it is: the whole of it at once.
async fn import(person: &Person<'_>, world: &World, data: &Value) -> Answer {
    let request = request("POST", "/api/import").header("origin", ORIGIN);
    let request =
        request.header("cookie", &person.cookie).header("content-type", "application/json");
    world.send(request.body(axum::body::Body::from(data.to_string()))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_imports_on_two_replicas_are_both_whole_or_one_is_refused() {
    let (one, other) = two_replicas().await;
    let ada = one.ada().await;
    for round in 0..ROUNDS {
        let data = |which: &str| {
            json!({
                "boards": [{ "token": format!("{which}-{round}"), "name": which }],
                "close_reasons": [{ "id": 1, "name": format!("{which} {round}") }],
            })
        };
        let (first, second) = (data("first"), data("second"));
        let (a, b) = tokio::join!(import(&ada, &one, &first), import(&ada, &other, &second));
        let said = [&a, &b].map(|answer| answer.status.as_u16());
        assert!(
            said.iter().all(|status| matches!(status, 200 | 409 | 412)),
            "{} {}",
            a.body,
            b.body
        );
        assert!(said.contains(&200), "{} {}", a.body, b.body);
    }
    assert_intact(&one).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_start_first_with_different_peppers_one_is_refused_and_says_why() {
    for _ in 0..4 {
        let database = fresh_database().await;
        if !database.starts_with("postgres") {
            return;
        }
        let start = async |pepper: &'static [u8]| {
            let db = Db::open(&database).await.expect("migrations take turns");
            start::check_pepper(&db, &Pepper::new(pepper)).await
        };
        let (a, b) = tokio::join!(start(b"one pepper"), start(b"another pepper"));
        let refused: Vec<String> =
            [a, b].into_iter().filter_map(Result::err).map(|error| error.to_string()).collect();
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert!(refused[0].contains("--pepper-file"), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_fill_the_demo_at_once_one_finds_it_filled() {
    for _ in 0..3 {
        let database = fresh_database().await;
        if !database.starts_with("postgres") {
            return;
        }
        let settings = || Settings::for_tests(0, None);
        let (one, other) =
            tokio::join!(World::on(&database, settings()), World::on(&database, settings()));
        // They are two machines, with dice of their own.
        other.clock.roll_from(1_000_000);
        for world in [&one, &other] {
            assert!(world.app.demo);
            let boards = world.ada().await.get("/api/boards").await.json();
            assert_eq!(boards["items"].as_array().unwrap().len(), 2);
        }
    }
}
