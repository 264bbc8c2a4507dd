//! The heading of a screen: it names the tab, and takes the focus when a person came here by a link.

use std::cell::Cell;

use leptos::prelude::*;

thread_local! {
    /// A navigation happened and no heading has taken the focus since.
    static UNFOCUSED: Cell<bool> = const { Cell::new(false) };
}

/// The next heading to appear takes the focus: called for every navigation, not for the first load.
pub fn focus_next_heading() {
    UNFOCUSED.set(true);
}

/// The one `h1` of a screen.
pub fn heading(text: impl Into<Signal<String>>) -> AnyView {
    let text = text.into();
    let node = NodeRef::<leptos::html::H1>::new();
    Effect::new(move |_| document().set_title(&format!("{} · Latchkey", text.get())));
    node.on_load(|heading| {
        if UNFOCUSED.take() {
            let _ = heading.focus();
        }
    });
    view! {
        <h1 tabindex="-1" node_ref=node>
            {move || text.get()}
        </h1>
    }
    .into_any()
}
