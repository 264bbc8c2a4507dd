//! A call that failed: what happened, what was kept, what to do, and the request id.

use leptos::prelude::*;

use super::icon::icon;
use crate::error::Error;
use crate::task::Task;

/// Shows the failure while there is one. With a task to try again it offers to.
pub fn failure(error: RwSignal<Option<Error>>, retry: Option<Task>) -> AnyView {
    (move || {
        error.get().map(|error| notice(&error, retry.map(|task| Box::new(move || task.run()) as _)))
    })
    .into_any()
}

/// The failure itself. It is announced at once.
pub fn notice(error: &Error, retry: Option<Box<dyn Fn()>>) -> AnyView {
    let request_id = error.request_id().map(|id| {
        view! { <p class="secondary">"Request id " <code>{id.to_owned()}</code></p> }
    });
    view! {
        <div class="notice failed" role="alert">
            {icon("warning")}
            <div>
                <p>
                    <strong>{error.what().to_owned()}</strong>
                </p>
                <p>{error.what_now()}</p>
                {request_id}
            </div>
            {retry.map(|retry| super::button::button("button small", "Retry", retry))}
        </div>
    }
    .into_any()
}
