//! Who may do what: every route of the admin API × everyone who could ask for it, with the exact answer.
//! The answers are in `authority.txt`, to be read beside the table in docs/security.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use api::users::DeveloperPermission::{
    EditAdvancedPermissions as Edit, ManageAllApiCredentials as All,
    ManageJobBoardApiCredentials as JobBoard,
};
use api::users::{DeveloperPermission, Level};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use expect_test::{expect, expect_file};
use server::db::boards::OldTokenRow;
use server::db::sessions::{Alive, NewSessionRow};
use server::db::users::NewUserRow;
use server::db::{self, Db};
use sha2::{Digest as _, Sha256};
use sqlx::{Column as _, Row as _};

use crate::app::{Answer, Person, World};

/// Somebody's level, and what they hold.
type Rights = (Level, &'static [DeveloperPermission]);

/// Everyone who could ask.
const PEOPLE: [(&str, Option<Rights>); 7] = [
    ("anonymous", None),
    ("nothing", Some((Level::Basic, &[]))),
    ("Job Board", Some((Level::JobAdmin, &[JobBoard]))),
    ("ALL", Some((Level::Basic, &[All]))),
    ("Site Admin", Some((Level::SiteAdmin, &[]))),
    ("edits others", Some((Level::SiteAdmin, &[Edit]))),
    ("both, as ada", Some((Level::SiteAdmin, &[All, Edit]))),
];

/// What `{id}` and `{token}` of a request stand for: made anew for every single request.
#[derive(Debug, Clone, Copy, PartialEq)]
enum On {
    Nothing,
    /// A credential of this type that is about to exist, or that somebody else made.
    New(&'static str),
    Active(&'static str),
    Revoked(&'static str),
    /// Somebody else, enabled or not.
    User,
    DisabledUser,
    Oneself,
    OwnSession,
    OthersSession,
    /// The password link of somebody else.
    Link,
    /// A job board of the demo.
    Board,
    /// The same, whose token `acme-before` still answers.
    OldToken,
}

impl On {
    fn label(self) -> &'static str {
        match self {
            Self::Nothing | Self::Board | Self::OldToken => "",
            Self::New(api_type) | Self::Active(api_type) | Self::Revoked(api_type) => api_type,
            Self::User | Self::DisabledUser => "somebody else",
            Self::Oneself => "oneself",
            Self::OwnSession => "one’s own",
            Self::OthersSession => "another’s",
            Self::Link => "somebody’s",
        }
    }
}

/// A request with nothing wrong in it but, perhaps, who makes it. `DELETE /api/session` and the like are
/// about whoever asks.
const REQUESTS: [(&str, On, &str); 60] = [
    ("GET /api/session", On::Nothing, ""),
    ("POST /api/session", On::Nothing, r#"{"email":"ben@example.com","password":"latchkey-demo"}"#),
    ("POST /api/session/proof", On::Nothing, r#"{"password":"latchkey-demo"}"#),
    ("DELETE /api/session", On::Nothing, ""),
    ("GET /api/sessions", On::Nothing, ""),
    ("DELETE /api/sessions", On::Nothing, ""),
    ("DELETE /api/sessions/{id}", On::OwnSession, ""),
    ("DELETE /api/sessions/{id}", On::OthersSession, ""),
    ("GET /api/account", On::Nothing, ""),
    ("PATCH /api/account", On::Nothing, r#"{"name":"Another Name"}"#),
    (
        "POST /api/account/password",
        On::Nothing,
        r#"{"current_password":"latchkey-demo","new_password":"otter velvet quarry 58 lantern"}"#,
    ),
    ("POST /api/password_links/read", On::Link, r#"{"token":"{token}"}"#),
    (
        "POST /api/password_links/use",
        On::Link,
        r#"{"token":"{token}","password":"otter velvet quarry 58 lantern"}"#,
    ),
    ("GET /api/catalogue", On::Nothing, ""),
    ("GET /api/openapi.json", On::Nothing, ""),
    ("GET /api/credentials", On::Nothing, ""),
    (
        "POST /api/credentials",
        On::New("harvest"),
        r#"{"api_type":"harvest","partner":"jobtarget","description":"New"}"#,
    ),
    (
        "POST /api/credentials",
        On::New("candidate_ingestion"),
        r#"{"api_type":"candidate_ingestion","partner":"jobtarget","description":"New"}"#,
    ),
    (
        "POST /api/credentials",
        On::New("job_board"),
        r#"{"api_type":"job_board","partner":"jobtarget","description":"New"}"#,
    ),
    ("GET /api/credentials/{id}", On::Active("harvest"), ""),
    ("GET /api/credentials/{id}", On::Active("candidate_ingestion"), ""),
    ("GET /api/credentials/{id}", On::Active("job_board"), ""),
    ("GET /api/credentials/{id}/usage", On::Active("harvest"), ""),
    ("GET /api/credentials/{id}/usage", On::Active("job_board"), ""),
    ("PATCH /api/credentials/{id}", On::Active("harvest"), r#"{"description":"Renamed"}"#),
    ("PATCH /api/credentials/{id}", On::Active("harvest"), r#"{"permissions":["jobs:list"]}"#),
    ("PATCH /api/credentials/{id}", On::Active("job_board"), r#"{"description":"Renamed"}"#),
    ("POST /api/credentials/{id}/store", On::Active("harvest"), ""),
    ("POST /api/credentials/{id}/store", On::Active("job_board"), ""),
    ("POST /api/credentials/{id}/revoke", On::Active("harvest"), ""),
    ("POST /api/credentials/{id}/revoke", On::Active("candidate_ingestion"), ""),
    ("POST /api/credentials/{id}/revoke", On::Active("job_board"), ""),
    ("POST /api/credentials/{id}/re_enable", On::Revoked("harvest"), ""),
    ("POST /api/credentials/{id}/re_enable", On::Revoked("job_board"), ""),
    ("POST /api/credentials/{id}/replace", On::Active("harvest"), ""),
    ("POST /api/credentials/{id}/replace", On::Active("job_board"), ""),
    ("GET /api/boards", On::Nothing, ""),
    ("GET /api/boards/{id}", On::Board, ""),
    ("PATCH /api/boards/{id}", On::Board, r#"{"job_board_url":"https://acme.example"}"#),
    ("POST /api/boards/{id}/end_old_token", On::OldToken, r#"{"token":"acme-before"}"#),
    ("POST /api/import", On::Nothing, r#"{"close_reasons":[]}"#),
    ("GET /api/users", On::Nothing, ""),
    ("POST /api/users", On::Nothing, r#"{"name":"New","email":"new@example.com","level":"basic"}"#),
    ("GET /api/users/{id}", On::User, ""),
    ("GET /api/users/{id}", On::Oneself, ""),
    ("PATCH /api/users/{id}", On::User, r#"{"level":"job_admin"}"#),
    (
        "PATCH /api/users/{id}",
        On::User,
        r#"{"developer_permissions":["manage_all_api_credentials"]}"#,
    ),
    (
        "PATCH /api/users/{id}",
        On::Oneself,
        r#"{"developer_permissions":["manage_all_api_credentials"]}"#,
    ),
    ("POST /api/users/{id}/disable", On::User, ""),
    ("POST /api/users/{id}/disable", On::Oneself, ""),
    ("POST /api/users/{id}/enable", On::DisabledUser, ""),
    ("POST /api/users/{id}/password_link", On::User, ""),
    ("POST /api/users/{id}/password_link", On::Oneself, ""),
    ("DELETE /api/users/{id}/sessions", On::User, ""),
    ("DELETE /api/users/{id}/sessions", On::Oneself, ""),
    ("GET /api/users/{id}/credentials", On::User, ""),
    ("GET /api/users/{id}/credentials", On::Oneself, ""),
    ("GET /api/change_log", On::Nothing, ""),
    ("GET /api/change_log/export?format=csv", On::Nothing, ""),
    ("GET /api/no_such_route", On::Nothing, ""),
];

#[tokio::test]
async fn everyone_gets_what_they_may_on_every_route_and_a_refusal_changes_nothing() {
    let mut answers = Vec::new();
    for (_, rights) in PEOPLE {
        let world = World::new().await;
        let mut place = Place::new(&world).await;
        let mut column = Vec::new();
        for (request, on, body) in REQUESTS {
            let who = match rights {
                None => Somebody::nobody(&place),
                Some(rights) => place.somebody(rights).await,
            };
            let target = place.target(on, &who).await;
            let before = place.everything().await;
            let answer = place.ask(&who.person, request, &target, body, None).await;
            if !answer.status.is_success() {
                assert_eq!(before, place.everything().await, "{request} {}", answer.body);
            }
            column.push(said(&answer));
        }
        answers.push(column);
    }
    let mut table = row("", PEOPLE.map(|(name, _)| name.to_owned()).into_iter());
    for (number, (request, on, body)) in REQUESTS.iter().enumerate() {
        let mut what = format!("{request:41} {}", on.label());
        if request.starts_with("PATCH") {
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            what += &format!(" {}", body.as_object().unwrap().keys().next().unwrap());
        }
        table += &row(&what, answers.iter().map(|column| column[number].clone()));
    }
    expect_file!["authority.txt"].assert_eq(&table);
}

/// One line of the table.
fn row(what: &str, cells: impl Iterator<Item = String>) -> String {
    let cells = cells.map(|cell| format!("{cell:20}")).collect::<String>();
    format!("{what:80}{}\n", cells.trim_end())
}

#[test]
fn every_documented_operation_has_a_row() {
    let document = serde_json::to_value(server::openapi::document()).unwrap();
    let documented = document["paths"].as_object().unwrap().iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let rows = REQUESTS.iter().map(|(request, ..)| request.split('?').next().unwrap().to_owned());
    let outside = ["GET /api/openapi.json", "GET /api/no_such_route"].map(str::to_owned);
    let documented: BTreeSet<String> = documented.chain(outside).collect();
    assert_eq!(rows.collect::<BTreeSet<_>>(), documented);
}

#[tokio::test]
async fn only_signing_in_and_choosing_a_password_open_a_session() {
    let world = World::new().await;
    let mut place = Place::new(&world).await;
    let nobody = Somebody::nobody(&place);
    let mut opened = Vec::new();
    for (request, on, body) in REQUESTS {
        let target = place.target(on, &nobody).await;
        let answer = place.ask(&nobody.person, request, &target, body, None).await;
        let cookies = answer.headers.get_all("set-cookie").iter().map(|it| it.to_str().unwrap());
        if cookies.into_iter().any(|cookie| !cookie.starts_with("latchkey_session=;")) {
            opened.push(request);
        }
    }
    assert_eq!(opened, ["POST /api/session", "POST /api/password_links/use"]);
}

#[tokio::test]
async fn an_api_key_opens_no_route_of_the_console() {
    let world = World::new().await;
    let mut place = Place::new(&world).await;
    let nobody = Somebody::nobody(&place);
    for api_type in ["harvest", "job_board", "candidate_ingestion"] {
        let (_, key) = place.ada.issue(api_type, "jobtarget").await;
        for (request, on, body) in REQUESTS {
            let target = place.target(on, &nobody).await;
            let without = place.ask(&nobody.person, request, &target, body, None).await;
            let target = place.target(on, &nobody).await;
            let with = place.ask(&nobody.person, request, &target, body, Some(&key)).await;
            assert_eq!(said(&without), said(&with), "{request} with a {api_type} key");
        }
    }
}

#[tokio::test]
async fn what_somebody_may_not_see_is_answered_like_what_is_not_there() {
    let world = World::new().await;
    let (ada, cleo) = (world.ada().await, world.cleo().await);
    let (harvest, _) = ada.issue("harvest", "jobtarget").await;
    let told = async |method: &str, path: &str| {
        let request = cleo.request(method, path).header("content-type", "application/json");
        let request = request.header("if-match", "\"1\"");
        let answer = world.send(request.body(Body::from("{}"))).await;
        let mut problem = answer.json();
        problem["request_id"].take();
        (answer.status, problem)
    };
    for (method, rest) in [
        ("GET", ""),
        ("PATCH", ""),
        ("POST", "/store"),
        ("POST", "/revoke"),
        ("POST", "/re_enable"),
        ("POST", "/replace"),
    ] {
        let hidden = told(method, &format!("/api/credentials/{harvest}{rest}")).await;
        let missing = told(method, &format!("/api/credentials/cred_none{rest}")).await;
        assert_eq!(hidden, missing, "{method} {rest}");
    }
    let history = cleo.get(&format!("/api/change_log?subject={harvest}")).await;
    assert_eq!(history.json()["items"], serde_json::json!([]));
}

/// What a list shows is not more than what could be asked for one by one.
#[tokio::test]
async fn lists_and_exports_show_what_each_may_see() {
    let world = World::new().await;
    let mut place = Place::new(&world).await;
    for api_type in ["harvest", "job_board", "candidate_ingestion"] {
        place.ada.issue(api_type, "jobtarget").await;
    }
    let mut shown = String::new();
    for (name, rights) in PEOPLE {
        let Some(rights) = rights else { continue };
        let who = place.somebody(rights).await;
        let renamed = who.person.patch("/api/account", 1, serde_json::json!({ "name": name }));
        assert_eq!(renamed.await.status.as_u16(), 200);
        writeln!(shown, "{name}").unwrap();
        for path in ["/api/credentials", "/api/users", "/api/sessions", "/api/change_log"] {
            shown += &list(&who, path).await;
        }
        let rows = who.person.get("/api/change_log").await.json()["items"].as_array().map(Vec::len);
        for (format, more) in [("jsonl", 0), ("csv", 1)] {
            let path = format!("/api/change_log/export?format={format}");
            let export = who.person.get(&path).await;
            assert_eq!(Some(export.body.lines().count()), rows.map(|rows| rows + more), "{name}");
        }
    }
    expect![[r#"
        nothing
          /api/credentials  403 forbidden
          /api/users        403 forbidden
          /api/sessions     200  1 × Unknown browser
          /api/change_log   200  1 × user.update by oneself
        Job Board
          /api/credentials  200  1 × job_board
          /api/users        403 forbidden
          /api/sessions     200  1 × Unknown browser
          /api/change_log   200  1 × credential.create by others of job_board, 1 × user.update by oneself
        ALL
          /api/credentials  200  1 × candidate_ingestion, 1 × harvest, 1 × job_board
          /api/users        403 forbidden
          /api/sessions     200  1 × Unknown browser
          /api/change_log   200  1 × credential.create by others of candidate_ingestion, 1 × credential.create by others of harvest, 1 × credential.create by others of job_board, 1 × user.update by oneself
        Site Admin
          /api/credentials  403 forbidden
          /api/users        200  3 × basic, 2 × job_admin, 2 × site_admin
          /api/sessions     200  1 × Unknown browser
          /api/change_log   200  1 × user.update by oneself
        edits others
          /api/credentials  403 forbidden
          /api/users        200  3 × basic, 2 × job_admin, 3 × site_admin
          /api/sessions     200  1 × Unknown browser
          /api/change_log   200  1 × credential.create by others of candidate_ingestion, 1 × credential.create by others of harvest, 1 × credential.create by others of job_board, 1 × session.create by others, 1 × user.update by oneself, 4 × user.update by others
        both, as ada
          /api/credentials  200  1 × candidate_ingestion, 1 × harvest, 1 × job_board
          /api/users        200  3 × basic, 2 × job_admin, 4 × site_admin
          /api/sessions     200  1 × Unknown browser
          /api/change_log   200  1 × credential.create by others of candidate_ingestion, 1 × credential.create by others of harvest, 1 × credential.create by others of job_board, 1 × session.create by others, 1 × user.update by oneself, 5 × user.update by others
    "#]]
    .assert_eq(&shown);
}

/// What somebody sees in a list: what each item is, and how many of these there are.
async fn list(who: &Somebody<'_>, path: &str) -> String {
    let answer = who.person.get(path).await;
    let body = answer.json();
    let mut counted = BTreeMap::new();
    for item in body["items"].as_array().into_iter().flatten() {
        let fields = ["api_type", "level", "browser", "action"].map(|field| item[field].as_str());
        let mut what = fields.into_iter().flatten().next().expect("a field").to_owned();
        if path == "/api/change_log" {
            let own = item["actor"]["id"] == who.id.as_str();
            what += if own { " by oneself" } else { " by others" };
        }
        if item["subject"]["kind"] == "credential" {
            what += &format!(" of {}", item["changes"][0]["after"][0].as_str().expect("a type"));
        }
        *counted.entry(what).or_insert(0) += 1;
    }
    let lines = counted.into_iter().map(|(what, count)| format!("{count} × {what}"));
    let lines = lines.collect::<Vec<_>>().join(", ");
    format!("  {:16}  {}  {lines}", path, said(&answer)).trim_end().to_owned() + "\n"
}

/// Status, and the code of a problem.
fn said(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    if answer.status.is_success() {
        return status.to_string();
    }
    format!("{status} {}", answer.json()["code"].as_str().expect("a code"))
}

/// Whoever asks, and the session they ask in.
struct Somebody<'a> {
    person: Person<'a>,
    id: String,
    session_id: String,
}

impl<'a> Somebody<'a> {
    fn nobody(place: &Place<'a>) -> Self {
        // Where a request is about oneself, nobody asks about somebody.
        let (id, session_id) = ("user_ben".to_owned(), "session_none".to_owned());
        Self { person: place.world.anonymous(), id, session_id }
    }
}

/// What stands in a request.
#[derive(Default)]
struct Target {
    id: String,
    token: String,
}

/// A world with a Site Admin in it who prepares what the others are asked to touch.
struct Place<'a> {
    world: &'a World,
    ada: Person<'a>,
    /// One hash for all: hashing is slow on purpose.
    password_hash: String,
    made: usize,
}

impl<'a> Place<'a> {
    async fn new(world: &'a World) -> Self {
        let ada = world.ada().await;
        let known = db::users::password_of(&world.app.db, "ada@example.com").await.unwrap();
        let (_, password_hash) = known.expect("ada has a password");
        Self { world, ada, password_hash, made: 0 }
    }

    /// A new user with these rights, signed in.
    async fn somebody(&mut self, rights: Rights) -> Somebody<'a> {
        self.made += 1;
        let (id, session_id) = (format!("user_{}", self.made), format!("session_{}", self.made));
        let user = NewUserRow {
            id: &id,
            email: &format!("{id}@example.com"),
            name: "Somebody",
            level: rights.0,
            password_hash: Some(&self.password_hash),
            developer_permissions: rights.1,
        };
        let token = format!("token-of-{session_id}");
        let session = NewSessionRow {
            id: &session_id,
            token_hash: &Sha256::digest(&token)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>(),
            user_id: &id,
            address: "127.0.0.1",
            user_agent: "",
        };
        let now = self.world.clock.now();
        let mut tx = self.world.app.db.write().await.unwrap();
        assert!(db::users::create(&mut tx, &user, now).await.unwrap());
        let alive = Alive { opened_after: 0, used_after: 0, until: i64::MAX };
        db::sessions::create(&mut tx, &session, now, alive).await.unwrap();
        tx.commit().await.unwrap();
        let mut person = self.world.anonymous();
        person.cookie = format!("latchkey_session={token}");
        Somebody { person, id, session_id }
    }

    /// What this request is about.
    async fn target(&mut self, on: On, who: &Somebody<'a>) -> Target {
        let id = match on {
            On::Nothing | On::New(_) => String::new(),
            On::Active(api_type) => self.ada.issue(api_type, "jobtarget").await.0,
            On::Revoked(api_type) => {
                let (id, _) = self.ada.issue(api_type, "jobtarget").await;
                self.prepare(&format!("/api/credentials/{id}/revoke")).await;
                id
            }
            On::User | On::Link => self.somebody((Level::Basic, &[])).await.id,
            On::DisabledUser => {
                let id = self.somebody((Level::Basic, &[])).await.id;
                self.prepare(&format!("/api/users/{id}/disable")).await;
                id
            }
            On::Oneself => who.id.clone(),
            On::OwnSession => who.session_id.clone(),
            On::Board => "3001001".to_owned(),
            On::OldToken => self.board_with_old_token().await,
            On::OthersSession => self.somebody((Level::Basic, &[])).await.session_id,
        };
        let token = if on == On::Link {
            let link = self.prepare(&format!("/api/users/{id}/password_link")).await;
            link.json()["token"].as_str().expect("a token").to_owned()
        } else {
            String::new()
        };
        Target { id, token }
    }

    async fn board_with_old_token(&self) -> String {
        let mut tx = self.world.app.db.write().await.unwrap();
        let token = "acme-before".to_owned();
        let old = OldTokenRow { token, board_id: 3_001_001, answers_until: None };
        db::boards::keep_token(&mut tx, &old).await.unwrap();
        tx.commit().await.unwrap();
        old.board_id.to_string()
    }

    async fn prepare(&self, path: &str) -> Answer {
        let answer = self.ada.act(path).await;
        assert!(answer.status.is_success(), "{path} {}", answer.body);
        answer
    }

    /// Makes the request; with an API key in every place where a session could be.
    async fn ask(
        &self,
        who: &Person<'_>,
        request: &str,
        target: &Target,
        body: &str,
        key: Option<&str>,
    ) -> Answer {
        let (method, path) = request.split_once(' ').expect("a method and a path");
        let body = body.replace("{token}", &target.token);
        let mut request = who.request(method, &path.replace("{id}", &target.id));
        request = request.header("content-type", "application/json").header("if-match", "\"1\"");
        if let Some(key) = key {
            let basic = STANDARD.encode(format!("{key}:"));
            request = request
                .header("authorization", format!("Basic {basic}"))
                .header("cookie", format!("latchkey_session={key}"));
        }
        self.world.send(request.body(Body::from(body))).await
    }

    /// All that a request could have changed.
    async fn everything(&self) -> String {
        let mut all = String::new();
        for table in [
            "users",
            "developer_permissions",
            "sessions",
            "password_links",
            "credentials",
            "secrets",
            "boards",
            "change_log_head",
        ] {
            all += &dump(&self.world.app.db, table).await;
        }
        all
    }
}

async fn dump(db: &Db, table: &str) -> String {
    let sql = sqlx::AssertSqlSafe(format!("SELECT * FROM {table} ORDER BY 1, 2"));
    let rows = sqlx::query(sql).fetch_all(db.read()).await.unwrap();
    let mut text = String::new();
    for row in rows {
        for column in row.columns() {
            let name = column.name();
            let value = row.try_get::<Option<String>, _>(name).unwrap_or_else(|_| {
                row.try_get::<Option<i64>, _>(name).unwrap().map(|number| number.to_string())
            });
            writeln!(text, "{table}.{name} {}", value.unwrap_or_default()).unwrap();
        }
    }
    text
}
