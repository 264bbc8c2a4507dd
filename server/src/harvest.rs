//! The Harvest surface, `/v1` and `/v2`. Every call goes through `door`; what stands behind it is in the
//! modules below, which never see a call that was not allowed.
//!
//! Protocol: the vendor's published documentation and recordings of its answers. Clients match on these
//! statuses, bodies and header names, so they are exact.

pub mod answers;
pub mod call;
pub mod custom_fields;
pub mod document;
pub mod door;
pub mod hiring_team;
pub mod job_posts;
pub mod job_stages;
pub mod jobs;
pub mod me;
pub mod openings;
pub mod paging;
pub mod places;
pub mod query;
pub mod resources;
pub mod shapes;
pub(crate) mod tree;
pub mod users;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::any;

use crate::client::Client;
use crate::harvest::answers::Ready;
use crate::harvest::call::{Call, Refusal};
use crate::harvest::door::{
    Asked, enter, internal, invalid, message, not_found, refuse_plain_http, respond,
};
use crate::harvest::query::Query;
use crate::input::has_bytes;
use crate::keys::Matched;
use crate::{App, openapi};

/// All addresses of the Harvest API. Which of them exist is the catalogue's business, not the router's.
pub fn router() -> Router<App> {
    let harvest = any(harvest);
    Router::new()
        .route("/v1", harvest.clone())
        .route("/v1/", harvest.clone())
        .route("/v1/{*path}", harvest.clone())
        .route("/v2", harvest.clone())
        .route("/v2/", harvest.clone())
        .route("/v2/{*path}", harvest.clone())
        .route("/auth/jwt_access_token", harvest)
        .merge(me::router())
        .merge(openapi::router("/v1/openapi.json", &document::document()))
}

/// Transport, then the door, then the resource.
async fn harvest(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let client = Client::of(&parts, app.settings.trusted_proxies());
    if let Some(refusal) = refuse_transport(&app, &parts, &client, body).await {
        return refusal;
    }
    let asked = Asked {
        method: &parts.method,
        path: parts.uri.path(),
        headers: &parts.headers,
        address: client.address,
    };
    match enter(&app, &asked).await {
        Err(refusal) => refusal,
        Ok(entered) => {
            let response = serve(&app, &parts, &client, &entered.matched).await;
            entered.announced(response)
        }
    }
}

/// What is refused before anybody asks for the key.
async fn refuse_transport(
    app: &App,
    parts: &Parts,
    client: &Client,
    body: Body,
) -> Option<Response> {
    if let Some(refusal) = refuse_plain_http(app, client) {
        return Some(refusal);
    }
    // Documented since August 2025: a GET with a body is refused.
    if matches!(parts.method, Method::GET | Method::HEAD) && has_bytes(body).await {
        return Some(message(StatusCode::FORBIDDEN, "A GET request must not have a body"));
    }
    None
}

/// A call that is allowed.
async fn serve(app: &App, parts: &Parts, client: &Client, matched: &Matched) -> Response {
    let origin = client.origin();
    let key = app.answers.key(format!("{origin}{}", parts.uri));
    if let Some(answer) = app.answers.get(&key) {
        return answered(&parts.headers, &answer).await;
    }
    let call = Call {
        params: matched.params.iter().map(|param| decoded(param)).collect(),
        query: Query::parse(parts.uri.query().unwrap_or_default()),
        origin,
        path: parts.uri.path().to_owned(),
    };
    // No name has this character, and PostgreSQL would not take it for a text.
    if call.params.iter().any(|param| param.contains('\0')) {
        return not_found();
    }
    match resources::answer(&matched.permission_id, &app.db, &call).await {
        None => {
            let text = "This endpoint is not served by this instance";
            message(StatusCode::NOT_IMPLEMENTED, text)
        }
        Some(Ok(answer)) => answered(&parts.headers, &app.answers.keep(key, answer)).await,
        Some(Err(Refusal::NotFound)) => not_found(),
        Some(Err(Refusal::Invalid(problems))) => invalid(&problems),
        Some(Err(Refusal::Internal(error))) => internal(app, &anyhow::Error::from(error)),
    }
}

async fn answered(asked: &HeaderMap, answer: &Ready) -> Response {
    let gzip = answer.body.gzip_for(asked).await;
    let mut response = respond(StatusCode::OK, gzip.unwrap_or(answer.body.plain()).clone());
    let headers = response.headers_mut();
    if gzip.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if answer.body.varies() {
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    headers.extend(answer.link.clone().map(|link| (header::LINK, link)));
    response
}

fn decoded(param: &str) -> String {
    percent_encoding::percent_decode_str(param).decode_utf8_lossy().into_owned()
}
