//! Signing in, giving the password again, signing out. [`User`] is who is signed in.

pub(crate) mod cookies;
mod last_use;
mod user;

use api::error::SessionEnd;
use api::paths;
use api::session::{NewSession, PASSWORD_MAX, Proof, Session, SessionState};
use api::users::Person;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::cookies::Token;
pub use self::last_use::LastUses;
use self::user::LONGEST;
pub(crate) use self::user::alive_at;
pub use self::user::{Caller, User};
use crate::App;
use crate::change::{Actor, Change, Subject};
use crate::db::sessions::NewSessionRow;
use crate::db::users::UserRow;
use crate::db::{self, Db};
use crate::error::{Error, Result};
use crate::input::Input;
use crate::openapi::{MayBeThrottled, MayFail, MayRefuseInput, NeedsPassword, NeedsUser};
use crate::throttle::Attempt;

/// What a browser throws away on sign-out. Not `cookies`, which would take the neighbours' too.
const CLEAR_SITE_DATA: (HeaderName, HeaderValue) = (
    HeaderName::from_static("clear-site-data"),
    HeaderValue::from_static("\"cache\", \"storage\""),
);
/// As much of `User-Agent` as is kept, in characters.
const USER_AGENT_MAX: usize = 300;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read, create, delete)).routes(routes!(prove))
}

/// Who is signed in and what they may do. Answers 200 also when nobody is.
#[utoipa::path(get, path = paths::SESSION, tag = "session", operation_id = "read_session",
    responses((status = 200, body = SessionState), MayFail))]
async fn read(State(app): State<App>, user: Option<User>) -> Result<Json<SessionState>> {
    Ok(Json(state(&app, user.map(|user| user.row)).await?))
}

/// Signs in with e-mail and password. The session is in a cookie that no script can read.
#[utoipa::path(post, path = paths::SESSION, tag = "session", operation_id = "create_session",
    request_body = NewSession,
    responses((status = 200, body = SessionState), NeedsPassword, MayBeThrottled, MayRefuseInput))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    Input(typed): Input<NewSession>,
) -> Result<Response> {
    check_length("/password", &typed.password)?;
    let known = db::users::password_of(&app.db, &typed.email).await?;
    let owner = known.as_ref().map(|(id, hash)| (id.as_str(), hash.as_str()));
    let Caller { client, headers, request_id } = &caller;
    let device =
        owner.and_then(|owner| cookies::known_device(headers, client, app.keys.pepper(), owner));
    let attempt = Attempt { account: &typed.email, address: client.address, device };
    let ticket = app.throttle.attempt(&attempt, app.clock.now()).map_err(Error::TooManyAttempts)?;
    let hash = known.as_ref().map(|(_, hash)| hash.clone());
    let right = app.passwords.verify(typed.password, hash).await?;
    let Some((user_id, password_hash)) = known.filter(|_| right) else {
        tracing::warn!(request_id, address = %client.address, "a wrong password");
        return Err(Error::WrongCredentials);
    };
    app.throttle.succeeded(ticket, app.clock.now());
    let Some(row) = db::users::read(app.db.read(), &user_id).await? else {
        return Err(Error::WrongCredentials);
    };
    let mut change = app.change_as(Actor::user(&row, &caller)).await?;
    // Between the check and this moment the user may have been disabled or the password changed.
    if db::users::password_hash(&mut *change.tx, &user_id).await?.as_ref() != Some(&password_hash) {
        return Err(Error::WrongCredentials);
    }
    let row = db::users::read(&mut *change.tx, &user_id).await?.ok_or(Error::WrongCredentials)?;
    let headers = open(&app, &mut change, &row, &caller).await?;
    change.commit().await?;
    Ok((headers, Json(state(&app, Some(row)).await?)).into_response())
}

/// Whoever is signed in gives the password again: what gives access to others asks for it when it was
/// last given more than ten minutes ago. The session goes on under a new token.
#[utoipa::path(post, path = paths::SESSION_PROOF, tag = "session", operation_id = "prove_session",
    request_body = Proof, security(("session" = [])),
    responses((status = 204, description = "The password is right"), NeedsUser, NeedsPassword,
        MayBeThrottled, MayRefuseInput))]
async fn prove(State(app): State<App>, user: User, Input(typed): Input<Proof>) -> Result<Response> {
    check_password(&app, &user, "/password", typed.password).await?;
    // Whoever chose another password meanwhile has ended this session.
    let (mut change, user) = app.change(user, |_| Ok(())).await?;
    let mut headers = HeaderMap::new();
    renew(&app, &mut change, &user, &mut headers).await?;
    change.commit().await?;
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// Signs out. Without a session there is nothing to do, and that is fine.
#[utoipa::path(delete, path = paths::SESSION, tag = "session", operation_id = "delete_session",
    responses((status = 204, description = "Nobody is signed in"), MayFail,
        (status = 403, description = "Not from the console’s own origin",
            body = api::error::Problem, content_type = "application/problem+json")))]
