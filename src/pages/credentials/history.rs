//! What was done to this credential, latest first.

use leptos::prelude::*;

use super::edit::Editor;
use crate::client;
use crate::components::change_log::{Known, history};
use crate::dom::El;
use crate::routes;
use crate::task::Reading;

/// Reads them again whenever something is saved.
pub fn section(editor: Editor) -> El {
    let read = Reading::new(move || {
        editor.follow_what_is_done();
        client::change_log::latest(editor.id())
    });
    let known = Known { catalogue: Some(editor.catalogue.get_value()), ..Known::default() };
    history("this credential", &routes::change_log_of(&editor.id()), read, known)
}
