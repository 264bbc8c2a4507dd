//! Icons: one sprite, `public/icons.svg`.

use crate::dom::{El, svg};

/// An icon of the sprite, hidden from screen readers: the words beside it say what it means.
pub fn icon(name: &str) -> El {
    let shape = svg("use").attr("href", &format!("icons.svg#{name}"));
    svg("svg").class("icon").attr("aria-hidden", "true").child(shape)
}
