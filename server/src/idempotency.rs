//! Requests that make a secret, made again because their answer was lost. The client gives each a name in
//! `Idempotency-Key`; a repeat makes nothing twice and shows no secret twice: a secret that nobody has seen
//! is replaced by a new one, and one that was stored or used is not touched.
//!
//! A name is remembered for a day, for its user, the operation and what that was done to.

use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::request::Parts;
use serde::Serialize;

use crate::change::Change;
use crate::db;
use crate::db::idempotency::{Known, Name};
use crate::error::{Error, Result};
use crate::keys::Pepper;
use crate::session::User;

/// Names a request.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const LONGEST: usize = 64;

/// What the client calls its request; nothing: it will not make it again.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Header, names("Idempotency-Key"))]
pub struct IdempotencyKey(
    /// Names the request: whoever lost the answer makes it again under the same name within a day, and nothing is made twice
    #[param(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_-]+$")]
    Option<String>,
);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let mut values = parts.headers.get_all(HEADER).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let (bytes, once) = (value.as_bytes(), values.next().is_none());
        if !once || !(1..=LONGEST).contains(&bytes.len()) || !bytes.iter().all(allowed) {
            return Err(Error::Malformed(format!(
                "Idempotency-Key is 1 to {LONGEST} of the characters A-Z, a-z, 0-9, - and _, once"
            )));
        }
        Ok(Self(Some(String::from_utf8_lossy(bytes).into_owned())))
    }
}

/// A request under its name.
#[derive(Debug)]
pub(crate) struct Attempt(Option<(Name, String)>);

impl IdempotencyKey {
    /// The request of this name: what it does, to what, and its body.
    pub(crate) fn attempt(
        self,
        pepper: &Pepper,
        user: &User,
        (operation, subject): (&'static str, &str),
        body: &impl Serialize,
    ) -> Attempt {
        Attempt(self.0.map(|key| {
            let (user_id, subject) = (user.row.id.clone(), subject.to_owned());
            let body = serde_json::to_string(body).unwrap_or_default();
            let seal = pepper.seal(&["latchkey idempotency", &body]);
            (Name { user_id, operation, subject, key }, seal)
        }))
    }
}

impl Attempt {
    /// What the request made when it was made before. Fails when that was another one of the same name.
    pub(crate) async fn made_before(&self, change: &mut Change) -> Result<Option<Known>> {
        let Some((name, seal)) = &self.0 else { return Ok(None) };
        let known = db::idempotency::find(&mut change.tx, name, change.now).await?;
        match known {
            Some(known) if known.body_seal != *seal => Err(Error::IdempotencyKeyReused),
            known => Ok(known),
        }
    }

    /// Remembers what the request makes: a thing, and its secret by the hash of it.
    pub(crate) async fn made(&self, change: &mut Change, id: &str, hash: &str) -> Result<()> {
        let Some((name, seal)) = &self.0 else { return Ok(()) };
        let known =
            Known { body_seal: seal.clone(), made_id: id.to_owned(), made_hash: hash.to_owned() };
        Ok(db::idempotency::save(&mut change.tx, name, &known, change.now).await?)
    }
}
