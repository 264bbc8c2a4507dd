//! Reads the API key from HTTP Basic: user name = key, password empty. Whatever is wrong with the header,
//! the client gets the one 401; the reason is for the log, because integrators make the same few mistakes.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

use super::ApiKey;

/// Clients differ in whether they pad.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The key in the `Authorization` header, or what is wrong with it.
pub fn api_key(headers: &HeaderMap) -> Result<ApiKey, &'static str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or("no Authorization header")?;
    if values.next().is_some() {
        return Err("more than one Authorization header");
    }
    let text = value.to_str().map_err(|_| "the Authorization header is not text")?;
    let (scheme, encoded) = text.split_once(' ').ok_or("the Authorization header has one word")?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err("the Authorization header is not Basic");
    }
    let encoded = encoded.trim();
    let Ok(decoded) = BASE64.decode(encoded) else {
        return Err(if ApiKey::parse(encoded).is_some() {
            "the key was sent without base64"
        } else {
            "the Basic header is not base64"
        });
    };
    let decoded = String::from_utf8(decoded).map_err(|_| "the Basic header is not text inside")?;
    let (user, password) =
        decoded.split_once(':').ok_or("the key was encoded without the colon after it")?;
    if user.is_empty() && ApiKey::parse(password).is_some() {
        return Err("the key was sent as the password; it is the user name");
    }
    // The password is not looked at: clients that must send one send anything.
    ApiKey::parse(user).ok_or("the user name is not an API key of Latchkey")
}

#[cfg(test)]
mod tests {
    use api::credentials::ApiType;

    use super::*;
    use crate::clock::Clock;

    fn read(value: &str) -> Result<ApiKey, &'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        api_key(&headers)
    }

    #[test]
    fn a_key_is_read_however_a_client_spells_basic() {
        let key = ApiKey::make(&Clock::fixed(0), ApiType::Harvest);
        let encoded = BASE64.encode(format!("{}:", key.clone().reveal()));
        for value in [
            format!("Basic {encoded}"),
            format!("basic  {encoded} "),
            format!("BASIC {}", encoded.trim_end_matches('=')),
        ] {
            assert_eq!(read(&value), Ok(key.clone()), "{value}");
        }
    }

    #[test]
    fn every_known_mistake_has_its_own_sentence() {
        let key = ApiKey::make(&Clock::fixed(0), ApiType::Harvest).reveal();
        let basic = |inside: &str| format!("Basic {}", BASE64.encode(inside));
        for (value, mistake) in [
            (key.clone(), "the Authorization header has one word"),
            (format!("Bearer {key}"), "the Authorization header is not Basic"),
            (format!("Basic {key}"), "the key was sent without base64"),
            (basic(&key), "the key was encoded without the colon after it"),
            (basic(&format!(":{key}")), "the key was sent as the password; it is the user name"),
            (basic("nobody:"), "the user name is not an API key of Latchkey"),
            ("Basic ????".to_owned(), "the Basic header is not base64"),
        ] {
            assert_eq!(read(&value).unwrap_err(), mistake, "{value}");
        }
        assert_eq!(api_key(&HeaderMap::new()).unwrap_err(), "no Authorization header");
    }
}
