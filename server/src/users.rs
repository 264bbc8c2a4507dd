//! The console's users and what they may do: for Site Admins.

mod change;
mod wire;

use api::Page;
use api::error::SessionEnd;
use api::password_links::PasswordLink;
use api::paths;
use api::users::{
    InvitedUser, MadeCredential, NewUser, User as UserAnswer, UserChanges, UserFilter,
};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use self::change::add;
use self::change::{apply, begin, difference, gives, save, unused};
pub(crate) use self::wire::answer;
use self::wire::{MadeFilter, made, user_of};
use crate::App;
use crate::change::Change;
use crate::db::credentials::{CredentialRow, Cursor};
use crate::db::users::{NewUserRow, UserRow};
use crate::error::{Error, Result};
use crate::idempotency::IdempotencyKey;
use crate::input::{Id, Input, Parameters, Version, own_header};
use crate::openapi::{
    MayBeMade, MayBeSo, MayFail, MayRefuseInput, NeedsQuery, NeedsThing, NeedsUser, NeedsVersion,
};
use crate::paging::{Limit, cursor_from_text, cursor_to_text};
use crate::session::cookies::hash;
use crate::session::{User, subject};
use crate::{db, password_links};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, update))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(create_password_link))
        .routes(routes!(end_sessions))
        .routes(routes!(list_credentials))
}

/// Who uses the console, by name unless `sort` says otherwise.
#[utoipa::path(get, path = paths::USERS, tag = "users", operation_id = "list_users",
    params(UserFilter), security(("session" = [])),
    responses((status = 200, body = Page<UserAnswer>),
        NeedsQuery, NeedsUser, MayFail))]
async fn list(
    State(app): State<App>,
    user: User,
    Parameters(filter): Parameters<UserFilter>,
) -> Result<Json<Page<UserAnswer>>> {
    user.require_listing_users()?;
    let limit = Limit::of(filter.limit)?;
    let sort = filter.sort.unwrap_or_default();
    let after = filter.cursor.as_deref();
    let after = after.map(|text| cursor_from_text(sort.as_str(), text)).transpose()?;
    let total = db::users::count(&app.db, &filter).await?;
    let rows = db::users::list(&app.db, &filter, after.as_ref(), limit.fetched()).await?;
    let cursor = |row: &UserRow| cursor_to_text(sort.as_str(), &row.cursor(sort));
    Ok(Json(limit.page(rows, total, cursor, user_of)))
}

/// Adds somebody, and answers the one-time address at which they choose their password. It is answered
/// this once.
#[utoipa::path(post, path = paths::USERS, tag = "users", operation_id = "create_user",
    request_body = NewUser,
    params(IdempotencyKey),
    security(("session" = [])),
    responses((status = 201, body = InvitedUser, headers(
            ("ETag" = String, description = "The user’s version"),
            ("Location" = String, description = "The user’s address"))),
        NeedsUser, MayBeMade, MayRefuseInput))]
async fn create(
    State(app): State<App>,
    user: User,
    key: IdempotencyKey,
    Input(new): Input<NewUser>,
) -> Result<Response> {
    let (mut change, user) = app
        .change(user, |user| {
            user.require_editing_users()?;
            user.require_proof(&app)
        })
        .await?;
    let errors = new.check();
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let attempt = key.attempt(app.keys.pepper(), &user, ("user.create", ""), &new);
    let known = attempt.made_before(&mut change).await?;
    let (row, link) = if let Some(made) = known {
        let row = unused(&mut change, &made).await?;
        let link = password_links::make_again(&app, &mut change, &row).await?;
        (row, PasswordLink { superseded: true, ..link })
    } else {
        let row = invite(&app, &mut change, &new).await?;
        let link = password_links::make(&app, &mut change, Some(&row)).await?;
        (row, link)
    };
    attempt.made(&mut change, &row.id, &hash(&link.token)).await?;
    change.commit().await?;
    let location = own_header(&paths::with_id(paths::USER, &row.id));
    let headers = [(header::ETAG, Version::tag(row.version)), (header::LOCATION, location)];
    let invited = InvitedUser { user: user_of(row), link };
    Ok((StatusCode::CREATED, headers, Json(invited)).into_response())
}

