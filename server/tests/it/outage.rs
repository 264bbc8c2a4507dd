//! The program while its database cannot do its part, and afterwards: nobody is told what is not known, and
//! nobody has to start anything again.

use std::process::Command;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::{Value, json};
use server::db::instance;
use server::settings::Settings;

use crate::app::{World, fresh_database};
use crate::program::{DEMO, Program};

/// Somebody at the console of a running program.
struct Person<'a> {
    program: &'a Program,
    cookie: String,
}

impl<'a> Person<'a> {
    /// Signs Ada in.
    fn ada(program: &'a Program) -> Self {
        let typed = json!({ "email": "ada@example.com", "password": "latchkey-demo" });
        let answer = program.post("/api/session", &typed);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        let cookie = answer.lines().find_map(|line| line.strip_prefix("Set-Cookie: "));
        let cookie = cookie.and_then(|cookie| cookie.split(';').next()).expect("a cookie");
        Self { program, cookie: cookie.to_owned() }
    }

    fn get(&self, path: &str) -> String {
        self.ask("GET", path, "")
    }

    fn post(&self, path: &str, body: &Value) -> String {
        self.ask("POST", path, &body.to_string())
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let (host, cookie) = (&self.program.address, &self.cookie);
        self.program.send(&format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n\
             Cookie: {cookie}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        ))
    }

    /// Creates a credential, and gives its id.
    fn create(&self) -> String {
        let new = json!({ "api_type": "harvest", "partner": "jobtarget", "description": "a key" });
        let answer = self.post("/api/credentials", &new);
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        let created: Value = serde_json::from_str(body).expect("JSON");
        created["credential"]["id"].as_str().expect("an id").to_owned()
    }
}

/// How long a file of this program may be, from now on.
fn limit_files(program: &Program, bytes: &str) {
    let process = program.child.id().to_string();
    let limit = format!("--fsize={bytes}:unlimited");
    let done = Command::new("prlimit").args(["--pid", &process, &limit]).status();
    assert!(done.expect("util-linux is there").success());
}

/// Asks until it says this, within a bound.
fn until_ready(program: &Program, start: &str) {
    let begun = Instant::now();
    loop {
        let answer = program.get("/readyz");
        if answer.starts_with(start) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{answer}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn after_the_disk_took_nothing_for_a_while_every_write_works_again_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &DEMO);
    let ada = Person::ada(&program);
    let id = ada.create();
    let revoke = format!("/api/credentials/{id}/revoke");
    limit_files(&program, "4096");
    for _ in 0..2 {
        let refused = ada.post(&revoke, &json!({}));
        assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
        assert!(refused.contains("\r\nRetry-After: "), "{refused}");
        assert!(refused.contains("Nothing was changed"), "{refused}");
    }
    until_ready(&program, "HTTP/1.1 503 ");
    let read = ada.get(&format!("/api/credentials/{id}"));
    assert!(read.starts_with("HTTP/1.1 200 ") && read.contains("active"), "{read}");
    limit_files(&program, "unlimited");
    let revoked = ada.post(&revoke, &json!({}));
    assert!(revoked.starts_with("HTTP/1.1 200 "), "{revoked}");
    Person::ada(&program).create();
    until_ready(&program, "HTTP/1.1 200 ");
}

#[tokio::test]
async fn reading_never_waits_for_whoever_writes_and_keeps_a_session_alive_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("it.db").display());
    let world = World::on(&database, Settings::for_tests(0, None)).await;
    let ada = world.ada().await;
    let (id, _) = ada.issue("harvest", "jobtarget").await;
    let held = world.app.db.write().await.unwrap();
    for _ in 0..3 {
        // A session that is not used for half an hour ends.
        world.clock.advance(20 * 60 * 1000);
        assert_eq!(ada.get("/api/credentials").await.status, StatusCode::OK);
    }
    let revoke = format!("/api/credentials/{id}/revoke");
    let refused = ada.act(&revoke).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.body);
    assert!(refused.body.contains("busy"), "{}", refused.body);
    drop(held);
    assert_eq!(ada.act(&revoke).await.status, StatusCode::OK);
    // What was noted is written down, for those who cannot see what this process notes.
    assert_eq!(ada.get("/api/sessions").await.status, StatusCode::OK);
    let other = World::on(&database, Settings::for_tests(0, None)).await;
    other.clock.advance(60 * 60 * 1000);
    let again = other.holder(&ada.cookie);
    assert_eq!(again.get("/api/credentials").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_change_that_a_failed_statement_left_incomplete_cannot_be_committed() {
    let world = World::new().await;
    let db = &world.app.db;
    let mut tx = db.write().await.unwrap();
    instance::save(&mut tx, "half", "done").await.unwrap();
    sqlx::query("INSERT INTO nowhere (id) VALUES (1)").execute(&mut *tx).await.unwrap_err();
    tx.commit().await.unwrap_err();
    assert_eq!(instance::read(db.read(), "half").await.unwrap(), None);
    let mut tx = db.write().await.unwrap();
    instance::save(&mut tx, "whole", "done").await.unwrap();
    tx.commit().await.unwrap();
    assert!(instance::read(db.read(), "whole").await.unwrap().is_some());
}

#[tokio::test]
async fn changes_that_were_left_in_the_middle_are_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", folder.path().join("it.db").display());
    for database in [file, fresh_database().await] {
        let db = server::db::Db::open(&database).await.unwrap();
        for _ in 0..20 {
            let mut left = db.write().await.unwrap();
            instance::save(&mut left, "left", "behind").await.unwrap();
            drop(left);
            // Given up before it is answered, too.
            let begin = async {
                let mut tx = db.write().await.unwrap();
                instance::save(&mut tx, "left", "behind").await.unwrap();
                std::future::pending::<()>().await;
            };
            let _ = tokio::time::timeout(Duration::from_millis(3), begin).await;
        }
        assert_eq!(instance::read(db.read(), "left").await.unwrap(), None);
        let mut tx = db.write().await.unwrap();
        instance::save(&mut tx, "whole", "done").await.unwrap();
        tx.commit().await.unwrap();
    }
}
