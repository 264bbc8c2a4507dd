//! Signing in where nobody can yet: the way to the first Site Admin leads through whoever runs the program.

use leptos::prelude::*;

use super::{Form, outside};
use crate::components::button::submit_button;
use crate::components::field::{Text, focus_first_fault, text_field};
use crate::components::heading::heading;
use crate::dom::{View, el};
use crate::location::Navigator;
use crate::routes;
use crate::session::Account;
use crate::task::Task;

pub fn page() -> View {
    let (account, navigator) = (Account::expect(), Navigator::expect());
    let (code, fault) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let go_on = Task::new(move || {
        let token = code.with_untracked(|code| token_in(code).to_owned());
        if token.is_empty() {
            fault.set(Some("Paste the address or the code that the program printed.".to_owned()));
            focus_first_fault();
        } else {
            navigator.go(routes::choose_password(&token));
        }
        std::future::ready(())
    });
    let title = el("div")
        .child(heading("Create the first Site Admin".to_owned()))
        .child(el("p").class("secondary").text(&account.organization()));
    let how = "Nobody can sign in here yet. When Latchkey started, it printed a one-time address. Open it, \
               or paste it below: it lets you create the first Site Admin.";
    let or = el("p")
        .class("secondary")
        .text("The address is good for 15 minutes. Restart Latchkey for a new one, or run ")
        .child(el("code").text("latchkey create-admin"))
        .text(" on the server.");
    let card = Form::view(go_on, "card")
        .child(title)
        .child(el("p").text(how))
        .child(text_field(Text::plain("code", "One-time code"), code, fault.into()))
        .child(submit_button("Go on".to_owned().into(), go_on))
        .child(or);
    outside(card)
}

/// The code itself, of what was pasted: the whole address, the end of it, or just the code.
fn token_in(pasted: &str) -> &str {
    let pasted = pasted.trim();
    pasted.rsplit_once('#').map_or(pasted, |(_, token)| token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_as_good_as_its_code() {
        assert_eq!(token_in(" abc_1 "), "abc_1");
        assert_eq!(token_in("http://127.0.0.1:8080/choose_password#abc_1\n"), "abc_1");
        assert_eq!(token_in("#abc_1"), "abc_1");
        assert_eq!(token_in("  "), "");
    }
}
