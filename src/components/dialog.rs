//! The modal dialog: native, named by its heading, and the focus goes back to what opened it.

use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::announcer::announcer;

/// How a dialog behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Asks one thing. Esc closes it.
    Question,
    /// Holds a form, whose lists may reach over its edge. Esc closes it.
    Form,
    /// Holds something that must not be lost: only its own buttons close it.
    Kept,
}

/// A dialog that is open as long as this view is on screen. `on_close` must take it away.
pub fn dialog(
    kind: Kind,
    title: impl Into<String>,
    on_close: impl Fn() + 'static,
    body: AnyView,
) -> AnyView {
    let node = NodeRef::<html::Dialog>::new();
    let on_close: Box<dyn Fn()> = Box::new(on_close);
    return_focus();
    node.on_load(move |dialog| {
        if kind == Kind::Kept {
            let _ = dialog.set_attribute("closedby", "none");
        }
        if dialog.is_connected() && !dialog.open() {
            let _ = dialog.show_modal();
        }
    });
    let on_cancel = move |event: ev::Event| {
        // A cancel event of something inside (a file picker, say) is none of ours.
        if event.target() == event.current_target() && kind == Kind::Kept {
            event.prevent_default();
        }
    };
    let on_keydown = move |event: ev::KeyboardEvent| {
        // Chromium closes a dialog at the second Esc whatever `cancel` was told.
        if kind == Kind::Kept && event.key() == "Escape" {
            event.prevent_default();
        }
    };
    let (outer, inner) = match kind {
        Kind::Question => ("narrow", "dialog"),
        Kind::Form => ("", "dialog open-ended"),
        Kind::Kept => ("", "dialog"),
    };
    view! {
        <dialog
            class=outer
            aria-labelledby="dialog-title"
            node_ref=node
            on:cancel=on_cancel
            on:keydown=on_keydown
            on:close=move |_| on_close()
        >
            <div class=inner>
                <h2 id="dialog-title">{title.into()}</h2>
                {body}
                {announcer()}
            </div>
        </dialog>
    }
    .into_any()
}

/// When this view goes, the focus goes back to where it was when it came, or to the heading of the page.
fn return_focus() {
    let opener = focused();
    let opener = StoredValue::new_local(opener);
    on_cleanup(move || {
        let opener = opener.try_get_value().flatten();
        // After the view has settled: what opened the dialog may have gone with it.
        set_timeout(
            move || {
                if focused().is_some() {
                    return;
                }
                let heading = || document().query_selector("main h1").ok().flatten();
                let back = opener.filter(|opener| opener.is_connected());
                let back = back.or_else(|| heading().and_then(|found| found.dyn_into().ok()));
                if let Some(back) = back {
                    let _ = back.focus();
                }
            },
            std::time::Duration::ZERO,
        );
    });
}

/// The element with the focus, unless it is none in particular.
fn focused() -> Option<HtmlElement> {
    let focused = document().active_element()?.dyn_into::<HtmlElement>().ok()?;
    (focused.tag_name() != "BODY").then_some(focused)
}
