//! The console's files over HTTP, against a `dist/` of a few made-up files.

use axum::body::to_bytes;

use super::*;

const WASM: &str = "/console-0123456789abcdef_bg.wasm";

fn dist(name: &str) -> Option<Asset> {
    let data: &[u8] = match name {
        "index.html" => b"<!doctype html>page",
        "index.html.br" => b"br",
        "index.html.gz" => b"gz",
        "config.json" => b"{}",
        "favicon.svg" => b"<svg/>",
        "console-0123456789abcdef_bg.wasm" => b"\0asm",
        "console-0123456789abcdef_bg.wasm.br" => b"small",
        _ => return None,
    };
    let mut hash = [7; 32];
    hash[0] = u8::try_from(data.len()).unwrap();
    Some(Asset { data: Cow::Borrowed(data), hash })
}

fn ask(method: &Method, path: &str, headers: &[(HeaderName, &str)]) -> Response {
    let headers =
        headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
    answer(&dist, method, path, &headers, &HeaderValue::from_static("the policy"))
}

fn get(path: &str, headers: &[(HeaderName, &str)]) -> Response {
    ask(&Method::GET, path, headers)
}

fn header_of(response: &Response, name: impl header::AsHeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn encoding_for(accept: &str) -> String {
    let response = get("/", &[(header::ACCEPT_ENCODING, accept)]);
    header_of(&response, header::CONTENT_ENCODING).to_owned()
}

async fn body(response: Response) -> Vec<u8> {
    to_bytes(response.into_body(), 10_000).await.unwrap().to_vec()
}

#[tokio::test]
async fn a_screen_s_address_answers_the_page_with_its_policy() {
    for path in ["/", "/configure/dev_center/credentials", "/sign_in", "/configure/users/a.b"] {
        let response = get(path, &[]);
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(header_of(&response, header::CONTENT_TYPE), HTML);
        assert_eq!(header_of(&response, header::CONTENT_SECURITY_POLICY), "the policy");
        assert_eq!(header_of(&response, header::CACHE_CONTROL), "no-cache");
        assert_eq!(header_of(&response, header::REFERRER_POLICY), "no-referrer");
        assert_eq!(body(response).await, b"<!doctype html>page");
    }
}

#[test]
fn an_unknown_address_of_the_api_is_never_the_page() {
    for path in
        ["/api", "/api/x", "/v1/jobs/1", "/v2/x", "/auth/x", "/verify/a", "/metrics", "//api/x"]
    {
        assert_eq!(get(path, &[]).status(), 404, "{path}");
        assert_eq!(ask(&Method::POST, path, &[]).status(), 404, "{path}");
    }
}

#[tokio::test]
async fn an_address_of_no_screen_and_no_file_is_404() {
    for path in ["/apiary", "/v10/x", "/healthz", "/.well-known/x", "/.git/config", "/configure/x"]
    {
        let response = get(path, &[(header::ACCEPT, "*/*")]);
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(body(response).await, b"Not found\n");
        let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
        let held = (header::IF_NONE_MATCH, "*");
        let response = get(path, &[(header::ACCEPT, browser), held]);
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(header_of(&response, header::CONTENT_SECURITY_POLICY), "the policy");
        assert_eq!(body(response).await, b"<!doctype html>page", "the page says so to a person");
    }
    let response = get("/.well-known/change-password", &[]);
    assert_eq!(response.status(), 303);
    assert_eq!(header_of(&response, header::LOCATION), "../account");
    let response = get("/robots.txt", &[]);
    assert_eq!(response.status(), 200);
    let text = String::from_utf8(body(response).await).unwrap();
    assert_eq!(text, "User-agent: *\nAllow: /v1/boards/\nDisallow: /\n");
}

#[test]
fn a_missing_file_is_404_and_not_the_page() {
    for path in [
        "/console-fedcba9876543210.js",
        "/nothing.css",
        "/../Cargo.toml",
        "/a/../index.html",
        "/.stamp",
        "/.git/config.json",
        "/..\\x.json",
        "/index.html.br",
        "/index.html.gz",
    ] {
        assert_eq!(get(path, &[]).status(), 404, "{path}");
    }
}

#[test]
fn the_encoding_follows_the_client_s_weights() {
    assert_eq!(encoding_for("gzip, deflate, br, zstd"), "br");
    assert_eq!(encoding_for("GZIP"), "gzip");
    assert_eq!(encoding_for("br;q=0.5, gzip;q=0.8"), "gzip");
    assert_eq!(encoding_for("br;q=0, *"), "gzip");
    assert_eq!(encoding_for("br;q=0, gzip;q=0.000"), "");
    assert_eq!(encoding_for("*;q=0.1"), "br");
    assert_eq!(encoding_for("identity"), "");
    assert_eq!(encoding_for("br;q=nonsense"), "");
    assert_eq!(encoding_for(""), "");
}

#[tokio::test]
async fn a_hashed_file_is_kept_for_ever_and_others_are_asked_about() {
    let wasm = get(WASM, &[(header::ACCEPT_ENCODING, "br")]);
    assert_eq!(header_of(&wasm, header::CONTENT_TYPE), "application/wasm");
    assert_eq!(header_of(&wasm, header::CONTENT_ENCODING), "br");
    assert_eq!(header_of(&wasm, header::VARY), "Accept-Encoding");
    assert_eq!(header_of(&wasm, header::CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert_eq!(header_of(&wasm, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(header_of(&wasm, header::CONTENT_SECURITY_POLICY), "");
    assert_eq!(header_of(&wasm, header::CONTENT_LENGTH), "5");
    assert_eq!(body(wasm).await, b"small");
    // This one has no gzip twin.
    let wasm = get(WASM, &[(header::ACCEPT_ENCODING, "gzip")]);
    assert_eq!(header_of(&wasm, header::CONTENT_ENCODING), "");

    assert_eq!(header_of(&get("/config.json", &[]), header::CACHE_CONTROL), "no-cache");
    assert!(
        !is_hashed("boot.js") && !is_hashed("a-0123.js") && !is_hashed("a-0123456789abcdeé.js")
    );
    assert!(is_hashed("style-0123456789abcdef.css"));
}

#[tokio::test]
async fn a_held_file_is_not_sent_again() {
    let brotli = [(header::ACCEPT_ENCODING, "br")];
    let tag = header_of(&get("/", &brotli), header::ETAG).to_owned();
    assert_ne!(tag, header_of(&get("/", &[]), header::ETAG), "each encoding has its own tag");
    for held in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let response = get("/", &[(header::ACCEPT_ENCODING, "br"), (header::IF_NONE_MATCH, &held)]);
        assert_eq!(response.status(), 304, "{held}");
        assert_eq!(header_of(&response, header::ETAG), tag);
        assert!(body(response).await.is_empty());
    }
    assert_eq!(get("/", &[(header::IF_NONE_MATCH, &tag)]).status(), 200);
}

#[tokio::test]
async fn only_reading_is_allowed() {
    let head = ask(&Method::HEAD, "/", &[(header::ACCEPT_ENCODING, "gzip")]);
    assert_eq!(head.status(), 200);
    assert_eq!(header_of(&head, header::CONTENT_LENGTH), "2");
    assert_eq!(header_of(&head, header::CONTENT_ENCODING), "gzip");
    assert!(body(head).await.is_empty());

    let post = ask(&Method::POST, "/sign_in", &[]);
    assert_eq!(post.status(), 405);
    assert_eq!(header_of(&post, header::ALLOW), "GET, HEAD");
}

#[tokio::test]
async fn without_a_console_the_page_says_so() {
    let csp = HeaderValue::from_static("the policy");
    let response = answer(&|_| None, &Method::GET, "/", &HeaderMap::new(), &csp);
    assert_eq!(response.status(), 503);
    assert_eq!(header_of(&response, header::CONTENT_TYPE), HTML);
    let text = String::from_utf8(body(response).await).unwrap();
    assert!(text.contains("cargo xtask build"), "{text}");
}
