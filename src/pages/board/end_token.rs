//! `End now`: an old token stops answering before its time.

use leptos::prelude::*;

use super::editor::Editor;
use crate::client;
use crate::components::announcer::announce;
use crate::components::confirm::{Confirm, confirm, move_on};
use crate::dom::View;
use crate::task::Task;

pub fn dialog(editor: Editor, token: String) -> View {
    let error = RwSignal::new(None);
    let close = move || editor.ending.set(None);
    let asked = Confirm {
        title: format!("End the token “{token}” now?"),
        text: &[
            "Partners, career pages and job feeds that still use it find no posts from the next call on.",
            "The board’s own token goes on answering.",
        ],
        ok: "End now",
        cancel: "Cancel",
        danger: true,
    };
    let end = Task::new(move || {
        let token = token.clone();
        async move {
            let Some(board) = editor.board.try_get_untracked() else { return };
            error.set(None);
            match client::boards::end_old_token(&board.board_id, &token).await {
                Ok(saved) => {
                    editor.board.set(saved);
                    move_on(editor.ending, &Some(token), None);
                    announce("Old token ended");
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    confirm(&asked, end, error, close)
}
