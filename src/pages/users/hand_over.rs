//! The one time a one-time link is on a screen, and every care that it is not lost.

use api::password_links::{PasswordLink, PasswordLinkKind};
use api::users::Person;
use leptos::prelude::*;

use crate::components::button::button;
use crate::components::copy::first_copy_field;
use crate::components::dialog::{self, Kind};
use crate::components::time::exact;
use crate::dom::{View, el};
use crate::location::{Navigator, Question, address_of};
use crate::routes;

const LEAVE: Question = Question {
    title: "Leave without the link?",
    text: &[
        "You have not confirmed that you handed it over, and it cannot be shown again.",
        "If you leave without it, make a new link on the page of this user.",
    ],
    leave: "Leave without it",
    stay: "Stay",
};

/// Shows the link until the person says that they handed it over.
pub fn dialog(person: &Person, link: &PasswordLink, on_close: impl Fn() + Clone + 'static) -> View {
    let held = RwSignal::new(true);
    Navigator::expect().hold_while(move || held.get(), LEAVE);
    let close = on_close.clone();
    let done = button("button primary", "I have handed over the link", move || {
        held.set(false);
        close();
    });
    let what = match link.kind {
        PasswordLinkKind::PasswordReset => "Whoever opens this link chooses a new password for ",
        _ => "Whoever opens this link chooses the password for ",
    };
    let who = el("p")
        .text(what)
        .child(el("strong").text(&person.name))
        .text(&format!(" ({}).", person.email));
    let until = format!("It works once, within 72 hours: until {}.", exact(&link.expires_at));
    let paragraph = |text: &str| el("p").text(text);
    let advice = el("div")
        .child(el("p").child(el("strong").text("It can be shown only now.")))
        .child(paragraph(&until))
        .child(paragraph(
            "Hand it over by a secure channel, such as an encrypted message, never in a plain e-mail. A \
             new link replaces it.",
        ));
    let body = View::from(who)
        .and(first_copy_field(
            "link",
            "One-time link",
            address_of(&routes::choose_password(&link.token)),
        ))
        .and(el("div").class("notice look").child(advice))
        .and(el("div").class("actions").child(done));
    dialog::dialog(Kind::Kept, "Hand over the link", on_close, body)
}
