//! The console inside the binary: answers from the embedded `dist/`, in the encoding the client takes, for
//! the addresses of screens and files, and 404 for all others. Debug builds read from the disk.

use std::borrow::Cow;

use api::paths::is_screen;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use crate::header_list::has_tag;
use crate::packed::quality;

#[cfg(test)]
mod tests;

/// What `cargo xtask build` made. The variable it sets while compiling is the digest of that folder:
/// it makes cargo compile this file again when the folder appears or changes.
#[derive(rust_embed::RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

const _: Option<&str> = option_env!("LATCHKEY_DIST");

/// A file of `dist/`.
struct Asset {
    data: Cow<'static, [u8]>,
    hash: [u8; 32],
}

/// Where files are looked up: the embedded folder, or a handful of files in a test.
type Find<'a> = &'a dyn Fn(&str) -> Option<Asset>;

/// Addresses of the API, where an unknown one is no page for a person to read.
const RESERVED: [&str; 8] = ["api", "v1", "v2", "auth", "verify", "livez", "readyz", "metrics"];

/// What programs that read everything may read: the public job boards.
const ROBOTS: &str = "User-agent: *\nAllow: /v1/boards/\nDisallow: /\n";

const HTML: &str = "text/html; charset=utf-8";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
<title>Latchkey</title><h1>The console was not built into this binary</h1>\
<p>Run <code>cargo xtask build</code> and start <code>target/release/latchkey</code>. \
The API of this server works without it.</p></html>\n";

/// Headers of every answer: what the browser may not do with it.
const GUARDS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Answers a request that no route of the API took: a file of the console, or the console itself for
/// an address of one of its screens. `csp` is the content-security policy of its documents.
pub(crate) fn respond(
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    csp: &HeaderValue,
) -> Response {
    let find = |name: &str| {
        let file = Dist::get(name)?;
        Some(Asset { hash: file.metadata.sha256_hash(), data: file.data })
    };
    answer(&find, method, path, headers, csp)
}

fn answer(
    find: Find,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    csp: &HeaderValue,
) -> Response {
    let reads = method == Method::GET || method == Method::HEAD;
    let mut response = match path {
        _ if is_reserved(path) => plain(StatusCode::NOT_FOUND, "Not found\n"),
        _ if !reads => {
            let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed\n");
            refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            refused
        }
        "/robots.txt" => plain(StatusCode::OK, ROBOTS),
        // Password managers look for the way there at this address.
        "/.well-known/change-password" => {
            let mut elsewhere = plain(StatusCode::SEE_OTHER, "");
            let account = HeaderValue::from_static("../account");
            elsewhere.headers_mut().insert(header::LOCATION, account);
            elsewhere
        }
        _ => read(find, path, headers),
    };
    let is_document = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == HTML || kind == "image/svg+xml");
    let all = response.headers_mut();
    for (name, value) in GUARDS {
        all.insert(name, HeaderValue::from_static(value));
    }
    if is_document {
        all.insert(header::CONTENT_SECURITY_POLICY, csp.clone());
    }
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

fn read(find: Find, path: &str, headers: &HeaderMap) -> Response {
    if is_screen(path) {
        return page(find, headers);
    }
    let name = path.strip_prefix('/').unwrap_or(path);
    if let Some(asset) = find(name).filter(|_| is_plain(name)) {
        return file(find, name, asset, headers);
    }
    let mut accepted = headers.get_all(header::ACCEPT).iter().filter_map(|it| it.to_str().ok());
    if !accepted.any(|accepted| accepted.contains("text/html")) {
        return plain(StatusCode::NOT_FOUND, "Not found\n");
    }
    // A person gets the page, which says the same and leads back.
    let mut response = page(find, &HeaderMap::new());
    if response.status() != StatusCode::OK {
        return plain(StatusCode::NOT_FOUND, "Not found\n");
    }
    *response.status_mut() = StatusCode::NOT_FOUND;
    response.headers_mut().remove(header::ETAG);
    response
}

/// The page, whichever of its screens is asked for.
fn page(find: Find, headers: &HeaderMap) -> Response {
    if let Some(asset) = find("index.html") {
        return file(find, "index.html", asset, headers);
    }
    let mut missing = plain(StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT);
    missing.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
    missing
}

/// A file in the best encoding that both sides have, or 304 when the client holds it already.
fn file(find: Find, name: &str, identity: Asset, headers: &HeaderMap) -> Response {
    let (asset, encoding) = encodings(headers)
        .into_iter()
        .find_map(|(encoding, suffix)| Some((find(&format!("{name}.{suffix}"))?, Some(encoding))))
        .unwrap_or((identity, None));
    let mut digest = [0; 8];
    digest.copy_from_slice(&asset.hash[..8]);
    let tag = format!("\"{:016x}\"", u64::from_be_bytes(digest));
    let (status, body) = if has_tag(headers, &header::IF_NONE_MATCH, &tag) {
        (StatusCode::NOT_MODIFIED, None)
    } else {
        (StatusCode::OK, Some(asset.data))
    };

    let cache = if is_hashed(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = Response::builder()
        .status(status)
        .header(header::VARY, "Accept-Encoding")
        .header(header::CACHE_CONTROL, cache)
        .header(header::ETAG, tag);
    if let Some(body) = &body {
        response = response
            .header(header::CONTENT_TYPE, content_type(name))
            .header(header::CONTENT_LENGTH, body.len());
        if let Some(encoding) = encoding {
            response = response.header(header::CONTENT_ENCODING, encoding);
        }
    }
    response
        .body(body.map_or_else(Body::empty, Body::from))
        .expect("every header above is made of fixed text, hex digits and a number")
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn is_reserved(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    RESERVED.contains(&first)
}

/// A name that can only be a file of `dist/`: no way up, no hidden file, and no encoded twin by itself.
fn is_plain(name: &str) -> bool {
    let twin = matches!(name.rsplit_once('.'), Some((_, "br" | "gz")));
    !twin
        && !name.contains('\\')
        && name.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}

/// Whether the name carries the digest of the content: `console-0123456789abcdef_bg.wasm`.
fn is_hashed(name: &str) -> bool {
    let Some((_, end)) = name.rsplit_once('-') else { return false };
    let Some((digest, rest)) = end.split_at_checked(16) else { return false };
    digest.bytes().all(|byte| byte.is_ascii_hexdigit())
        && (rest.starts_with('.') || rest.starts_with("_bg."))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => HTML,
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The encodings of `dist/` that the client takes, best first, each with its file's suffix.
fn encodings(headers: &HeaderMap) -> Vec<(&'static str, &'static str)> {
    let offers = [("br", "br"), ("gzip", "gz")];
    let mut taken: Vec<_> = offers
        .into_iter()
        .map(|offer| (quality(headers, offer.0), offer))
        .filter(|(quality, _)| *quality > 0)
        .collect();
    // Stable: at equal weight brotli, the smaller one, stays first.
    taken.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    taken.into_iter().map(|(_, offer)| offer).collect()
}
