//! Origins: scheme, host and port of an address, in the one spelling that browsers use.

use std::fmt;

use url::Url;

const FORM: &str = "write https://HOST or https://HOST:PORT";

/// Scheme, host and port as a browser writes them in `Origin`: lower case, without the scheme's own port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Reads an address that has nothing but an origin; a `/` at its end is left out.
    ///
    /// # Errors
    /// What is wrong, and the right form, in a sentence without anything that could be a secret.
    pub fn parse(given: &str) -> Result<Self, String> {
        let text = given.trim();
        let lower = text.to_ascii_lowercase();
        let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"))
        else {
            return Err(without_scheme(text));
        };
        if rest.contains('@') {
            return Err(format!("it must not have a user name or password; {FORM}"));
        }
        if rest.contains('*') {
            return Err(WILDCARD.to_owned());
        }
        if rest.contains(['?', '#']) {
            return Err(format!("it must not have a query or a fragment; {FORM}"));
        }
        let plain = |sign: char| !sign.is_control() && !sign.is_whitespace() && sign != '\\';
        let url = Url::parse(text).ok().filter(|_| text.chars().all(plain));
        let Some(url) = url.filter(|url| !rest.starts_with('/') && url.port() != Some(0)) else {
            return Err(format!("{} is no address; {FORM}", shown(text)));
        };
        if url.path() != "/" {
            let origin = url.origin().ascii_serialization();
            return Err(format!("it must not have a path; write {origin}"));
        }
        Ok(Self(url.origin().ascii_serialization()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

const WILDCARD: &str = "a wildcard names no origin: a page that may send cookies has to be named, \
                        and browsers take no * for it; list each one, such as \
                        https://console.example.com";

fn without_scheme(text: &str) -> String {
    if text.is_empty() {
        return format!("it is empty; leave it out, or {FORM}");
    }
    if text.contains('*') {
        return WILDCARD.to_owned();
    }
    if text.contains("//") || text.contains('@') {
        return format!("{} does not start with https:// or http://; {FORM}", shown(text));
    }
    let host = text.split([':', '/']).next().unwrap_or_default();
    let scheme = if ["localhost", "127.0.0.1"].contains(&host) { "http" } else { "https" };
    // Only what is right is proposed.
    match Origin::parse(&format!("{scheme}://{text}")) {
        Ok(Origin(origin)) => format!("{} has no scheme; write {origin}", shown(text)),
        Err(_) => format!("{} is no address; {FORM}", shown(text)),
    }
}

/// What was given, as far as it can be repeated: nothing that could be a password, and not much of it.
pub(super) fn shown(text: &str) -> String {
    if text.contains('@') {
        return "what was given (not shown: it could hold a password)".to_owned();
    }
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let start: String = text[..end].chars().take(100).flat_map(char::escape_debug).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("{start}{more}")
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The address under which browsers and clients reach the service. For now it has no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicOrigin(Origin);

impl PublicOrigin {
    /// Reads an address as [`Origin::parse`] does.
    ///
    /// # Errors
    /// As there.
    pub fn parse(given: &str) -> Result<Self, String> {
        Origin::parse(given).map(Self)
    }

    pub fn origin(&self) -> &Origin {
        &self.0
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for PublicOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_origin_is_read_in_every_spelling_into_the_one_of_browsers() {
        for (given, read) in [
            ("https://k.example.com", "https://k.example.com"),
            ("HTTPS://K.Example.com:443/", "https://k.example.com"),
            (" http://localhost:8080\n", "http://localhost:8080"),
            ("http://k.example.com:80", "http://k.example.com"),
            ("https://k.example.com:80", "https://k.example.com:80"),
            ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(Origin::parse(given).as_ref().map(Origin::as_str), Ok(read), "{given}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused_with_the_right_form() {
        for (given, said) in [
            ("", "it is empty; leave it out"),
            ("k.example.com", "write https://k.example.com"),
            ("K.example.com:8443", "write https://k.example.com:8443"),
            ("localhost:8080", "write http://localhost:8080"),
            ("ftp://k.example.com", "does not start with https://"),
            ("//k.example.com", "does not start with https://"),
            ("https:k.example.com", "is no address"),
            ("https:///k.example.com", "is no address"),
            ("https://", "is no address"),
            ("https://k.example.com:0", "is no address"),
            ("https://k.example.com:99999", "is no address"),
            ("https://k.exa mple.com", "is no address"),
            ("https://k.exa\nmple.com", "is no address"),
            ("https://k.example.com\\x", "is no address"),
            ("https://k.example.com/latchkey", "must not have a path; write https://k.example.com"),
            ("https://k.example.com?x=S3CRET", "query"),
            ("https://k.example.com/#S3CRET", "fragment"),
            ("https://u:S3CRET@k.example.com", "user name"),
            ("u:S3CRET@k.example.com", "not shown"),
            ("*", "a wildcard names no origin"),
            ("https://*.example.com", "a wildcard names no origin"),
            ("null", "write https://null"),
        ] {
            let refusal = Origin::parse(given).unwrap_err();
            assert!(refusal.contains(said), "{given}: {refusal}");
            assert!(!refusal.contains("S3CRET"), "{given}: {refusal}");
        }
    }

    proptest! {
        #[test]
        fn what_was_read_is_read_again_as_itself_and_can_stand_in_a_header(text in ".{0,40}") {
            let given = format!("https://{text}");
            if let Ok(origin) = Origin::parse(&given) {
                prop_assert_eq!(Origin::parse(origin.as_str()), Ok(origin.clone()));
                prop_assert!(axum::http::HeaderValue::from_str(origin.as_str()).is_ok());
            }
        }
    }
}
