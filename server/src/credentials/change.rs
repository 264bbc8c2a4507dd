//! The steps that the changes of a credential have in common.

use api::credentials::{ApiType, CreatedCredential, CredentialChanges};
use api::error::FieldError;
use api::paths;
use api::permissions::PermissionSet;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::wire::{answer, credential};
use crate::change::{Change, Subject};
use crate::db;
use crate::db::credentials::{CredentialRow, NewCredentialRow};
use crate::db::idempotency::Known;
use crate::error::{Error, Result};
use crate::idempotency::Attempt;
use crate::input::{Version, own_header};
use crate::keys::ApiKey;
use crate::session::User;
use crate::{App, AppState};

/// A credential that is about to be issued, checked.
pub(super) struct Wanted {
    pub api_type: ApiType,
    pub partner: String,
    pub description: String,
    pub permissions: PermissionSet,
    /// The credential whose key was lost.
    pub replaces: Option<String>,
}

/// Makes the credential and its key, and answers both: the only time the key leaves this program.
pub(super) async fn issue(
    app: &App,
    user: &User,
    mut change: Change,
    wanted: Wanted,
    attempt: &Attempt,
) -> Result<Response> {
    if let Some(made) = attempt.made_before(&mut change).await? {
        return supersede(app, change, made, attempt).await;
    }
    let key = ApiKey::make(&app.clock, wanted.api_type);
    let new = NewCredentialRow {
        id: app.clock.new_id("cred"),
        api_type: wanted.api_type,
        partner: wanted.partner,
        description: wanted.description,
        permissions: wanted.permissions,
        created_at: app.clock.now(),
        created_by: Some(user.row.id.clone()),
        secret_id: app.clock.new_id("secret"),
        hash: app.keys.pepper().hash(&key),
        key_hint: key.hint().to_owned(),
    };
    db::credentials::create(&mut change.tx, &new).await?;
    let after = json!({
        "api_type": new.api_type,
        "partner": new.partner,
        "description": new.description,
        "key_hint": new.key_hint,
        "permissions": app.catalogue.catalogue.ids_of(&new.permissions),
        "replaces": wanted.replaces,
    });
    let subject = Subject { kind: "credential", id: &new.id, name: &new.description };
    change.record("credential.create", &subject, None, Some(after)).await?;
    let row = db::credentials::read(&mut *change.tx, &new.id).await?.ok_or(Error::NotFound)?;
    attempt.made(&mut change, &new.id, &new.hash.to_hex()).await?;
    change.touches_credential(&new.id);
    change.touches_keys_of(&new.id);
    change.commit().await?;
    Ok(created(app, row, key, false))
}

/// The credential was made before, and the answer that had its key was lost: it gets another key, and the
/// one that nobody has seen is dead. A key that somebody may have stays as it is.
async fn supersede(
    app: &App,
    mut change: Change,
    made: Known,
    attempt: &Attempt,
) -> Result<Response> {
    let already = || Error::AlreadyMade(paths::with_id(paths::CREDENTIAL, &made.made_id));
    let row = db::credentials::read(&mut *change.tx, &made.made_id).await?.ok_or_else(already)?;
    let told = row.stored_at.is_some() || row.revoked_at.is_some();
    if told || !app.usage.unsaved(&row.secret_id).is_empty() {
        return Err(already());
    }
    let key = ApiKey::make(&app.clock, row.api_type);
    let (old, new) = (made.made_hash.as_str(), app.keys.pepper().hash(&key));
    let secret = (row.secret_id.as_str(), key.hint());
    if !db::secrets::supersede(&mut change.tx, secret, (old, &new), change.now).await? {
        return Err(already());
    }
    if !db::credentials::update(&mut change.tx, &row).await? {
        return Err(Error::Stale);
    }
    let subject = Subject { kind: "credential", id: &row.id, name: &row.description };
    let (before, after) = (json!({ "key_hint": row.key_hint }), json!({ "key_hint": key.hint() }));
    change.record("credential.supersede_key", &subject, Some(before), Some(after)).await?;
    attempt.made(&mut change, &row.id, &new.to_hex()).await?;
    let row = db::credentials::read(&mut *change.tx, &row.id).await?.ok_or_else(already)?;
    change.touches_credential(&row.id);
    change.touches_keys_of(&row.id);
    change.ends_key(old);
    change.commit().await?;
    Ok(created(app, row, key, true))
}

fn created(app: &App, row: CredentialRow, key: ApiKey, superseded: bool) -> Response {
    let location = paths::with_id(paths::CREDENTIAL, &row.id);
    let headers =
        [(header::ETAG, Version::tag(row.version)), (header::LOCATION, own_header(&location))];
    let credential = credential(app, row);
    let created = CreatedCredential { credential, api_key: key.reveal(), superseded };
    (StatusCode::CREATED, headers, Json(created)).into_response()
}

/// Begins a change of a credential that this person may see, and gives both as they are inside it.
pub(super) async fn begin(
    app: &App,
    user: User,
    id: &str,
) -> Result<(Change, User, CredentialRow)> {
    let (mut change, user) = app.change(user, |user| user.require_api_types().map(drop)).await?;
    let types = user.require_api_types()?;
    let row = db::credentials::read(&mut *change.tx, id).await?;
    let row = visible(row, types)?;
    Ok((change, user, row))
}

/// What a person may not see does not exist for them.
pub(crate) fn visible(row: Option<CredentialRow>, types: &[ApiType]) -> Result<CredentialRow> {
    row.filter(|row| types.contains(&row.api_type)).ok_or(Error::NotFound)
}

/// Writes the row and its change-log entry, and answers the credential as it is then.
pub(super) async fn save(
    app: &App,
    mut change: Change,
    mut row: CredentialRow,
    action: &'static str,
    (before, after): (Option<Value>, Option<Value>),
) -> Result<Response> {
    if !db::credentials::update(&mut change.tx, &row).await? {
        return Err(Error::Stale);
    }
    row.version += 1;
    let subject = Subject { kind: "credential", id: &row.id, name: &row.description };
    change.record(action, &subject, before, after).await?;
    change.touches_credential(&row.id);
    change.commit().await?;
    Ok(answer(app, row))
}

/// Puts the changes into the row, or says which of them break a rule.
pub(super) fn apply(
    app: &AppState,
    row: &mut CredentialRow,
    changes: &CredentialChanges,
) -> Result<()> {
    let mut errors = changes.check();
    if let Some(ids) = &changes.permissions {
        match app.catalogue.catalogue.set_of(ids) {
            Err(position) => errors.push(FieldError::new(
                format!("/permissions/{position}"),
                "This permission is not in the catalogue.",
            )),
            Ok(set) if row.api_type != ApiType::Harvest && !set.is_empty() => errors.push(
                FieldError::new("/permissions", "Only Harvest credentials have permissions."),
            ),
            Ok(set) => row.permissions = set,
        }
    }
    if let Some(description) = &changes.description {
        description.trim().clone_into(&mut row.description);
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Only what differs, as it was and as it is.
pub(super) fn difference(
    app: &AppState,
    old: &CredentialRow,
    new: &CredentialRow,
) -> (Value, Value) {
    let catalogue = &app.catalogue.catalogue;
    let (mut before, mut after) = (json!({}), json!({}));
    if old.description != new.description {
        before["description"] = json!(old.description);
        after["description"] = json!(new.description);
    }
    if old.permissions != new.permissions {
        before["permissions"] = json!(catalogue.ids_of(&old.permissions));
        after["permissions"] = json!(catalogue.ids_of(&new.permissions));
    }
    (before, after)
}
