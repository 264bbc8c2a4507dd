//! What a credential is, at a glance, and what can be done with it as a whole.

use api::credentials::{Credential, Status};
use leptos::prelude::*;

use super::Open;
use super::edit::Editor;
use crate::client::credentials::Step;
use crate::components::button::button;
use crate::components::facts::{fact, facts_card, moment};
use crate::components::status::status;
use crate::components::time::ago;
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
        Some(time) => moment(ago(time), time).and(from(&credential)),
        None => "Never".into(),
    };
    let revoked = credential.revoked_at.as_ref();
    let revoked = revoked.map(|time| fact("Revoked", moment(ago(time), time)));
    let facts = View::from(fact("Partner", partner))
        .and(fact("API type", credential.api_type.label()))
        .and(fact("API key", hint))
        .and(fact("Status", status(&credential)))
        .and(fact("Created", moment(created, &credential.created_at)))
        .and(fact("Last used", last_used))
        .and(revoked);
    facts_card("About this credential", facts, actions(credential, open))
}

/// Where the last call came from.
fn from(credential: &Credential) -> Option<El> {
    let address = credential.last_used_address.as_ref()?;
    Some(el("span").class("secondary").text(&format!("from {address}")))
}

fn actions(credential: Credential, open: RwSignal<Open>) -> View {
    let (step, class, label) = match credential.status {
        Status::Active => (Step::Revoke, "button text takes-away", "Revoke"),
        Status::Revoked => (Step::ReEnable, "button text", "Re-enable"),
    };
    let replaced = credential.clone();
    let replace =
        button("button text", "Replace", move || open.set(Open::Replace(replaced.clone())));
    let step = button(class, label, move || open.set(Open::Step(step, credential.clone())));
    // By their ids they keep the focus when the facts are shown anew.
    View::from(replace.id("replace")).and(step.id("step"))
}
