//! [`User`]: who is signed in, checked anew for every request; and [`Caller`], whoever it is.

use api::users::{may_edit_users, may_list_users};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::cookies;
use super::last_use::TOUCH;
use crate::App;
use crate::admin::RequestId;
use crate::client::{Client, TrustedProxies};
use crate::clock::{Millis, SKEW};
use crate::db::sessions::{Alive, SessionRow};
use crate::db::users::UserRow;
use crate::db::{self, Tx};
use crate::error::{Error, Result};

/// A session that is not used ends after 30 minutes.
const IDLE: Millis = 30 * 60 * 1000;
/// Any session ends after 12 hours.
pub(super) const LONGEST: Millis = 12 * 60 * 60 * 1000;
/// What gives access to others asks for the password when it was last given longer ago than this.
const PROOF: Millis = 10 * 60 * 1000;

/// The sessions that are alive now.
pub(crate) fn alive_at(now: Millis) -> Alive {
    Alive { opened_after: now - LONGEST, used_after: now - IDLE, until: now + SKEW }
}

/// Who is signed in: an extractor that refuses everybody else.
#[derive(Debug, Clone)]
pub struct User {
    pub row: UserRow,
    pub caller: Caller,
    pub session_id: String,
    pub(crate) token_hash: String,
    proved_at: Millis,
}

impl FromRequestParts<App> for User {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        Self::of(parts, app).await
    }
}

impl OptionalFromRequestParts<App> for User {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>> {
        match Self::of(parts, app).await {
            Err(Error::Unauthenticated(_)) => Ok(None),
            user => user.map(Some),
        }
    }
}

impl User {
    async fn of(parts: &Parts, app: &App) -> Result<Self> {
        let caller = Caller::of(parts);
        let now = app.clock.now();
        let (token_hash, session) = find(app, &caller, now).await?;
        if session.last_seen_at + TOUCH <= now {
            app.last_uses.note(app, &token_hash, now);
        }
        Ok(Self {
            row: session.user,
            caller,
            session_id: session.id,
            token_hash,
            proved_at: session.proved_at,
        })
    }

    /// The same person in the same session as they are inside this transaction. Refuses whoever was
    /// disabled or signed out meanwhile.
    pub(crate) async fn again_in(self, app: &App, tx: &mut Tx, now: Millis) -> Result<Self> {
        let alive = app.last_uses.alive(&self.token_hash, now);
        match db::sessions::read_one(&mut **tx, &self.session_id, alive).await? {
            Some(session) => Ok(self.after(session)),
            None => Err(Error::Unauthenticated(
                db::sessions::why_ended(&mut **tx, &self.token_hash).await?,
            )),
        }
    }

    /// The same, outside of a change: for what goes on for so long that who may ask for it can be
    /// different at its end.
    pub(crate) async fn again(self, app: &App) -> Result<Self> {
        let alive = app.last_uses.alive(&self.token_hash, app.clock.now());
        match db::sessions::read_one(app.db.read(), &self.session_id, alive).await? {
            Some(session) => Ok(self.after(session)),
            None => Err(Error::Unauthenticated(
                db::sessions::why_ended(app.db.read(), &self.token_hash).await?,
            )),
        }
    }

    fn after(self, session: SessionRow) -> Self {
        Self { row: session.user, proved_at: session.proved_at, ..self }
    }

    /// Refuses whoever may not see who else uses the console.
    pub(crate) fn require_listing_users(&self) -> Result<()> {
        let may = may_list_users(self.row.level);
        may.then_some(()).ok_or(Error::Forbidden("Only a Site Admin can see who uses the console."))
    }

    /// Refuses whoever may not add users or change what they may do.
    pub(crate) fn require_editing_users(&self) -> Result<()> {
        let may = may_edit_users(self.row.level, &self.row.developer_permissions);
        may.then_some(()).ok_or(Error::Forbidden(
            "Only a Site Admin who “Can edit another user’s advanced permissions” can do this.",
        ))
    }

    /// Refuses what gives access to others, unless the password was given within the last ten minutes.
    /// What takes access away never asks.
    pub(crate) fn require_proof(&self, app: &App) -> Result<()> {
        let age = app.clock.now() - self.proved_at;
        (-SKEW..=PROOF).contains(&age).then_some(()).ok_or(Error::ProofRequired)
    }
}

/// The session of a request, and the hash of its token; why there is none, as far as that is known. A
/// neighbour on the same site may have set a cookie of this name too: it signs nobody out.
async fn find(app: &App, caller: &Caller, now: Millis) -> Result<(String, SessionRow)> {
    let mut reason = None;
    for token in cookies::session_tokens(&caller.headers, &caller.client) {
        let hash = cookies::hash(token);
        let alive = app.last_uses.alive(&hash, now);
        if let Some(session) = db::sessions::read(app.db.read(), &hash, alive).await? {
            return Ok((hash, session));
        }
        if reason.is_none() {
            reason = db::sessions::why_ended(app.db.read(), &hash).await?;
        }
    }
    Err(Error::Unauthenticated(reason))
}

/// The client, the request's id as the layer around `/api` has given it, and the request's headers.
/// `Debug` leaves the headers out: the session's token is among them.
#[derive(Clone)]
pub struct Caller {
    pub client: Client,
    pub request_id: String,
    pub headers: HeaderMap,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { client, request_id, headers: _ } = self;
        f.debug_struct("Caller")
            .field("client", client)
            .field("request_id", request_id)
            .finish_non_exhaustive()
    }
}

impl Caller {
    fn of(parts: &Parts) -> Self {
        let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone());
        Self {
            client: Client::of(parts, &TrustedProxies::none()),
            request_id: request_id.unwrap_or_default(),
            headers: parts.headers.clone(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> std::result::Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn a_session_token_is_not_in_debug_output() {
        let request = Request::builder().header("cookie", "latchkey_session=secret").body(());
        let caller = Caller::of(&request.unwrap().into_parts().0);
        let tokens: Vec<_> = cookies::session_tokens(&caller.headers, &caller.client).collect();
        assert_eq!(tokens, ["secret"]);
        assert!(!format!("{caller:?}").contains("secret"));
    }
}
