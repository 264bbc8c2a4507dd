//! For operators: is the service alive, and can it do what it is there for?

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::App;
use crate::error::RETRY_AFTER;

pub fn router() -> Router<App> {
    Router::new().route("/livez", get(livez)).route("/readyz", get(readyz))
}

/// The program runs. It asks nobody, so it is also what the bench compares a real call with.
async fn livez() -> Response {
    said(StatusCode::OK, "ok")
}

/// The database can be read, and written: a revoke would be done.
async fn readyz(State(app): State<App>) -> Response {
    match app.db.probe().await {
        Ok(()) => said(StatusCode::OK, "ok"),
        Err(trouble) => {
            let mut response = said(StatusCode::SERVICE_UNAVAILABLE, &trouble.to_string());
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
            response
        }
    }
}

fn said(status: StatusCode, text: &str) -> Response {
    let plain = HeaderValue::from_static("text/plain");
    let no_store = HeaderValue::from_static("no-store");
    let headers = [(header::CONTENT_TYPE, plain), (header::CACHE_CONTROL, no_store)];
    (status, headers, text.to_owned()).into_response()
}
