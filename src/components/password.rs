//! A field for a password, with a button that shows what was typed.

use leptos::prelude::*;

use super::field::{Fault, Text, labelled};
use crate::dom::{El, el, value_of};

/// A password, hidden until the person asks to see it. `text.autocomplete` tells password managers whether
/// it is the current one or a new one.
pub fn password_field(text: Text, value: RwSignal<String>, fault: Fault) -> El {
    let Text { id, label, autocomplete, .. } = text;
    let shown = RwSignal::new(false);
    let kind = move || Some(if shown.get() { "text" } else { "password" }.to_owned());
    let control = el("input")
        .class("input")
        .id(id)
        .attr_with("type", kind)
        .attr("autocomplete", autocomplete)
        // While it is shown it is a text like any other, and a browser would correct it.
        .attr("autocapitalize", "none")
        .attr("spellcheck", "false")
        .prop_with("value", move || value.get())
        .on("input", move |event| value.set(value_of(&event)));
    let pressed = move || Some(shown.get().to_string());
    let of_what = format!(" {}", label.to_lowercase());
    let show = el("button")
        .attr("type", "button")
        .class("button")
        .attr_with("aria-pressed", pressed)
        .text("Show")
        .child(el("span").class("visually-hidden").text(&of_what))
        .on("click", move |_| shown.update(|shown| *shown = !*shown));
    let whole = el("div").class("password").child(control.clone()).child(show);
    labelled(id, label, fault, &control, whole)
}
