//! A person's own account: the name they are shown under, and their password.

use api::error::SessionEnd;
use api::paths;
use api::session::PasswordChange;
use api::users::{AccountChanges, User as UserAnswer, check_name};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::change::Subject;
use crate::db::users::UserRow;
use crate::error::{Error, Result};
use crate::input::{Input, Version};
use crate::openapi::{
    MayBeThrottled, MayFail, MayRefuseInput, NeedsPassword, NeedsUser, NeedsVersion,
};
use crate::session::{User, check_password, replace};
use crate::users::answer;
use crate::{App, db, passwords};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read, update)).routes(routes!(change_password))
}

/// The person's own account.
#[utoipa::path(get, path = paths::ACCOUNT, tag = "account", operation_id = "read_account",
    security(("session" = [])),
    responses((status = 200, body = UserAnswer,
            headers(("ETag" = String, description = "The account’s version"))),
        NeedsUser, MayFail))]
async fn read(user: User) -> Response {
    answer(user.row)
}

/// Changes the name the person is shown under. What they may do, others change.
#[utoipa::path(patch, path = paths::ACCOUNT, tag = "account", operation_id = "update_account",
    request_body = AccountChanges,
    params(("If-Match" = String, Header, description = "The version this change was made from")),
    security(("session" = [])),
    responses((status = 200, body = UserAnswer,
            headers(("ETag" = String, description = "The account’s new version"))),
        NeedsUser, NeedsVersion, MayRefuseInput))]
async fn update(
    State(app): State<App>,
    user: User,
    version: Version,
    Input(changes): Input<AccountChanges>,
) -> Result<Response> {
    if let Some(error) = check_name(&changes.name) {
        return Err(Error::Invalid(vec![error]));
    }
    let (mut change, user) = app.change(user, |_| Ok(())).await?;
    let old = user.row;
    if !version.is(old.version) {
        return Err(Error::Stale);
    }
    let mut new = old.clone();
    changes.name.trim().clone_into(&mut new.name);
    if new == old {
        return Ok(answer(old));
    }
    if !db::users::update(&mut change.tx, &new, change.now).await? {
        return Err(Error::Stale);
    }
    new.version += 1;
    let (before, after) = (json!({ "name": old.name }), json!({ "name": new.name }));
    let subject = Subject { kind: "user", id: &new.id, name: &new.name };
    change.record("user.update", &subject, Some(before), Some(after)).await?;
    change.commit().await?;
    Ok(answer(new))
}

/// A new password in place of the current one. Everywhere else the person is signed out.
#[utoipa::path(post, path = paths::ACCOUNT_PASSWORD, tag = "account",
    operation_id = "change_password", request_body = PasswordChange, security(("session" = [])),
    responses((status = 204, description = "The new password counts"), NeedsUser, NeedsPassword,
        MayBeThrottled, MayRefuseInput))]
async fn change_password(
    State(app): State<App>,
    user: User,
    Input(typed): Input<PasswordChange>,
) -> Result<Response> {
    let PasswordChange { current_password, new_password } = typed;
    let same = current_password == new_password;
    check_password(&app, &user, "/current_password", current_password).await?;
    if same {
        return Err(Error::invalid("/new_password", "This is your password. Choose another."));
    }
    check_new_password(&app, &user.row, "/new_password", &new_password)?;
    let hash = app.passwords.hash(new_password, app.clock.random()).await?;
    // Somebody who chose another password meanwhile has ended this session, so the current one still is.
    let (mut change, user) = app.change(user, |_| Ok(())).await?;
    let row = &user.row;
    db::users::set_password(&mut change.tx, &row.id, &hash).await?;
    let except = Some(user.session_id.as_str());
    let end = (SessionEnd::PasswordChanged, change.now);
    db::sessions::end_all(&mut change.tx, &row.id, except, end).await?;
    db::password_links::delete_of(&mut change.tx, &row.id).await?;
    let subject = Subject { kind: "user", id: &row.id, name: &row.name };
    change.record("user.change_password", &subject, None, None).await?;
    let mut headers = HeaderMap::new();
    replace(&app, &mut change, &user, &mut headers).await?;
    change.commit().await?;
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// Refuses a password that is too easy to guess for this user, and says so of the field it came in.
pub(crate) fn check_new_password(
    app: &App,
    user: &UserRow,
    pointer: &str,
    password: &str,
) -> Result<()> {
    let about = [&user.name, &user.email, app.organization.as_str()];
    let refusal = passwords::refusal(password, &about);
    refusal.map_or(Ok(()), |detail| Err(Error::invalid(pointer, detail)))
}
