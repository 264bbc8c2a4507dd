//! How the admin API says no. A handler returns [`Error`]; the request's id is put into the body by the
//! layer around all handlers, which also logs what a client must not see.

use api::error::{ErrorCode, FieldError, PROBLEM_JSON, Problem, SessionEnd};
use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};

use crate::db::{self, Trouble};
use crate::input::own_header;

pub type Result<T> = std::result::Result<T, Error>;

/// When to try again what the database could not do, in seconds.
pub const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

/// Names a request in the answer and in the log.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Everything that keeps the admin API from doing what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("The request cannot be read: {0}.")]
    Malformed(String),
    #[error("{}", ended(*.0))]
    Unauthenticated(Option<SessionEnd>),
    #[error("This e-mail and password do not belong together.")]
    WrongCredentials,
    #[error("This is not your password.")]
    WrongPassword,
    #[error("{0}")]
    Forbidden(&'static str),
    #[error("Give your password again: it was last given more than ten minutes ago.")]
    ProofRequired,
    /// Both addresses, and what mends it.
    #[error("{0}")]
    CrossOrigin(String),
    /// Where to go instead, and what mends it.
    #[error("{0}")]
    HttpsRequired(String),
    #[error("There is no such thing here, or none that you may see.")]
    NotFound,
    #[error("This address does not take this method.")]
    MethodNotAllowed,
    #[error(
        "You are the last who can edit another user’s advanced permissions. Give that to somebody \
         else first; they can then change this."
    )]
    LastEditor,
    #[error("{0}")]
    AlreadySo(&'static str),
    /// The request was carried out before under its `Idempotency-Key`; what it made is at this address.
    #[error(
        "This was done already, and what it made was stored, used or replaced since. Its secret is not \
         shown again."
    )]
    AlreadyMade(String),
    #[error(
        "This Idempotency-Key was used for another request. Give every request one of its own; only \
         the repeat of a request has the same."
    )]
    IdempotencyKeyReused,
    #[error("Someone else saved a change in the meantime.")]
    Stale,
    #[error("A request may have at most {0}.")]
    TooLarge(&'static str),
    #[error("Send the body as application/json.")]
    UnsupportedMediaType,
    #[error("Something in the request breaks a rule.")]
    Invalid(Vec<FieldError>),
    #[error("Say in If-Match which version you are changing.")]
    VersionRequired,
    #[error("Too many wrong passwords. Try again in {}.", wait(*.0))]
    TooManyAttempts(i64),
    #[error("Latchkey could not do this. The fault is ours, and nothing was changed.")]
    Internal(#[source] anyhow::Error),
    #[error(
        "The database broke off while this was being done. It is not known whether it was: look \
         before you try again."
    )]
    OutcomeUnknown(#[source] anyhow::Error),
    #[error(
        "Latchkey has no temporary folder in which an upload could be kept: it is missing, read-only or \
         full. Whoever runs it can name another with TMPDIR. Nothing was changed."
    )]
    NoTemporaryFolder(#[source] anyhow::Error),
    #[error("This was done, but its answer could not be put together. Look, and do not try again.")]
    Unanswered(#[source] anyhow::Error),
    #[error(
        "Latchkey cannot do this at the moment: {}. Nothing was changed; please try again.",
        reason(.0)
    )]
    Unavailable(#[source] anyhow::Error),
}

