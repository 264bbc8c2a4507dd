//! The dialogs over the page of one credential.

use api::credentials::Credential;
use api::permissions::PermissionSet;
use leptos::prelude::*;

use super::super::{CREATING, Open, selection, step, store, usage};
use super::Editor;
use crate::client;
use crate::components::confirm::{Confirm, Making, confirm_with, move_on};
use crate::dom::{View, el};
use crate::task::Task;

/// The one that is open.
pub(super) fn dialog(now: Open, editor: Editor, open: RwSignal<Open>, replacing: Making) -> View {
    let close = move || open.set(Open::Nothing);
    match now {
        Open::Nothing | Open::Create => View::none(),
        Open::Store(created) => store::dialog(created, close, move |_| close()),
        Open::Step(step, credential) => {
            let asked = Open::Step(step, credential.clone());
            step::dialog(step, credential, close, move |changed| {
                move_on(open, &asked, Open::Nothing);
                editor.follow(changed);
            })
        }
        Open::Replace(credential) => replacing.confirm(&replace(&credential), close),
        Open::Narrow(taken) => narrow(taken, editor, open),
    }
}

/// The question before permissions of a key in use are taken away.
fn narrow(taken: PermissionSet, editor: Editor, open: RwSignal<Open>) -> View {
    let labels = editor.catalogue.with_value(|catalogue| selection::labels(catalogue, &taken));
    let permissions = if labels.len() == 1 { "permission" } else { "permissions" };
    let asked = Confirm {
        title: format!("Take {} {permissions} away?", labels.len()),
        text: &["Calls that need them are refused as soon as this is saved."],
        ok: "OK",
        cancel: "Cancel",
        danger: true,
    };
    let items = labels.iter().map(|label| el("li").text(label)).collect::<View>();
    let id = editor.id();
    let about = View::from(el("ul").child(items)).and(usage::about(id, Some(taken)));
    let task = Task::new(move || async move {
        editor.save_over(editor.saved.get_untracked()).await;
        move_on(open, &Open::Narrow(taken), Open::Nothing);
    });
    confirm_with(&asked, about, task, RwSignal::new(None), move || open.set(Open::Nothing))
}

/// A new credential in place of this one, for a key that was lost.
pub(super) fn replacing(editor: Editor, open: RwSignal<Open>) -> Making {
    let make = move || {
        let id = editor.id();
        async move {
            let created = client::credentials::replace(&id).await?;
            open.set(Open::Store(created));
            Ok(())
        }
    };
    let refused = move || {
        if let Some(saved) = editor.saved.try_get_untracked() {
            move_on(open, &Open::Nothing, Open::Replace(saved));
        }
    };
    Making::new(CREATING, make, refused)
}

fn replace(credential: &Credential) -> Confirm {
    Confirm {
        title: format!("Replace “{}”?", credential.description),
        text: &[
            "Creates a new credential with the same API type, partner and permissions, for when the API \
             key was lost.",
            "This one stays as it is. Revoke it once the new API key is handed over.",
        ],
        ok: "OK",
        cancel: "Cancel",
        danger: false,
    }
}