async fn delete(State(app): State<App>, user: Option<User>, caller: Caller) -> Result<Response> {
    if let Some(user) = user {
        let mut change = app.change_as(Actor::user(&user.row, &user.caller)).await?;
        let end = (SessionEnd::SignedOut, change.now);
        // By its id: another tab may have renewed the token since it was read.
        if db::sessions::end(&mut change.tx, &user.row.id, &user.session_id, end).await? {
            change.record("session.delete", &subject(&user.row), None, None).await?;
            change.commit().await?;
        }
    }
    let mut headers = HeaderMap::from_iter([CLEAR_SITE_DATA]);
    cookies::clear_session(&mut headers, &caller.client);
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// Opens a session for a user who has just shown who they are, and gives the headers that bring it to the
/// browser. The session this browser had ends: a token never survives a sign-in.
pub(crate) async fn open(
    app: &App,
    change: &mut Change,
    row: &UserRow,
    caller: &Caller,
) -> Result<HeaderMap> {
    for old in cookies::session_tokens(&caller.headers, &caller.client) {
        let end = (SessionEnd::SignedOut, change.now);
        db::sessions::delete(&mut change.tx, &cookies::hash(old), end).await?;
    }
    let (id, token) = (app.clock.new_id("session"), Token::make(&app.clock));
    let user_agent = caller.headers.get(header::USER_AGENT);
    let user_agent = user_agent.map(|agent| String::from_utf8_lossy(agent.as_bytes()));
    let user_agent = user_agent.unwrap_or_default();
    let session = NewSessionRow {
        id: &id,
        token_hash: &token.hash(),
        user_id: &row.id,
        address: &caller.client.address.to_string(),
        user_agent: &user_agent.chars().take(USER_AGENT_MAX).collect::<String>(),
    };
    let now = change.now;
    app.last_uses.write_in(&mut change.tx).await?;
    db::sessions::create(&mut change.tx, &session, now, alive_at(now)).await?;
    db::users::signed_in(&mut change.tx, &row.id, now).await?;
    change.record("session.create", &subject(row), None, None).await?;
    let mut headers = HeaderMap::new();
    cookies::set_session(&mut headers, &caller.client, &token);
    remember_device(app, change, &row.id, caller, &mut headers).await?;
    Ok(headers)
}

/// Lets the session go on under a new token, with the password given just now.
pub(crate) async fn renew(
    app: &App,
    change: &mut Change,
    user: &User,
    headers: &mut HeaderMap,
) -> Result<()> {
    let (token, now) = (Token::make(&app.clock), change.now);
    db::sessions::renew(&mut change.tx, &user.session_id, &token.hash(), now).await?;
    cookies::set_session(headers, &user.caller.client, &token);
    remember_device(app, change, &user.row.id, &user.caller, headers).await
}

/// Lets the session go on under a new token and a new id, because its user chose another password: what was
/// begun with the old one is refused.
pub(crate) async fn replace(
    app: &App,
    change: &mut Change,
    user: &User,
    headers: &mut HeaderMap,
) -> Result<()> {
    let (id, token, now) = (app.clock.new_id("session"), Token::make(&app.clock), change.now);
    let new = (id.as_str(), &*token.hash());
    db::sessions::replace(&mut change.tx, &user.session_id, new, now).await?;
    cookies::set_session(headers, &user.caller.client, &token);
    remember_device(app, change, &user.row.id, &user.caller, headers).await
}

async fn remember_device(
    app: &App,
    change: &mut Change,
    user_id: &str,
    caller: &Caller,
    headers: &mut HeaderMap,
) -> Result<()> {
    if let Some(hash) = db::users::password_hash(&mut *change.tx, user_id).await? {
        let made_with = (&app.clock, app.keys.pepper());
        cookies::set_device(headers, &caller.client, made_with, (user_id, &hash));
    }
    Ok(())
}

/// Whether this is the password of whoever is signed in; guesses are slowed down.
pub(crate) async fn check_password(
    app: &App,
    user: &User,
    pointer: &str,
    password: String,
) -> Result<()> {
    check_length(pointer, &password)?;
    let id = &user.row.id;
    let ticket = app.throttle.attempt_proof(id, app.clock.now()).map_err(Error::TooManyAttempts)?;
    let hash = db::users::password_hash(app.db.read(), id).await?;
    if !app.passwords.verify(password, hash).await? {
        let Caller { client, request_id, .. } = &user.caller;
        tracing::warn!(request_id, address = %client.address, user = id, "a wrong password");
        return Err(Error::WrongPassword);
    }
    app.throttle.succeeded(ticket, app.clock.now());
    Ok(())
}

/// Nobody has a longer password, and hashing a book takes time.
fn check_length(pointer: &str, password: &str) -> Result<()> {
    if password.chars().count() > PASSWORD_MAX {
        return Err(Error::invalid(pointer, format!("Use at most {PASSWORD_MAX} characters.")));
    }
    Ok(())
}

pub(crate) fn subject(row: &UserRow) -> Subject<'_> {
    Subject { kind: "session", id: &row.id, name: &row.name }
}

/// What the page asks first, for this user or for nobody.
pub(crate) async fn state(app: &App, row: Option<UserRow>) -> Result<SessionState> {
    let session = match row {
        Some(row) => Some(session_of(&app.db, row).await?),
        None => None,
    };
    Ok(SessionState {
        organization: app.organization.clone(),
        demo: app.demo,
        needs_first_site_admin: session.is_none() && !db::users::any(app.db.read()).await?,
        session,
    })
}

async fn session_of(db: &Db, row: UserRow) -> Result<Session> {
    let mut session = Session {
        user: Person { user_id: row.id, name: row.name, email: row.email },
        level: row.level,
        developer_permissions: row.developer_permissions,
        can_grant: Vec::new(),
    };
    if session.api_types().is_empty() {
        session.can_grant = db::users::who_can_grant(db.read()).await?;
    }
    Ok(session)
}
