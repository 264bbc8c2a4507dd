//! No key, password or token is anywhere but in the hands it was given to. The program itself runs a story
//! in which every secret of it is made, used and mistyped; then all that it wrote and answered is searched.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use serde_json::{Value, json};

/// A secret, and the only places where it may be read, and is.
struct Secret {
    what: String,
    text: String,
    revealed_in: Vec<String>,
}

/// Something that was written or answered, and all that stands in it.
struct Place {
    name: String,
    text: String,
}

impl Place {
    fn new(name: impl Into<String>, bytes: &[u8]) -> Self {
        // One character for each byte: files of a database are not text.
        Self { name: name.into(), text: bytes.iter().copied().map(char::from).collect() }
    }

    fn holds(&self, secret: &str) -> bool {
        spellings(secret).iter().any(|spelled| self.text.contains(spelled.as_str()))
    }
}

/// All the ways in which a secret could be written down. Inside Base64 it has three, by what stands
/// before it, such as the user of HTTP Basic.
fn spellings(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let json = json!(secret).to_string();
    let percent = percent_encode(bytes, NON_ALPHANUMERIC).to_string();
    let mut spelled = vec![
        secret.to_owned(),
        json[1..json.len() - 1].to_owned(),
        format!("{secret:?}"),
        percent.replace("%20", "+"),
        percent.replace("%2D", "-").replace("%5F", "_").replace("%2E", "."),
        percent,
        form_urlencoded::byte_serialize(bytes).collect(),
        bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    ];
    for before in 0..3 {
        let padded = [&b"\0\0"[..before], bytes].concat();
        // The first and the last digits depend on the neighbours.
        let own = [0, 2, 3][before]..(padded.len() * 8 / 6);
        spelled.push(STANDARD_NO_PAD.encode(&padded)[own.clone()].to_owned());
        spelled.push(URL_SAFE_NO_PAD.encode(&padded)[own].to_owned());
    }
    // As `Place` reads bytes.
    spelled.iter().map(|one| one.bytes().map(char::from).collect()).collect()
}

#[test]
fn a_secret_is_recognised_however_it_is_written_down() {
    let secret = "otter “velvet” quarry 58?";
    for written in [
        secret.to_owned(),
        json!({ "password": secret }).to_string(),
        format!("{:?}", [secret]),
        "otter%20%E2%80%9Cvelvet%E2%80%9D%20quarry%2058%3F".to_owned(),
        "password=otter+%E2%80%9Cvelvet%E2%80%9D+quarry+58%3F".to_owned(),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(format!("{secret}:")),
        STANDARD_NO_PAD.encode(format!("ada@example.com:{secret}")),
        STANDARD_NO_PAD.encode(format!("ben@example.com.:{secret}, and more")),
        URL_SAFE_NO_PAD.encode(format!("cleo@example.com.:{secret}")),
    ] {
        assert!(Place::new("", written.as_bytes()).holds(secret), "{written}");
        assert!(!Place::new("", written.as_bytes()).holds("otter “velvet” quarry 59?"));
    }
}

/// A browser, with what it was given to keep.
#[derive(Default)]
struct Browser(BTreeMap<String, String>);

/// The program, all that it answered, and all that must not be found.
struct Story {
    folder: PathBuf,
    child: Child,
    address: String,
    stdout: BufReader<std::process::ChildStdout>,
    secrets: Vec<Secret>,
    places: Vec<Place>,
}

