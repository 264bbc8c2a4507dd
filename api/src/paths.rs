//! The addresses of the admin API, used by the service to route and by the page to call.

/// `POST` signs in, `DELETE` signs out, `GET` says who is signed in and what they may do.
pub const SESSION: &str = "/api/session";
/// The endpoints, their permissions, the partners and their presets.
pub const CATALOGUE: &str = "/api/catalogue";
/// `GET` lists, `POST` creates.
pub const CREDENTIALS: &str = "/api/credentials";
/// `GET` reads, `PATCH` updates.
pub const CREDENTIAL: &str = "/api/credentials/{id}";
/// `POST`: the person says the API key is stored.
pub const CREDENTIAL_STORE: &str = "/api/credentials/{id}/store";
/// `POST`: the API key stops working.
pub const CREDENTIAL_REVOKE: &str = "/api/credentials/{id}/revoke";
/// `POST`: the same API key works again.
pub const CREDENTIAL_RE_ENABLE: &str = "/api/credentials/{id}/re_enable";
/// `POST`: a new credential like this one, for a key that was lost.
pub const CREDENTIAL_REPLACE: &str = "/api/credentials/{id}/replace";
/// The OpenAPI 3.1 document of all of the above.
pub const OPENAPI: &str = "/api/openapi.json";

/// Puts an identifier into one of the templates above. Identifiers are made by the server from letters,
/// digits and `_`; anything else (a hand-typed address) is percent-encoded, so it stays one segment.
pub fn with_id(template: &str, id: &str) -> String {
    let mut encoded = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for nibble in [byte >> 4, byte & 0xf] {
                encoded.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
            }
        }
    }
    template.replace("{id}", &encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stays_one_segment() {
        assert_eq!(with_id(CREDENTIAL_STORE, "cred_1"), "/api/credentials/cred_1/store");
        assert_eq!(with_id(CREDENTIAL, "a/../b?c"), "/api/credentials/a%2F%2E%2E%2Fb%3Fc");
    }
}
