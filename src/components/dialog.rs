//! The modal dialog: native, named by its heading, and the focus goes back to what opened it.

use std::cell::Cell;

use api::text::cleaned;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};

use super::announcer::announcer;
use crate::dom::{El, View, el, focused, return_to, when_mounted};

/// How a dialog behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Asks one thing. Esc closes it.
    Question,
    /// Holds a form, whose lists may reach over its edge. Esc closes it.
    Form,
    /// Holds a form that is longer than some screens, and scrolls there. Esc closes it.
    LongForm,
    /// Holds something that must not be lost: only its own buttons close it.
    Kept,
}

/// A dialog that is open as long as this view is on screen. `on_close` must take it away.
pub fn dialog(
    kind: Kind,
    title: &str,
    on_close: impl Fn() + 'static,
    body: impl Into<View>,
) -> View {
    return_focus();
    let title = &cleaned(title);
    let (outer, inner) = match kind {
        Kind::Question => ("narrow", "dialog"),
        Kind::Form => ("", "dialog open-ended"),
        Kind::LongForm | Kind::Kept => ("", "dialog"),
    };
    let inner = el("div").class(inner).child(el("h2").text(title)).child(body).child(announcer());
    let dialog = el("dialog")
        .class(outer)
        .attr("aria-label", title)
        .on("close", move |_| on_close())
        .child(inner);
    let dialog = if kind == Kind::Kept { keep_open(dialog) } else { dialog };
    let node: HtmlDialogElement = dialog.node();
    when_mounted(move || {
        if node.is_connected() && !node.open() {
            let _ = node.show_modal();
        }
    });
    dialog.into()
}

/// Neither Esc nor a click outside closes it. Chromium closes a dialog at the second Esc whatever `cancel`
/// was told, so the key is not let through either.
fn keep_open(dialog: El) -> El {
    dialog.attr("closedby", "none").on("cancel", |event| event.prevent_default()).on(
        "keydown",
        |event| {
            if event.unchecked_ref::<web_sys::KeyboardEvent>().key() == "Escape" {
                event.prevent_default();
            }
        },
    )
}

/// Where the focus was before a dialog came.
struct Opener(Option<HtmlElement>);

thread_local! {
    /// Of the dialog that has just gone: the focus goes back there, or the dialog that takes its place
    /// sends it there when it goes.
    static LEFT: Cell<Option<Opener>> = const { Cell::new(None) };
}

/// When this view goes, the focus goes back to where it was when it came, or to the heading of the page.
fn return_focus() {
    let opener = LEFT.take().map_or_else(focused, |Opener(opener)| opener);
    let opener = StoredValue::new_local(opener);
    on_cleanup(move || {
        LEFT.set(Some(Opener(opener.try_get_value().flatten())));
        // After the view has settled: what opened the dialog may have gone with it.
        set_timeout(
            move || {
                let Some(Opener(opener)) = LEFT.take() else { return };
                if focused().is_some() {
                    return;
                }
                return_to(opener.as_ref());
            },
            std::time::Duration::ZERO,
        );
    });
}
