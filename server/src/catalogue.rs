//! The catalogue as a document: the same bytes for everybody, so they are made once.

use api::catalogue::Catalogue;
use api::paths;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::error::Result;
use crate::keys::hex;
use crate::openapi::{MayFail, NeedsUser};
use crate::session::User;

/// The catalogue, and as it is answered.
#[derive(Debug)]
pub struct Document {
    pub catalogue: Catalogue,
    json: Bytes,
    etag: HeaderValue,
}

impl Document {
    pub fn new() -> Self {
        let catalogue = Catalogue::new();
        let json = serde_json::to_vec(&catalogue).expect("the catalogue is plain data");
        let etag = format!("\"{}\"", &hex(&Sha256::digest(&json))[..16]);
        let etag = HeaderValue::from_str(&etag).expect("hexadecimal digits are ASCII");
        Self { catalogue, json: json.into(), etag }
    }
}

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read))
}

/// The endpoints a key can be allowed to call, their permissions, the partners and their presets.
#[utoipa::path(get, path = paths::CATALOGUE, tag = "catalogue", operation_id = "read_catalogue",
    responses(
        (status = 200, body = Catalogue, headers(("ETag" = String, description = "Its version"))),
        (status = 304, description = "As the `If-None-Match` says, the caller has it already"),
        NeedsUser, MayFail))]
async fn read(State(app): State<App>, _: User, headers: HeaderMap) -> Result<Response> {
    let document = &app.catalogue;
    let validators = [
        (header::ETAG, document.etag.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
    ];
    if headers.get(header::IF_NONE_MATCH) == Some(&document.etag) {
        return Ok((StatusCode::NOT_MODIFIED, validators).into_response());
    }
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok((validators, json, document.json.clone()).into_response())
}
