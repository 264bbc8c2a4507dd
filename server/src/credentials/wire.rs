//! A credential as it is answered, and the texts that stand for its version and its place in the list.

use api::credentials::{Credential, Status};
use api::partners::PartnerId;
use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use crate::AppState;
use crate::clock::{Millis, rfc3339};
use crate::db::credentials::{CredentialRow, Cursor};
use crate::error::{Error, Result};

/// The credential with its version.
pub(super) fn answer(app: &AppState, row: CredentialRow) -> Response {
    ([(header::ETAG, etag(&row))], Json(credential(app, row))).into_response()
}

/// The row as everyone who may manage it sees it.
pub(super) fn credential(app: &AppState, row: CredentialRow) -> Credential {
    let time = |at: Option<Millis>| at.map(rfc3339);
    Credential {
        api_type: row.api_type,
        partner: PartnerId(row.partner),
        description: row.description,
        key_hint: row.key_hint,
        status: if row.revoked_at.is_some() { Status::Revoked } else { Status::Active },
        stored_at: time(row.stored_at),
        created_at: rfc3339(row.created_at),
        created_by: row.created_by,
        last_used_at: time(row.last_used_at),
        revoked_at: time(row.revoked_at),
        permissions: app.catalogue.catalogue.ids_of(&row.permissions),
        version: row.version.unsigned_abs(),
        id: row.id,
    }
}

/// The version as it stands in `ETag`.
pub(super) fn etag(row: &CredentialRow) -> HeaderValue {
    text(&format!("\"{}\"", row.version))
}

/// A header of our own making.
pub(super) fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).expect("ids and versions are ASCII")
}

/// The list goes on behind this row.
pub(super) fn cursor_to_text(row: &CredentialRow) -> String {
    format!("{}-{}", row.created_at, row.id)
}

/// See [`cursor_to_text`].
pub(super) fn cursor_from_text(text: &str) -> Result<Cursor> {
    let cursor = text.split_once('-').and_then(|(created_at, id)| {
        Some(Cursor { created_at: created_at.parse().ok()?, id: id.to_owned() })
    });
    cursor.ok_or_else(|| Error::Malformed("the cursor is none of ours".to_owned()))
}
