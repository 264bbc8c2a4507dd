//! What was done to this job board, latest first.

use leptos::prelude::*;

use super::editor::Editor;
use crate::client;
use crate::components::change_log::{Known, history};
use crate::dom::El;
use crate::routes;
use crate::task::Reading;

/// Reads them again whenever something is saved.
pub fn section(editor: Editor) -> El {
    let id = move || editor.board.with(|board| board.board_id.clone());
    let read = Reading::new(move || client::change_log::latest(id()));
    history("this job board", &routes::change_log_of(&untrack(id)), read, Known::default())
}
