//! `/api/password_links`: what a link is for, and choosing a password with it. Nobody need be signed in.

use api::password_links::{ChosenPassword, PasswordLinkFacts, PasswordLinkToken};
use api::paths;
use api::session::SessionState;
use gloo_net::http::Method;

use super::Call;
use crate::error::Error;

pub async fn read(token: &PasswordLinkToken) -> Result<PasswordLinkFacts, Error> {
    Call::new(Method::POST, paths::PASSWORD_LINK_READ).json(token).read().await
}

/// Ends the link, and signs in with the password that was chosen.
pub async fn choose(chosen: &ChosenPassword) -> Result<SessionState, Error> {
    Call::new(Method::POST, paths::PASSWORD_LINK_USE).json(chosen).read().await
}
