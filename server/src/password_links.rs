//! Password links: one-time addresses at which a person chooses a password. Making them is an admin's
//! (`users`) or the program's (`start`, `cli`); here is the side of whoever was handed one.

use api::error::{FieldError, SessionEnd};
use api::password_links::{
    ChosenPassword, PasswordLink, PasswordLinkFacts, PasswordLinkKind, PasswordLinkToken,
};
use api::paths;
use api::session::SessionState;
use api::users::{DeveloperPermission, Level, Person, check_email, check_name};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::account::check_new_password;
use crate::change::{Actor, Change, Subject};
use crate::clock::{Millis, rfc3339};
use crate::db;
use crate::db::password_links::PasswordLinkRow;
use crate::db::users::{NewUserRow, UserRow};
use crate::error::{Error, Result};
use crate::input::Input;
use crate::openapi::{MayRefuseInput, NeedsLink};
use crate::session::cookies::{Token, hash};
use crate::session::{Caller, open, state};
use crate::{App, users};

/// How long the link of the first Site Admin is good.
const FIRST: Millis = 15 * 60 * 1000;
/// How long any other link is good.
const HANDED_OVER: Millis = 72 * 60 * 60 * 1000;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read)).routes(routes!(choose))
}

/// Makes the link of this user, in place of the one they had; or one for the first Site Admin.
pub(crate) async fn make(
    app: &App,
    change: &mut Change,
    user: Option<&UserRow>,
) -> db::Result<PasswordLink> {
    let (kind, good_for) = match user {
        None => (PasswordLinkKind::FirstSiteAdmin, FIRST),
        Some(user) if user.has_password => (PasswordLinkKind::PasswordReset, HANDED_OVER),
        Some(_) => (PasswordLinkKind::Invitation, HANDED_OVER),
    };
    let token = Token::make(&app.clock);
    let expires_at = change.now + good_for;
    let user_id = user.map(|user| user.id.clone());
    let row = PasswordLinkRow { kind, user_id, expires_at };
    let now = change.now;
    db::password_links::create(&mut change.tx, &token.hash(), &row, now).await?;
    let token = token.text().to_owned();
    Ok(PasswordLink { kind, token, expires_at: rfc3339(expires_at), superseded: false })
}

/// Makes another link of a user who is there, and puts that on record.
pub(crate) async fn make_again(
    app: &App,
    change: &mut Change,
    user: &UserRow,
) -> db::Result<PasswordLink> {
    let link = make(app, change, Some(user)).await?;
    let subject = Subject { kind: "user", id: &user.id, name: &user.name };
    let after = json!({ "kind": link.kind, "expires_at": link.expires_at });
    change.record("user.create_password_link", &subject, None, Some(after)).await?;
    Ok(link)
}

/// The address of a link: what stands behind `#` is never sent to a server, and so is in no log.
pub fn address(console: &str, token: &str) -> String {
    format!("{}/choose_password#{token}", console.trim_end_matches('/'))
}

/// What a link is for. It is not used up by this.
#[utoipa::path(post, path = paths::PASSWORD_LINK_READ, tag = "password_links",
    operation_id = "read_password_link", request_body = PasswordLinkToken,
    responses((status = 200, body = PasswordLinkFacts), NeedsLink, MayRefuseInput))]
async fn read(
    State(app): State<App>,
    Input(asked): Input<PasswordLinkToken>,
) -> Result<Json<PasswordLinkFacts>> {
    let (link, user) = find(&app, &hash(&asked.token)).await?;
    Ok(Json(PasswordLinkFacts {
        kind: link.kind,
        user: user.map(|row| Person { user_id: row.id, name: row.name, email: row.email }),
        expires_at: rfc3339(link.expires_at),
    }))
}

/// Chooses the password, uses the link up, and signs the person in. Everywhere else they are signed out.
#[utoipa::path(post, path = paths::PASSWORD_LINK_USE, tag = "password_links",
    operation_id = "use_password_link", request_body = ChosenPassword,
    responses((status = 200, body = SessionState), NeedsLink, MayRefuseInput))]
