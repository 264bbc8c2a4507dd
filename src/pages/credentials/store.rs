//! `Store your API key`: the one time the key is on a screen, and every care that it is not lost.

use api::credentials::{ApiType, CreatedCredential, Credential};
use leptos::prelude::*;

use super::step;
use crate::client::credentials::Step;
use crate::components::announcer::announce;
use crate::components::button::task_button;
use crate::components::copy::first_copy_field;
use crate::components::dialog::{self, Kind};
use crate::components::failure::failure;
use crate::dom::{View, el};
use crate::error::Error;
use crate::location::{Navigator, Question};
use crate::routes;
use crate::task::Task;

const LEAVE: Question = Question {
    title: "Leave without the API key?",
    text: &[
        "You have not confirmed that it is stored, and it cannot be shown again.",
        "If you leave without it, you need a new API key in its place.",
    ],
    leave: "Leave without it",
    stay: "Stay",
};

/// Shows the key until the person says it is stored; then goes on to the permissions (Harvest) or back
/// to the list.
pub fn dialog(
    created: CreatedCredential,
    on_close: impl Fn() + 'static,
    on_stored: impl Fn(Credential) + Clone + 'static,
) -> View {
    let navigator = Navigator::expect();
    let held = RwSignal::new(true);
    navigator.hold_while(move || held.get(), LEAVE);
    let CreatedCredential { credential, api_key, .. } = created;
    let description = credential.description.clone();
    let error = RwSignal::new(None::<Error>);
    let stored = Task::new(move || {
        let (credential, on_stored) = (credential.clone(), on_stored.clone());
        async move {
            error.set(None);
            let stored = match step::run(Step::Store, &credential.id).await {
                Ok((stored, _)) => stored,
                Err(refused) => return error.set(Some(refused)),
            };
            if held.try_set(false).is_some() {
                // Whoever left without it was asked.
                return;
            }
            announce(format!("{} created", credential.description));
            on_stored(stored);
            let harvest = credential.api_type == ApiType::Harvest;
            let next = routes::credential(&credential.id);
            navigator.go(if harvest { next } else { routes::CREDENTIALS.to_owned() });
        }
    });
    let paragraph = |text| el("p").text(text);
    let advice = el("div")
        .child(el("p").child(el("strong").text("You will not be able to see it again.")))
        .child(paragraph(
            "Keep it in a safe place, such as a password manager. If it gets lost, create a new API key, \
             hand that one over, then revoke this one.",
        ))
        .child(paragraph(
            "Hand it over encrypted or through a secure messaging service, never in a plain e-mail.",
        ));
    let done = task_button("button primary", "I have stored the API Key", stored);
    let body = View::from(el("p").child(el("strong").text(&description)))
        .and(first_copy_field("api-key", "API key", api_key))
        .and(el("div").class("notice look").child(advice))
        .and(failure(error, None))
        .and(el("div").class("actions").child(done));
    dialog::dialog(Kind::Kept, "Store your API key", on_close, body)
}
