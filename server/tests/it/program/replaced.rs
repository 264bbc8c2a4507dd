//! The database file is deleted or replaced under a running server.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::{DEMO, Program, output, refusal};

/// Whether the server accepts a change: a sign-in is one.
fn signs_in(program: &Program) -> String {
    let typed = json!({ "email": "ada@example.com", "password": "latchkey-demo" });
    program.post("/api/session", &typed)
}

/// A new key of JobTarget.
fn key(program: &Program) -> String {
    let body = json!({ "api_type": "harvest", "partner": "jobtarget", "description": "d" });
    let answer = program.post_as_ada("/api/credentials", &body);
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    let (_, rest) = answer.split_once("\"api_key\":\"").expect("a key");
    rest.split('"').next().expect("its end").to_owned()
}

fn call(program: &Program, key: &str) -> String {
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{key}:"));
    let host = &program.address;
    program.send(&format!(
        "GET /v1/jobs HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {basic}\r\n\
         Connection: close\r\n\r\n"
    ))
}

fn refuses_everything(program: &Program, key: &str, what: &str) {
    // At once: the file is looked at by the change itself.
    let refused = signs_in(program);
    assert!(refused.starts_with("HTTP/1.1 503 "), "{what}: {refused}");
    let said = ["was deleted or replaced while Latchkey was running", "the database is damaged"];
    assert!(said.iter().any(|said| refused.contains(said)), "{what}: {refused}");
    let ready = program.get("/readyz");
    assert!(ready.starts_with("HTTP/1.1 503 "), "{what}: {ready}");
    assert!(ready.contains("was deleted or replaced"), "{what}: {ready}");
    let called = call(program, key);
    assert!(called.starts_with("HTTP/1.1 503 "), "{what}: {called}");
    assert!(program.get("/livez").starts_with("HTTP/1.1 200 "), "{what}");
}

#[test]
fn a_server_promises_nothing_once_its_database_file_is_another() {
    type Harm = fn(&Path);
    let harms: [(&str, Harm); 8] = [
        ("rm", |file| fs::remove_file(file).unwrap()),
        ("mv", |file| fs::rename(file, file.with_extension("away")).unwrap()),
        ("a copy moved over it", |file| {
            let copy = file.with_extension("copy");
            fs::copy(file, &copy).unwrap();
            fs::rename(&copy, file).unwrap();
        }),
        ("a backup copied over it", |file| {
            fs::copy(file.with_extension("backup"), file).map(drop).unwrap();
        }),
        ("truncated", |file| fs::write(file, "").unwrap()),
        ("rm of the log", |file| fs::remove_file(format!("{}-wal", file.display())).unwrap()),
        ("rm of the log's index", |file| {
            fs::remove_file(format!("{}-shm", file.display())).unwrap();
        }),
        ("a link to another", |file| {
            let other = file.with_extension("other");
            fs::rename(file, &other).unwrap();
            fs::copy(file.with_extension("backup"), file.with_extension("third")).unwrap();
            std::os::unix::fs::symlink(file.with_extension("third"), file).unwrap();
        }),
    ];
    for (what, harm) in harms {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("latchkey.db");
        // A backup of before this run.
        drop(Program::start(folder.path(), &DEMO));
        output(folder.path(), &["create-admin", "--email", "g@example.com", "--name", "Grace"]);
        fs::copy(&file, file.with_extension("backup")).unwrap();
        let program = Program::start(folder.path(), &DEMO);
        let key = key(&program);
        assert!(call(&program, &key).starts_with("HTTP/1.1 200 "), "{what}");
        assert!(program.get("/readyz").starts_with("HTTP/1.1 200 "), "{what}");
        harm(&file);
        refuses_everything(&program, &key, what);
    }
}

#[test]
fn a_server_goes_on_beside_what_is_done_to_its_file_every_day() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("latchkey.db");
    let program = Program::start(folder.path(), &DEMO);
    let key = key(&program);
    // A copy for a backup, other permissions, an admin made beside it, the log verified, much written.
    for round in 0..12 {
        fs::copy(&file, file.with_extension("backup")).unwrap();
        fs::set_permissions(&file, file.metadata().unwrap().permissions()).unwrap();
        let email = format!("g{round}@example.com");
        output(folder.path(), &["create-admin", "--email", &email, "--name", "Grace"]);
        output(folder.path(), &["verify-log"]);
        assert!(signs_in(&program).starts_with("HTTP/1.1 200 "), "{round}");
        assert!(call(&program, &key).starts_with("HTTP/1.1 200 "), "{round}");
        std::thread::sleep(Duration::from_millis(150));
    }
    assert!(program.get("/readyz").starts_with("HTTP/1.1 200 "));
}

#[test]
fn a_server_knows_its_file_when_sqlite_moves_into_it_what_was_written_beside_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &DEMO);
    let key = key(&program);
    output(folder.path(), &["create-admin", "--email", "g@example.com", "--name", "Grace"]);
    output(folder.path(), &["reset-password", "--email", "g@example.com"]);
    // So much that the log is moved into the file.
    let name = "n".repeat(200);
    let reasons: Vec<Value> =
        (1..=25_000).map(|id| json!({ "id": id, "name": format!("{name} {id}") })).collect();
    let import = program.post_as_ada("/api/import", &json!({ "close_reasons": reasons }));
    assert!(import.starts_with("HTTP/1.1 200 "), "{import}");
    for look in 0..12 {
        let ready = program.get("/readyz");
        assert!(ready.starts_with("HTTP/1.1 200 "), "{look}: {ready}");
        let signed_in = signs_in(&program);
        assert!(signed_in.starts_with("HTTP/1.1 200 "), "{look}: {signed_in}");
        assert!(call(&program, &key).starts_with("HTTP/1.1 200 "), "{look}");
        std::thread::sleep(Duration::from_millis(150));
    }
}

#[test]
fn a_deleted_database_is_not_begun_anew_by_a_second_server() {
    let folder = tempfile::tempdir().unwrap();
    let _program = Program::start(folder.path(), &DEMO);
    fs::remove_file(folder.path().join("latchkey.db")).unwrap();
    let said = refusal(folder.path(), &DEMO);
    assert!(said.contains("there was something here"), "{said}");
}
