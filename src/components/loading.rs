//! A region that shows what was read: nothing for a moment, an outline, then the thing or why not.

use leptos::prelude::*;

use super::failure::notice;
use crate::error::Error;

/// What is read while `read` runs, and what to show of it. A new reading replaces the old one only when
/// it is there, so nothing flickers.
pub fn loading<T: Clone + 'static>(
    resource: LocalResource<Result<T, Error>>,
    view: impl Fn(T) -> AnyView + Send + 'static,
) -> AnyView {
    (move || match resource.get() {
        None => skeleton(),
        Some(Ok(read)) => view(read),
        Some(Err(error)) => notice(&error, Some(Box::new(move || resource.refetch()))),
    })
    .into_any()
}

fn skeleton() -> AnyView {
    view! {
        <div class="skeleton" aria-busy="true">
            <p class="visually-hidden">"Loading"</p>
            <span></span>
            <span></span>
            <span></span>
        </div>
    }
    .into_any()
}
