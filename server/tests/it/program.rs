//! The program itself, as an operator starts it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running `latchkey serve`; ended with the test.
struct Program {
    child: Child,
    address: String,
}

impl Program {
    /// Starts it on a free port and waits until it listens.
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = latchkey(folder, arguments).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let address = lines.find_map(|line| {
            line.expect("text").strip_prefix("listening on http://").map(str::to_owned)
        });
        Self { child, address: address.expect("it says where it listens") }
    }

    /// What it answers to one request, headers and all.
    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it accepts");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )
        .expect("the request is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the answer arrives");
        answer
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn latchkey(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.args(arguments).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end, which must be a refusal, and gives what it said.
fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let output = latchkey(folder, arguments).output().expect("the program runs");
    assert!(!output.status.success(), "{arguments:?} was not refused");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const DEMO: [&str; 4] = ["serve", "--demo", "--listen", "127.0.0.1:0"];

#[test]
fn it_starts_on_a_free_port_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &DEMO);
    let jobs = program.get("/v1/jobs");
    assert!(jobs.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{jobs}");
    assert!(jobs.contains("\r\nContent-Type: application/json;charset=utf-8\r\n"), "{jobs}");
    assert!(jobs.ends_with("{\"message\":\"Invalid Basic Auth credentials\"}"), "{jobs}");
    for file in ["latchkey.db", "latchkey.db.pepper"] {
        assert!(folder.path().join(file).exists(), "{file}");
    }
}

#[test]
fn a_second_one_on_the_same_database_is_refused_because_it_would_be_stale() {
    let folder = tempfile::tempdir().unwrap();
    let _program = Program::start(folder.path(), &DEMO);
    let said = refusal(folder.path(), &DEMO);
    assert!(said.contains("another latchkey is using latchkey.db"), "{said}");
}

#[test]
fn a_demo_is_never_served_beyond_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let open = ["serve", "--listen", "0.0.0.0:0"];
    let said = refusal(folder.path(), &[&open[..], &["--demo"]].concat());
    assert!(said.contains("on loopback only"), "{said}");
    let said = refusal(folder.path(), &open);
    assert!(said.contains("on loopback only"), "once a demo, always a demo: {said}");
}

#[test]
fn a_wrong_setting_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, said) in [
        (["serve", "--database", "mysql://db"], "sqlite:FILE or postgres://USER@HOST/NAME"),
        (["serve", "--listen", "nowhere"], "is not HOST:PORT"),
        (["serve", "--trusted-proxy", "everyone"], "--trusted-proxy"),
        (["serve", "--rate-limit", "many"], "--rate-limit"),
    ] {
        let refusal = refusal(folder.path(), &arguments);
        assert!(refusal.contains(said), "{refusal}");
    }
}

#[test]
fn it_prints_the_openapi_document() {
    let folder = tempfile::tempdir().unwrap();
    let output = latchkey(folder.path(), &["openapi"]).output().unwrap();
    // Not `assert_eq!`, which would print both of them.
    let same = output.stdout == include_bytes!("../../openapi.json");
    assert!(same, "what it prints is not server/openapi.json");
}