async fn invite(app: &App, change: &mut Change, new: &NewUser) -> Result<UserRow> {
    let id = app.clock.new_id("user");
    let row = NewUserRow {
        id: &id,
        email: &new.email,
        name: new.name.trim(),
        level: new.level,
        password_hash: None,
        developer_permissions: &new.developer_permissions,
    };
    let row = add(change, &row).await?;
    row.ok_or_else(|| Error::invalid("/email", "There is a user with this e-mail already."))
}

/// One user.
#[utoipa::path(get, path = paths::USER, tag = "users", operation_id = "read_user",
    params(("id" = String, Path)), security(("session" = [])),
    responses((status = 200, body = UserAnswer,
            headers(("ETag" = String, description = "The user’s version"))),
        NeedsUser, NeedsThing, MayFail))]
async fn read(State(app): State<App>, user: User, Id(id): Id) -> Result<Response> {
    user.require_listing_users()?;
    let row = db::users::read(app.db.read(), &id).await?;
    Ok(answer(row.ok_or(Error::NotFound)?))
}

/// Changes a user's level or developer permissions. Their sessions go on: what they may do is read anew for
/// every request.
#[utoipa::path(patch, path = paths::USER, tag = "users", operation_id = "update_user",
    request_body = UserChanges,
    params(("id" = String, Path),
        ("If-Match" = String, Header, description = "The version this change was made from")),
    security(("session" = [])),
    responses((status = 200, body = UserAnswer,
            headers(("ETag" = String, description = "The user’s new version"))),
        NeedsUser, NeedsThing, NeedsVersion, MayBeSo, MayRefuseInput))]
async fn update(
    State(app): State<App>,
    user: User,
    Id(id): Id,
    version: Version,
    Input(changes): Input<UserChanges>,
) -> Result<Response> {
    let (change, user, old) = begin(&app, user, &id).await?;
    if !version.is(old.version) {
        return Err(Error::Stale);
    }
    let new = apply(&old, &changes)?;
    if new == old {
        return Ok(answer(old));
    }
    if gives(&old, &new) {
        user.require_proof(&app)?;
    }
    let recorded = difference(&old, &new);
    save(change, new, "user.update", recorded).await
}

/// The user can no longer sign in, and is signed out at once. The API keys they made go on working.
#[utoipa::path(post, path = paths::USER_DISABLE, tag = "users", operation_id = "disable_user",
    params(("id" = String, Path)), security(("session" = [])),
    responses((status = 200, body = UserAnswer), NeedsUser, NeedsThing, MayBeSo, MayFail))]
async fn disable(State(app): State<App>, user: User, Id(id): Id) -> Result<Response> {
    let (mut change, _, mut row) = begin(&app, user, &id).await?;
    if row.disabled_at.is_some() {
        return Err(Error::AlreadySo("This user is disabled already."));
    }
    db::password_links::delete_of(&mut change.tx, &row.id).await?;
    let end = (SessionEnd::Disabled, change.now);
    db::sessions::end_all(&mut change.tx, &row.id, None, end).await?;
    row.disabled_at = Some(change.now);
    save(change, row, "user.disable", (None, None)).await
}

/// The user can sign in again, with the password and the permissions they had.
#[utoipa::path(post, path = paths::USER_ENABLE, tag = "users", operation_id = "enable_user",
    params(("id" = String, Path)), security(("session" = [])),
    responses((status = 200, body = UserAnswer), NeedsUser, NeedsThing, MayBeSo, MayFail))]
async fn enable(State(app): State<App>, user: User, Id(id): Id) -> Result<Response> {
    let (change, user, mut row) = begin(&app, user, &id).await?;
    user.require_proof(&app)?;
    if row.disabled_at.is_none() {
        return Err(Error::AlreadySo("This user is enabled already."));
    }
    row.disabled_at = None;
    save(change, row, "user.enable", (None, None)).await
}

