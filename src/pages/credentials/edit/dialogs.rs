//! The dialogs over the page of one credential.

use api::credentials::Credential;
use api::permissions::PermissionSet;
use leptos::prelude::*;

use super::super::{Open, selection, step, store, usage};
use super::Editor;
use crate::client;
use crate::components::confirm::{Confirm, confirm, confirm_with};
use crate::dom::{View, el};
use crate::error::Error;
use crate::task::Task;

/// The one that is open.
pub(super) fn dialog(now: Open, editor: Editor, open: RwSignal<Open>) -> View {
    let close = move || open.set(Open::Nothing);
    match now {
        Open::Nothing | Open::Create => View::none(),
        Open::Store(created) => store::dialog(created, close, move |_| close()),
        Open::Step(step, credential) => step::dialog(step, credential, close, move |changed| {
            close();
            editor.follow(changed);
        }),
        Open::Replace(credential) => replace(&credential, editor, open),
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
    let id = editor.saved.with_untracked(|saved| saved.id.clone());
    let about = View::from(el("ul").child(items)).and(usage::about(id, Some(taken)));
    let task = Task::new(move || async move {
        editor.save_over(editor.saved.get_untracked()).await;
        open.set(Open::Nothing);
    });
    confirm_with(&asked, about, task, RwSignal::new(None), move || open.set(Open::Nothing))
}

fn replace(credential: &Credential, editor: Editor, open: RwSignal<Open>) -> View {
    let error = RwSignal::new(None::<Error>);
    let asked = Confirm {
        title: format!("Replace “{}”?", credential.description),
        text: &[
            "Creates a new credential with the same API type, partner and permissions, for when the API \
             key was lost.",
            "This one stays as it is. Revoke it once the new API key is handed over.",
        ],
        ok: "OK",
        cancel: "Cancel",
        danger: false,
    };
    let id = credential.id.clone();
    let task = Task::new(move || {
        let id = id.clone();
        async move {
            // The dialog may be closed and opened again before the first key is here.
            if editor.creating.get_untracked() {
                return;
            }
            error.set(None);
            editor.creating.set(true);
            match client::credentials::replace(&id).await {
                Ok(created) => open.set(Open::Store(created)),
                Err(refused) => error.set(Some(refused)),
            }
            editor.creating.try_set(false);
        }
    });
    confirm(&asked, task, error, move || open.set(Open::Nothing))
}
