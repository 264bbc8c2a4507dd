//! The program itself among strangers: how much of them it logs, how much memory they cost, how many it
//! can bear.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::json;

use super::{DEMO, Program};

/// What takes longer has failed.
const LONG: Duration = Duration::from_mins(1);

impl Program {
    /// Tells it to stop, waits until it has, and gives what it logged.
    fn stopped(mut self) -> String {
        let id = self.child.id().to_string();
        let done = Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        assert!(done.success());
        let mut stderr = self.child.stderr.take().expect("its log");
        let (all, logged) = mpsc::channel();
        std::thread::spawn(move || {
            let mut logged = String::new();
            stderr.read_to_string(&mut logged).expect("text");
            all.send(logged)
        });
        let logged = logged.recv_timeout(LONG).expect("it stops in time");
        assert!(self.child.wait().expect("it ends").success(), "{logged}");
        logged
    }

    fn connected(&self) -> TcpStream {
        TcpStream::connect(&self.address).expect("it accepts")
    }
}

/// Starts it where no more files than this may be open.
fn with_files(folder: &Path, files: usize) -> Program {
    let mut command = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_latchkey");
    let script = format!("ulimit -n {files}; exec {program} {}", DEMO.join(" "));
    command.args(["-c", &script]).current_dir(folder);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Program::spawned(command)
}

/// The memory of a process, in MiB.
fn resident(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("Linux says");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib / 1024
}

#[test]
fn what_strangers_send_is_logged_in_part_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &DEMO);
    let host = program.address.clone();
    for number in 0..200 {
        // The keys are not Base64, so that the refusal says so in the log.
        let (path, key) = match number {
            0..5 => ("x".repeat(60_000), "!".to_owned()),
            5..10 => (String::new(), "!\t\u{202e}".repeat(5_000)),
            _ => (String::new(), "!".to_owned()),
        };
        program.send(&format!(
            "GET /v1/jobs/{number}{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {key}\r\n\
             Connection: close\r\n\r\n"
        ));
    }
    let logged = program.stopped();
    let longest = logged.lines().map(str::len).max().unwrap_or_default();
    assert!(longest < 1500, "a line of {longest} bytes");
    let refused: Vec<_> = logged.lines().filter(|line| line.contains("refused a call")).collect();
    assert!(refused.len() <= 31, "{} lines", refused.len());
    assert!(refused.last().unwrap().contains("more like it: refused a call"), "{logged}");
}

#[test]
fn many_sign_ins_at_once_do_not_stay_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &DEMO);
    let typed = |number: usize| json!({ "email": format!("nobody{number}@example.com"), "password": "guess" });
    std::thread::scope(|scope| {
        for number in 0..64 {
            let program = &program;
            scope.spawn(move || program.post("/api/session", &typed(number)));
        }
    });
    let resident = resident(program.child.id());
    assert!(resident <= 100, "{resident} MiB");
}

#[test]
fn with_few_files_it_answers_beside_many_silent_peers_and_stops_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let program = with_files(folder.path(), 256);
    let mut silent = Vec::new();
    for round in 0..4 {
        for number in 0..100 {
            let mut peer = program.connected();
            let words = [
                &b""[..],
                b"G",
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: x\r\n",
            ];
            // It may have been let go by now.
            drop(peer.write_all(words[number % 4]));
            silent.push(peer);
        }
        let answer = program.get("/v1/boards/acme");
        assert!(answer.starts_with("HTTP/1.1 200 "), "round {round}: {answer}");
    }
    // Nobody is waited for who asks for nothing: without that it would take the ten seconds of grace.
    let logged = program.stopped();
    assert!(!logged.contains("could not be accepted"), "{logged}");
    assert!(!logged.contains("were still running"), "{logged}");
}

#[test]
fn a_request_that_announces_a_body_and_sends_none_is_one_without() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &DEMO);
    let host = &program.address;
    for body in ["Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "Content-Length: 0\r\n\r\n"] {
        let answer = program
            .send(&format!("GET /v1/jobs HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{body}"));
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    }
    for body in
        ["Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", "Content-Length: 1\r\n\r\nx"]
    {
        let answer = program
            .send(&format!("GET /v1/jobs HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{body}"));
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    }
    let mut stream = program.connected();
    stream.set_read_timeout(Some(LONG)).unwrap();
    let mut path = vec![0x82, 0x86, 0x04, 8];
    path.extend(b"/v1/jobs");
    path.extend([0x41, 4]);
    path.extend(b"here");
    let mut words = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    words.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    words.extend([0, 0, u8::try_from(path.len()).unwrap(), 1, 4, 0, 0, 0, 1]);
    words.extend(path);
    // DATA of no bytes that ends the request.
    words.extend([0, 0, 0, 0, 1, 0, 0, 0, 1]);
    stream.write_all(&words).unwrap();
    let mut told = Vec::new();
    let mut piece = [0; 1024];
    let text = b"Invalid Basic Auth credentials";
    while !told.windows(text.len()).any(|window| window == text) {
        let length = stream.read(&mut piece).expect("an answer in time");
        assert!(length > 0, "{}", String::from_utf8_lossy(&told));
        told.extend(&piece[..length]);
    }
}
