//! What a credential is, at a glance, and what can be done with it as a whole.

use api::credentials::{Credential, Status};
use leptos::prelude::*;

use super::Open;
use super::edit::Editor;
use crate::client::credentials::Step;
use crate::components::button::button;
use crate::components::status::status;
use crate::components::time::{ago, exact};
use crate::dom::{El, View, el};

pub fn facts(editor: Editor, open: RwSignal<Open>) -> El {
    let credential = editor.saved.get();
    let partner = editor.catalogue.with_value(|catalogue| {
        catalogue.partner(&credential.partner.0).map(|partner| partner.name.clone())
    });
    let partner = partner.unwrap_or_else(|| credential.partner.0.clone());
    let hint = el("span").class("hint").text(&format!("…{}", credential.key_hint));
    let created = View::from(ago(&credential.created_at));
    let created = created.and(format!(" by {}", credential.created_by));
    let last_used = match &credential.last_used_at {
        Some(time) => moment(ago(time), time),
        None => "Never".into(),
    };
    let revoked = credential.revoked_at.as_ref();
    let revoked = revoked.map(|time| fact("Revoked", moment(ago(time), time)));
    let facts = el("dl")
        .class("facts")
        .child(fact("Partner", partner))
        .child(fact("API type", credential.api_type.label()))
        .child(fact("API key", hint))
        .child(fact("Status", status(&credential)))
        .child(fact("Created", moment(created, &credential.created_at)))
        .child(fact("Last used", last_used))
        .child(revoked);
    el("section")
        .class("card facts-card")
        .attr("aria-label", "About this credential")
        .child(facts)
        .child(el("div").class("facts-actions").child(actions(credential, open)))
}

/// A time as people say it, and below it the time exactly.
fn moment(words: impl Into<View>, time: &str) -> View {
    words.into().and(el("span").class("secondary").text(&exact(time)))
}

fn fact(name: &str, value: impl Into<View>) -> El {
    el("div").child(el("dt").text(name)).child(el("dd").child(value))
}

fn actions(credential: Credential, open: RwSignal<Open>) -> View {
    let (step, class, label) = match credential.status {
        Status::Active => (Step::Revoke, "button text takes-away", "Revoke"),
        Status::Revoked => (Step::ReEnable, "button text", "Re-enable"),
    };
    let replaced = credential.clone();
    let replace =
        button("button text", "Replace", move || open.set(Open::Replace(replaced.clone())));
    View::from(replace)
        .and(button(class, label, move || open.set(Open::Step(step, credential.clone()))))
}
