//! The program itself, as an operator starts it.

mod files;
mod replaced;
mod signals;
mod strangers;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::app::LONG_PASSWORD;

/// A running `latchkey serve`; ended with the test.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) address: String,
    /// What it said before it listened, line by line.
    said: Vec<String>,
}

impl Program {
    /// Starts it on a free port and waits until it listens.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::spawned(latchkey(folder, arguments))
    }

    /// Starts what this command starts, which listens on a free port.
    fn spawned(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut said = Vec::new();
        let address = lines.find_map(|line| {
            let line = line.expect("text");
            let address = line.strip_prefix("listening on http://").map(str::to_owned);
            said.push(line);
            address
        });
        said.pop();
        Self { child, address: address.expect("it says where it listens"), said }
    }

    /// Sends JSON as the console does, and gives the whole answer.
    pub(crate) fn post(&self, path: &str, body: &Value) -> String {
        let (address, body) = (&self.address, body.to_string());
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ))
    }

    /// The same, by the demo's Ada, who signs in for it.
    fn post_as_ada(&self, path: &str, body: &Value) -> String {
        let typed = json!({ "email": "ada@example.com", "password": "latchkey-demo" });
        let answer = self.post("/api/session", &typed);
        let cookie = answer.lines().find_map(|line| line.strip_prefix("Set-Cookie: "));
        let cookie = cookie.and_then(|line| line.split(';').next()).expect("a cookie");
        let (address, body) = (&self.address, body.to_string());
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
             Cookie: {cookie}\r\nIdempotency-Key: a-key-for-this-test\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ))
    }

    /// What it answers to one request, headers and all.
    pub(crate) fn get(&self, path: &str) -> String {
        let host = &self.address;
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
    }

    /// Sends it a signal, waits until it has ended without a failure, and gives its log.
    fn stop(mut self, signal: &str) -> String {
        send_signal(&self.child, signal);
        let mut said = String::new();
        let mut stderr = self.child.stderr.take().expect("its log");
        stderr.read_to_string(&mut said).expect("text");
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "{signal}: {status}: {said}");
        said
    }

    pub(crate) fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it accepts");
        stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a bound");
        stream.write_all(request.as_bytes()).expect("the request is sent");
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

fn send_signal(child: &Child, signal: &str) {
    let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

fn latchkey(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.args(arguments).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end, which must be a refusal, and gives what it said.
fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let mut child = latchkey(folder, arguments).spawn().expect("the program runs");
    for _ in 0..600 {
        if child.try_wait().expect("it can be asked").is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    // One that was not refused would serve for ever.
    let _ = child.kill();
    let output = child.wait_with_output().expect("what it said");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.code().is_some_and(|code| code != 0),
        "{arguments:?} was not refused: {said}"
    );
    said
}

/// Runs it to its end, which must be a success, and gives what it printed.
fn output(folder: &Path, arguments: &[&str]) -> String {
    let output = latchkey(folder, arguments).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).expect("text")
}

/// The token at the end of a one-time address.
fn token(address: &str) -> &str {
    address.trim().split_once("/choose_password#").expect("a one-time address").1
}

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];
pub(crate) const DEMO: [&str; 4] = ["serve", "--demo", "--listen", "127.0.0.1:0"];

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
    drop(Program::start(folder.path(), &DEMO));
    let said = refusal(folder.path(), &open);
    assert!(said.contains("on loopback only"), "once a demo, always a demo: {said}");
}

#[test]
fn a_wrong_setting_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, said) in [
        (["serve", "--database", "mysql://db"], "sqlite:FILE or postgres://USER@HOST:PORT/NAME"),
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

#[test]
fn the_first_start_prints_where_the_first_site_admin_is_created_and_there_is_no_default_account() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &SERVE);
    let address = program.said.last().expect("it says so").clone();
    let start = format!("http://{}/choose_password#", program.address);
    assert!(address.starts_with(&start), "{address}");
    for password in ["latchkey-demo", "admin", "password", ""] {
        let typed = json!({ "email": "ada@example.com", "password": password });
        assert!(program.post("/api/session", &typed).starts_with("HTTP/1.1 401 "));
    }
    let chosen = json!({
        "token": token(&address), "password": LONG_PASSWORD, "name": "Grace", "email": "g@h.example",
    });
    let answer = program.post("/api/password_links/use", &chosen);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    drop(program);
    // From then on the program has nothing to print.
    let program = Program::start(folder.path(), &SERVE);
    assert_eq!(program.said, Vec::<String>::new());
}

