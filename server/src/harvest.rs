//! The Harvest surface, `/v1` and `/v2`: the door every call goes through. What stands behind it is in
//! the modules below; they never see a call that was not allowed.
//!
//! Protocol: the vendor's published documentation and recordings of its answers. Clients match on these
//! statuses, bodies and header names, so they are exact.

pub mod answers;
pub mod call;
pub mod custom_fields;
pub mod document;
pub mod hiring_team;
pub mod job_posts;
pub mod job_stages;
pub mod jobs;
pub mod openings;
pub mod paging;
pub mod places;
pub mod query;
pub mod resources;
pub mod shapes;
pub mod users;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::any;
use serde_json::json;

use crate::client::Client;
use crate::harvest::answers::Ready;
use crate::harvest::call::{Call, FieldProblem, Refusal};
use crate::harvest::query::Query;
use crate::keys::{Decision, Matched, Rate};
use crate::{App, openapi};

const ON_BEHALF_OF: HeaderName = HeaderName::from_static("on-behalf-of");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// All addresses of the Harvest API. Which of them exist is the catalogue's business, not the router's.
pub fn router() -> Router<App> {
    let door = any(door);
    Router::new()
        .route("/v1", door.clone())
        .route("/v1/", door.clone())
        .route("/v1/{*path}", door.clone())
        .route("/v2", door.clone())
        .route("/v2/", door.clone())
        .route("/v2/{*path}", door.clone())
        .route("/auth/jwt_access_token", door)
        .merge(openapi::router("/v1/openapi.json", &document::document()))
}

/// Transport, key, limit, permission; then the resource.
async fn door(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if let Some(refusal) = refuse_transport(&app, &parts, &body) {
        return refusal;
    }
    let now = app.clock.now();
    let decision = app.keys.authorise(&parts.method, parts.uri.path(), &parts.headers, now).await;
    let (rate, mut response) = match decision {
        Err(error) => (None, internal(&app, &anyhow::Error::from(error))),
        Ok(Decision::UnknownPath) => (None, not_found()),
        Ok(Decision::UnknownMethod { allow }) => (None, method_not_allowed(&allow)),
        Ok(Decision::Unauthenticated) => (None, unauthenticated()),
        Ok(Decision::RateLimited(rate)) => (Some(rate), rate_limited()),
        Ok(Decision::Forbidden { rate, .. }) => {
            let text = "This API Key does not have permission for this endpoint";
            (rate, message(StatusCode::FORBIDDEN, text))
        }
        Ok(Decision::Allowed { rate, matched, .. }) => (rate, serve(&app, &parts, matched).await),
    };
    if let Some(rate) = rate {
        announce(&mut response, &rate);
    }
    response
}

/// What is refused before anybody asks for the key.
fn refuse_transport(app: &App, parts: &Parts, body: &Body) -> Option<Response> {
    if app.settings.https_only() && !Client::of(parts, app.settings.trusted_proxies()).https {
        return Some(message(StatusCode::FORBIDDEN, "HTTPS is required"));
    }
    // Documented since August 2025: a GET with a body is refused.
    if matches!(parts.method, Method::GET | Method::HEAD) && !body.is_end_stream() {
        return Some(message(StatusCode::FORBIDDEN, "A GET request must not have a body"));
    }
    None
}

/// A call that is allowed.
async fn serve(app: &App, parts: &Parts, matched: Matched) -> Response {
    if matched.on_behalf_of && !parts.headers.contains_key(ON_BEHALF_OF) {
        return invalid(&[FieldProblem {
            message: "Missing required header: On-Behalf-Of".to_owned(),
            field: "On-Behalf-Of".to_owned(),
        }]);
    }
    let origin = Client::of(parts, app.settings.trusted_proxies()).origin();
    let key = app.answers.key(format!("{origin}{}", parts.uri));
    if let Some(answer) = app.answers.get(&key) {
        return answered(&parts.headers, &answer);
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
        Some(Ok(answer)) => answered(&parts.headers, &app.answers.keep(key, answer)),
        Some(Err(Refusal::NotFound)) => not_found(),
        Some(Err(Refusal::Invalid(problems))) => invalid(&problems),
        Some(Err(Refusal::Internal(error))) => internal(app, &anyhow::Error::from(error)),
    }
}

fn answered(asked: &HeaderMap, answer: &Ready) -> Response {
    let gzip = answer.body.gzip_for(asked);
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

/// How the call stands against the limit, on every answer to a known key.
fn announce(response: &mut Response, rate: &Rate) {
    let headers = response.headers_mut();
    headers.insert(LIMIT, rate.limit.into());
    headers.insert(REMAINING, rate.remaining.into());
    if rate.exceeded {
        headers.insert(RESET, (rate.reset / 1000).into());
        headers.insert(header::RETRY_AFTER, rate.retry_after.into());
    }
}

fn unauthenticated() -> Response {
    let mut response = message(StatusCode::UNAUTHORIZED, "Invalid Basic Auth credentials");
    let challenge = HeaderValue::from_static("Basic realm=\"Harvest\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

fn rate_limited() -> Response {
    message(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded")
}

fn not_found() -> Response {
    message(StatusCode::NOT_FOUND, "Resource not found")
}

fn method_not_allowed(allow: &str) -> Response {
    let mut response = message(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
    let allow = HeaderValue::from_str(allow).expect("methods are ASCII");
    response.headers_mut().insert(header::ALLOW, allow);
    response
}

fn invalid(problems: &[FieldProblem]) -> Response {
    let errors: Vec<_> = problems
        .iter()
        .map(|problem| json!({ "message": problem.message, "field": problem.field }))
        .collect();
    let body = json!({ "message": "Validation error", "errors": errors });
    respond(StatusCode::UNPROCESSABLE_ENTITY, body.to_string().into())
}

fn internal(app: &App, error: &anyhow::Error) -> Response {
    let request_id = app.clock.new_id("req");
    tracing::error!(request_id, "{error:#}");
    let body = json!({ "message": "Internal server error", "request_id": request_id });
    respond(StatusCode::INTERNAL_SERVER_ERROR, body.to_string().into())
}

fn message(status: StatusCode, text: &str) -> Response {
    respond(status, json!({ "message": text }).to_string().into())
}

fn respond(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json;charset=utf-8");
    headers.insert(header::CONTENT_TYPE, json);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
