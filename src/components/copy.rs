//! Copies a text to the clipboard, by whatever way the browser leaves open.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::announcer::announce;
use super::icon::icon;
use crate::task::Task;

/// How far a copy came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    NotYet,
    Copied,
    /// The browser does not let the page do it; the text is selected.
    ByHand,
}

/// A text that can be read and copied, but not changed.
pub fn copy_field(id: &'static str, label: &'static str, text: String) -> AnyView {
    let outcome = RwSignal::new(Outcome::NotYet);
    let node = NodeRef::<html::Input>::new();
    let value = text.clone();
    let copy = Task::new(move || {
        let text = text.clone();
        async move {
            let Some(field) = node.try_get_untracked().flatten() else { return };
            let copied = write(&text).await || select_and_copy(&field);
            outcome.set(if copied { Outcome::Copied } else { Outcome::ByHand });
            announce(if copied { "Copied" } else { BY_HAND });
        }
    });
    let button = move || match outcome.get() {
        Outcome::Copied => (icon("check"), "Copied"),
        Outcome::NotYet | Outcome::ByHand => (icon("copy"), "Copy"),
    };
    let on_focus = move |_| {
        if let Some(field) = node.get_untracked() {
            field.select();
        }
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="key">
                <input
                    class="input"
                    id=id
                    readonly
                    spellcheck="false"
                    autocomplete="off"
                    node_ref=node
                    prop:value=value
                    on:focus=on_focus
                />
                <button
                    type="button"
                    class="button"
                    autofocus
                    aria-label="Copy"
                    on:click=move |_| copy.run()
                >
                    {button}
                </button>
            </div>
            <p class="secondary" hidden=move || outcome.get() != Outcome::ByHand>
                {BY_HAND}
            </p>
        </div>
    }
    .into_any()
}

const BY_HAND: &str = "The key is selected: press Ctrl+C, or ⌘C on a Mac, to copy it.";

/// The clipboard proper: only on https and loopback, and only when the browser allows it.
async fn write(text: &str) -> bool {
    let navigator = window().navigator();
    let clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"));
    match clipboard {
        Ok(clipboard) if clipboard.is_object() => {
            let clipboard: web_sys::Clipboard = clipboard.unchecked_into();
            JsFuture::from(clipboard.write_text(text)).await.is_ok()
        }
        _ => false,
    }
}

/// The old way, which leaves the text selected whatever comes of it.
fn select_and_copy(field: &web_sys::HtmlInputElement) -> bool {
    let _ = field.focus();
    field.select();
    let document: web_sys::HtmlDocument = document().unchecked_into();
    document.exec_command("copy").unwrap_or(false)
}