async fn choose(
    State(app): State<App>,
    caller: Caller,
    Input(chosen): Input<ChosenPassword>,
) -> Result<Response> {
    let token_hash = hash(&chosen.token);
    let (_, user) = find(&app, &token_hash).await?;
    let user = match user {
        Some(user) => {
            check_whose(&chosen)?;
            user
        }
        None => first_site_admin(&app, &chosen)?,
    };
    check_new_password(&app, &user, "/password", &chosen.password)?;
    let password_hash = app.passwords.hash(chosen.password, app.clock.random()).await?;
    let mut change = app.change_as(Actor::user(&user, &caller)).await?;
    let now = change.now;
    // Of two who use the link at once, one gets it.
    let link = db::password_links::take(&mut change.tx, &token_hash, now).await?;
    let user = match link.ok_or(Error::NotFound)?.user_id {
        None => create_first(&mut change, &user, &password_hash).await?,
        Some(id) => {
            let user = db::users::read(&mut *change.tx, &id).await?.ok_or(Error::NotFound)?;
            replace_password(&mut change, user, &password_hash).await?
        }
    };
    let headers = open(&app, &mut change, &user, &caller).await?;
    change.commit().await?;
    Ok((headers, Json(state(&app, Some(user)).await?)).into_response())
}

/// The link of this token and whose it is. One for the first Site Admin is good as long as there is none.
async fn find(app: &App, token_hash: &str) -> Result<(PasswordLinkRow, Option<UserRow>)> {
    let now = app.clock.now();
    let link = db::password_links::read(app.db.read(), token_hash, now).await?;
    let link = link.ok_or(Error::NotFound)?;
    let user = match &link.user_id {
        Some(id) => {
            let user = db::users::read(app.db.read(), id).await?;
            Some(user.filter(|user| user.disabled_at.is_none()).ok_or(Error::NotFound)?)
        }
        None if db::users::any(app.db.read()).await? => return Err(Error::NotFound),
        None => None,
    };
    Ok((link, user))
}

/// Who is known already does not say who they are.
fn check_whose(chosen: &ChosenPassword) -> Result<()> {
    let said = [("/name", &chosen.name), ("/email", &chosen.email)];
    let said = said.into_iter().filter(|(_, said)| said.is_some());
    let errors: Vec<_> =
        said.map(|(pointer, _)| FieldError::new(pointer, "This is known already.")).collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Who the first Site Admin says they are.
fn first_site_admin(app: &App, chosen: &ChosenPassword) -> Result<UserRow> {
    let name = chosen.name.as_deref().unwrap_or_default().trim();
    let email = chosen.email.as_deref().unwrap_or_default().trim();
    let errors: Vec<_> = [check_name(name), check_email(email)].into_iter().flatten().collect();
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    Ok(UserRow {
        id: app.clock.new_id("user"),
        email: email.to_lowercase(),
        name: name.to_owned(),
        level: Level::SiteAdmin,
        developer_permissions: FIRST_MAY.to_vec(),
        has_password: true,
        disabled_at: None,
        created_at: app.clock.now(),
        last_sign_in_at: None,
        version: 1,
    })
}

/// What the first Site Admin holds, and one made on the command line.
pub(crate) const FIRST_MAY: &[DeveloperPermission] =
    &[DeveloperPermission::ManageAllApiCredentials, DeveloperPermission::EditAdvancedPermissions];

async fn create_first(change: &mut Change, user: &UserRow, password_hash: &str) -> Result<UserRow> {
    if db::users::any(&mut *change.tx).await? {
        return Err(Error::NotFound);
    }
    // Another replica may have printed one too.
    db::password_links::delete_first(&mut change.tx).await?;
    let new = NewUserRow {
        id: &user.id,
        email: &user.email,
        name: &user.name,
        level: user.level,
        password_hash: Some(password_hash),
        developer_permissions: &user.developer_permissions,
    };
    users::add(change, &new).await?.ok_or(Error::NotFound)
}

async fn replace_password(
    change: &mut Change,
    user: UserRow,
    password_hash: &str,
) -> Result<UserRow> {
    // Disabling a user ends their link, so whoever has got it is enabled.
    db::users::set_password(&mut change.tx, &user.id, password_hash).await?;
    let end = (SessionEnd::PasswordChanged, change.now);
    db::sessions::end_all(&mut change.tx, &user.id, None, end).await?;
    let subject = Subject { kind: "user", id: &user.id, name: &user.name };
    change.record("user.choose_password", &subject, None, None).await?;
    Ok(user)
}
