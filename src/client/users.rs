//! `/api/users`: one function per thing that can be done with a user.

use api::password_links::PasswordLink;
use api::users::{InvitedUser, MadeCredential, NewUser, User, UserChanges, UserFilter};
use api::{Page, paths};
use gloo_net::http::Method;

use super::Call;
use crate::error::Error;
use crate::{query, routes};

pub async fn list(filter: &UserFilter) -> Result<Page<User>, Error> {
    let path = paths::USERS.to_owned() + &routes::user_filter_query(filter);
    Call::new(Method::GET, path).read().await
}

pub async fn create(new: &NewUser) -> Result<InvitedUser, Error> {
    Call::new(Method::POST, paths::USERS).json(new).named().read().await
}

pub async fn read(id: &str) -> Result<User, Error> {
    Call::new(Method::GET, paths::with_id(paths::USER, id)).read().await
}

/// Changes the version that `seen` is; refused as stale when there is a newer one.
pub async fn update(seen: &User, changes: &UserChanges) -> Result<User, Error> {
    let path = paths::with_id(paths::USER, &seen.user_id);
    Call::new(Method::PATCH, path).if_match(seen.version).json(changes).read().await
}

pub async fn disable(id: &str) -> Result<User, Error> {
    Call::new(Method::POST, paths::with_id(paths::USER_DISABLE, id)).read().await
}

pub async fn enable(id: &str) -> Result<User, Error> {
    Call::new(Method::POST, paths::with_id(paths::USER_ENABLE, id)).read().await
}

/// Signs this user out in every browser.
pub async fn end_sessions(id: &str) -> Result<(), Error> {
    Call::new(Method::DELETE, paths::with_id(paths::USER_SESSIONS, id)).send().await.map(drop)
}

/// A new one-time address at which this user chooses a password; earlier ones end.
pub async fn create_password_link(id: &str) -> Result<PasswordLink, Error> {
    Call::new(Method::POST, paths::with_id(paths::USER_PASSWORD_LINK, id)).named().read().await
}

/// The credentials this user made; `cursor` is `next` of the page before.
pub async fn credentials(id: &str, cursor: Option<&str>) -> Result<Page<MadeCredential>, Error> {
    let page = query::write(&[("cursor", cursor.unwrap_or_default())]);
    Call::new(Method::GET, paths::with_id(paths::USER_CREDENTIALS, id) + &page).read().await
}
