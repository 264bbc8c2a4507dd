//! `/api/account`: the person's own name and password.

use api::paths;
use api::session::PasswordChange;
use api::users::{AccountChanges, User};
use gloo_net::http::Method;

use super::Call;
use crate::error::Error;

pub async fn read() -> Result<User, Error> {
    Call::new(Method::GET, paths::ACCOUNT).read().await
}

/// Changes the version that `seen` is; refused as stale when there is a newer one.
pub async fn update(seen: &User, changes: &AccountChanges) -> Result<User, Error> {
    Call::new(Method::PATCH, paths::ACCOUNT).if_match(seen.version).json(changes).read().await
}

/// A new password in place of the current one. Everywhere else the person is signed out.
pub async fn change_password(change: &PasswordChange) -> Result<(), Error> {
    Call::new(Method::POST, paths::ACCOUNT_PASSWORD).json(change).send().await.map(drop)
}
