//! Screens whose code is fetched when somebody goes there: the parts that `xtask/src/page/split.rs` makes.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;

use crate::components::heading::heading;
use crate::components::{button::button, loading};
use crate::dom::{View, el, part};

/// The code of a screen did not arrive: no connection, or another version of the console is installed.
#[derive(Debug, Clone, Copy)]
pub struct NotLoaded;

impl From<wasm_split_helpers::SplitLoaderError> for NotLoaded {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

/// A screen on its way.
pub type Screen = Pin<Box<dyn Future<Output = Result<View, NotLoaded>>>>;

/// `screen!(name(arguments), part, the function that makes the view)`: a screen in a part of its own, or in
/// one that it shares.
#[macro_export]
macro_rules! screen {
    ($name:ident($($argument:ident: $type:ty)?), $part:ident, $view:path) => {
        pub fn $name($($argument: $type)?) -> $crate::lazy::Screen {
            #[wasm_split_helpers::wasm_split($part, fallible)]
            fn $name($($argument: $type)?) -> Result<$crate::dom::View, $crate::lazy::NotLoaded> {
                Ok($view($($argument)?))
            }
            Box::pin($name($($argument)?))
        }
    };
}

/// Shows a screen: an outline, then the screen or why there is none.
pub fn show(screen: Screen) -> View {
    let shown = RwSignal::new_local(None);
    let made = ScopedFuture::new_untracked(screen);
    wasm_bindgen_futures::spawn_local(async move {
        let made = made.await;
        shown.try_set(Some(made));
    });
    part(move || match shown.get() {
        None => loading::skeleton().into(),
        Some(Ok(view)) => view,
        Some(Err(NotLoaded)) => missing(),
    })
}

fn missing() -> View {
    let text =
        "Check the connection. If the console was updated meanwhile, loading it again helps.";
    let reload = button("button primary", "Reload", || {
        let _ = window().location().reload();
    });
    let heading = heading("This screen could not be loaded".to_owned());
    el("div")
        .class("notice")
        .attr("role", "alert")
        .child(heading)
        .child(el("p").text(text))
        .child(reload)
        .into()
}
