//! Forward-auth: a reverse proxy in front of somebody else's recruiting API asks here about every call, and
//! gets the decision the Harvest surface would have made, with the same answers, counts and limits.
//!
//! What is asked about comes in one pair of headers, or in the path, as the operator set it; from trusted
//! proxies only. The other pair means nothing: a client can send it.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::Response;
use axum::routing::any;

use crate::App;
use crate::client::{self, Client, is_host};
use crate::harvest::door::{Asked, enter, message, refuse_plain_http};
use crate::input::own_header;
use crate::settings::VerifyFrom;

/// Whose call it is, for the system behind the proxy.
const CREDENTIAL: HeaderName = HeaderName::from_static("latchkey-credential");
/// The permission that let it in.
const PERMISSION: HeaderName = HeaderName::from_static("latchkey-permission");
/// Makes nginx go on to this location instead of answering.
const ACCEL_REDIRECT: HeaderName = HeaderName::from_static("x-accel-redirect");

const PREFIX: &str = "/verify";

pub fn router() -> Router<App> {
    Router::new().route("/verify", any(verify)).route("/verify/{*path}", any(verify))
}

async fn verify(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let (proxies, from) = (app.settings.trusted_proxies(), app.settings.verify_from);
    if !client::is_proxy(&parts, proxies) {
        let peer = client::peer(&parts);
        let text = format!(
            "Only a trusted proxy may ask; if {peer} is one, start Latchkey with --trusted-proxy {peer}"
        );
        return message(StatusCode::FORBIDDEN, &text);
    }
    let original = match Original::of(&parts, from) {
        Ok(original) => original,
        Err(mistake) => return message(StatusCode::BAD_REQUEST, &mistake),
    };
    let mut client = Client::of(&parts, proxies);
    client.https = original.https.unwrap_or(client.https);
    if let Some(refusal) = refuse_plain_http(&app, &client) {
        return refusal;
    }
    let asked = Asked {
        method: &original.method,
        path: original.path,
        headers: &parts.headers,
        address: client.address,
    };
    match enter(&app, &asked).await {
        Err(refusal) => refusal,
        Ok(entered) => {
            let mut response = Response::default();
            let headers = response.headers_mut();
            headers.insert(CREDENTIAL, own_header(&entered.key.credential_id));
            headers.insert(PERMISSION, own_header(&entered.matched.permission_id));
            if let Some(location) = &app.settings.verify_accel_redirect {
                headers.insert(ACCEL_REDIRECT, own_header(location));
            }
            entered.announced(response)
        }
    }
}

/// What the client asked the proxy for.
#[derive(Debug, PartialEq, Eq)]
struct Original<'a> {
    method: Method,
    path: &'a str,
    /// Where the address names its scheme: ingress-nginx says it nowhere else.
    https: Option<bool>,
}

impl<'a> Original<'a> {
    fn of(parts: &'a Parts, from: VerifyFrom) -> Result<Self, String> {
        let below = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default();
        let (method, address) = match from.headers() {
            None => (parts.method.clone(), below),
            Some(_) if !below.is_empty() => {
                let path = VerifyFrom::Path.name();
                return Err(format!(
                    "Ask at /verify: the path is not looked at, unless Latchkey is started with \
                     --verify-from {path}"
                ));
            }
            Some(names) => named(&parts.headers, names).ok_or_else(|| missing(parts, from))?,
        };
        let (https, address) = match from {
            VerifyFrom::OriginalUrl => whole(address).ok_or(NOT_WHOLE)?,
            _ => (None, address),
        };
        let path = address.split_once('?').map_or(address, |(path, _)| path);
        if !is_plain(path) {
            return Err("The path has no one meaning: it may hold letters, digits, - _ . ~ and \
                        single slashes, and no segment of dots only"
                .to_owned());
        }
        Ok(Self { method, path, https })
    }
}

const NOT_WHOLE: &str =
    "X-Original-URL must be a whole address, http://HOST/PATH or https://HOST/PATH";

fn named<'a>(headers: &'a HeaderMap, names: (&str, &str)) -> Option<(Method, &'a str)> {
    let method = client::header_text(headers, names.0)?;
    Some((Method::from_bytes(method.as_bytes()).ok()?, client::header_text(headers, names.1)?))
}

/// Which headers are missing, and the setting for those that are there instead.
fn missing(parts: &Parts, from: VerifyFrom) -> String {
    let (method, address) = from.headers().unwrap_or_default();
    let is_there = |other: &VerifyFrom| {
        other.headers().is_some_and(|names| named(&parts.headers, names).is_some())
    };
    let other = from.others().find(is_there);
    let advice = other.map(|other| {
        format!("; if the proxy sets {other}, start Latchkey with --verify-from {}", other.name())
    });
    format!("{method} and {address} must stand there once{}", advice.unwrap_or_default())
}

