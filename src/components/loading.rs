//! A region that shows what was read: nothing for a moment, an outline, then the thing or why not.

use super::button::button;
use super::failure::notice;
use crate::dom::{El, View, el, switch};
use crate::task::Reading;

/// What was read, or what is to be shown of it until then. A new reading replaces the old one only when
/// it is there, so nothing flickers.
pub fn loading<T: Clone + Send + Sync + 'static>(
    reading: Reading<T>,
    view: impl Fn(T) -> View + 'static,
) -> View {
    let retry = move || button("button small", "Retry", move || reading.again());
    let view = move |read| match read {
        None => skeleton().into(),
        Some(Ok(read)) => view(read),
        Some(Err(error)) => notice(&error).child(retry()).into(),
    };
    switch(move || reading.get(), view)
}

fn skeleton() -> El {
    el("div")
        .class("skeleton")
        .attr("aria-busy", "true")
        .child(el("p").class("visually-hidden").text("Loading"))
        .child(el("span"))
        .child(el("span"))
        .child(el("span"))
}
