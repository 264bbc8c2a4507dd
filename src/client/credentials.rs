//! `/api/credentials`: one function per thing that can be done with a credential.

use api::credentials::{
    CreatedCredential, Credential, CredentialChanges, CredentialFilter, NewCredential,
};
use api::{Page, paths};
use gloo_net::http::Method;

use super::Call;
use crate::error::Error;
use crate::routes;

pub async fn list(filter: &CredentialFilter) -> Result<Page<Credential>, Error> {
    let path = paths::CREDENTIALS.to_owned() + &routes::filter_query(filter);
    Call::new(Method::GET, path).read().await
}

pub async fn create(new: &NewCredential) -> Result<CreatedCredential, Error> {
    Call::new(Method::POST, paths::CREDENTIALS).json(new).named().read().await
}

pub async fn read(id: &str) -> Result<Credential, Error> {
    Call::new(Method::GET, paths::with_id(paths::CREDENTIAL, id)).read().await
}

/// Changes the version that `seen` is; refused as stale when there is a newer one.
pub async fn update(seen: &Credential, changes: &CredentialChanges) -> Result<Credential, Error> {
    let path = paths::with_id(paths::CREDENTIAL, &seen.id);
    Call::new(Method::PATCH, path).if_match(seen.version).json(changes).read().await
}

/// What is done to a credential as a whole, without saying anything more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Store,
    Revoke,
    ReEnable,
}

pub async fn step(id: &str, step: Step) -> Result<Credential, Error> {
    let template = match step {
        Step::Store => paths::CREDENTIAL_STORE,
        Step::Revoke => paths::CREDENTIAL_REVOKE,
        Step::ReEnable => paths::CREDENTIAL_RE_ENABLE,
    };
    Call::new(Method::POST, paths::with_id(template, id)).read().await
}

pub async fn replace(id: &str) -> Result<CreatedCredential, Error> {
    Call::new(Method::POST, paths::with_id(paths::CREDENTIAL_REPLACE, id)).named().read().await
}
