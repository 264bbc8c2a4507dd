//! Where a change may come from: the console's own page, and by https where the world comes by https. A
//! refusal names what the browser says and what the service takes itself for, and the setting that mends it.

use axum::http::request::Parts;
use axum::http::{HeaderValue, header};

use crate::App;
use crate::client::{Client, ForwardedHeaders, is_proxy, peer};
use crate::error::Error;
use crate::settings::{Origin, PublicOrigin, Settings};

/// A longer origin is not repeated.
const SHOWN: usize = 200;

/// Refuses a change that is not the console's, and one that would send a secret in the clear.
///
/// Behind a TLS proxy on this machine that does not say so, the page's own origin shows that the browser
/// came by https.
pub(super) fn check(
    app: &App,
    parts: &Parts,
    client: &mut Client,
    request_id: &str,
) -> Result<(), Error> {
    let origin = parts.headers.get(header::ORIGIN);
    let from = origin.and_then(|origin| Origin::parse(origin.to_str().ok()?).ok());
    let settings = &app.settings;
    if !is_own(parts, from.as_ref(), client, settings) {
        let sentence = cross_origin(parts, origin, from.as_ref(), client, settings);
        tracing::warn!(request_id, address = %client.address, "a change was refused: {sentence}");
        return Err(Error::CrossOrigin(sentence));
    }
    let came_by_https = from.is_some_and(|from| from.is_https());
    if let Some(public) =
        settings.public_origin().filter(|_| !client.https && settings.https_only())
    {
        let is_here = client.address.is_loopback() && !client.scheme_is_said && came_by_https;
        if !is_here && !client.is_local() {
            let sentence = plain_http(parts, settings, public.as_str());
            tracing::warn!(request_id, address = %client.address, "a change was refused: {sentence}");
            return Err(Error::HttpsRequired(sentence));
        }
        client.https = came_by_https;
    }
    Ok(())
}

/// Whether a browser says that the request comes from the console itself. Every browser sends one of the
/// two headers with a change; a program that is no browser sends `Origin` itself.
fn is_own(parts: &Parts, from: Option<&Origin>, client: &Client, settings: &Settings) -> bool {
    if !parts.headers.contains_key(header::ORIGIN) {
        return parts.headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    }
    let Some(from) = from else { return false };
    let public = settings.public_origin().map(PublicOrigin::origin);
    let mut listed = settings.console_origins().iter().chain(public);
    listed.any(|listed| listed == from) || Origin::parse(&client.origin()).as_ref() == Ok(from)
}

fn cross_origin(
    parts: &Parts,
    origin: Option<&HeaderValue>,
    from: Option<&Origin>,
    client: &Client,
    settings: &Settings,
) -> String {
    let own = settings.public_origin().map_or_else(|| client.origin(), ToString::to_string);
    let Some(from) = from.filter(|from| from.as_str().len() <= SHOWN) else {
        let said = match origin {
            None => "it has no header Origin",
            Some(origin) if origin == "null" => "its Origin is null",
            Some(_) => "its Origin is no address",
        };
        return format!(
            "A change must come from the console’s own address, {own}: {said}. A browser sends it by \
             itself; another program sends Origin: {own}"
        );
    };
    let mend = match settings.public_origin() {
        Some(_) => format!(
            "start it with --public-origin {from}, or with --console-origin {from} if only the page is \
             served there"
        ),
        None => {
            format!(
                "start it with --public-origin {from}, or {}",
                proxy_advice(parts, from, settings)
            )
        }
    };
    format!(
        "This change comes from a page at {from}, but Latchkey takes its own address for {own}. If \
         {from} is this console, {mend}."
    )
}

/// What a proxy would have to send, and how it is believed.
fn proxy_advice(parts: &Parts, from: &Origin, settings: &Settings) -> String {
    let (scheme, host) = from.as_str().split_once("://").unwrap_or_default();
    let proxies = settings.trusted_proxies();
    let (sent, other, names) = match proxies.headers() {
        ForwardedHeaders::XForwarded => (
            format!("X-Forwarded-Proto: {scheme} and X-Forwarded-Host: {host}"),
            ("forwarded", &["forwarded"][..]),
            &["x-forwarded-host", "x-forwarded-proto"][..],
        ),
        ForwardedHeaders::Forwarded => (
            format!("Forwarded: proto={scheme};host=\"{host}\""),
            ("x-forwarded", &["x-forwarded-host", "x-forwarded-proto"][..]),
            &["forwarded"][..],
        ),
    };
    let has = |names: &[&str]| names.iter().any(|name| parts.headers.contains_key(*name));
    let is_said_elsewhere = !has(names) && has(other.1);
    match (is_proxy(parts, proxies), is_said_elsewhere) {
        (true, true) => format!("read what the proxy sends with --forwarded-headers {}", other.0),
        (true, false) => format!("let the proxy send {sent}"),
        (false, _) => {
            format!("name the proxy with --trusted-proxy {} and let it send {sent}", peer(parts))
        }
    }
}

fn plain_http(parts: &Parts, settings: &Settings, public: &str) -> String {
    let said = match settings.trusted_proxies().headers() {
        ForwardedHeaders::XForwarded => "X-Forwarded-Proto: https",
        ForwardedHeaders::Forwarded => "Forwarded: proto=https",
    };
    let mend = if is_proxy(parts, settings.trusted_proxies()) {
        format!("the proxy in front of Latchkey must send {said}")
    } else {
        format!(
            "the proxy in front of Latchkey must send {said} and be named with --trusted-proxy {}",
            peer(parts)
        )
    };
    format!(
        "This came by plain http, where others can read passwords and keys on the way. Open {public} \
         instead; if that is where you are, {mend}."
    )
}
