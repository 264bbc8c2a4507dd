//! Signing in and out, and [`User`]: who is signed in, checked anew for every request.

use api::paths;
use api::session::{NewSession, PASSWORD_MAX, Session, SessionState};
use api::users::Person;
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::RequestId;
use crate::change::{Actor, Subject};
use crate::client::Client;
use crate::clock::Millis;
use crate::db::sessions::NewSessionRow;
use crate::db::users::UserRow;
use crate::db::{self, Db};
use crate::error::{Error, Result};
use crate::input::Input;
use crate::keys::hex;
use crate::openapi::{MayFail, MayRefuseInput};
use crate::{App, AppState};

/// A session that is not used ends after 30 minutes.
const IDLE: Millis = 30 * 60 * 1000;
/// Any session ends after 12 hours.
const LONGEST: Millis = 12 * 60 * 60 * 1000;
/// The last use is written down at most this often.
const TOUCH: Millis = 60 * 1000;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read, create, delete))
}

/// Who is signed in: an extractor that refuses everybody else.
#[derive(Debug, Clone)]
pub struct User {
    pub row: UserRow,
    pub client: Client,
    pub request_id: String,
    token_hash: String,
}

impl FromRequestParts<App> for User {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        Self::of(parts, app).await?.ok_or(Error::Unauthenticated)
    }
}

impl axum::extract::OptionalFromRequestParts<App> for User {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>> {
        Self::of(parts, app).await
    }
}

impl User {
    async fn of(parts: &Parts, app: &App) -> Result<Option<Self>> {
        let caller = Caller::of(parts);
        let Some(token) = cookie(&parts.headers, cookie_name(&caller.client)) else {
            return Ok(None);
        };
        let token_hash = hash(token);
        let now = app.clock.now();
        let found = db::sessions::read(&app.db, &token_hash, now - LONGEST, now - IDLE).await?;
        let Some(session) = found else { return Ok(None) };
        if session.last_seen_at + TOUCH <= now {
            db::sessions::touch(&app.db, &token_hash, now).await?;
        }
        let Caller { client, request_id } = caller;
        Ok(Some(Self { row: session.user, client, request_id, token_hash }))
    }
}

/// The client and the request's id, as the layer around `/api` has put them there.
#[derive(Debug, Clone)]
pub struct Caller {
    pub client: Client,
    pub request_id: String,
}

impl Caller {
    fn of(parts: &Parts) -> Self {
        let client = parts.extensions.get::<Client>().cloned();
        let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone());
        Self {
            client: client.unwrap_or_else(|| Client::of(parts, &[])),
            request_id: request_id.unwrap_or_default(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> std::result::Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

/// Who is signed in and what they may do. Answers 200 also when nobody is.
#[utoipa::path(get, path = paths::SESSION, tag = "session", operation_id = "read_session",
    responses((status = 200, body = SessionState), MayFail))]
async fn read(State(app): State<App>, user: Option<User>) -> Result<Json<SessionState>> {
    let session = match user {
        Some(user) => Some(session_of(&app.db, user.row).await?),
        None => None,
    };
    Ok(Json(state(&app, session).await?))
}

/// Signs in with e-mail and password. The session is in a cookie that no script can read.
#[utoipa::path(post, path = paths::SESSION, tag = "session", operation_id = "create_session",
    request_body = NewSession,
    responses(
        (status = 200, body = SessionState),
        (status = 401, description = "E-mail and password do not belong together",
            body = api::error::Problem, content_type = "application/problem+json"),
        MayRefuseInput))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Input(typed): Input<NewSession>,
) -> Result<Response> {
    if typed.password.chars().count() > PASSWORD_MAX {
        return Err(Error::invalid("/password", format!("Use at most {PASSWORD_MAX} characters.")));
    }
    let known = db::users::password_of(&app.db, &typed.email).await?;
    let (user_id, password_hash) = known.unzip();
    if !app.passwords.verify(typed.password, password_hash).await? {
        return Err(Error::WrongCredentials);
    }
    let Some(row) = db::users::read(&app.db, &user_id.unwrap_or_default()).await? else {
        return Err(Error::WrongCredentials);
    };
    let token = URL_SAFE_NO_PAD.encode(app.clock.random::<32>());
    let actor = Actor::user(&row, &caller.client, &caller.request_id);
    let mut change = app.change_as(actor).await?;
    // A session that is replaced ends: a token never survives a sign-in.
    if let Some(old) = cookie(&headers, cookie_name(&caller.client)) {
        db::sessions::delete(&mut change.tx, &hash(old)).await?;
    }
    let address = caller.client.address.to_string();
    let user_agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let session = NewSessionRow {
        token_hash: &hash(&token),
        user_id: &row.id,
        address: &address,
        user_agent: &user_agent.unwrap_or_default().chars().take(300).collect::<String>(),
    };
    let now = change.now;
    db::sessions::create(&mut change.tx, &session, now, now - LONGEST).await?;
    change.record("session.create", &subject(&row), None, None).await?;
    change.commit().await?;
    let session = session_of(&app.db, row).await?;
    let body = Json(state(&app, Some(session)).await?);
    Ok((set_cookie(&caller.client, &token, LONGEST / 1000), body).into_response())
}

/// Signs out. Without a session there is nothing to do, and that is fine.
#[utoipa::path(delete, path = paths::SESSION, tag = "session", operation_id = "delete_session",
    responses((status = 204, description = "Nobody is signed in"), MayFail,
        (status = 403, description = "Not from the console’s own origin",
            body = api::error::Problem, content_type = "application/problem+json")))]
async fn delete(State(app): State<App>, user: Option<User>, caller: Caller) -> Result<Response> {
    if let Some(user) = user {
        let mut change = app.change(&user).await?;
        db::sessions::delete(&mut change.tx, &user.token_hash).await?;
        change.record("session.delete", &subject(&user.row), None, None).await?;
        change.commit().await?;
    }
    Ok((StatusCode::NO_CONTENT, set_cookie(&caller.client, "", 0)).into_response())
}

fn subject(row: &UserRow) -> Subject<'_> {
    Subject { kind: "session", id: &row.id, name: &row.name }
}

async fn state(app: &AppState, session: Option<Session>) -> Result<SessionState> {
    let needs_first_site_admin = session.is_none() && !db::users::any(&app.db).await?;
    let organization = app.organization.clone();
    Ok(SessionState { organization, demo: app.demo, needs_first_site_admin, session })
}

async fn session_of(db: &Db, row: UserRow) -> Result<Session> {
    let mut session = Session {
        user: Person { user_id: row.id, name: row.name, email: row.email },
        level: row.level,
        developer_permissions: row.developer_permissions,
        can_grant: Vec::new(),
    };
    if session.api_types().is_empty() {
        session.can_grant = db::users::who_can_grant(db).await?;
    }
    Ok(session)
}

/// All that is stored of a token.
fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Over https the browser itself sees to it that no other site and no other path can set the cookie.
fn cookie_name(client: &Client) -> &'static str {
    if client.https { "__Host-latchkey_session" } else { "latchkey_session" }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(known, _)| known.trim() == name).map(|(_, value)| value.trim())
}

fn set_cookie(
    client: &Client,
    token: &str,
    seconds: i64,
) -> [(header::HeaderName, HeaderValue); 1] {
    let secure = if client.https { "; Secure" } else { "" };
    let name = cookie_name(client);
    let cookie =
        format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    [(header::SET_COOKIE, HeaderValue::from_str(&cookie).expect("a cookie of base64url is ASCII"))]
}
