//! Someone else saved this credential first: what is different, and what choosing does.

use api::credentials::Credential;
use api::permissions::PermissionSet;
use leptos::prelude::*;

use super::edit::Editor;
use super::selection;
use crate::components::announcer::announce;
use crate::components::conflict::{Ways, conflict, difference};
use crate::dom::{El, View};
use crate::task::Task;

/// Shows what they saved beside what the person typed.
pub fn dialog(editor: Editor, theirs: Credential) -> View {
    let open = editor.conflict;
    let saved = theirs.clone();
    let keep_mine = Task::new(move || {
        let saved = saved.clone();
        async move {
            open.set(None);
            editor.save_over(saved).await;
        }
    });
    let rows = differences(editor, &theirs);
    let take_theirs = move || {
        editor.take(theirs.clone());
        announce("Their changes taken");
        open.set(None);
    };
    let what = "While you were editing, someone else changed this credential. Your changes are not saved \
                yet.";
    conflict(what, rows, Ways { close: move || open.set(None), take_theirs, keep_mine })
}

fn differences(editor: Editor, theirs: &Credential) -> Vec<El> {
    let yours = editor.description.get_untracked();
    let description = (yours != theirs.description)
        .then(|| difference("Description", &[&theirs.description], &[&yours]));
    let (granted, chosen) = (editor.permissions_of(theirs), editor.chosen.get_untracked());
    let permissions = (granted != chosen).then(|| {
        let only = |one: &PermissionSet, other: &PermissionSet| {
            editor.catalogue.with_value(|all| selection::labels(all, &one.difference(other)))
        };
        difference("Permissions only here", &only(&granted, &chosen), &only(&chosen, &granted))
    });
    description.into_iter().chain(permissions).collect()
}
