//! What was done to this job board, latest first.

use api::change_log::ChangeLogFilter;
use leptos::prelude::*;

use super::editor::Editor;
use crate::client;
use crate::components::change_log::{Known, history};
use crate::dom::El;
use crate::routes;
use crate::task::Reading;

/// How many changes stand on the page; the change log has all of them.
const SHOWN: u32 = 10;

/// Reads them again whenever something is saved.
pub fn section(editor: Editor) -> El {
    let id = move || editor.board.with(|board| board.board_id.clone());
    let read = Reading::new(move || {
        let filter = ChangeLogFilter {
            subject: Some(id()),
            limit: Some(SHOWN),
            ..ChangeLogFilter::default()
        };
        async move { client::change_log::list(&filter).await }
    });
    history("this job board", &routes::change_log_of(&untrack(id)), read, Known::default())
}
