//! What is common to all of `/api`: it names the request, knows the client, lets no other site change
//! anything, finishes what it began, and gives every error its body.

mod origin;

use std::time::Duration;

use api::paths;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use tower_http::cors::CorsLayer;
use utoipa_axum::router::OpenApiRouter;

use crate::change::Made;
use crate::client::Client;
use crate::error::{Error, Refused, X_REQUEST_ID};
use crate::input::own_header;
use crate::settings::Origin;
use crate::{
    App, account, boards, catalogue, change_log, credentials, idempotency, import, null, openapi,
    password_links, session, sessions, usage, users,
};

/// The longest body, in bytes.
const BODY_MAX: usize = 64 * 1024;

/// The request's name, in its extensions.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// All of `/api`, documented.
pub fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::frame())
        .merge(session::router())
        .merge(sessions::router())
        .merge(account::router())
        .merge(password_links::router())
        .merge(catalogue::router())
        .merge(credentials::router())
        .merge(usage::router())
        .merge(boards::router())
        .merge(import::rest::router())
        .merge(users::router())
        .merge(change_log::router())
}

/// All of `/api`.
pub fn router(app: &App) -> Router<App> {
    let (router, document) = documented().split_for_parts();
    let router = router
        .merge(openapi::router(paths::OPENAPI, &document))
        .route("/api/{*path}", axum::routing::any(nothing_here))
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(app.clone(), around));
    match app.settings.console_origins() {
        [] => router,
        origins => router.layer(cross_origin(origins)),
    }
}

/// Lets the console call from the other origins it is served from, and nobody else.
fn cross_origin(origins: &[Origin]) -> CorsLayer {
    let origins: Vec<HeaderValue> =
        origins.iter().map(|origin| own_header(origin.as_str())).collect();
    CorsLayer::new()
        .allow_origin(origins)
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([header::CONTENT_TYPE, header::IF_MATCH, idempotency::HEADER])
        .expose_headers([header::ETAG, header::LOCATION, header::RETRY_AFTER, X_REQUEST_ID])
        .max_age(Duration::from_mins(10))
}

async fn nothing_here() -> Error {
    Error::NotFound
}

async fn wrong_method() -> Error {
    Error::MethodNotAllowed
}

/// Goes around every handler of `/api`.
async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = app.clock.new_id("req");
    let (mut parts, body) = request.into_parts();
    let mut client = Client::of(&parts, app.settings.trusted_proxies());
    let unsafe_method = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let checked =
        if unsafe_method { origin::check(&app, &parts, &mut client, &id) } else { Ok(()) };
    let has_null = null::is_in_address(&parts.uri);
    parts.extensions.insert(client);
    parts.extensions.insert(RequestId(id.clone()));
    let request = Request::from_parts(parts, body);
    let made = Made::default();
    let response = if let Err(refusal) = checked {
        refusal.into_response()
    } else if has_null {
        Error::Malformed("its address has the character U+0000".to_owned()).into_response()
    } else if unsafe_method {
        // A change that began is finished, even when the client hangs up in the middle: memory must
        // follow the database.
        tokio::spawn(made.watch(next.run(request))).await.unwrap_or_else(|panic| {
            Error::Internal(anyhow::anyhow!("a handler panicked: {panic}")).into_response()
        })
    } else {
        next.run(request).await
    };
    finish(response, &id, &made)
}

/// Gives an error its body, and every answer the headers they all have.
fn finish(mut response: Response, request_id: &str, made: &Made) -> Response {
    let refused = response.extensions_mut().remove::<Refused>();
    if let Some(error) = refused.and_then(|refused| refused.0.lock().ok()?.take()) {
        let error = if made.is_so() { error.after_the_change() } else { error };
        let allow = response.headers().get(header::ALLOW).cloned();
        response = error.respond(request_id);
        response.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
    }
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(X_REQUEST_ID, id);
    }
    response
}
