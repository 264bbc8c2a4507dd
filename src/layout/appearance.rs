//! Light, dark, or as the system is. Kept in this browser; `public/boot.js` applies it before the first
//! paint.

use leptos::prelude::*;

use crate::components::choices::choices;
use crate::dom::El;

const KEY: &str = "latchkey.appearance";

/// As stored and as shown. The empty one follows the system.
const CHOICES: [(&str, &str); 3] = [("", "Auto"), ("light", "Light"), ("dark", "Dark")];

thread_local! {
    /// What is chosen now.
    static CHOSEN: ArcRwSignal<String> = ArcRwSignal::new(stored());
}

/// The choice, which can stand on the page more than once under different names.
pub fn appearance(name: &str) -> El {
    let chosen = || CHOSEN.with(Clone::clone).get();
    choices("Appearance", name, &CHOICES, chosen, choose)
}

/// As stored; the system's where storage is closed to this page.
pub fn stored() -> String {
    storage().and_then(|storage| storage.get_item(KEY).ok().flatten()).unwrap_or_default()
}

/// Applies a choice now and for the next time.
pub fn choose(choice: &str) {
    if let Some(root) = document().document_element() {
        let _ = if choice.is_empty() {
            root.remove_attribute("data-appearance")
        } else {
            root.set_attribute("data-appearance", choice)
        };
    }
    if let Some(storage) = storage() {
        let _ = if choice.is_empty() {
            storage.remove_item(KEY)
        } else {
            storage.set_item(KEY, choice)
        };
    }
    CHOSEN.with(Clone::clone).set(choice.to_owned());
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
