//! `/api/session`: who is signed in, signing in and out, giving the password again.

use api::paths;
use api::session::{NewSession, Proof, SessionState};
use gloo_net::http::Method;

use super::Call;
use crate::error::Error;

pub async fn read() -> Result<SessionState, Error> {
    Call::new(Method::GET, paths::SESSION).read().await
}

pub async fn create(who: &NewSession) -> Result<SessionState, Error> {
    Call::new(Method::POST, paths::SESSION).json(who).read().await
}

pub async fn end() -> Result<(), Error> {
    Call::new(Method::DELETE, paths::SESSION).send().await.map(drop)
}

pub async fn prove(proof: &Proof) -> Result<(), Error> {
    Call::new(Method::POST, paths::SESSION_PROOF).json(proof).send().await.map(drop)
}
