//! Fields with their label, what is wrong with them, and the ties between the three.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::icon::icon;
use crate::dom::{El, View, el, value_of};

/// What is wrong with a field, if anything.
pub type Fault = Signal<Option<String>>;

/// How a text field behaves in the browser.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    pub id: &'static str,
    pub label: &'static str,
    pub kind: &'static str,
    pub autocomplete: &'static str,
}

impl Text {
    /// A line of plain text.
    pub const fn plain(id: &'static str, label: &'static str) -> Self {
        Self { id, label, kind: "text", autocomplete: "off" }
    }
}

/// A line of text.
pub fn text_field(text: Text, value: RwSignal<String>, fault: Fault) -> El {
    let Text { id, label, kind, autocomplete } = text;
    let control = el("input")
        .class("input")
        .id(id)
        .attr("type", kind)
        .attr("autocomplete", autocomplete)
        .prop_with("value", move || value.get())
        .on("input", move |event| value.set(value_of(&event)));
    labelled(id, label, fault, &control.clone(), control)
}

/// One of a few things.
pub fn select_field(
    (id, label): (&'static str, &'static str),
    options: &[(String, String)],
    value: RwSignal<String>,
    fault: Fault,
) -> El {
    let control = select(options, move || value.get(), move |chosen| value.set(chosen)).id(id);
    labelled(id, label, fault, &control.clone(), control)
}

/// A list to choose from, without a field around it.
pub fn select(
    options: &[(String, String)],
    value: impl Fn() -> String + 'static,
    on_choose: impl Fn(String) + 'static,
) -> El {
    let options =
        options.iter().map(|(value, label)| el("option").attr("value", value).text(label));
    el("select")
        .class("input")
        .child(options.collect::<View>())
        .prop_with("value", value)
        .on("change", move |event| on_choose(value_of(&event)))
}

/// A list to narrow by. Its first choice narrows nothing.
pub fn filter_select(
    (label, any): (&str, &str),
    mut options: Vec<(String, String)>,
    value: impl Fn() -> String + 'static,
    on_choose: impl Fn(String) + 'static,
) -> El {
    options.insert(0, (String::new(), any.to_owned()));
    select(&options, value, on_choose).attr("aria-label", label)
}

/// A control, and what it stands in, under its label and above what is wrong with it.
pub fn labelled(
    id: &'static str,
    label: &str,
    fault: Fault,
    control: &El,
    whole: impl Into<View>,
) -> El {
    let fault_id = format!("{id}-fault");
    let _ = control
        .clone()
        .attr("aria-describedby", &fault_id)
        .attr_with("aria-invalid", move || fault.with(Option::is_some).then(|| "true".to_owned()));
    let text = |fault: String| View::from(icon("warning")).and(el("span").text(&fault));
    el("div").class("field").child(el("label").attr("for", id).text(label)).child(whole).child(
        el("p").class("field-error").id(&fault_id).part(move || fault.get().map(text).into()),
    )
}

/// Leads to the first field that is refused, once the view shows which ones are.
pub fn focus_first_fault() {
    set_timeout(
        || {
            let open = document().query_selector_all("dialog:modal [aria-invalid=true]").ok();
            let first = open.and_then(|found| found.item(0)).or_else(|| {
                document().query_selector("main [aria-invalid=true]").ok().flatten().map(Into::into)
            });
            if let Some(field) =
                first.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok())
            {
                let _ = field.focus();
            }
        },
        Duration::from_millis(20),
    );
}
