//! Fields with their label, what is wrong with them, and the ties between the three.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::icon::icon;

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
pub fn text_field(text: Text, value: RwSignal<String>, fault: Fault) -> AnyView {
    let Text { id, label, kind, autocomplete } = text;
    let control = view! {
        <input
            class="input"
            id=id
            type=kind
            autocomplete=autocomplete
            aria-invalid=move || fault.with(Option::is_some).then_some("true")
            aria-describedby=fault_id(id)
            prop:value=move || value.get()
            on:input=move |event| value.set(event_target_value(&event))
        />
    };
    labelled(id, label, fault, control.into_any())
}

/// One of a few things.
pub fn select_field(
    (id, label): (&'static str, &'static str),
    options: Vec<(String, String)>,
    value: RwSignal<String>,
    fault: Fault,
) -> AnyView {
    let control = select(id, None, options, value.into(), move |chosen| value.set(chosen));
    labelled(id, label, fault, control)
}

/// A list to choose from, without a field around it.
pub fn select(
    id: &'static str,
    name: Option<&'static str>,
    options: Vec<(String, String)>,
    value: Signal<String>,
    on_choose: impl Fn(String) + 'static,
) -> AnyView {
    let on_choose: Box<dyn Fn(String)> = Box::new(on_choose);
    let options = options
        .into_iter()
        .map(|(option, label)| {
            let this = option.clone();
            let selected = move || value.with(|value| *value == this);
            view! {
                <option value=option prop:selected=selected>
                    {label}
                </option>
            }
        })
        .collect_view();
    view! {
        <select
            class="input"
            id=id
            aria-label=name
            on:change=move |event| on_choose(event_target_value(&event))
        >
            {options}
        </select>
    }
    .into_any()
}

/// A control under its label, with what is wrong below it.
pub fn labelled(id: &'static str, label: &'static str, fault: Fault, control: AnyView) -> AnyView {
    let fault = move || {
        fault.get().map(|fault| {
            view! {
                {icon("warning")}
                <span>{fault}</span>
            }
        })
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {control}
            <p class="field-error" id=fault_id(id)>
                {fault}
            </p>
        </div>
    }
    .into_any()
}

/// The id of the text that says what is wrong with a field.
pub fn fault_id(id: &str) -> String {
    format!("{id}-fault")
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
