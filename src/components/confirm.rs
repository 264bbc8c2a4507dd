//! The question before something is done that others will feel.

use leptos::prelude::*;

use super::button::{button, task_button};
use super::dialog::{Kind, dialog};
use super::failure::failure;
use crate::error::Error;
use crate::task::Task;

/// What is asked, and how the answers read.
#[derive(Debug, Clone)]
pub struct Confirm {
    pub title: String,
    pub text: AnyViewFn,
    pub ok: &'static str,
    pub cancel: &'static str,
    /// Access is taken away or something is lost: the button that does it is red.
    pub danger: bool,
}

/// Sentences, one paragraph each.
pub type AnyViewFn = Vec<String>;

/// Asks; `on_ok` does it, and the dialog stays until `on_close` was called or `on_cancel` is.
pub fn confirm(
    confirm: Confirm,
    on_ok: Task,
    error: RwSignal<Option<Error>>,
    on_cancel: impl Fn() + Clone + 'static,
) -> AnyView {
    let class = if confirm.danger { "button danger" } else { "button primary" };
    let text = confirm.text.into_iter().map(|sentence| view! { <p>{sentence}</p> }).collect_view();
    let body = view! {
        <div class="dialog-text">{text}</div>
        {failure(error, None)}
        <div class="actions">
            {button("button", confirm.cancel, on_cancel.clone())} {task_button(class, confirm.ok, on_ok)}
        </div>
    };
    dialog(Kind::Question, confirm.title, on_cancel, body.into_any())
}
