//! The `Authorization` header: what is accepted is what any reader of HTTP Basic takes for the user name.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use http::{HeaderMap, HeaderValue, header};
use server::keys::ApiKey;
use server::keys::basic::api_key;

use crate::key::made;

pub(crate) fn check(data: &[u8]) -> bool {
    is_the_user_name_whatever_the_password(data);
    let Ok(value) = HeaderValue::from_bytes(data) else { return false };
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, value.clone());
    let read = api_key(&headers).ok();
    assert_eq!(read, model(data));
    headers.append(header::AUTHORIZATION, value);
    assert!(api_key(&headers).is_err(), "two headers");
    read.is_some()
}

/// The key in a header, said slowly.
fn model(data: &[u8]) -> Option<ApiKey> {
    let text = std::str::from_utf8(data).ok()?;
    let scheme = text.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("basic "))?;
    let encoded = text[scheme.len()..].trim_matches([' ', '\t']);
    // All of the padding, some, or none.
    let unpadded = encoded.trim_end_matches('=');
    if encoded.len() > unpadded.len().next_multiple_of(4) {
        return None;
    }
    let decoded = STANDARD_NO_PAD.decode(unpadded).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let colon = decoded.find(':')?;
    ApiKey::parse(&decoded[..colon])
}

fn is_the_user_name_whatever_the_password(password: &[u8]) {
    let key = made(password);
    let inside = [key.clone().reveal().as_bytes(), b":", password].concat();
    let value = format!("Basic {}", STANDARD.encode(inside));
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, value.parse().expect("base64 is text"));
    let is_text = std::str::from_utf8(password).is_ok();
    assert_eq!(api_key(&headers).ok(), is_text.then_some(key));
}
