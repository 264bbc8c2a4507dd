//! The Latchkey console: starts the page and says so when it dies.
//!
//! In reading order: where things are, who is here, how the service is asked, what screens are made of,
//! and the screens.

#![expect(unreachable_pub, reason = "in a program, `pub` says: for the other modules")]

mod routes;

mod location;
mod session;

mod client;
mod error;

mod components;
mod dom;
mod json;
mod lazy;
mod query;
mod task;
mod times;

mod layout;
mod pages;

use leptos::prelude::*;
use wasm_bindgen::JsValue;

fn main() {
    std::panic::set_hook(Box::new(|panic| show_panic(&panic.to_string())));
    wasm_bindgen_futures::spawn_local(async move {
        let state = client::session::read().await;
        // Leptos starts its effects and the root of all owners here; what is seen is mounted by `dom`.
        mount_to_body(move || layout::app(state).mount());
        // The outline that `index.html` paints has stood until now: until it is known who is signed in.
        if let Some(shell) = document().get_element_by_id("shell") {
            shell.remove();
        }
    });
}

/// Never a dead page: the boot script hears of it and offers to load the page again.
fn show_panic(message: &str) {
    web_sys::console::error_1(&message.into());
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-panic", "");
    }
    let init = web_sys::CustomEventInit::new();
    init.set_detail(&JsValue::from_str(message));
    if let Ok(event) = web_sys::CustomEvent::new_with_event_init_dict("latchkey-panic", &init) {
        let _ = window().dispatch_event(&event);
    }
}