#[test]
fn an_operator_creates_an_admin_and_resets_a_password_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &SERVE);
    let admin = ["create-admin", "--email", "grace@example.com", "--name", "Grace"];
    let address = output(folder.path(), &admin);
    assert!(address.starts_with("http://127.0.0.1:8080/choose_password#"), "{address}");
    let chosen = json!({ "token": token(&address), "password": LONG_PASSWORD });
    let answer = program.post("/api/password_links/use", &chosen);
    assert!(answer.contains("edit_advanced_permissions"), "{answer}");
    let said = refusal(folder.path(), &admin);
    assert!(said.contains("there is a user with the e-mail grace@example.com already"), "{said}");

    let reset = ["reset-password", "--email", "Grace@example.com"];
    let elsewhere = [&reset[..], &["--public-origin", "https://console.example.com/"]].concat();
    let address = output(folder.path(), &elsewhere);
    assert!(address.starts_with("https://console.example.com/choose_password#"), "{address}");
    let new = "another velvet quarry 58";
    let chosen = json!({ "token": token(&address), "password": new });
    assert!(program.post("/api/password_links/use", &chosen).starts_with("HTTP/1.1 200 "));
    let sign_in = |password: &str| {
        let typed = json!({ "email": "grace@example.com", "password": password });
        program.post("/api/session", &typed)
    };
    assert!(sign_in(LONG_PASSWORD).starts_with("HTTP/1.1 401 "));
    assert!(sign_in(new).starts_with("HTTP/1.1 200 "));
    let said = refusal(folder.path(), &["reset-password", "--email", "nobody@example.com"]);
    assert!(said.contains("there is no user with the e-mail nobody@example.com"), "{said}");
}

#[test]
fn an_admin_is_created_with_a_password_from_standard_input_that_keeps_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let create = |password: &str| {
        let admin = ["create-admin", "--email", "g@example.com", "--name", "Grace"];
        let mut command = latchkey(folder.path(), &[&admin[..], &["--password-stdin"]].concat());
        let mut child = command.stdin(Stdio::piped()).spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("its input");
        // As PowerShell pipes it.
        write!(stdin, "\u{feff}{password}\r\n").expect("it reads");
        drop(stdin);
        child.wait_with_output().expect("it ends")
    };
    let refused = create("passwordpassword");
    assert!(!refused.status.success());
    assert!(!String::from_utf8_lossy(&refused.stderr).contains("passwordpassword"));
    assert!(create(LONG_PASSWORD).status.success());
    let program = Program::start(folder.path(), &SERVE);
    let typed = json!({ "email": "g@example.com", "password": LONG_PASSWORD });
    assert!(program.post("/api/session", &typed).starts_with("HTTP/1.1 200 "));
}

#[test]
fn an_operator_proves_that_the_change_log_is_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let said = refusal(folder.path(), &["verify-log"]);
    assert!(said.contains("there is no database latchkey.db"), "{said}");
    let admin = ["create-admin", "--email", "grace@example.com", "--name", "Grace"];
    output(folder.path(), &admin);
    let first = output(folder.path(), &["verify-log"]);
    assert!(first.starts_with("The change log is intact: 1 entry.\n"), "{first}");
    let kept = first.trim().rsplit_once(' ').unwrap().1;
    output(folder.path(), &["reset-password", "--email", "grace@example.com"]);
    let later = output(folder.path(), &["verify-log", "--contains", kept]);
    assert!(later.starts_with("The change log is intact: 2 entries.\n"), "{later}");
    let other = kept.replace(':', ":0");
    let said = refusal(folder.path(), &["verify-log", "--contains", &other]);
    assert!(said.contains("entry 1 is not the one you have the hash of"), "{said}");
}

