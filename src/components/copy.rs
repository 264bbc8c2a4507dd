//! Copies a text to the clipboard, by whatever way the browser leaves open.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;

use super::announcer::announce;
use super::icon::icon;
use crate::dom::{El, View, el};
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
pub fn copy_field(id: &str, label: &str, text: String) -> El {
    field(id, label, text, false)
}

/// The same as what a dialog is for: the focus starts at `Copy`.
pub fn first_copy_field(id: &str, label: &str, text: String) -> El {
    field(id, label, text, true)
}

fn field(id: &str, label: &str, text: String, first: bool) -> El {
    let outcome = RwSignal::new(Outcome::NotYet);
    let label_id = format!("{id}-label");
    let field = el("input")
        .class("input")
        .id(id)
        .attr("readonly", "")
        .attr("spellcheck", "false")
        .attr("autocomplete", "off")
        .attr("value", &text);
    let node: HtmlInputElement = field.node();
    let field = field.on("focus", {
        let node = node.clone();
        move |_| node.select()
    });
    let copy = Task::new(move || {
        let (text, node) = (text.clone(), node.clone());
        async move {
            let copied = write(&text).await || select_and_copy(&node);
            outcome.set(if copied { Outcome::Copied } else { Outcome::ByHand });
            announce(if copied { "Copied" } else { BY_HAND });
        }
    });
    let label_now = move || match outcome.get() {
        Outcome::Copied => View::from(icon("check")).and("Copied"),
        Outcome::NotYet | Outcome::ByHand => View::from(icon("copy")).and("Copy"),
    };
    let button = el("button")
        .attr("type", "button")
        .class("button")
        .attr("aria-label", "Copy")
        .attr("aria-describedby", &label_id)
        .flag_with("autofocus", move || first)
        .on("click", move |_| copy.run())
        .part(label_now);
    let by_hand = el("p").class("secondary").text(BY_HAND);
    el("div")
        .class("field")
        .child(el("label").id(&label_id).attr("for", id).text(label))
        .child(el("div").class("key").child(field).child(button))
        .child(by_hand.flag_with("hidden", move || outcome.get() != Outcome::ByHand))
}

const BY_HAND: &str = "It is selected: press Ctrl+C, or ⌘C on a Mac, to copy it.";

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
fn select_and_copy(field: &HtmlInputElement) -> bool {
    let _ = field.focus();
    field.select();
    let document: web_sys::HtmlDocument = document().unchecked_into();
    document.exec_command("copy").unwrap_or(false)
}
