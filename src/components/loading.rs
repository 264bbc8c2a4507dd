//! A region that shows what was read: nothing for a moment, an outline, then the thing or why not.

use std::rc::Rc;

use leptos::prelude::*;

use super::button::button;
use super::failure::notice;
use crate::dom::{El, View, el, part};
use crate::error::Error;
use crate::task::Reading;

/// What was read, or what is to be shown of it until then. A new reading replaces the old one only when
/// it is there, so nothing flickers.
pub fn loading<T: Clone + Send + Sync + 'static>(
    reading: Reading<T>,
    view: impl Fn(T) -> View + 'static,
) -> View {
    let now = move || {
        let read = reading.get()?;
        // What the view reads while it is made does not make it again: it holds what a person typed.
        Some(read.map(|read| untrack(|| view(read))))
    };
    region(Box::new(now), Rc::new(move || reading.again()))
}

/// The region itself, once for everything that can be read.
fn region(now: Box<dyn Fn() -> Option<Result<View, Error>>>, again: Rc<dyn Fn()>) -> View {
    part(move || match now() {
        None => skeleton().into(),
        Some(Ok(view)) => view,
        Some(Err(error)) => {
            let again = again.clone();
            notice(&error).child(button("button small", "Retry", move || again())).into()
        }
    })
}

/// The outline of what is on its way.
pub fn skeleton() -> El {
    el("div")
        .class("skeleton")
        .attr("aria-busy", "true")
        .child(el("p").class("visually-hidden").text("Loading"))
        .child(el("span"))
        .child(el("span"))
        .child(el("span"))
}
