//! Reads of the Job Board API from pages of other sites: open to all of them, without credentials. An
//! application cannot be sent from there: it takes a key, which belongs in no page.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

/// What another site's script may read of an answer, besides what every script may.
const EXPOSED: &str = "Content-Encoding, ETag, Last-Modified, Link, Retry-After";
/// A browser need not ask again for a day, in seconds.
const DAY: &str = "86400";

/// Lets every site read this answer.
pub(super) fn open(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    response
}

/// What may be asked at an address, and what another site's script may ask.
pub(super) fn options(asked: &HeaderMap, allow: &'static str) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, HeaderValue::from_static(allow));
    if !asked.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        return response;
    }
    let methods = HeaderValue::from_static("GET, HEAD");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(DAY));
    // Old browsers do not know `*` here, and none takes it for `Authorization`.
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    let vary = HeaderValue::from_static("Access-Control-Request-Headers");
    headers.insert(header::VARY, vary);
    open(response)
}
