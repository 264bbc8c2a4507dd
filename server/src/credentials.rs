//! The credentials of the admin API.

mod change;
pub mod search;
mod wire;

use api::Page;
use api::credentials::{
    ApiType, CreatedCredential, Credential, CredentialChanges, CredentialFilter, NewCredential,
    Status,
};
use api::error::FieldError;
use api::paths;
use api::permissions::PermissionSet;
use api::session::api_types;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use self::change::visible;
use self::change::{Wanted, apply, begin, difference, issue, save};
use self::wire::{answer, credential};
use crate::App;
use crate::db;
use crate::db::credentials::{CredentialRow, Cursor};
use crate::error::{Error, Result};
use crate::idempotency::IdempotencyKey;
use crate::input::{Id, Input, Parameters, Version};
use crate::openapi::{
    MayBeMade, MayBeSo, MayFail, MayRefuseInput, NeedsQuery, NeedsThing, NeedsUser, NeedsVersion,
};
use crate::paging::{Limit, cursor_from_text, cursor_to_text};
use crate::session::User;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, update))
        .routes(routes!(store))
        .routes(routes!(revoke))
        .routes(routes!(re_enable))
        .routes(routes!(replace))
}

impl User {
    /// The API types this person may manage, or the refusal of someone without a developer permission.
    pub(crate) fn require_api_types(&self) -> Result<&'static [ApiType]> {
        match api_types(&self.row.developer_permissions) {
            [] => Err(Error::Forbidden("This takes a developer permission for API credentials.")),
            types => Ok(types),
        }
    }
}

/// The credentials this person may see, newest first unless `sort` says otherwise.
#[utoipa::path(get, path = paths::CREDENTIALS, tag = "credentials",
    operation_id = "list_credentials", params(CredentialFilter), security(("session" = [])),
    responses((status = 200, body = Page<Credential>),
        NeedsQuery, NeedsUser, MayFail))]
async fn list(
    State(app): State<App>,
    user: User,
    Parameters(filter): Parameters<CredentialFilter>,
) -> Result<Json<Page<Credential>>> {
    let types = user.require_api_types()?;
    let sort = filter.sort.unwrap_or_default().as_str();
    let after = filter.cursor.as_deref().map(|text| cursor_from_text(sort, text)).transpose()?;
    let limit = Limit::of(filter.limit)?;
    let fetched = limit.fetched();
    let (rows, total) = app.search.list(types, filter, after, fetched).await?;
    let cursor = |row: &CredentialRow| cursor_to_text(sort, &Cursor::of(row));
    Ok(Json(limit.page(rows, total, cursor, |row| credential(&app, row))))
}

/// A new credential and its API key, which is answered this once. A listed partner's preset is granted.
#[utoipa::path(post, path = paths::CREDENTIALS, tag = "credentials",
    operation_id = "create_credential", request_body = NewCredential,
    params(IdempotencyKey),
    security(("session" = [])),
    responses((status = 201, body = CreatedCredential, headers(
            ("ETag" = String, description = "The credential’s version"),
            ("Location" = String, description = "The credential’s address"))),
        NeedsUser, MayBeMade, MayRefuseInput))]
async fn create(
    State(app): State<App>,
    user: User,
    key: IdempotencyKey,
    Input(new): Input<NewCredential>,
) -> Result<Response> {
    let (change, user) = app
        .change(user, |user| {
            if !user.require_api_types()?.contains(&new.api_type) {
                return Err(Error::Forbidden("You may only create Job Board credentials."));
            }
            user.require_proof(&app)
        })
        .await?;
    let mut errors = new.check();
    let catalogue = &app.catalogue.catalogue;
    let partner = catalogue.partner(&new.partner.0);
    if partner.is_none() {
        errors.push(FieldError::new("/partner", "Choose one of the partners offered."));
    }
    let Some(partner) = partner.filter(|_| errors.is_empty()) else {
        return Err(Error::Invalid(errors));
    };
    let preset = catalogue.set_of(&partner.preset).unwrap_or_default();
    let permissions = if new.api_type == ApiType::Harvest { preset } else { PermissionSet::EMPTY };
    let attempt = key.attempt(app.keys.pepper(), &user, ("credential.create", ""), &new);
    let wanted = Wanted {
        api_type: new.api_type,
        partner: new.partner.0,
        description: new.description.trim().to_owned(),
        permissions,
        replaces: None,
    };
    issue(&app, &user, change, wanted, &attempt).await
}

/// One credential.
#[utoipa::path(get, path = paths::CREDENTIAL, tag = "credentials",
    operation_id = "read_credential", params(("id" = String, Path)), security(("session" = [])),
    responses((status = 200, body = Credential,
            headers(("ETag" = String, description = "The credential’s version"))),
        NeedsUser, NeedsThing, MayFail))]
async fn read(State(app): State<App>, user: User, Id(id): Id) -> Result<Response> {
    let types = user.require_api_types()?;
    let row = db::credentials::read(app.db.read(), &id).await?;
    Ok(answer(&app, visible(row, types)?))
}

