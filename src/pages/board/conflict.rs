//! Someone else changed the same of this board first: what is different, and what choosing does.

use api::boards::Board;
use leptos::prelude::*;

use super::editor::{Draft, Editor};
use crate::components::announcer::announce;
use crate::components::conflict::{Ways, conflict, difference};
use crate::dom::View;
use crate::task::Task;

/// Shows what they saved beside what the person typed.
pub fn dialog(editor: Editor, draft: Draft, theirs: Board) -> View {
    let open = editor.conflict;
    let lines = |value: String| Some(value).filter(|value| !value.is_empty());
    let saved_by_them = lines(draft.field.of(&theirs));
    let yours = lines(draft.text.with_untracked(|text| text.trim().to_owned()));
    let rows = (saved_by_them != yours)
        .then(|| difference(draft.field.label(), saved_by_them.as_slice(), yours.as_slice()));
    let saved = theirs.clone();
    let keep_mine = Task::new(move || {
        let saved = saved.clone();
        async move {
            open.set(None);
            editor.save_and_say(draft, saved).await;
        }
    });
    let take_theirs = move || {
        editor.board.set(theirs.clone());
        editor.close(draft);
        announce("Their change taken");
        open.set(None);
    };
    let what =
        "While you were typing, someone else changed this job board. Yours is not saved yet.";
    let ways = Ways { close: move || open.set(None), take_theirs, keep_mine };
    conflict(what, rows.into_iter().collect(), ways)
}
