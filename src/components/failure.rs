//! A call that failed: what happened, what was kept, what to do, and the request id.

use leptos::prelude::*;

use super::button::button;
use super::icon::icon;
use crate::dom::{El, View, el, lead_to, part, when_mounted};
use crate::error::Error;
use crate::task::Task;

/// The button that waits with the task: it was pressed before it failed, and is there when this goes.
const WAITING: &str = "main [aria-disabled=true]";

/// Shows the failure while there is one. With a task to try again it offers to.
pub fn failure(error: RwSignal<Option<Error>>, retry: Option<Task>) -> View {
    part(move || {
        let notice = |error: &Error| match retry {
            Some(task) => notice(error).child(button("button small", "Retry", move || {
                task.run();
                when_mounted(|| lead_to(WAITING));
            })),
            None => notice(error),
        };
        error.with(|error| error.as_ref().map(notice)).into()
    })
}

/// The failure itself. It is announced at once.
pub fn notice(error: &Error) -> El {
    let request_id = error.request_id();
    let request_id = request_id
        .map(|id| el("p").class("secondary").text("Request id ").child(el("code").text(id)));
    let text = el("div")
        .child(el("p").child(el("strong").text(error.what())))
        .child(el("p").text(error.what_now()))
        .child(request_id);
    el("div").class("notice failed").attr("role", "alert").child(icon("warning")).child(text)
}
