//! A field that narrows a list by what is typed.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use super::icon::icon;
use crate::dom::{El, el, value_of};

/// Searches when the person pauses, not with every letter. `value` is what is searched for now.
pub fn search_field(
    label: &str,
    value: impl Fn() -> String + 'static,
    on_search: impl Fn(String) + Clone + 'static,
) -> El {
    let input = el("input")
        .class("input")
        .attr("type", "search")
        .attr("aria-label", label)
        .attr("placeholder", label)
        .attr("autocomplete", "off")
        .prop_with("value", value)
        .on("input", when_paused(on_search));
    el("div").class("search").child(icon("search")).child(input)
}

/// A handler that passes on what is in a field once nothing has changed it for a moment.
pub fn when_paused(on_change: impl Fn(String) + Clone + 'static) -> impl Fn(web_sys::Event) {
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let forget = move || {
        if let Some(Some(earlier)) = waiting.try_get_value() {
            earlier.clear();
        }
    };
    on_cleanup(forget);
    move |event| {
        forget();
        let (text, on_change) = (value_of(&event), on_change.clone());
        // Only blanks are nothing. Others stay: the field shows what is passed on, and the next word may
        // come after a pause.
        let text = if text.trim().is_empty() { String::new() } else { text };
        let later = move || on_change(text);
        waiting.set_value(set_timeout_with_handle(later, Duration::from_millis(250)).ok());
    }
}
