//! `/api/sessions`: where the person is signed in, and ending it there.

use api::session::OpenSession;
use api::{Page, paths};
use gloo_net::http::Method;

use super::Call;
use crate::error::Error;

pub async fn list() -> Result<Page<OpenSession>, Error> {
    Call::new(Method::GET, paths::SESSIONS).read().await
}

pub async fn end(id: &str) -> Result<(), Error> {
    Call::new(Method::DELETE, paths::with_id(paths::SESSIONS_ONE, id)).send().await.map(drop)
}

/// All of them but the one that asks.
pub async fn end_others() -> Result<(), Error> {
    Call::new(Method::DELETE, paths::SESSIONS).send().await.map(drop)
}