/// The scheme of a whole address, and its path. The host is what a client wrote into `Host`: it must not
/// have anything that could be taken for the path.
fn whole(address: &str) -> Option<(Option<bool>, &str)> {
    let (scheme, rest) = address.split_once("://")?;
    let at = rest.find('/')?;
    let https = match scheme {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    is_host(&rest[..at]).then(|| (Some(https), &rest[at..]))
}

/// Whether everyone who reads this path reads the same: programs differ in what they make of `..`, `//`,
/// `;`, `\` and of everything that is percent-encoded, and no endpoint of the catalogue takes any of it.
fn is_plain(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
    path.starts_with('/')
        && path.bytes().all(plain)
        && !path.contains("//")
        && !path
            .split('/')
            .any(|segment| !segment.is_empty() && segment.bytes().all(|byte| byte == b'.'))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn original(
        from: VerifyFrom,
        uri: &str,
        headers: &[(&str, &str)],
    ) -> Result<(String, String), String> {
        let mut request = Request::builder().method("GET").uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        let original = Original::of(&parts, from)?;
        Ok((original.method.to_string(), original.path.to_owned()))
    }

    #[test]
    fn only_the_pair_that_is_set_counts() {
        let both = [
            ("x-original-method", "PATCH"),
            ("x-original-uri", "/v1/jobs/1?x=1"),
            ("x-forwarded-method", "DELETE"),
            ("x-forwarded-uri", "/v1/users"),
        ];
        let asked = |method: &str, path: &str| Ok((method.to_owned(), path.to_owned()));
        assert_eq!(original(VerifyFrom::Original, "/verify", &both), asked("PATCH", "/v1/jobs/1"));
        assert_eq!(original(VerifyFrom::Forwarded, "/verify", &both), asked("DELETE", "/v1/users"));
        assert_eq!(
            original(VerifyFrom::Path, "/verify/v1/offices?page=2", &both),
            asked("GET", "/v1/offices")
        );
        let advice = original(VerifyFrom::Forwarded, "/verify", &both[..2]).unwrap_err();
        assert!(advice.ends_with("--verify-from original"), "{advice}");
        assert!(original(VerifyFrom::Original, "/verify/v1/jobs", &both).is_err());
    }

    #[test]
    fn the_whole_address_of_ingress_nginx_is_read_for_its_scheme_and_path_only() {
        let asked = |url: &str| {
            let headers = [("x-original-method", "GET"), ("x-original-url", url)];
            original(VerifyFrom::OriginalUrl, "/verify", &headers).map(|(_, path)| path)
        };
        for url in [
            "https://api.example.com/v1/jobs?x=/v1/users",
            "http://api.example.com:8080/v1/jobs",
            "https://[::1]:1/v1/jobs",
        ] {
            assert_eq!(asked(url).as_deref(), Ok("/v1/jobs"), "{url}");
        }
        for url in [
            "/v1/jobs",
            "https://api.example.com",
            "ftp://api.example.com/v1/jobs",
            "https:///v1/jobs",
            "https://evil?/v1/jobs",
            "https://evil#/v1/jobs",
            "https://u@evil/v1/jobs",
            "https://evil\\v1/jobs",
            "https://api.example.com/v1/../jobs",
        ] {
            assert!(asked(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_header_that_stands_there_twice_is_no_answer() {
        let twice = [
            ("x-original-method", "GET"),
            ("x-original-uri", "/v1/jobs"),
            ("x-original-uri", "/v1/users"),
        ];
        assert!(original(VerifyFrom::Original, "/verify", &twice).is_err());
    }

    #[test]
    fn a_path_that_others_might_read_differently_is_refused() {
        for path in ["/v1/jobs", "/v1/jobs/", "/v1/jobs/4001001/openings", "/v1/a.b~c_d-e", "/"] {
            assert!(is_plain(path), "{path}");
        }
        for path in [
            "",
            "v1/jobs",
            "http://evil.example/v1/jobs",
            "/v1//jobs",
            "/v1/../users",
            "/v1/./jobs",
            "/v1/jobs/..",
            "/v1/jobs%2f1",
            "/v1/jobs%2F..%2Fusers",
            "/v1/%2e%2e/users",
            "/v1/jobs%00",
            "/v1/jobs;/users",
            "/v1/..;/users",
            "/v1\\users",
            "/v1/jobs#users",
            "/v1/jobs ",
            "/v1/jóbs",
            "/v1/.../jobs",
        ] {
            assert!(!is_plain(path), "{path}");
        }
    }
}
