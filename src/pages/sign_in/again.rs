//! The password, asked for over whatever is on the screen, which stays as it is. What was under way waits,
//! and goes on afterwards.

use leptos::prelude::*;

use super::Form;
use crate::client::Ask;
use crate::components::button::{button, submit_button};
use crate::components::dialog::{Kind, dialog};
use crate::components::failure::failure;
use crate::components::password::username;
use crate::dom::{El, View, el, switch};
use crate::location::Navigator;
use crate::session::Account;

/// The dialog that is open, if any; a session may end while another password is asked for.
pub fn dialogs(account: Account) -> View {
    [Ask::Proof, Ask::SignIn]
        .into_iter()
        .map(|ask| {
            // Asked for once more, the dialog stays as it is: it holds what was typed.
            let open = Memo::new(move |_| account.asks(ask).get());
            switch(move || open.get(), move |open| open.then(|| asked(account, ask)).into())
        })
        .collect()
}

fn asked(account: Account, ask: Ask) -> View {
    let navigator = Navigator::expect();
    let not_now = |label| button("button", label, move || account.dismiss(ask));
    let actions = el("div").class("actions");
    match ask {
        Ask::SignIn => {
            let else_ = button("button text", "Someone else", move || {
                account.change_person(navigator);
            });
            let text = account.why() + " Nothing you typed is lost: what you were doing goes on.";
            let actions = actions.child(else_).child(not_now("Not now"));
            over(account, ask, ("Sign in again", text.as_str(), "Sign in"), actions)
        }
        Ask::Proof => {
            let text = "Giving access asks for your password when you last gave it more than ten \
                        minutes ago. Nothing you typed is lost.";
            let actions = actions.child(not_now("Cancel"));
            over(account, ask, ("Confirm that it is you", text, "Confirm"), actions)
        }
    }
}

/// The dialog itself: what it is called, why it asks, and how its button reads.
fn over(
    account: Account,
    ask: Ask,
    (title, text, ok): (&str, &str, &'static str),
    actions: El,
) -> View {
    let email = account.session().map(|session| session.user.email).unwrap_or_default();
    let form = Form::new(ask, email.clone());
    let send = form.task();
    // The field says it already when that is what is wrong.
    let elsewhere = el("div")
        .child(failure(form.error, None))
        .flag_with("hidden", move || ask == Ask::Proof && form.is_wrong());
    let body = Form::view(send, "dialog-form")
        .child(el("p").text(text))
        .child(el("p").text("Signed in as ").child(el("strong").text(&email)))
        .child(username(&email))
        .child(form.password_field())
        .child(elsewhere)
        .child(actions.child(submit_button(ok.to_owned().into(), send)));
    dialog(Kind::Form, title, move || account.dismiss(ask), body)
}
