//! The rule for a board's token, for whoever gives a board one: an admin at the console, and an import.

use api::boards::check_token;
use api::error::FieldError;

use crate::clock::Millis;
use crate::db::boards::{forget_token, is_taken};
use crate::db::{self, Tx};

/// Makes sure that a board can have this token, in the transaction that gives it one. The fault is what to
/// answer: the token is badly spelt, or another board has it, or had it and still answers to it.
pub(crate) async fn claim(
    tx: &mut Tx,
    token: &str,
    board_id: i64,
    now: Millis,
) -> db::Result<Result<(), FieldError>> {
    if let Some(fault) = check_token(token) {
        return Ok(Err(fault));
    }
    if is_taken(tx, token, board_id, now).await? {
        let detail = "Another job board has or had this token.";
        return Ok(Err(FieldError::new("/token/token", detail)));
    }
    forget_token(tx, token).await?;
    Ok(Ok(()))
}
