//! The door of the Harvest API: whether a call comes in, and the answers to those that do not. Calls of
//! the endpoints served here go through it, and calls a reverse proxy asks about (`verify`): one decision,
//! one count, the same bytes.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use crate::App;
use crate::client::Client;
use crate::db;
use crate::error::{RETRY_AFTER, trouble};
use crate::harvest::call::FieldProblem;
use crate::input::own_header;
use crate::keys::{Decision, Key, Matched, Rate};
use crate::usage::Outcome;

const ON_BEHALF_OF: HeaderName = HeaderName::from_static("on-behalf-of");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
/// Beside a 403: the permission an admin would have to grant. The body is the real system's and has no
/// room for it.
const MISSING_PERMISSION: HeaderName = HeaderName::from_static("latchkey-missing-permission");

/// A call, whoever brings it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub method: &'a Method,
    pub path: &'a str,
    pub headers: &'a HeaderMap,
    pub address: IpAddr,
}

/// A call that came in.
#[derive(Debug)]
pub(crate) struct Entered {
    pub key: Arc<Key>,
    pub matched: Matched,
    rate: Option<Rate>,
}

impl Entered {
    /// The answer, with how the call stands against the limit.
    pub(crate) fn announced(&self, response: Response) -> Response {
        announced(self.rate, response)
    }
}

/// Where the world comes by https, a call that did not is refused before anybody asks for its key.
pub(crate) fn refuse_plain_http(app: &App, client: &Client) -> Option<Response> {
    let refused = app.settings.https_only() && !client.https;
    refused.then(|| message(StatusCode::FORBIDDEN, "HTTPS is required"))
}

/// Key, limit, permission, and for a write the user it is made for. The call is counted, whether it comes
/// in or lacks the permission.
pub(crate) async fn enter(app: &App, asked: &Asked<'_>) -> Result<Entered, Response> {
    let now = app.clock.now();
    let decision = app.keys.authorise(asked.method, asked.path, asked.headers, now).await;
    let count = |key: &Key, matched: &Matched, denied: bool| {
        let outcome = Outcome { permission: Some(matched.bit), denied };
        app.usage.count(&key.secret_id, outcome, asked.address, now);
    };
    match decision {
        Err(error) => Err(internal(app, &anyhow::Error::from(error))),
        Ok(Decision::UnknownPath) => Err(not_found()),
        Ok(Decision::UnknownMethod { allow }) => Err(method_not_allowed(&allow)),
        Ok(Decision::Unauthenticated) => Err(unauthenticated()),
        Ok(Decision::RateLimited(rate)) => Err(announced(Some(rate), rate_limited())),
        Ok(Decision::Forbidden { rate, matched, key }) => {
            count(&key, &matched, true);
            Err(announced(rate, forbidden(&matched)))
        }
        Ok(Decision::Allowed { rate, matched, key }) => {
            count(&key, &matched, false);
            if matched.on_behalf_of
                && let Err(refusal) = acting_user(app, asked.headers).await
            {
                return Err(announced(rate, refusal));
            }
            Ok(Entered { key, matched, rate })
        }
    }
}

/// How the call stands against the limit, on every answer to a known key.
pub(super) fn announced(rate: Option<Rate>, mut response: Response) -> Response {
    let Some(rate) = rate else { return response };
    let headers = response.headers_mut();
    headers.insert(LIMIT, rate.limit.into());
    headers.insert(REMAINING, rate.remaining.into());
    if rate.exceeded {
        headers.insert(RESET, (rate.reset / 1000).into());
        headers.insert(header::RETRY_AFTER, rate.retry_after.into());
    }
    response
}

fn forbidden(matched: &Matched) -> Response {
    let text = "This API Key does not have permission for this endpoint";
    let mut response = message(StatusCode::FORBIDDEN, text);
    response.headers_mut().insert(MISSING_PERMISSION, own_header(&matched.permission_id));
    response
}

/// The user a write is made for: one of those this instance holds. Where it holds none, as in front of a
/// system that has them, nobody here can say which ids there are, and any is let through.
async fn acting_user(app: &App, headers: &HeaderMap) -> Result<(), Response> {
    let problem = |message: &str| {
        let (message, field) = (message.to_owned(), "On-Behalf-Of".to_owned());
        invalid(&[FieldProblem { message, field }])
    };
    let value = headers.get(ON_BEHALF_OF).map(|value| value.as_bytes().trim_ascii());
    let Some(value) = value.filter(|value| !value.is_empty()) else {
        return Err(problem("Missing required header: On-Behalf-Of"));
    };
    let id = std::str::from_utf8(value).ok().filter(|id| id.bytes().all(|c| c.is_ascii_digit()));
    let Some(id) = id else { return Err(problem("Must be the id of a user")) };
    // A number that is too long for an id is nobody's.
    let id = id.parse().unwrap_or(i64::MAX);
    match db::harvest_users::may_be(&app.db, id).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(not_found()),
        Err(error) => Err(internal(app, &anyhow::Error::from(error))),
    }
}

pub(super) fn unauthenticated() -> Response {
    let mut response = message(StatusCode::UNAUTHORIZED, "Invalid Basic Auth credentials");
    let challenge = HeaderValue::from_static("Basic realm=\"Harvest\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

pub(super) fn rate_limited() -> Response {
    message(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded")
}

pub(super) fn not_found() -> Response {
    message(StatusCode::NOT_FOUND, "Resource not found")
}

pub(super) fn method_not_allowed(allow: &str) -> Response {
    let mut response = message(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
    response.headers_mut().insert(header::ALLOW, own_header(allow));
    response
}

pub(super) fn invalid(problems: &[FieldProblem]) -> Response {
    let errors: Vec<_> = problems
        .iter()
        .map(|problem| json!({ "message": problem.message, "field": problem.field }))
        .collect();
    let body = json!({ "message": "Validation error", "errors": errors });
    respond(StatusCode::UNPROCESSABLE_ENTITY, body.to_string().into())
}

/// The fault is ours, or the database's; that may be over soon.
pub(crate) fn internal(app: &App, error: &anyhow::Error) -> Response {
    let request_id = app.clock.new_id("req");
    tracing::error!(request_id, "{error:#}");
    let (status, message) = match trouble(error) {
        None => (StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
        Some(_) => (StatusCode::SERVICE_UNAVAILABLE, "Service unavailable"),
    };
    let body = json!({ "message": message, "request_id": request_id });
    let mut response = respond(status, body.to_string().into());
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}

pub(crate) fn message(status: StatusCode, text: &str) -> Response {
    respond(status, json!({ "message": text }).to_string().into())
}

pub(crate) fn respond(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json;charset=utf-8");
    headers.insert(header::CONTENT_TYPE, json);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