/// A new one-time address at which the user chooses a password; it is answered this once, and the one
/// they had is no longer good. Nothing else changes until they use it.
#[utoipa::path(post, path = paths::USER_PASSWORD_LINK, tag = "users",
    operation_id = "create_password_link",
    params(("id" = String, Path), IdempotencyKey),
    security(("session" = [])),
    responses((status = 201, body = PasswordLink), NeedsUser, NeedsThing, MayBeSo, MayFail))]
async fn create_password_link(
    State(app): State<App>,
    user: User,
    Id(id): Id,
    key: IdempotencyKey,
) -> Result<Response> {
    let (mut change, user, row) = begin(&app, user, &id).await?;
    user.require_proof(&app)?;
    if row.disabled_at.is_some() {
        return Err(Error::AlreadySo("This user is disabled. Enable them first."));
    }
    let operation = ("user.create_password_link", id.as_str());
    let attempt = key.attempt(app.keys.pepper(), &user, operation, &());
    let known = attempt.made_before(&mut change).await?;
    if let Some(made) = &known {
        unused(&mut change, made).await?;
    }
    let link = password_links::make_again(&app, &mut change, &row).await?;
    let link = PasswordLink { superseded: known.is_some(), ..link };
    attempt.made(&mut change, &row.id, &hash(&link.token)).await?;
    change.commit().await?;
    Ok((StatusCode::CREATED, Json(link)).into_response())
}

/// Signs the user out everywhere. Nothing else changes: they can sign in again.
#[utoipa::path(delete, path = paths::USER_SESSIONS, tag = "users",
    operation_id = "end_user_sessions", params(("id" = String, Path)),
    security(("session" = [])),
    responses((status = 204, description = "The user is signed in nowhere"), NeedsUser,
        NeedsThing, MayBeSo, MayFail))]
async fn end_sessions(State(app): State<App>, user: User, Id(id): Id) -> Result<StatusCode> {
    let (mut change, _, row) = begin(&app, user, &id).await?;
    let end = (SessionEnd::SignedOut, change.now);
    let ended = db::sessions::end_all(&mut change.tx, &row.id, None, end).await?;
    if ended > 0 {
        let (before, after) = (json!({ "sessions": ended }), json!({ "sessions": 0 }));
        change.record("session.end", &subject(&row), Some(before), Some(after)).await?;
        change.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The credentials a user made, newest first unless `sort` says otherwise: they go on working when their maker is disabled.
#[utoipa::path(get, path = paths::USER_CREDENTIALS, tag = "users",
    operation_id = "list_user_credentials", params(("id" = String, Path), MadeFilter),
    security(("session" = [])),
    responses((status = 200, body = Page<MadeCredential>), NeedsUser, NeedsThing, MayFail))]
async fn list_credentials(
    State(app): State<App>,
    user: User,
    Id(id): Id,
    Parameters(filter): Parameters<MadeFilter>,
) -> Result<Json<Page<MadeCredential>>> {
    user.require_listing_users()?;
    let owner = db::users::read(app.db.read(), &id).await?.ok_or(Error::NotFound)?;
    let sort = filter.sort.unwrap_or_default();
    let after = filter.cursor.as_deref();
    let after = after.map(|text| cursor_from_text(sort.as_str(), text)).transpose()?;
    let limit = Limit::of(filter.limit)?;
    let (id, fetched) = (&owner.id, limit.fetched());
    let total = db::credentials::count_made_by(&app.db, id).await?;
    let rows = db::credentials::list_made_by(&app.db, id, sort, after.as_ref(), fetched).await?;
    let cursor = |row: &CredentialRow| cursor_to_text(sort.as_str(), &Cursor::of(row));
    Ok(Json(limit.page(rows, total, cursor, made)))
}
