//! How the admin API says no: RFC 9457 problem details with a closed set of codes.

use serde::{Deserialize, Serialize};

/// The media type of every error of the admin API.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What a program decides on. The text beside it is for people and may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ErrorCode {
    /// 400: the request cannot be read at all.
    Malformed,
    /// 401: nobody is signed in, or the session has ended.
    Unauthenticated,
    /// 401: e-mail and password do not belong together.
    WrongCredentials,
    /// 403: signed in, and not allowed.
    Forbidden,
    /// 403: a change that did not come from the console's own origin.
    CrossOrigin,
    /// 403: a change that came by plain http, where the service is reached by https.
    HttpsRequired,
    /// 403: allowed, once the password is given again; see `/api/session/proof`.
    ProofRequired,
    /// 404: no such thing, or none that this person may see.
    NotFound,
    /// 405: the address exists, this method does not.
    MethodNotAllowed,
    /// 409: it is in that state already.
    AlreadySo,
    /// 409: a repeat, by its `Idempotency-Key`, of what was done already and cannot be done once more;
    /// `Location` says where what it made is.
    AlreadyMade,
    /// 409: nobody would be left who can change what others may do.
    LastEditor,
    /// 412: someone else changed it since it was read.
    Stale,
    /// 413: more than 64 KiB.
    TooLarge,
    /// 415: not `application/json`.
    UnsupportedMediaType,
    /// 422: readable, but a field breaks a rule; `errors` says which.
    Invalid,
    /// 422: another request had this `Idempotency-Key`.
    IdempotencyKeyReused,
    /// 428: a change without `If-Match`.
    VersionRequired,
    /// 429: too many wrong passwords; `Retry-After` says for how many seconds to wait.
    TooManyAttempts,
    /// 500: our fault; the request id finds it in the log.
    Internal,
    /// 500: the database broke off while the change was committed, and does not say whether it was. Look
    /// before trying again.
    OutcomeUnknown,
    /// 500: the change was made, and what is left of the answer could not be put together. Look, and do not
    /// try again.
    Unanswered,
    /// 503: the service cannot answer now, and nothing was changed; `Retry-After` says when to try again.
    Unavailable,
}

/// Why a session ended. Told to whoever still has its token, and to nobody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SessionEnd {
    /// Signed out: here, from another browser, or by a Site Admin.
    SignedOut,
    /// It was not used for 30 minutes, or is 12 hours old.
    Expired,
    /// The password was changed in another place, or chosen anew by a link.
    PasswordChanged,
    /// The user is disabled.
    Disabled,
}

impl SessionEnd {
    pub const ALL: [Self; 4] =
        [Self::SignedOut, Self::Expired, Self::PasswordChanged, Self::Disabled];

    /// As it stands on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Expired => "expired",
            Self::PasswordChanged => "password_changed",
            Self::Disabled => "disabled",
        }
    }

    /// The reason of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

/// The body of every error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `about:blank`: the code says it all.
    pub r#type: String,
    /// One sentence for a person.
    pub title: String,
    /// The HTTP status again.
    #[cfg_attr(feature = "openapi", schema(minimum = 400, maximum = 599))]
    pub status: u16,
    pub code: ErrorCode,
    /// With `unauthenticated`: why the session ended whose token the request carries. Absent: there was no
    /// such session, or it ended more than a day ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    #[cfg_attr(not(feature = "openapi"), serde(skip_deserializing))]
    pub reason: Option<SessionEnd>,
    /// Finds this request in the service's log.
    pub request_id: String,
    /// One entry for each field that breaks a rule; empty otherwise.
    pub errors: Vec<FieldError>,
}

/// One field that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) to the field in the request's body, such as `/description`.
    pub pointer: String,
    /// Which rule, as a sentence.
    pub detail: String,
}

impl FieldError {
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}
