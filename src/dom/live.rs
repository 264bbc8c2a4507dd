//! What changes on the page by itself: compiled once for all closures that say how.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::{View, place};

pub(super) fn attribute(
    element: &web_sys::Element,
    name: &'static str,
    value: Box<dyn Fn() -> Option<String>>,
) {
    let element = element.clone();
    live(Box::new(move || {
        let value = value();
        // Telling a screen reader nothing new is telling it something.
        if element.get_attribute(name) == value {
            return;
        }
        if name == "hidden"
            && let Some(gone) = place::focused_in(&element)
        {
            place::pass_on(&gone, element.parent_element());
        }
        let _ = match value {
            Some(value) => element.set_attribute(name, &value),
            None => element.remove_attribute(name),
        };
    }));
}

pub(super) fn class(element: &web_sys::Element, name: &'static str, on: Box<dyn Fn() -> bool>) {
    let element = element.clone();
    live(Box::new(move || {
        let _ = element.class_list().toggle_with_force(name, on());
    }));
}

pub(super) fn property(
    element: &web_sys::Element,
    name: &'static str,
    value: Box<dyn Fn() -> JsValue>,
) {
    let element = element.clone();
    live(Box::new(move || {
        let _ = js_sys::Reflect::set(&element, &name.into(), &value());
    }));
}

pub(super) fn text(element: &web_sys::Element, text: Box<dyn Fn() -> String>) {
    let node = document().create_text_node("");
    let _ = element.append_child(&node);
    live(Box::new(move || {
        let text = text();
        if node.data() != text {
            node.set_data(&text);
        }
    }));
}

pub(super) fn view(view: Box<dyn Fn() -> View>) -> View {
    // Two empty texts hold its place, also while there is nothing between them.
    let (start, end) = (View::from(""), View::from(""));
    let whole = View::none().and(start.clone()).and(end.clone());
    live(Box::new(move || {
        let new = view();
        while let Some(old) = start.0.next_sibling().filter(|node| *node != end.0) {
            if let Some(parent) = old.parent_node() {
                if let Some(gone) = place::focused_in(&old) {
                    place::pass_on(&gone, end.0.parent_element());
                }
                let _ = parent.remove_child(&old);
            }
        }
        if let Some(parent) = end.0.parent_node() {
            let _ = parent.insert_before(&new.0, Some(&end.0));
        }
    }));
    whole
}

/// Runs now, and again whenever a signal it reads changes, until its owner ends.
fn live(run: Box<dyn Fn()>) {
    let effect = RenderEffect::new(move |_: Option<()>| run());
    StoredValue::new_local(effect);
}
