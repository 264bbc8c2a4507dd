//! A text field that holds one of a list, found by typing: combobox and listbox as ARIA describes them.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use super::field::{Fault, labelled};
use super::icon::icon;
use crate::dom::{El, View, el, value_of};

/// One thing to choose, with a word about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub note: &'static str,
}

/// What is typed and what is open. `value` stays empty until the text names one of the choices.
#[derive(Debug, Clone, Copy)]
struct Combobox {
    choices: StoredValue<Vec<Choice>>,
    text: RwSignal<String>,
    value: RwSignal<String>,
    open: RwSignal<bool>,
    /// Which of the shown choices the arrow keys are at.
    at: RwSignal<Option<usize>>,
    /// The person has typed since the list opened: show what matches, not everything.
    typed: RwSignal<bool>,
}

impl Combobox {
    fn shown(self) -> Vec<Choice> {
        let text = if self.typed.get() { self.text.get() } else { String::new() };
        self.choices.with_value(|choices| matching(choices, &text))
    }

    fn choose(self, choice: &Choice) {
        self.text.set(choice.label.clone());
        self.value.set(choice.value.clone());
        self.close();
    }

    fn close(self) {
        self.open.set(false);
        self.typed.set(false);
        self.at.set(None);
    }

    fn on_input(self, text: String) {
        let named = self.choices.with_value(|choices| named(choices, &text).cloned());
        self.value.set(named.map(|choice| choice.value).unwrap_or_default());
        self.text.set(text);
        self.typed.set(true);
        self.open.set(true);
        self.at.set(None);
    }

    fn on_keydown(self, event: &KeyboardEvent) {
        let (shown, open) = (self.shown(), self.open.get());
        let at = self.at.get();
        let handled = match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !open => {
                self.open.set(true);
                true
            }
            "ArrowDown" => self.move_to(step(at, shown.len(), true)),
            "ArrowUp" => self.move_to(step(at, shown.len(), false)),
            "Enter" => match at.and_then(|at| shown.get(at)).filter(|_| open) {
                Some(choice) => {
                    self.choose(choice);
                    true
                }
                None => false,
            },
            "Escape" if open => {
                self.close();
                true
            }
            _ => false,
        };
        if handled {
            event.prevent_default();
            event.stop_propagation();
        }
    }

    fn move_to(self, at: Option<usize>) -> bool {
        self.at.set(at);
        if let Some(option) = at.and_then(|at| document().get_element_by_id(&option_id(at))) {
            option.scroll_into_view_with_bool(false);
        }
        true
    }

    fn options(self) -> View {
        let shown = self.shown();
        if shown.is_empty() {
            let none = el("li").class("none").attr("role", "option").attr("aria-disabled", "true");
            return none.attr("aria-selected", "false").text("No match").into();
        }
        shown.into_iter().enumerate().map(|(at, choice)| self.option(at, choice)).collect()
    }

    fn option(self, at: usize, choice: Choice) -> El {
        let value = choice.value.clone();
        let selected = move || self.value.with(|chosen| *chosen == value).to_string();
        // What is known of a choice is said again when it is chosen: its name stays its name.
        let note = el("span").class("secondary").attr("aria-hidden", "true").text(choice.note);
        el("li")
            .id(&option_id(at))
            .attr("role", "option")
            .attr_with("aria-selected", move || Some(selected()))
            .class_with("at", move || self.at.get() == Some(at))
            .child(el("span").text(&choice.label))
            .child(note)
            // The pointer goes down before the field loses the focus and closes the list.
            .on("mousedown", move |event| {
                event.prevent_default();
                self.choose(&choice);
            })
    }

    /// Leaving the field takes what was found by then: the text itself, or the only match.
    fn on_blur(self) {
        let shown = self.shown();
        if let ([only], true) = (&shown[..], self.typed.get() && self.value.with(String::is_empty))
        {
            self.choose(only);
        }
        self.close();
    }
}

