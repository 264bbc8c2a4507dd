//! What was done to this user and what they did with their own account, latest first.

use leptos::prelude::*;

use super::Open;
use super::edit::Editor;
use crate::client;
use crate::components::change_log::{Known, history};
use crate::dom::El;
use crate::routes;
use crate::task::Reading;

/// Reads them again whenever something is saved or a link is made.
pub fn section(editor: Editor, open: RwSignal<Open>) -> El {
    let id = move || editor.saved.with(|saved| saved.user_id.clone());
    let link = Memo::new(move |_| open.with(|open| matches!(open, Open::HandOver(..))));
    let read = Reading::new(move || {
        // Not `track`: a memo nobody has read follows nothing.
        let _ = link.get();
        client::change_log::latest(id())
    });
    history("this user", &routes::change_log_of(&untrack(id)), read, Known::default())
}
