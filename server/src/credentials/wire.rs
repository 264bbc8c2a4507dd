//! A credential as it is answered, and the texts that stand for its version and its place in the list.

use api::credentials::Credential;
use api::partners::PartnerId;
use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use crate::AppState;
use crate::clock::{Millis, rfc3339};
use crate::db::credentials::CredentialRow;
use crate::input::Version;

/// The credential with its version.
pub(super) fn answer(app: &AppState, row: CredentialRow) -> Response {
    ([(header::ETAG, Version::tag(row.version))], Json(credential(app, row))).into_response()
}

/// The row as everyone who may manage it sees it.
pub(super) fn credential(app: &AppState, row: CredentialRow) -> Credential {
    let time = |at: Option<Millis>| at.map(rfc3339);
    let (last_used_at, last_used_address) = last_use(app, &row).unzip();
    Credential {
        status: row.status(),
        api_type: row.api_type,
        partner: PartnerId(row.partner),
        description: row.description,
        key_hint: row.key_hint,
        stored_at: time(row.stored_at),
        created_at: rfc3339(row.created_at),
        created_by: row.created_by,
        last_used_at: time(last_used_at),
        last_used_address: last_used_address.flatten(),
        revoked_at: time(row.revoked_at),
        permissions: app.catalogue.catalogue.ids_of(&row.permissions),
        version: row.version.unsigned_abs(),
        id: row.id,
    }
}

/// When the key was used last, and from where: what is written down, or what is not yet.
fn last_use(app: &AppState, row: &CredentialRow) -> Option<(Millis, Option<String>)> {
    let unsaved = app.usage.unsaved(&row.secret_id).into_iter().filter(|one| !one.outcome.denied);
    let unsaved = unsaved.map(|one| (one.last_at, Some(one.last_address.to_string())));
    let saved = row.last_used_at.map(|at| (at, row.last_used_address.clone()));
    let last = saved.into_iter().chain(unsaved).max_by_key(|(at, _)| *at);
    // What a clock that was ahead has written down is no later than now.
    last.map(|(at, address)| (at.min(app.clock.now()), address))
}
