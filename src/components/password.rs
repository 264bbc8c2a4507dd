//! Fields for a password, the current one or a new one, with a button that shows what was typed.

use api::session::{PASSWORD_MAX, PASSWORD_MIN};
use leptos::prelude::*;

use super::field::{Fault, Text, labelled};
use crate::dom::{El, View, el, value_of};

/// A password, hidden until the person asks to see it. `text.autocomplete` tells password managers whether
/// it is the current one or a new one.
pub fn password_field(text: Text, value: RwSignal<String>, fault: Fault) -> El {
    let (control, whole) = parts(text, value);
    labelled(text.id, text.label, fault, &control, whole)
}

/// A password that is chosen here: what it must be is said beforehand, and how far it has come.
pub fn new_password_field(text: Text, value: RwSignal<String>, fault: Fault) -> El {
    let Text { id, label, .. } = text;
    let (control, whole) = parts(Text { autocomplete: "new-password", ..text }, value);
    let length = move || value.with(|password| length(password.chars().count()));
    let rules_id = format!("{id}-rules");
    let rules = el("p").class("secondary").id(&rules_id).text(RULES);
    // Seen while typing, and not said with every letter.
    let length = el("p").class("secondary").attr("aria-hidden", "true").text_with(length);
    let field = labelled(id, label, fault, &control, View::from(rules).and(whole).and(length));
    let _ = control.attr("aria-describedby", &format!("{rules_id} {id}-fault"));
    field
}

const RULES: &str = "At least 15 characters of any kind. Four or more random words are easy to remember \
                     and hard to guess.";

/// What is wrong with a new password, as far as its length says; the service knows the common ones.
pub fn check(password: &str) -> Option<String> {
    match password.chars().count() {
        ..PASSWORD_MIN => Some(format!("Use at least {PASSWORD_MIN} characters.")),
        PASSWORD_MIN..=PASSWORD_MAX => None,
        _ => Some(format!("Use at most {PASSWORD_MAX} characters.")),
    }
}

fn length(count: usize) -> String {
    match count {
        0 => "Nothing typed yet".to_owned(),
        1..PASSWORD_MIN => format!("{count} of at least {PASSWORD_MIN} characters"),
        PASSWORD_MIN..=PASSWORD_MAX => format!("{count} characters: long enough"),
        _ => format!("{count} characters: {PASSWORD_MAX} are the most"),
    }
}

/// For password managers, which look for the name beside the password.
pub fn username(email: &str) -> El {
    el("input")
        .attr("type", "email")
        .attr("autocomplete", "username")
        .attr("value", email)
        .attr("readonly", "")
        .attr("hidden", "")
}

/// The control, and what it stands in.
fn parts(text: Text, value: RwSignal<String>) -> (El, El) {
    let Text { id, label, autocomplete, .. } = text;
    let shown = RwSignal::new(false);
    let kind = move || Some(if shown.get() { "text" } else { "password" }.to_owned());
    let control = el("input")
        .class("input")
        .id(id)
        .attr_with("type", kind)
        .attr("autocomplete", autocomplete)
        // While it is shown it is a text like any other, and a browser would correct it.
        .attr("autocapitalize", "none")
        .attr("spellcheck", "false")
        .prop_with("value", move || value.get())
        .on("input", move |event| value.set(value_of(&event)));
    let pressed = move || Some(shown.get().to_string());
    let of_what = format!(" {}", label.to_ascii_lowercase());
    let show = el("button")
        .attr("type", "button")
        .class("button")
        .attr_with("aria-pressed", pressed)
        .text("Show")
        .child(el("span").class("visually-hidden").text(&of_what))
        .on("click", move |_| shown.update(|shown| *shown = !*shown));
    (control.clone(), el("div").class("password").child(control).child(show))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_password_is_counted_in_characters() {
        assert!(check(&"x".repeat(14)).is_some());
        assert_eq!(check(&"ü".repeat(15)), None);
        assert_eq!(check(&"x".repeat(128)), None);
        assert!(check(&"x".repeat(129)).is_some());
        assert!(RULES.contains(&PASSWORD_MIN.to_string()));
    }
}
