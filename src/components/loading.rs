//! A region that shows what was read: nothing for a moment, an outline, then the thing or why not.

use super::button::button;
use super::failure::notice;
use crate::dom::{El, View, el, part};
use crate::task::Reading;

/// What was read, or what is to be shown of it until then. A new reading replaces the old one only when
/// it is there, so nothing flickers.
pub fn loading<T: Clone + Send + Sync + 'static>(
    reading: Reading<T>,
    view: impl Fn(T) -> View + 'static,
) -> View {
    part(move || match reading.get() {
        None => skeleton().into(),
        Some(Ok(read)) => view(read),
        Some(Err(error)) => {
            notice(&error).child(button("button small", "Retry", move || reading.again())).into()
        }
    })
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
