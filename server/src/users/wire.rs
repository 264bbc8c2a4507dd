//! A user as they are answered.

use api::credentials::CredentialSort;
use api::users::{MadeCredential, User, UserStatus};
use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use crate::clock::rfc3339;
use crate::db::credentials::CredentialRow;
use crate::db::users::UserRow;
use crate::input::Version;

/// How much of the credentials a user made is asked for.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MadeFilter {
    /// In which order; the newest first when left out.
    pub sort: Option<CredentialSort>,
    /// `next` of the page before, in the same order.
    pub cursor: Option<String>,
    /// How many at most, 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// The user with their version.
pub(crate) fn answer(row: UserRow) -> Response {
    ([(header::ETAG, Version::tag(row.version))], Json(user_of(row))).into_response()
}

/// The row as Site Admins see it.
pub(super) fn user_of(row: UserRow) -> User {
    let status = match (row.disabled_at, row.has_password) {
        (Some(_), _) => UserStatus::Disabled,
        (None, false) => UserStatus::Invited,
        (None, true) => UserStatus::Active,
    };
    User {
        user_id: row.id,
        name: row.name,
        email: row.email,
        level: row.level,
        developer_permissions: row.developer_permissions,
        status,
        created_at: rfc3339(row.created_at),
        last_sign_in_at: row.last_sign_in_at.map(rfc3339),
        version: row.version.unsigned_abs(),
    }
}

pub(super) fn made(row: CredentialRow) -> MadeCredential {
    MadeCredential {
        status: row.status(),
        credential_id: row.id,
        description: row.description,
        api_type: row.api_type,
        created_at: rfc3339(row.created_at),
    }
}
