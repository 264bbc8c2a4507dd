//! Buttons that set off a task.

use leptos::prelude::*;

use crate::dom::{El, el};
use crate::task::Task;

/// A button that does something at once.
pub fn button(class: &str, label: &str, on_click: impl Fn() + 'static) -> El {
    el("button").attr("type", "button").class(class).text(label).on("click", move |_| on_click())
}

/// A button that runs a task, and waits with it. It is never `disabled`, which would lose the focus.
pub fn task_button(class: &str, label: &str, task: Task) -> El {
    busy_with(button(class, label, move || task.run()), task)
}

/// The primary button of the form it stands in, which runs the task.
pub fn submit_button(label: Signal<String>, task: Task) -> El {
    let button = el("button").attr("type", "submit").class("button primary");
    busy_with(button.text_with(move || label.get()), task)
}

fn busy_with(button: El, task: Task) -> El {
    button.attr_with("aria-disabled", move || task.busy.get().then(|| "true".to_owned()))
}
