//! Says to a screen reader what just happened elsewhere on the screen.

use std::time::Duration;

use leptos::prelude::*;

use crate::dom::{El, el};

/// The place announcements are read from. One stands in the page, and one in every dialog: what is behind
/// a modal dialog is not read.
pub fn announcer() -> El {
    el("p").class("visually-hidden").attr("role", "status").attr("data-announcer", "")
}

/// Announces a sentence, politely, from the topmost place there is.
pub fn announce(text: impl Into<String>) {
    let text = text.into();
    // After the view has settled: a dialog that closes with this takes its own announcer away.
    set_timeout(
        move || {
            let Some(announcer) = topmost() else { return };
            announcer.set_text_content(None);
            // Emptied first and filled later, so that the same sentence twice is read twice.
            set_timeout(move || announcer.set_text_content(Some(&text)), Duration::from_millis(50));
        },
        Duration::from_millis(50),
    );
}

fn topmost() -> Option<web_sys::Element> {
    let all = document().query_selector_all("dialog:modal [data-announcer]").ok()?;
    match all.item(all.length().saturating_sub(1)) {
        Some(in_dialog) => wasm_bindgen::JsCast::dyn_into(in_dialog).ok(),
        None => document().query_selector("[data-announcer]").ok()?,
    }
}
