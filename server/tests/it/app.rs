//! The language of the tests: a [`World`] with people in it who get, post, patch and delete, integrators
//! who call with a key, and answers that print as exact snapshots.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use server::clock::Clock;
use server::db::Db;
use server::keys::Pepper;
use server::settings::Settings;
use server::{App, start};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tower::ServiceExt as _;

/// 2026-01-31T09:05:00.250Z, when every story begins.
pub(crate) const START: i64 = 1_769_850_300_250;
/// The address under which the console is open in the people's browsers.
pub(crate) const ORIGIN: &str = "http://latchkey.test";
const PASSWORD: &str = "latchkey-demo";
/// A password that keeps the rules.
pub(crate) const LONG_PASSWORD: &str = "otter velvet quarry 58 lantern";

/// One running service with the demo's organisation in it. With `LATCHKEY_TEST_REPLICAS=2` it is two
/// replicas on one PostgreSQL database, which take the requests in turn.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    database: String,
    routers: Vec<Router>,
    turn: AtomicUsize,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Settings::for_tests(0, None)).await
    }

    /// A world with its own settings.
    pub(crate) async fn with(settings: Settings) -> Self {
        let database = fresh_database().await;
        Self::on(&database, settings).await
    }

    /// A world that nobody has used yet, without a demo.
    pub(crate) async fn empty() -> Self {
        let database = fresh_database().await;
        Self::start(&database, Settings::for_tests(0, None), false).await
    }

    /// A world on this database: twice the same one is a restart, or a second replica.
    pub(crate) async fn on(database: &str, settings: Settings) -> Self {
        Self::start(database, settings, true).await
    }

    /// A world of one replica, for a story about what a replica counts or holds by itself.
    pub(crate) async fn alone() -> Self {
        Self::single(Settings::for_tests(0, None)).await
    }

    /// The same, with its own settings.
    pub(crate) async fn single(settings: Settings) -> Self {
        let mut world = Self::with(settings).await;
        world.routers.truncate(1);
        world
    }

    /// Another replica beside this one, on the same database. SQLite has one server only: there it is this
    /// one once more.
    pub(crate) async fn beside(&self) -> Self {
        let app = if self.database.starts_with("postgres") {
            self.replica().await
        } else {
            self.app.clone()
        };
        Self {
            routers: vec![server::app(app.clone())],
            app,
            clock: self.clock.clone(),
            database: self.database.clone(),
            turn: AtomicUsize::new(0),
        }
    }

    async fn start(database: &str, settings: Settings, demo: bool) -> Self {
        let clock = Clock::fixed(START);
        let app = start_on(database, &clock, settings, demo).await;
        let mut world = Self {
            routers: vec![server::app(app.clone())],
            app,
            clock,
            database: database.to_owned(),
            turn: AtomicUsize::new(0),
        };
        let replicas = std::env::var("LATCHKEY_TEST_REPLICAS");
        if replicas.is_ok_and(|replicas| replicas == "2") && database.starts_with("postgres") {
            let other = world.replica().await;
            world.routers.push(server::app(other));
        }
        world
    }

    /// Its start leaves the dice where they were, so that stories are told alike on one replica and on two.
    async fn replica(&self) -> App {
        let place = self.clock.roll_from(0);
        let app = start_on(&self.database, &self.clock, self.app.settings.clone(), false).await;
        self.clock.roll_from(place);
        app
    }

    /// May do everything.
    pub(crate) async fn ada(&self) -> Person<'_> {
        self.person("ada@example.com").await
    }

    /// May do nothing.
    pub(crate) async fn ben(&self) -> Person<'_> {
        self.person("ben@example.com").await
    }

    /// May manage Job Board credentials.
    pub(crate) async fn cleo(&self) -> Person<'_> {
        self.person("cleo@example.com").await
    }

    /// Nobody is signed in here.
    pub(crate) fn anonymous(&self) -> Person<'_> {
        Person { world: self, cookie: String::new() }
    }

    /// Whoever has this cookie.
    pub(crate) fn holder(&self, cookie: &str) -> Person<'_> {
        Person { world: self, cookie: cookie.to_owned() }
    }

    async fn person(&self, email: &str) -> Person<'_> {
        let answer = self.sign_in(email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK, "{email} signs in");
        self.holder_of(&answer)
    }

    /// Whoever was just signed in by this answer.
    pub(crate) fn holder_of(&self, answer: &Answer) -> Person<'_> {
        Person { world: self, cookie: answer.cookie() }
    }

    /// Adds somebody, lets them choose a password at their link, and gives their id and themselves.
    pub(crate) async fn invited(&self, new: Value) -> (String, Person<'_>) {
        let invited = self.ada().await.post("/api/users", new).await;
        assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.body);
        let invited = invited.json();
        let chosen = json!({ "token": invited["link"]["token"], "password": LONG_PASSWORD });
        let answer = self.anonymous().post("/api/password_links/use", chosen).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let id = invited["user"]["user_id"].as_str().expect("an id").to_owned();
        (id, self.holder_of(&answer))
    }

    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Answer {
        let typed = json!({ "email": email, "password": password });
        self.anonymous().post("/api/session", typed).await
    }

    /// An integrator's call with this key.
    pub(crate) async fn call(&self, method: &str, path: &str, key: &str) -> Answer {
        let basic = format!("Basic {}", STANDARD.encode(format!("{key}:")));
        self.send(request(method, path).header(header::AUTHORIZATION, basic).body(Body::empty()))
            .await
    }

    /// A request exactly as it is built.
    pub(crate) async fn send(&self, request: axum::http::Result<Request<Body>>) -> Answer {
        let request = request.expect("a request that can be sent");
        Answer::of(self.answer(request).await).await
    }

    /// The body of an answer, as it comes.
    pub(crate) async fn stream(&self, request: Request<Body>) -> Body {
        self.answer(request).await.into_body()
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let turn = self.turn.fetch_add(1, Ordering::SeqCst) % self.routers.len();
        self.routers[turn].clone().oneshot(request).await.expect("an answer")
    }
}

