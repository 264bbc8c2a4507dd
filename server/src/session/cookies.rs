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
use crate::keys::{Pepper, hex};

/// A browser is known for this long after the last sign-in, in seconds.
const DEVICE_AGE: i64 = 180 * 24 * 60 * 60;

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

/// The token of the session that a request belongs to.
pub(crate) fn session_token<'a>(headers: &'a HeaderMap, client: &Client) -> Option<&'a str> {
    read(headers, &name(client, "session"))
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
    let (id, seal) = read(headers, &name(client, "device"))?.split_once('.')?;
    let expected = seal_device(pepper, id, user_id, password_hash);
    bool::from(expected.as_bytes().ct_eq(seal.as_bytes())).then_some(id)
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
    let prefix = if client.https { "__Host-" } else { "" };
    format!("{prefix}latchkey_{what}")
}

fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(known, _)| known.trim() == name).map(|(_, value)| value.trim())
}

fn set(headers: &mut HeaderMap, client: &Client, what: &str, value: &str, seconds: i64) {
    let secure = if client.https { "; Secure" } else { "" };
    let name = name(client, what);
    let cookie =
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let cookie = HeaderValue::from_str(&cookie).expect("a cookie of base64url is ASCII");
    headers.append(header::SET_COOKIE, cookie);
}
