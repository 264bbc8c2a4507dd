//! The two cookies: the session's token, and the mark of a browser that a user has signed in from before.
//! No script can read either, and no other site can send them.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::LONGEST;
use crate::client::Client;
use crate::clock::Clock;
use crate::header_list::pairs;
use crate::keys::{Pepper, hex};

/// A browser is known for this long after the last sign-in, in seconds.
const DEVICE_AGE: i64 = 180 * 24 * 60 * 60;
const OURS: &str = "latchkey_";
/// Browsers keep such a cookie to https and to the one host that has set it.
const BOUND: &str = "__Host-";
/// More cookies of one name than these are not looked at, nor are more tokens.
const COOKIES_MAX: usize = 16;
const TOKENS_MAX: usize = 4;

/// A secret that travels in a cookie or an address: 32 random bytes. Only its hash is stored.
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn make(clock: &Clock) -> Self {
        Self(URL_SAFE_NO_PAD.encode(clock.random::<32>()))
    }

    /// As whoever holds it sends it.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> String {
        hash(&self.0)
    }
}

/// All that is stored of a token.
pub(crate) fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// The tokens of sessions in a request: one, and those that another host of the site has set under the
/// same name.
pub(crate) fn session_tokens<'a>(
    headers: &'a HeaderMap,
    client: &Client,
) -> impl Iterator<Item = &'a str> + use<'a> {
    read(headers, client, "session").filter(|token| !token.is_empty()).take(TOKENS_MAX)
}

/// Puts the session's token into the browser, in place of the one it had.
pub(crate) fn set_session(headers: &mut HeaderMap, client: &Client, token: &Token) {
    set(headers, client, "session", token.text(), LONGEST / 1000);
}

/// Takes the session's token out of the browser.
pub(crate) fn clear_session(headers: &mut HeaderMap, client: &Client) {
    set(headers, client, "session", "", 0);
}

/// The id of this browser, if the user has signed in from it since they chose their password.
pub(crate) fn known_device<'a>(
    headers: &'a HeaderMap,
    client: &Client,
    pepper: &Pepper,
    (user_id, password_hash): (&str, &str),
) -> Option<&'a str> {
    let mut marks = read(headers, client, "device").filter_map(|mark| mark.split_once('.'));
    let mark = marks.find(|(id, seal)| {
        let expected = seal_device(pepper, id, user_id, password_hash);
        bool::from(expected.as_bytes().ct_eq(seal.as_bytes()))
    });
    mark.map(|(id, _)| id)
}

/// Makes this browser one that the user has signed in from.
pub(crate) fn set_device(
    headers: &mut HeaderMap,
    client: &Client,
    (clock, pepper): (&Clock, &Pepper),
    (user_id, password_hash): (&str, &str),
) {
    let id = clock.base62(16);
    let seal = seal_device(pepper, &id, user_id, password_hash);
    set(headers, client, "device", &format!("{id}.{seal}"), DEVICE_AGE);
}

/// The password's hash is part of it: a browser known under an old password is not known under a new one.
fn seal_device(pepper: &Pepper, id: &str, user_id: &str, password_hash: &str) -> String {
    pepper.seal(&["latchkey device", id, user_id, password_hash])
}

/// Over https the browser itself sees to it that no other site and no other path can set the cookie.
fn name(client: &Client, what: &str) -> String {
    let prefix = if client.https { BOUND } else { "" };
    format!("{prefix}{OURS}{what}")
}

/// The values of the cookies of this name that are ours: ASCII, in quotes or not. By http also those that
/// were set by https: a TLS proxy on this machine need not say so of every request.
fn read<'a>(
    headers: &'a HeaderMap,
    client: &Client,
    what: &'static str,
) -> impl Iterator<Item = &'a str> + use<'a> {
    let https = client.https;
    let is_named = move |name: &[u8]| {
        let bound = name.strip_prefix(BOUND.as_bytes());
        let plain = bound.or((!https).then_some(name));
        plain.and_then(|name| name.strip_prefix(OURS.as_bytes())) == Some(what.as_bytes())
    };
    let cookies = pairs(headers, &header::COOKIE).filter(move |(name, _)| is_named(name));
    let values = cookies.filter_map(|(_, value)| std::str::from_utf8(value).ok());
    values.map(|value| value.trim_matches('"')).filter(|value| value.is_ascii()).take(COOKIES_MAX)
}

fn set(headers: &mut HeaderMap, client: &Client, what: &str, value: &str, seconds: i64) {
    let secure = if client.https { "; Secure" } else { "" };
    let name = name(client, what);
    let cookie =
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let cookie = HeaderValue::from_str(&cookie).expect("a cookie of base64url is ASCII");
    headers.append(header::SET_COOKIE, cookie);
}
