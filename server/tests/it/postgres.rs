//! PostgreSQL that stops, falls silent, or is kept busy by somebody else. On SQLite there is no such thing:
//! these tests do nothing there.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use server::settings::Settings;
use sqlx::{AnyConnection, Connection as _, Executor as _};

use crate::app::{Answer, Person, World, fresh_database};
use crate::proxy::{Fault, Proxy};

/// A world whose database is behind a proxy; none on SQLite.
async fn proxied() -> Option<(World, Proxy, String)> {
    let database = fresh_database().await;
    if !database.starts_with("postgres") {
        return None;
    }
    let (proxy, address) = Proxy::before(&database).await;
    Some((World::on(&address, Settings::for_tests(0, None)).await, proxy, database))
}

fn is_try_again(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.body);
    assert!(answer.header("retry-after").is_some(), "{:?}", answer.headers);
}

/// Revokes, and says what was answered.
async fn revoke(person: &Person<'_>, id: &str) -> Answer {
    person.act(&format!("/api/credentials/{id}/revoke")).await
}

async fn is_revoked(person: &Person<'_>, id: &str) -> bool {
    let read = person.get(&format!("/api/credentials/{id}")).await;
    assert_eq!(read.status, StatusCode::OK, "{}", read.body);
    read.json()["status"] == "revoked"
}

/// Waits until the service is ready.
async fn ready(world: &World) {
    let begun = Instant::now();
    while world.anonymous().get("/readyz").await.status != StatusCode::OK {
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not get ready");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn everybody_is_told_at_once_to_try_again_while_postgresql_is_down_and_served_when_it_is_back()
 {
    let Some((world, proxy, _)) = proxied().await else { return };
    let ada = world.ada().await;
    let (_, key) = ada.issue("harvest", "jobtarget").await;
    assert_eq!(world.call("GET", "/v1/jobs", &key).await.status, StatusCode::OK);
    proxy.set(Fault::Down);
    is_try_again(&ada.get("/api/credentials").await);
    let begun = Instant::now();
    for _ in 0..10 {
        is_try_again(&ada.get("/api/credentials").await);
        is_try_again(&ada.act("/api/credentials/cred_1/revoke").await);
        is_try_again(&world.sign_in("ben@example.com", "latchkey-demo").await);
        is_try_again(&world.call("GET", "/v1/jobs", &key).await);
        is_try_again(&world.anonymous().get("/v1/boards/acmerobotics").await);
    }
    // Each of these fifty used to wait for ten seconds.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    tokio::time::sleep(Duration::from_millis(1100)).await;
    is_try_again(&world.anonymous().get("/readyz").await);
    assert_eq!(world.anonymous().get("/livez").await.status, StatusCode::OK);
    proxy.set(Fault::None);
    ready(&world).await;
    assert_eq!(ada.get("/api/credentials").await.status, StatusCode::OK);
    ada.issue("harvest", "jobtarget").await;
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_looked_up_before_it_is_answered() {
    let Some((world, proxy, _)) = proxied().await else { return };
    let ada = world.ada().await;
    let (done, _) = ada.issue("harvest", "jobtarget").await;
    let (lost, _) = ada.issue("harvest", "jobtarget").await;
    proxy.set(Fault::CutAfterCommit);
    let answer = revoke(&ada, &done).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(proxy.fault(), Fault::None, "the answer was cut off");
    assert!(is_revoked(&ada, &done).await);
    proxy.set(Fault::CutBeforeCommit);
    let answer = revoke(&ada, &lost).await;
    assert_eq!(proxy.fault(), Fault::None, "the commit was cut off");
    is_try_again(&answer);
    assert!(answer.body.contains("Nothing was changed"), "{}", answer.body);
    assert!(!is_revoked(&ada, &lost).await);
    assert_eq!(revoke(&ada, &lost).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_commit_whose_outcome_cannot_be_known_is_answered_so() {
    let Some((world, proxy, _)) = proxied().await else { return };
    let ada = world.ada().await;
    let (id, _) = ada.issue("harvest", "jobtarget").await;
    proxy.set(Fault::DownAfterCommit);
    let answer = revoke(&ada, &id).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", answer.body);
    assert_eq!(answer.json()["code"], "outcome_unknown");
    assert!(!answer.body.to_lowercase().contains("nothing was changed"), "{}", answer.body);
    proxy.set(Fault::None);
    ready(&world).await;
    assert!(is_revoked(&ada, &id).await);
}

#[tokio::test]
async fn whoever_was_signed_in_is_not_told_that_nothing_was_changed() {
    let Some((world, proxy, _)) = proxied().await else { return };
    proxy.set(Fault::DownAfterAnswer);
    // Ben's answer says who can grant him something: it is read after the commit.
    let answer = world.sign_in("ben@example.com", "latchkey-demo").await;
    assert_eq!(proxy.fault(), Fault::Down, "the commit was answered");
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", answer.body);
    assert_eq!(answer.json()["code"], "unanswered");
    assert!(!answer.body.to_lowercase().contains("nothing was changed"), "{}", answer.body);
}

#[tokio::test]
async fn a_connection_that_falls_silent_in_a_change_holds_up_the_others_for_seconds_only() {
    let Some((world, proxy, _)) = proxied().await else { return };
    let ada = world.ada().await;
    let (one, _) = ada.issue("harvest", "jobtarget").await;
    let (other, _) = ada.issue("harvest", "jobtarget").await;
    proxy.set(Fault::SilentInAChange);
    let begun = Instant::now();
    let reads = async {
        while proxy.fault() != Fault::None {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(ada.get("/api/credentials").await.status, StatusCode::OK);
    };
    let (silent, ()) = tokio::join!(revoke(&ada, &one), reads);
    is_try_again(&silent);
    // The server ends what the silent one holds; until then others are told to try again.
    loop {
        let answer = revoke(&ada, &other).await;
        if answer.status == StatusCode::OK {
            break;
        }
        is_try_again(&answer);
        assert!(begun.elapsed() < Duration::from_secs(40), "{:?}", begun.elapsed());
    }
    assert!(!is_revoked(&ada, &one).await);
    ready(&world).await;
}

#[tokio::test]
async fn whoever_finds_a_lock_held_is_told_to_try_again_instead_of_waiting_for_its_end() {
    let Some((world, _, database)) = proxied().await else { return };
    let ada = world.ada().await;
    let (id, _) = ada.issue("harvest", "jobtarget").await;
    let mut somebody = AnyConnection::connect(&database).await.expect("PostgreSQL answers");
    somebody.execute("BEGIN; UPDATE change_log_head SET seq = seq").await.expect("a lock");
    let begun = Instant::now();
    is_try_again(&revoke(&ada, &id).await);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(ada.get("/api/credentials").await.status, StatusCode::OK);
    somebody.execute("ROLLBACK").await.expect("no lock");
    assert_eq!(revoke(&ada, &id).await.status, StatusCode::OK);
}

#[tokio::test]
async fn stopping_never_waits_for_a_silent_database() {
    let Some((world, proxy, _)) = proxied().await else { return };
    let ada = world.ada().await;
    let (id, _) = ada.issue("harvest", "jobtarget").await;
    proxy.set(Fault::SilentInAChange);
    let close = async {
        while proxy.fault() != Fault::None {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let begun = Instant::now();
        world.app.db.close().await;
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    };
    tokio::join!(revoke(&ada, &id), close);
}