async fn start_on(database: &str, clock: &Clock, settings: Settings, demo: bool) -> App {
    let db = Db::open(database).await.expect("the database opens");
    let pepper = Pepper::new(b"a pepper for tests");
    start::check_pepper(&db, &pepper).await.expect("the same pepper");
    if demo {
        start::fill_demo(&db, clock, PASSWORD).await.expect("the demo is filled in");
    }
    App::new(db, clock.clone(), pepper, settings).await.expect("the service starts")
}

/// Starts a request as it arrives from the people's browsers and the integrators' programs.
pub(crate) fn request(method: &str, path: &str) -> axum::http::request::Builder {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    Request::builder().method(method).uri(path).header(header::HOST, "latchkey.test")
}

/// Somebody at the console.
pub(crate) struct Person<'a> {
    world: &'a World,
    pub(crate) cookie: String,
}

impl Person<'_> {
    /// The same person in the same session, whose requests this world takes.
    pub(crate) fn on<'a>(&self, world: &'a World) -> Person<'a> {
        Person { world, cookie: self.cookie.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.world.send(self.request("GET", path).body(Body::empty())).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.json("POST", path, None, &body).await
    }

    /// A post that says nothing but its address.
    pub(crate) async fn act(&self, path: &str) -> Answer {
        self.world.send(self.request("POST", path).body(Body::empty())).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.world.send(self.request("DELETE", path).body(Body::empty())).await
    }

    /// A change made from this version.
    pub(crate) async fn patch(&self, path: &str, version: u64, body: Value) -> Answer {
        self.json("PATCH", path, Some(version), &body).await
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let request = request(method, path).header(header::ORIGIN, ORIGIN);
        if self.cookie.is_empty() { request } else { request.header(header::COOKIE, &self.cookie) }
    }

    async fn json(&self, method: &str, path: &str, version: Option<u64>, body: &Value) -> Answer {
        let mut request =
            self.request(method, path).header(header::CONTENT_TYPE, "application/json");
        if let Some(version) = version {
            request = request.header(header::IF_MATCH, format!("\"{version}\""));
        }
        self.world.send(request.body(Body::from(body.to_string()))).await
    }

    /// Creates a credential and gives its id and API key.
    pub(crate) async fn issue(&self, api_type: &str, partner: &str) -> (String, String) {
        let new = json!({
            "api_type": api_type,
            "partner": partner,
            "description": format!("{partner} {api_type} key"),
        });
        let answer = self.post("/api/credentials", new).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let created = answer.json();
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        (text(&created["credential"]["id"]), text(&created["api_key"]))
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("the body arrives");
        let body = String::from_utf8(bytes.to_vec()).expect("text");
        Self { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn cookie(&self) -> String {
        let cookie = self.header("set-cookie").expect("a cookie").split(';').next();
        cookie.expect("a cookie has a value").to_owned()
    }

    /// Status, all headers, and the body as it is (JSON indented).
    pub(crate) fn exact(&self) -> String {
        let mut lines = vec![self.status.to_string()];
        for (name, value) in &self.headers {
            lines.push(format!("{name}: {}", value.to_str().expect("text")));
        }
        lines.push(String::new());
        lines.push(self.pretty());
        lines.join("\n")
    }

    /// Status and body.
    pub(crate) fn brief(&self) -> String {
        format!("{}\n{}", self.status, self.pretty())
    }

    fn pretty(&self) -> String {
        match serde_json::from_str::<Value>(&self.body) {
            Ok(json) => format!("{json:#}\n"),
            Err(_) => self.body.clone(),
        }
    }
}

/// The address of an empty database.
pub(crate) async fn fresh_database() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("LATCHKEY_TEST_DATABASE").unwrap_or_default();
    if !server.starts_with("postgres") {
        return "sqlite::memory:".to_owned();
    }
    sqlx::any::install_default_drivers();
    let number = NUMBER.fetch_add(1, Ordering::SeqCst);
    let name = format!("it_{}_{number}", std::process::id());
    let mut connection = sqlx::AnyConnection::connect(&server).await.expect("PostgreSQL answers");
    connection
        .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await
        .expect("a database can be created");
    let (start, _) = server.rsplit_once('/').expect("an address with a database");
    format!("{start}/{name}")
}
