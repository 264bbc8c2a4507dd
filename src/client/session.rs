//! `/api/session`: who is signed in, signing in and out.

use api::paths;
use api::session::{NewSession, SessionState};
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