/// A field with a list. `text` is what the person typed, `value` what it stands for.
pub fn combobox(
    (id, label): (&'static str, &'static str),
    choices: Vec<Choice>,
    (text, value): (RwSignal<String>, RwSignal<String>),
    fault: Fault,
) -> El {
    let this = Combobox {
        choices: StoredValue::new(choices),
        text,
        value,
        open: RwSignal::new(false),
        at: RwSignal::new(None),
        typed: RwSignal::new(false),
    };
    let list_id = format!("{id}-list");
    let input = el("input")
        .class("input")
        .id(id)
        .attr("role", "combobox")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("placeholder", "Type to search")
        .attr("aria-autocomplete", "list")
        .attr("aria-controls", &list_id)
        .attr_with("aria-expanded", move || Some(this.open.get().to_string()))
        .attr_with("aria-activedescendant", move || this.at.get().map(option_id))
        .prop_with("value", move || text.get())
        .on("input", move |event| this.on_input(value_of(&event)))
        .on("keydown", move |event| this.on_keydown(event.unchecked_ref()))
        .on("click", move |_| this.open.set(true))
        .on("blur", move |_| this.on_blur());
    let list = el("ul")
        .class("options")
        .id(&list_id)
        .attr("role", "listbox")
        .attr("aria-label", label)
        .flag_with("hidden", move || !this.open.get())
        .part(move || this.options());
    let whole = el("div").class("combobox").child(input.clone()).child(icon("chevron")).child(list);
    labelled(id, label, fault, &input, whole)
}

fn option_id(at: usize) -> String {
    format!("option-{at}")
}

/// The choices whose label contains the text, in any case.
fn matching(choices: &[Choice], text: &str) -> Vec<Choice> {
    let text = text.trim().to_ascii_lowercase();
    choices
        .iter()
        .filter(|choice| choice.label.to_ascii_lowercase().contains(&text))
        .cloned()
        .collect()
}

/// The choice whose label is this text, in any case.
fn named<'a>(choices: &'a [Choice], text: &str) -> Option<&'a Choice> {
    let text = text.trim().to_ascii_lowercase();
    choices.iter().find(|choice| choice.label.to_ascii_lowercase() == text)
}

/// The next or previous of so many, around the ends.
fn step(at: Option<usize>, count: usize, forward: bool) -> Option<usize> {
    match (at, count.checked_sub(1)?) {
        (None, last) => Some(if forward { 0 } else { last }),
        (Some(at), last) if forward => Some(if at >= last { 0 } else { at + 1 }),
        (Some(at), last) => Some(at.checked_sub(1).unwrap_or(last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices() -> Vec<Choice> {
        ["Gem", "Gem Scheduling", "JobTarget", "Unlisted vendor"]
            .map(|label| Choice {
                value: label.to_ascii_lowercase(),
                label: label.into(),
                note: "",
            })
            .into()
    }

    #[test]
    fn typing_narrows_the_list_in_any_case() {
        let labels = |text| -> Vec<String> {
            matching(&choices(), text).into_iter().map(|choice| choice.label).collect()
        };
        assert_eq!(labels("gem"), ["Gem", "Gem Scheduling"]);
        assert_eq!(labels(" TARGET "), ["JobTarget"]);
        assert_eq!(labels("").len(), 4);
        assert!(labels("x").is_empty());
    }

    #[test]
    fn a_name_typed_in_full_is_a_choice() {
        let choices = choices();
        assert_eq!(named(&choices, "unlisted VENDOR").map(|c| &*c.value), Some("unlisted vendor"));
        assert_eq!(named(&choices, "job"), None);
    }

    #[test]
    fn the_arrows_go_around_the_ends() {
        assert_eq!(step(None, 3, true), Some(0));
        assert_eq!(step(None, 3, false), Some(2));
        assert_eq!(step(Some(2), 3, true), Some(0));
        assert_eq!(step(Some(0), 3, false), Some(2));
        assert_eq!(step(Some(7), 3, true), Some(0));
        assert_eq!(step(None, 0, true), None);
    }
}