impl Drop for Story {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn latchkey(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.args(arguments).current_dir(folder).env("LATCHKEY_LOG", "trace");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

const SERVE: &str = "the output of serve";

impl Story {
    /// Starts it on an empty database, with its log as talkative as it can be.
    fn begin(folder: &Path) -> Self {
        let log = File::create(folder.join("log")).unwrap();
        let serve = ["serve", "--listen", "127.0.0.1:0", "--rate-limit", "0"];
        let mut child = latchkey(folder, &serve).stderr(log).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("listening on ") {
            assert_ne!(stdout.read_line(&mut said).unwrap(), 0, "it ended: {said}");
        }
        let address = said.trim().rsplit_once("http://").unwrap().1.to_owned();
        let mut story = Self {
            folder: folder.to_owned(),
            child,
            address,
            stdout,
            secrets: Vec::new(),
            places: vec![Place::new(SERVE, said.as_bytes())],
        };
        story.link_printed(SERVE, &said);
        story
    }

    fn secret(&mut self, what: impl Into<String>, text: &str, revealed_in: &[&str]) {
        let revealed_in = revealed_in.iter().map(|&place| place.to_owned()).collect();
        self.secrets.push(Secret { what: what.into(), text: text.to_owned(), revealed_in });
    }

    /// A password that is about to be typed somewhere. No place is the right one for it.
    fn password(&mut self, what: &str, text: &'static str) -> &'static str {
        self.secret(format!("the {what} password"), text, &[]);
        text
    }

    /// The token of the one-time address in what a command printed.
    fn link_printed(&mut self, place: &str, said: &str) -> String {
        let token = said.split_once("choose_password#").unwrap().1;
        let token = token.split_whitespace().next().unwrap().to_owned();
        self.secret(format!("the link in {place}"), &token, &[place]);
        token
    }

    /// Sends a request as it stands here. What its answer reveals is a secret from then on.
    fn send(&mut self, browser: &mut Browser, head: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (address, length) = (&self.address, body.len());
        let cookies = browser.0.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let (line, more) = head.split_once('\n').unwrap_or((head, ""));
        let more = more.lines().map(|line| format!("{line}\r\n")).collect::<String>();
        // HTTP/1.0: the answer comes in one piece.
        let request = format!(
            "{line} HTTP/1.0\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: {cookies}\r\n\
             Content-Length: {length}\r\n{more}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let place = format!("answer {} to {line}", self.places.len());
        self.places.push(Place::new(&place, &answer));
        let answer = String::from_utf8(answer).unwrap();
        let (headers, body) = answer.split_once("\r\n\r\n").unwrap();
        for header in headers.lines() {
            let Some(cookie) = header.strip_prefix("Set-Cookie: ") else { continue };
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if !value.is_empty() {
                let secret = value.rsplit('.').next().unwrap();
                self.secret(format!("the {name} of {place}"), secret, &[&place]);
            }
            browser.0.insert(name.to_owned(), value.to_owned());
        }
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        for pointer in ["/api_key", "/token", "/link/token"] {
            if let Some(text) = body.pointer(pointer).and_then(Value::as_str) {
                self.secret(format!("{pointer} of {place}"), text, &[&place]);
            }
        }
        body
    }

    fn get(&mut self, browser: &mut Browser, path: &str) -> Value {
        self.send(browser, &format!("GET {path}"), "")
    }

    fn json(&mut self, browser: &mut Browser, request: &str, body: &Value) -> Value {
        let head = format!("{request}\nContent-Type: application/json\nIf-Match: \"1\"");
        self.send(browser, &head, &body.to_string())
    }

    /// An integrator's call, from no browser.
    fn call(&mut self, path: &str, user: &str) -> Value {
        let head = format!("GET {path}\nAuthorization: Basic {}", STANDARD_NO_PAD.encode(user));
        self.send(&mut Browser::default(), &head, "")
    }

    /// A command on the same database.
    fn command(&mut self, arguments: &[&str], typed: &str) -> String {
        let mut child = latchkey(&self.folder, arguments).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        self.places.push(Place::new(format!("the output of {}", arguments[0]), said.as_bytes()));
        self.places.push(Place::new(format!("the log of {}", arguments[0]), &output.stderr));
        said
    }

    /// Everything that was written down until now. What is measured later has its place here too.
    fn written(&self) -> Vec<Place> {
        let files = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|file| file.is_file());
        let places = files.map(|file| {
            Place::new(file.file_name().unwrap().to_string_lossy(), &fs::read(&file).unwrap())
        });
        places.collect()
    }

    /// No secret is anywhere but where it was revealed.
    fn search(&self) {
        let written = self.written();
        for secret in &self.secrets {
            let places = self.places.iter().chain(&written).filter(|it| it.holds(&secret.text));
            let found: Vec<&str> = places.map(|place| place.name.as_str()).collect();
            assert_eq!(found, secret.revealed_in, "{} {}", secret.what, secret.text);
        }
    }

    /// The files, and the answers to these requests, that hold what was planted.
    fn find(&self, planted: &str, last_answers: usize) -> Vec<String> {
        let written = self.written();
        let answers = self.places[self.places.len() - last_answers..].iter();
        let mut found: Vec<String> = answers
            .chain(&written)
            .filter(|place| place.holds(planted))
            .map(|place| place.name.split(" to ").last().unwrap().to_owned())
            .collect();
        found.sort();
        found
    }

    /// Tells the program to stop, as an operator does, and waits until it has.
    fn stop(&mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
        let mut rest = Vec::new();
        self.stdout.read_to_end(&mut rest).unwrap();
        self.places.push(Place::new("the end of the output of serve", &rest));
    }
}

const HUGO: &str = "hugo@example.com";

/// The first Site Admin comes by the printed link, mistypes, signs in, and signs in again.
fn people_sign_in(story: &mut Story) -> (Browser, &'static str) {
    let mut hugo = Browser::default();
    let token = story.secrets[0].text.clone();
    story.json(&mut hugo, "POST /api/password_links/read", &json!({ "token": token }));
    let refused = story.password("refused", "brass 41 kite");
    let first = story.password("first", "marble “teapot” 77 orbit & rye");
    for password in [refused, first] {
        let chosen = json!({ "token": token, "password": password, "name": "Hugo", "email": HUGO });
        story.json(&mut hugo, "POST /api/password_links/use", &chosen);
    }
    let wrong = story.password("wrong", "marble “teapot” 78 orbit & rye");
    for (email, password) in
        [(HUGO, wrong), ("nobody@example.com", wrong), (wrong, HUGO), (HUGO, first), (HUGO, first)]
    {
        let typed = json!({ "email": email, "password": password });
        story.json(&mut hugo, "POST /api/session", &typed);
    }
    // Bodies that cannot be read, or are something else.
    for body in [
        format!("{{\"email\": \"{HUGO}\", \"password\": \"{first}\""),
        format!("{{\"email\": 7, \"password\": \"{first}\"}}"),
        format!("{{\"email\": \"{HUGO}\", \"password\": \"{first}\", \"remember\": true}}"),
        format!("\"{first}\""),
    ] {
        story.send(&mut hugo, "POST /api/session\nContent-Type: application/json", &body);
    }
    let form = format!("email={HUGO}&password={first}");
    story.send(&mut hugo, "POST /api/session\nContent-Type: text/plain", &form);
    for password in [wrong, first] {
        story.json(&mut hugo, "POST /api/session/proof", &json!({ "password": password }));
    }
    let second = story.password("second", "gravel 12 \\ lantern / osprey");
    for (current_password, new_password) in [(wrong, second), (first, refused), (first, second)] {
        let change = json!({ "current_password": current_password, "new_password": new_password });
        story.json(&mut hugo, "POST /api/account/password", &change);
    }
    (hugo, second)
}

/// Keys of all types are issued and used, with a wrong one among them.
fn keys_are_used(story: &mut Story, hugo: &mut Browser) {
    for api_type in ["harvest", "job_board", "candidate_ingestion"] {
        let new = json!({ "api_type": api_type, "partner": "jobtarget", "description": "Key" });
        let created = story.json(hugo, "POST /api/credentials", &new);
        let key = created["api_key"].as_str().expect("a key").to_owned();
        // What is random in it is as bad as all of it.
        let revealed_in = story.secrets.last().unwrap().revealed_in[0].clone();
        story.secret("the middle of a key", &key[4..34], &[&revealed_in]);
        let path = format!("/api/credentials/{}", created["credential"]["id"].as_str().unwrap());
        for user in [format!("{key}:"), format!("{key}:{key}"), format!(":{key}"), key.clone()] {
            let asked = "/verify\nX-Original-Method: GET\nX-Original-URI: /v1/jobs";
            for path in ["/v1/jobs?per_page=1", "/v1/candidates", "/v1/me", asked] {
                story.call(path, &user);
            }
        }
        story.get(hugo, &format!("{path}/usage"));
        story.json(hugo, &format!("PATCH {path}"), &json!({ "permissions": ["no:such"] }));
        for action in ["store", "revoke", "re_enable", "replace", "revoke"] {
            story.json(hugo, &format!("POST {path}/{action}"), &json!({}));
        }
        story.call("/v1/jobs", &format!("{key}:"));
        // Where no key belongs.
        story.json(hugo, "POST /api/password_links/read", &json!({ "token": key }));
        let typed = json!({ "email": HUGO, "password": key });
        story.json(&mut Browser::default(), "POST /api/session", &typed);
    }
}

/// Somebody is invited, loses the password, and gets a link; more of both comes from the command line.
fn links_are_handed_over(story: &mut Story, hugo: &mut Browser) {
    let new = json!({ "name": "Iris", "email": "iris@example.com", "level": "basic" });
    let invited = story.json(hugo, "POST /api/users", &new);
    let path = format!("/api/users/{}", invited["user"]["user_id"].as_str().unwrap());
    let mut iris = Browser::default();
    let chosen = story.password("invited", "quilt 93 pewter anchor");
    let chosen = json!({ "token": invited["link"]["token"], "password": chosen });
    story.json(&mut iris, "POST /api/password_links/use", &chosen);
    story.json(&mut iris, "POST /api/password_links/use", &chosen);
    for _ in 0..2 {
        story.json(hugo, &format!("POST {path}/password_link"), &json!({}));
    }
    let password = story.password("admin’s", "thistle harbour 64 cobalt");
    let create = ["create-admin", "--name", "Jo", "--email"];
    let by_stdin = [&create[..], &["jo@example.com", "--password-stdin"]].concat();
    let said = story.command(&by_stdin, &format!("{password}\n"));
    assert!(said.contains("jo@example.com can sign in now."), "{said}");
    let typed = json!({ "email": "jo@example.com", "password": password });
    let mut jo = Browser::default();
    story.json(&mut jo, "POST /api/session", &typed);
    let said = story.command(&[&create[..], &["kim@example.com"]].concat(), "");
    story.link_printed("the output of create-admin", &said);
    let said = story.command(&["reset-password", "--email", "iris@example.com"], "");
    let token = story.link_printed("the output of reset-password", &said);
    let chosen = story.password("new", "walnut 20 zephyr mitten");
    let chosen = json!({ "token": token, "password": chosen });
    story.json(&mut iris, "POST /api/password_links/use", &chosen);
    let said = story.command(&["verify-log"], "");
    assert!(said.contains("The change log is intact"), "{said}");
}

/// All that can be read, by somebody who may.
const READ: [&str; 11] = [
    "/api/session",
    "/api/sessions",
    "/api/account",
    "/api/users",
    "/api/credentials",
    "/api/catalogue",
    "/api/change_log?limit=200",
    "/api/change_log/export?format=csv",
    "/api/change_log/export?format=jsonl",
    "/api/openapi.json",
    "/readyz",
];

#[test]
fn no_secret_is_in_a_file_a_log_or_another_answer_and_the_search_would_find_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut story = Story::begin(folder.path());
    let (mut hugo, password) = people_sign_in(&mut story);
    keys_are_used(&mut story, &mut hugo);
    links_are_handed_over(&mut story, &mut hugo);
    for path in READ {
        story.get(&mut hugo, path);
    }
    story.send(&mut hugo, "DELETE /api/session", "");
    let typed = json!({ "email": HUGO, "password": password });
    story.json(&mut hugo, "POST /api/session", &typed);
    let kinds = ["password", "/api_key", "link", "session", "device"];
    for (kind, least) in kinds.into_iter().zip([7, 6, 5, 9, 9]) {
        let made = story.secrets.iter().filter(|secret| secret.what.contains(kind)).count();
        assert!(made >= least, "the story makes {made} × {kind}");
    }
    story.search();

    let planted = "planted where a secret could be";
    let new = json!({ "api_type": "harvest", "partner": "gem", "description": planted });
    story.json(&mut hugo, "POST /api/credentials", &new);
    for path in READ {
        story.get(&mut hugo, path);
    }
    story.call("/v1/jobs/planted%20where%20a%20secret%20could%20be", "");
    let answers = [
        "GET /api/change_log/export?format=csv",
        "GET /api/change_log/export?format=jsonl",
        "GET /api/change_log?limit=200",
        "GET /api/credentials",
        "POST /api/credentials",
    ];
    let mut found = story.find(planted, READ.len() + 2);
    // The log of the database may have been copied over by itself.
    found.retain(|place| place != "latchkey.db");
    assert_eq!(found, [&answers[..], &["latchkey.db-wal", "log"]].concat());
    story.stop();
    assert_eq!(story.find(planted, 0), ["latchkey.db", "log"]);
    story.search();
}
