//! Where the focus is. Nobody loses their place: what goes away passes the focus on.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement, Node};

/// Moves the focus to the first element that matches.
pub fn focus(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        let _ = element.unchecked_into::<HtmlElement>().focus();
    }
}

/// The same for an answer that may come late: not away from what a person is filling in by then.
pub fn lead_to(selector: &str) {
    if matches!(document().query_selector(":is(input, textarea, select):focus"), Ok(None)) {
        focus(selector);
    }
}

/// The element with the focus, unless it is none in particular or about to lose it.
pub fn focused() -> Option<HtmlElement> {
    let focused = document().active_element()?;
    let none = focused.tag_name() == "BODY" || matches!(focused.closest("[hidden]"), Ok(Some(_)));
    if none { None } else { focused.dyn_into().ok() }
}

/// The element with the focus, if it stands in here.
pub(super) fn focused_in(node: &Node) -> Option<HtmlElement> {
    focused().filter(|focused| node.contains(Some(focused)))
}

/// What had the focus here goes. Once the view has settled, what came in its place has it, or the heading
/// above, unless it is somewhere else by then.
pub(super) fn pass_on(gone: &HtmlElement, around: Option<Element>) {
    let gone = gone.clone();
    let pass = move || {
        if focused().is_some() {
            return;
        }
        if let Some(same) = in_place_of(&gone) {
            stay_at(&same);
        }
        if focused().is_some() {
            return;
        }
        let around = around.and_then(|around| around.closest("section, dialog, main").ok()?);
        let heading = around.and_then(|around| around.query_selector("h1, h2").ok()?);
        match heading.filter(|heading| heading.is_connected()) {
            Some(heading) => take_place(&heading),
            None => focus_heading(),
        }
    };
    set_timeout(pass, Duration::ZERO);
}

/// The element itself, or the one of the same id that is shown in its place by now.
fn in_place_of(element: &HtmlElement) -> Option<Element> {
    if element.is_connected() {
        return Some(element.clone().into());
    }
    document().get_element_by_id(&element.id())
}

/// Goes back to where the focus was, or to the heading of the screen when that cannot have it any more: it
/// may be gone, or stand in a menu that has closed.
pub fn return_to(opener: Option<&HtmlElement>) {
    if let Some(opener) = opener.and_then(in_place_of) {
        let _ = opener.unchecked_ref::<HtmlElement>().focus();
    }
    if focused().is_none() {
        focus_heading();
    }
}

/// The heading of the screen has the focus: where there is no better place.
fn focus_heading() {
    if let Ok(Some(heading)) = document().query_selector("main h1") {
        take_place(&heading);
    }
}

fn take_place(heading: &Element) {
    let _ = heading.set_attribute("tabindex", "-1");
    stay_at(heading);
}

/// Nobody asked to be taken there: what is on the screen stays in sight.
fn stay_at(element: &Element) {
    let still = FocusOptions::new();
    still.set_prevent_scroll(true);
    let _ = element.unchecked_ref::<HtmlElement>().focus_with_options(&still);
}
