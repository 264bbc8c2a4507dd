//! Icons: one sprite, `public/icons.svg`.

use leptos::prelude::*;

/// An icon of the sprite, hidden from screen readers: the words beside it say what it means.
pub fn icon(name: &str) -> AnyView {
    let href = format!("icons.svg#{name}");
    view! {
        <svg class="icon" aria-hidden="true" focusable="false">
            <use href=href></use>
        </svg>
    }
    .into_any()
}