#[test]
fn an_operator_imports_a_folder_while_no_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("saved");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("close_reasons.json"), r#"[{"id": 1, "name": "Hired"}]"#).unwrap();
    std::fs::write(data.join("boards.json"), r#"[{"token": "acme", "name": "Acme"}]"#).unwrap();
    let import = |more: &[&str]| output(folder.path(), &[&["import", "saved"], more].concat());
    let said = "close_reasons: 1 new, 0 changed, 0 gone, 0 the same\n\
                job_posts: 0 new, 0 changed, 0 gone, 0 the same\n\
                boards: 1 new, 0 changed, 0 gone, 0 the same\n";
    let dry = format!("{said}This was a dry run: nothing was changed.\n");
    assert_eq!(import(&["--dry-run"]), dry);
    assert_eq!(import(&[]), format!("{said}Imported.\n"));
    assert!(import(&[]).ends_with("Nothing is different.\n"));
    let program = Program::start(folder.path(), &SERVE);
    assert!(program.get("/v1/boards/acme").contains("\"name\":\"Acme\""));
    let said = refusal(folder.path(), &["import", "saved"]);
    assert!(said.contains("a running server takes an import at POST /api/import"), "{said}");
    drop(program);
    std::fs::write(data.join("jobs.json"), "[\n{\"id\": true}]").unwrap();
    let said = refusal(folder.path(), &["import", "saved"]);
    assert!(said.contains("jobs.json, line 2, [0].id: invalid type: boolean"), "{said}");
}

/// What became of a program that was started: where it listens, or why it does not.
fn outcome(mut child: Child) -> Result<Program, String> {
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let listening = |line: String| line.strip_prefix("listening on http://").map(str::to_owned);
    if let Some(address) = lines.by_ref().map_while(Result::ok).find_map(listening) {
        return Ok(Program { child, address, said: Vec::new() });
    }
    let output = child.wait_with_output().expect("it ends");
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test]
async fn of_two_first_starts_with_a_pepper_each_one_serves_and_the_other_says_why() {
    for round in 0..4 {
        let database = crate::app::fresh_database().await;
        if !database.starts_with("postgres") {
            return;
        }
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let start = |number: usize, more: &[&str]| {
            let arguments = [&SERVE[..], &["--database", &database], more].concat();
            latchkey(folders[number].path(), &arguments).spawn().expect("the program starts")
        };
        let both = [start(0, &[]), start(1, &[])].map(outcome);
        let refused: Vec<&String> = both.iter().filter_map(|one| one.as_ref().err()).collect();
        assert_eq!(refused.len(), 1, "round {round}: {refused:?}");
        assert!(refused[0].contains("this is not the pepper"), "{}", refused[0]);
        assert!(refused[0].contains("--pepper-file"), "{}", refused[0]);
    }
}

#[tokio::test]
async fn postgresql_is_looked_into_before_a_start_however_its_address_is_written() {
    let database = crate::app::fresh_database().await;
    if !database.starts_with("postgres") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let serve = ["--database", database.as_str()];
    drop(Program::start(folder.path(), &[&SERVE[..], &serve].concat()));
    std::fs::remove_file(folder.path().join("latchkey.pepper")).unwrap();
    for database in [&database, &database.replacen("postgres", "POSTGRES", 1)] {
        let said = refusal(folder.path(), &[&SERVE[..], &["--database", database]].concat());
        assert!(said.contains("there is no pepper latchkey.pepper"), "{database}: {said}");
    }
}

#[tokio::test]
async fn of_two_first_starts_with_the_demo_both_serve_it() {
    for _ in 0..2 {
        let database = crate::app::fresh_database().await;
        if !database.starts_with("postgres") {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let pepper = folder.path().join("pepper");
        std::fs::write(&pepper, [7; 32]).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let private = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(&pepper, private).unwrap();
        }
        let pepper = pepper.to_str().unwrap();
        let arguments = [&DEMO[..], &["--database", &database, "--pepper-file", pepper]].concat();
        let start = || latchkey(folder.path(), &arguments).spawn().expect("the program starts");
        for served in [start(), start()].map(outcome) {
            let program = served.expect("it serves");
            assert!(program.get("/v1/boards/acme").contains("Acme"));
        }
    }
}