/// Changes the description or the permissions; the new permissions count for the next call.
#[utoipa::path(patch, path = paths::CREDENTIAL, tag = "credentials",
    operation_id = "update_credential", request_body = CredentialChanges,
    params(("id" = String, Path),
        ("If-Match" = String, Header, description = "The version this change was made from")),
    security(("session" = [])),
    responses((status = 200, body = Credential,
            headers(("ETag" = String, description = "The credential’s new version"))),
        NeedsUser, NeedsThing, NeedsVersion, MayRefuseInput))]
async fn update(
    State(app): State<App>,
    user: User,
    Id(id): Id,
    version: Version,
    Input(changes): Input<CredentialChanges>,
) -> Result<Response> {
    let (mut change, user, row) = begin(&app, user, &id).await?;
    if !version.is(row.version) {
        return Err(Error::Stale);
    }
    let mut new = row.clone();
    apply(&app, &mut new, &changes)?;
    let (before, after) = difference(&app, &row, &new);
    if before == after {
        return Ok(answer(&app, row));
    }
    let recorded = (Some(before), Some(after));
    if row.permissions != new.permissions {
        user.require_proof(&app)?;
        change.touches_keys_of(&id);
    }
    save(&app, change, new, "credential.update", recorded).await
}

/// The person says that the API key is stored in a safe place.
#[utoipa::path(post, path = paths::CREDENTIAL_STORE, tag = "credentials",
    operation_id = "store_credential", params(("id" = String, Path)), security(("session" = [])),
    responses((status = 200, body = Credential), NeedsUser, NeedsThing, MayBeSo, MayFail))]
async fn store(State(app): State<App>, user: User, Id(id): Id) -> Result<Response> {
    let (change, _, mut row) = begin(&app, user, &id).await?;
    if row.stored_at.is_some() {
        return Err(Error::AlreadySo("This API key was confirmed as stored already."));
    }
    row.stored_at = Some(change.now);
    save(&app, change, row, "credential.store", (None, None)).await
}

/// Ends the API key's access, for everyone who has it. A call sent after the answer is refused.
#[utoipa::path(post, path = paths::CREDENTIAL_REVOKE, tag = "credentials",
    operation_id = "revoke_credential", params(("id" = String, Path)), security(("session" = [])),
    responses((status = 200, body = Credential), NeedsUser, NeedsThing, MayBeSo, MayFail))]
async fn revoke(State(app): State<App>, user: User, Id(id): Id) -> Result<Response> {
    let (mut change, _, mut row) = begin(&app, user, &id).await?;
    if row.revoked_at.is_some() {
        return Err(Error::AlreadySo("This credential is revoked already."));
    }
    row.revoked_at = Some(change.now);
    change.touches_keys_of(&id);
    let recorded =
        (Some(json!({ "status": Status::Active })), Some(json!({ "status": Status::Revoked })));
    save(&app, change, row, "credential.revoke", recorded).await
}

/// Makes a revoked API key work again: the same key, with the permissions it had.
#[utoipa::path(post, path = paths::CREDENTIAL_RE_ENABLE, tag = "credentials",
    operation_id = "re_enable_credential", params(("id" = String, Path)),
    security(("session" = [])),
    responses((status = 200, body = Credential), NeedsUser, NeedsThing, MayBeSo, MayFail))]
async fn re_enable(State(app): State<App>, user: User, Id(id): Id) -> Result<Response> {
    let (mut change, user, mut row) = begin(&app, user, &id).await?;
    if row.revoked_at.is_none() {
        return Err(Error::AlreadySo("This credential is active already."));
    }
    user.require_proof(&app)?;
    row.revoked_at = None;
    change.touches_keys_of(&id);
    let recorded =
        (Some(json!({ "status": Status::Revoked })), Some(json!({ "status": Status::Active })));
    save(&app, change, row, "credential.re_enable", recorded).await
}

/// A new credential with the same type, partner, description and permissions, for a key that was lost.
/// The old one stays as it is until it is revoked.
#[utoipa::path(post, path = paths::CREDENTIAL_REPLACE, tag = "credentials",
    operation_id = "replace_credential",
    params(("id" = String, Path), IdempotencyKey),
    security(("session" = [])),
    responses((status = 201, body = CreatedCredential, headers(
            ("ETag" = String, description = "The credential’s version"),
            ("Location" = String, description = "The credential’s address"))),
        NeedsUser, NeedsThing, MayBeMade, MayFail))]
async fn replace(
    State(app): State<App>,
    user: User,
    Id(id): Id,
    key: IdempotencyKey,
) -> Result<Response> {
    let (change, user, row) = begin(&app, user, &id).await?;
    user.require_proof(&app)?;
    // One that was kept before such characters were refused is not copied with them.
    let cleaned = Some(api::text::cleaned(&row.description)).filter(|it| !api::text::is_blank(it));
    let attempt = key.attempt(app.keys.pepper(), &user, ("credential.replace", &id), &());
    let wanted = Wanted {
        api_type: row.api_type,
        partner: row.partner,
        description: cleaned.unwrap_or_else(|| "Replacement".to_owned()),
        permissions: row.permissions,
        replaces: Some(row.id),
    };
    issue(&app, &user, change, wanted, &attempt).await
}
