//! `/api/boards`: the public job boards, and what the public sees of them.

use api::boards::{Board, BoardChanges, EndedToken};
use api::{Page, paths};
use gloo_net::http::Method;
use js_sys::{JSON, Reflect};

use super::Call;
use crate::error::Error;
use crate::location::address_of;

/// The posts of a board as everyone reads them.
const PUBLIC_JOBS: &str = "/v1/boards/{id}/jobs";

pub async fn list() -> Result<Page<Board>, Error> {
    Call::new(Method::GET, paths::BOARDS).read().await
}

pub async fn read(id: &str) -> Result<Board, Error> {
    Call::new(Method::GET, paths::with_id(paths::BOARD, id)).read().await
}

/// Changes the version that `seen` is; refused as stale when there is a newer one.
pub async fn update(seen: &Board, changes: &BoardChanges) -> Result<Board, Error> {
    let path = paths::with_id(paths::BOARD, &seen.board_id);
    Call::new(Method::PATCH, path).if_match(seen.version).json(changes).read().await
}

/// Ends a token that the board had before.
pub async fn end_old_token(board_id: &str, token: &str) -> Result<Board, Error> {
    let path = paths::with_id(paths::BOARD_END_OLD_TOKEN, board_id);
    let ended = EndedToken { token: token.to_owned() };
    Call::new(Method::POST, path).json(&ended).read().await
}

/// Where everyone reads the posts of the board with this token.
pub fn public_address(token: &str) -> String {
    address_of(&super::address(&paths::with_id(PUBLIC_JOBS, token)))
}

/// How many posts everyone reads there now, such as `38`; nothing where there is no board for them.
pub async fn count_posts(token: &str) -> Result<Option<String>, Error> {
    let (status, text) = super::ask_as_public(&public_address(token)).await?;
    match status {
        // Read by the browser: the posts may hold anything, and only their number matters.
        200 => total(&text).map(Some).ok_or(Error::Unreadable { status }),
        404 => Ok(None),
        _ => Err(Error::from_answer(status, &text)),
    }
}

fn total(text: &str) -> Option<String> {
    let meta = Reflect::get(&JSON::parse(text).ok()?, &"meta".into()).ok()?;
    let total = Reflect::get(&meta, &"total".into()).ok()?;
    JSON::stringify(&total).ok().map(String::from)
}
