//! The heading of a screen: it names the tab, and takes the focus when a person came here by a link.

use std::cell::Cell;

use leptos::prelude::*;

use crate::dom::{El, el, when_mounted};

thread_local! {
    /// The first screen of this page has been shown: every further one was navigated to.
    static STARTED: Cell<bool> = const { Cell::new(false) };
}

/// The one `h1` of a screen.
pub fn heading(text: impl Into<Signal<String>>) -> El {
    let text = text.into();
    let heading = el("h1").attr("tabindex", "-1").text_with(move || {
        let text = text.get();
        document().set_title(&format!("{text} · Latchkey"));
        text
    });
    if STARTED.replace(true) {
        let node: web_sys::HtmlElement = heading.node();
        when_mounted(move || {
            let _ = node.focus();
        });
    }
    heading
}
