//! Reading what a client sent, with an error that says what is wrong and where.

use std::time::Duration;

use api::error::FieldError;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::encoding;
use crate::error::Error;
use crate::header_list::tags;
use crate::null::has_no_null;

/// The longest text of a body, in characters: more than any field takes.
const TEXT_MAX: usize = 2000;
/// The longest parameter of an address, in characters: longer than any that is stored.
pub(crate) const PARAMETER_MAX: usize = 500;
/// The longest identifier in an address, in characters.
const ID_MAX: usize = 64;

/// How long it may take to say that there is no body.
const BODY_WAIT: Duration = Duration::from_secs(10);

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
                    _ => Error::Malformed("the body broke off, or came too slowly".to_owned()),
                }
            })?;
        from_json(&body).map(Self)
    }
}

/// Syntax is a 400; a wrong type, an unknown or missing field is a 422 that points at it.
fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    // Serde would also take a list for a struct; no client means that.
    let body = encoding::text(body).map_err(Error::Malformed)?;
    let value: &RawValue = serde_json::from_str(&body)
        .map_err(|error| Error::Malformed(format!("it is not JSON ({error})")))?;
    if !value.get().starts_with('{') {
        return Err(Error::invalid("", "Expected an object."));
    }
    has_no_null(&value).map_err(Error::Malformed)?;
    if let Some(pointer) = long_text(value.get()) {
        return Err(Error::invalid(&pointer, format!("Use at most {TEXT_MAX} characters.")));
    }
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

/// Where a text stands that is too long for any field.
fn long_text(json: &str) -> Option<String> {
    fn find(value: &Value) -> Option<String> {
        match value {
            Value::String(text) => (text.chars().count() > TEXT_MAX).then(String::new),
            Value::Array(values) => {
                let mut values = values.iter().enumerate();
                values.find_map(|(at, value)| Some(format!("/{at}{}", find(value)?)))
            }
            Value::Object(members) => members.iter().find_map(|(name, value)| {
                let name: String = escaped(name).chars().take(ID_MAX).collect();
                Some(format!("/{name}{}", find(value)?))
            }),
            _ => None,
        }
    }
    // What is shorter as a whole has none.
    (json.len() > TEXT_MAX)
        .then(|| serde_json::from_str(json).ok())
        .flatten()
        .and_then(|it| find(&it))
}

/// A name as it stands in a pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// `/permissions/3`
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Map { key } => Some(format!("/{}", escaped(key))),
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

/// Whether a body has any bytes. One that is only announced has none; one of which nobody knows in time
/// counts as if it had.
pub(crate) async fn has_bytes(mut body: Body) -> bool {
    if body.is_end_stream() || body.size_hint().lower() > 0 {
        return !body.is_end_stream();
    }
    let first = async {
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) if frame.data_ref().is_none_or(Bytes::is_empty) => {}
                _ => return true,
            }
        }
        false
    };
    tokio::time::timeout(BODY_WAIT, first).await.unwrap_or(true)
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
        for (name, value) in
            form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        {
            if value.chars().count() > PARAMETER_MAX {
                let name = shortened(&name);
                let fault = format!("`{name}` has more than {PARAMETER_MAX} characters");
                return Err(Error::Malformed(fault));
            }
        }
        let query = Query::from_request_parts(parts, state).await;
        let query = query.map_err(|error| Error::Malformed(shortened(&error.body_text())))?;
        Ok(Self(query.0))
    }
}

/// What a client sent, as far as it is worth repeating.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(PARAMETER_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The identifier in a path: letters, digits and `_`. What is written otherwise names nothing.
#[derive(Debug)]
pub struct Id(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| Error::NotFound)?;
        let word = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if word && (1..=ID_MAX).contains(&id.len()) { Ok(Self(id)) } else { Err(Error::NotFound) }
    }
}

/// The identifier of a board in a path: a number.
#[derive(Debug, Clone, Copy)]
pub struct BoardId(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for BoardId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Id(id) = Id::from_request_parts(parts, state).await?;
        canonical_id(&id).map(Self).ok_or(Error::NotFound)
    }
}

/// A number that is an identifier, written in its one way: no `+`, no zeros in front.
pub(crate) fn canonical_id(text: &str) -> Option<i64> {
    text.parse().ok().filter(|id: &i64| id.to_string() == text)
}

/// The versions a change may be made from: `If-Match`, as the `ETag` was answered.
#[derive(Debug, PartialEq, Eq)]
pub enum Version {
    /// `*`: any that there is.
    Any,
    OneOf(Vec<i64>),
}

impl<S: Send + Sync> FromRequestParts<S> for Version {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        if !parts.headers.contains_key(header::IF_MATCH) {
            return Err(Error::VersionRequired);
        }
        let mut versions = Vec::new();
        for tag in tags(&parts.headers, &header::IF_MATCH) {
            if tag == b"*" {
                return Ok(Self::Any);
            }
            versions.extend(number(tag));
        }
        // A tag that is not one of ours is the tag of something else: stale, not malformed.
        if versions.is_empty() { Err(Error::Stale) } else { Ok(Self::OneOf(versions)) }
    }
}

/// The version in a tag. A proxy that compresses our answers makes the tag weak, or adds to it what it did.
fn number(tag: &[u8]) -> Option<i64> {
    let tag = str::from_utf8(tag).ok()?.strip_prefix('"')?.strip_suffix('"')?;
    let packed = ["-gzip", "-br", "-zstd"].iter().find_map(|packing| tag.strip_suffix(packing));
    packed.unwrap_or(tag).parse().ok()
}

impl Version {
    /// Whether the change may be made from this version.
    pub(crate) fn is(&self, current: i64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&current),
        }
    }

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

    #[tokio::test]
    async fn a_version_is_read_from_every_spelling_of_if_match() {
        for (line, read) in [
            (&b"\"3\""[..], Some(Version::OneOf(vec![3]))),
            (b" \"3\" , \"4\"", Some(Version::OneOf(vec![3, 4]))),
            (b"W/\"3\"", Some(Version::OneOf(vec![3]))),
            (b"\"3-gzip\"", Some(Version::OneOf(vec![3]))),
            (b"\"\xfc\", \"3\"", Some(Version::OneOf(vec![3]))),
            (b"*", Some(Version::Any)),
            (b"3", None),
            (b"\"x\"", None),
            (b"", None),
        ] {
            let value = HeaderValue::from_bytes(line).unwrap();
            let request = axum::http::Request::builder().header(header::IF_MATCH, value).body(());
            let (mut parts, ()) = request.unwrap().into_parts();
            let version = Version::from_request_parts(&mut parts, &()).await.ok();
            assert_eq!(version, read, "{}", String::from_utf8_lossy(line));
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