impl Error {
    /// One field breaks one rule.
    pub fn invalid(pointer: &str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, detail)])
    }

    pub fn status_and_code(&self) -> (StatusCode, ErrorCode) {
        match self {
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, ErrorCode::Malformed),
            Self::Unauthenticated(_) => (StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated),
            Self::WrongCredentials | Self::WrongPassword => {
                (StatusCode::UNAUTHORIZED, ErrorCode::WrongCredentials)
            }
            Self::ProofRequired => (StatusCode::FORBIDDEN, ErrorCode::ProofRequired),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, ErrorCode::Forbidden),
            Self::CrossOrigin(_) => (StatusCode::FORBIDDEN, ErrorCode::CrossOrigin),
            Self::HttpsRequired(_) => (StatusCode::FORBIDDEN, ErrorCode::HttpsRequired),
            Self::NotFound => (StatusCode::NOT_FOUND, ErrorCode::NotFound),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, ErrorCode::MethodNotAllowed),
            Self::LastEditor => (StatusCode::CONFLICT, ErrorCode::LastEditor),
            Self::AlreadySo(_) => (StatusCode::CONFLICT, ErrorCode::AlreadySo),
            Self::AlreadyMade(_) => (StatusCode::CONFLICT, ErrorCode::AlreadyMade),
            Self::IdempotencyKeyReused => {
                (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::IdempotencyKeyReused)
            }
            Self::Stale => (StatusCode::PRECONDITION_FAILED, ErrorCode::Stale),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::UnsupportedMediaType)
            }
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::Invalid),
            Self::VersionRequired => {
                (StatusCode::PRECONDITION_REQUIRED, ErrorCode::VersionRequired)
            }
            Self::TooManyAttempts(_) => (StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyAttempts),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal),
            Self::OutcomeUnknown(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::OutcomeUnknown)
            }
            Self::Unanswered(_) => (StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Unanswered),
            Self::Unavailable(_) | Self::NoTemporaryFolder(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable)
            }
        }
    }

    /// The same, said after the change was made: nobody may hear that nothing was changed.
    #[must_use]
    pub fn after_the_change(self) -> Self {
        match self {
            Self::Internal(cause) | Self::Unavailable(cause) => Self::Unanswered(cause),
            other => other,
        }
    }

    /// The complete answer, naming the request.
    pub fn respond(self, request_id: &str) -> Response {
        let (status, code) = self.status_and_code();
        let title = self.to_string();
        if let Self::Internal(cause)
        | Self::Unavailable(cause)
        | Self::OutcomeUnknown(cause)
        | Self::NoTemporaryFolder(cause)
        | Self::Unanswered(cause) = &self
        {
            tracing::error!(request_id, "{cause:#}");
        }
        let retry_after = match self {
            Self::TooManyAttempts(seconds) => Some(HeaderValue::from(seconds)),
            Self::Unavailable(_) => Some(RETRY_AFTER),
            _ => None,
        };
        let location = if let Self::AlreadyMade(at) = &self { Some(own_header(at)) } else { None };
        let reason = if let Self::Unauthenticated(reason) = &self { *reason } else { None };
        let errors = if let Self::Invalid(errors) = self { errors } else { Vec::new() };
        let problem = Problem {
            r#type: "about:blank".to_owned(),
            title,
            status: status.as_u16(),
            code,
            reason,
            request_id: request_id.to_owned(),
            errors,
        };
        let media_type = HeaderValue::from_static(PROBLEM_JSON);
        let no_store = HeaderValue::from_static("no-store");
        let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, no_store)];
        let retry_after = AppendHeaders(retry_after.map(|value| (header::RETRY_AFTER, value)));
        let location = AppendHeaders(location.map(|value| (header::LOCATION, value)));
        (status, headers, retry_after, location, Json(problem)).into_response()
    }
}

/// Why somebody is to sign in, and what to do.
fn ended(reason: Option<SessionEnd>) -> &'static str {
    match reason {
        None => "Sign in to go on.",
        Some(SessionEnd::SignedOut) => "You were signed out. Sign in again to go on.",
        Some(SessionEnd::Expired) => {
            "Your session ended: it was not used for 30 minutes, or is 12 hours old. Sign in again \
             to go on."
        }
        Some(SessionEnd::PasswordChanged) => {
            "Your password was changed, which signed you out here. Sign in with the new one to go on."
        }
        Some(SessionEnd::Disabled) => {
            "Your account was disabled. Ask a Site Admin to enable it, then sign in again."
        }
    }
}

/// Seconds in words, rounded up to whole minutes from two on.
fn wait(seconds: i64) -> String {
    match seconds {
        ..=1 => "1 second".to_owned(),
        2..=119 => format!("{seconds} seconds"),
        120.. => format!("{} minutes", (seconds + 59) / 60),
    }
}

/// Why it cannot be done now, in a few words.
fn reason(error: &anyhow::Error) -> String {
    trouble(error).map_or_else(|| "it is too busy".to_owned(), |trouble| trouble.to_string())
}

/// Carries an error from the handler to the layer that knows the request's id.
#[derive(Debug, Clone)]
pub struct Refused(pub std::sync::Arc<std::sync::Mutex<Option<Error>>>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status_and_code().0.into_response();
        let refused = Refused(std::sync::Arc::new(std::sync::Mutex::new(Some(self))));
        response.extensions_mut().insert(refused);
        response
    }
}

/// What the database cannot do now, when that is the cause.
pub fn trouble(error: &anyhow::Error) -> Option<Trouble> {
    error.chain().find_map(|cause| Trouble::of(cause.downcast_ref()?))
}

impl From<db::Error> for Error {
    fn from(error: db::Error) -> Self {
        anyhow::Error::from(error).into()
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        // It may have come a long way.
        let error = match error.downcast::<Self>() {
            Ok(known) => return known,
            Err(error) => error,
        };
        match trouble(&error) {
            Some(_) => Self::Unavailable(error),
            None => Self::Internal(error),
        }
    }
}
