//! What a thing is, at a glance: names and values side by side, and what can be done with it as a whole.

use super::time::exact;
use crate::dom::{El, View, el};

/// A card of facts, with the buttons that act on the thing at its end.
pub fn facts_card(label: &str, facts: View, actions: View) -> El {
    el("section")
        .class("card facts-card")
        .attr("aria-label", label)
        .child(el("dl").class("facts").child(facts))
        .child(el("div").class("facts-actions").child(actions))
}

pub fn fact(name: &str, value: impl Into<View>) -> El {
    el("div").child(el("dt").text(name)).child(el("dd").child(value))
}

/// A time as people say it, and below it the time exactly.
pub fn moment(words: impl Into<View>, time: &str) -> View {
    words.into().and(el("span").class("secondary").text(&exact(time)))
}
