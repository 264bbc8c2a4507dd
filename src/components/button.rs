//! Buttons that set off a task.

use leptos::prelude::*;

use crate::task::Task;

/// A button that runs a task, and waits with it. It is never `disabled`, which would lose the focus.
pub fn task_button(
    class: &'static str,
    label: impl Into<Signal<&'static str>>,
    task: Task,
) -> AnyView {
    let label = label.into();
    view! {
        <button
            type="button"
            class=class
            aria-disabled=move || task.busy.get().then_some("true")
            on:click=move |_| task.run()
        >
            {move || label.get()}
        </button>
    }
    .into_any()
}

/// The button that sends the form it stands in; the form runs the task.
pub fn submit_button(label: impl Into<Signal<&'static str>>, task: Task) -> AnyView {
    let label = label.into();
    view! {
        <button
            type="submit"
            class="button primary"
            aria-disabled=move || task.busy.get().then_some("true")
        >
            {move || label.get()}
        </button>
    }
    .into_any()
}

/// A button that does something at once.
pub fn button(class: &'static str, label: &'static str, on_click: impl Fn() + 'static) -> AnyView {
    let on_click: Box<dyn Fn()> = Box::new(on_click);
    view! {
        <button type="button" class=class on:click=move |_| on_click()>
            {label}
        </button>
    }
    .into_any()
}
