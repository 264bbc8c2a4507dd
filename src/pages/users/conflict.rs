//! Someone else saved this user first: what is different, and what choosing does.

use api::users::{DeveloperPermission, User};
use leptos::prelude::*;

use super::edit::Editor;
use crate::components::announcer::announce;
use crate::components::conflict::{Ways, conflict, difference};
use crate::dom::{El, View};
use crate::task::Task;

/// Shows what they saved beside what the person chose.
pub fn dialog(editor: Editor, theirs: User) -> View {
    let open = editor.conflict;
    let saved = theirs.clone();
    let keep_mine = Task::new(move || {
        let saved = saved.clone();
        async move {
            open.set(None);
            editor.save_over(saved).await;
        }
    });
    let rows = untrack(|| differences(editor, &theirs));
    let take_theirs = move || {
        editor.take(theirs.clone());
        announce("Their changes taken");
        open.set(None);
    };
    let what =
        "While you were here, someone else changed this user. Your changes are not saved yet.";
    conflict(what, rows, Ways { close: move || open.set(None), take_theirs, keep_mine })
}

fn differences(editor: Editor, theirs: &User) -> Vec<El> {
    let (level, permissions) = (editor.rights.level(), editor.rights.permissions());
    let levels = (level != theirs.level)
        .then(|| difference("Level", &[theirs.level.label()], &[level.label()]));
    let labels = |of: &[DeveloperPermission], without: &[DeveloperPermission]| -> Vec<&str> {
        of.iter().filter(|one| !without.contains(one)).map(|one| one.label()).collect()
    };
    let (granted, chosen) = (
        labels(&theirs.developer_permissions, &permissions),
        labels(&permissions, &theirs.developer_permissions),
    );
    let differ = !(granted.is_empty() && chosen.is_empty());
    let permissions = differ.then(|| difference("Permissions only here", &granted, &chosen));
    levels.into_iter().chain(permissions).collect()
}
