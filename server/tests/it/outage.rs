//! The program while its database cannot do its part, and afterwards: nobody is told what is not known, and
//! nobody has to start anything again.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

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
