//! Reading what a client sent, with an error that says what is wrong and where.

use api::error::FieldError;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::error::Error;
use crate::null::has_no_null;

/// A JSON body.
#[derive(Debug)]
pub struct Input<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Input<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        if !is_json(request.headers()) {
            return Err(Error::UnsupportedMediaType);
        }
        let body =
            Bytes::from_request(request, state).await.map_err(|rejection| {
                match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge("64 KiB"),
                    _ => Error::Malformed("the body broke off".to_owned()),
                }
            })?;
        from_json(&body).map(Self)
    }
}

/// Syntax is a 400; a wrong type, an unknown or missing field is a 422 that points at it.
fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    // Serde would also take a list for a struct; no client means that.
    let value: &RawValue = serde_json::from_slice(body)
        .map_err(|error| Error::Malformed(format!("it is not JSON ({error})")))?;
    if !value.get().starts_with('{') {
        return Err(Error::invalid("", "Expected an object."));
    }
    has_no_null(&value).map_err(Error::Malformed)?;
    let mut reader = serde_json::Deserializer::from_str(value.get());
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let mut pointer = pointer(error.path());
        let detail = sentence(error.inner());
        if let Some(rest) = detail.strip_prefix("Missing field `") {
            pointer += "/";
            pointer += rest.trim_end_matches(['`', '.']);
        }
        Error::Invalid(vec![FieldError::new(pointer, detail)])
    })
}

/// `/permissions/3`
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// Serde's words without the position, which the pointer gives better.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), characters.as_str())
}

pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media_type.and_then(|media_type| media_type.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// The query of an address.
#[derive(Debug)]
pub struct Parameters<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let query = Query::from_request_parts(parts, state).await;
        query.map(|Query(query)| Self(query)).map_err(|error| Error::Malformed(error.body_text()))
    }
}

/// The version a change was made from: `If-Match`, as the `ETag` was answered.
#[derive(Debug)]
pub struct Version(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Version {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let value = parts.headers.get(header::IF_MATCH).ok_or(Error::VersionRequired)?;
        let tag = value.to_str().unwrap_or_default().trim();
        let number = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
        // A tag that is not one of ours is the tag of something else: stale, not malformed.
        number.and_then(|number| number.parse().ok()).map(Self).ok_or(Error::Stale)
    }
}

impl Version {
    /// The version as it stands in `ETag`.
    pub(crate) fn tag(version: i64) -> HeaderValue {
        own_header(&format!("\"{version}\""))
    }
}

/// A header whose text this program made or checked: it is ASCII, and on one line.
pub(crate) fn own_header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("what is made here can stand in a header")
}

#[cfg(test)]
mod tests {
    use api::credentials::{CredentialChanges, NewCredential};

    use super::*;

    fn refusal<T: DeserializeOwned + std::fmt::Debug>(body: &str) -> String {
        match from_json::<T>(body.as_bytes()).unwrap_err() {
            Error::Invalid(errors) => format!("{}: {}", errors[0].pointer, errors[0].detail),
            other => other.to_string(),
        }
    }

    #[test]
    fn a_refusal_points_at_the_field() {
        for (body, said) in [
            (
                "",
                "The request cannot be read: it is not JSON (EOF while parsing a value at line 1 column 0).",
            ),
            (
                "{} x",
                "The request cannot be read: it is not JSON (trailing characters at line 1 column 4).",
            ),
            ("[]", ": Expected an object."),
            (
                "{\"a\": 1}",
                "/a: Unknown field `a`, expected one of `api_type`, `partner`, `description`.",
            ),
            ("{}", "/api_type: Missing field `api_type`."),
            (
                r#"{"api_type": "harvest", "partner": 5, "description": "d"}"#,
                "/partner: Invalid type: integer `5`, expected a string.",
            ),
            (
                r#"{"api_type": "soap", "partner": "jobtarget", "description": "d"}"#,
                "/api_type: Unknown variant `soap`, expected one of `harvest`, `job_board`, `candidate_ingestion`.",
            ),
        ] {
            assert_eq!(refusal::<NewCredential>(body), said);
        }
        assert_eq!(
            refusal::<CredentialChanges>(r#"{"permissions": ["jobs:list", null]}"#),
            "/permissions/1: Invalid type: null, expected a string."
        );
    }
}
