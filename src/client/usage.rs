//! `/api/credentials/{id}/usage`: what an API key is used for.

use api::paths;
use api::usage::Usage;
use gloo_net::http::Method;

use super::Call;
use crate::error::Error;

pub async fn read(credential_id: &str) -> Result<Usage, Error> {
    call(credential_id).read().await
}

/// The same beside something else, which does not wait for it: nobody is asked to sign in for it.
pub async fn glance(credential_id: &str) -> Result<Usage, Error> {
    call(credential_id).quietly().read().await
}

fn call(credential_id: &str) -> Call {
    Call::new(Method::GET, paths::with_id(paths::CREDENTIAL_USAGE, credential_id))
}
