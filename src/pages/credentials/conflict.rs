//! Someone else saved first: shows both, and lets the person choose. Nothing is lost before they do.

use api::credentials::Credential;
use api::permissions::PermissionSet;
use leptos::prelude::*;

use super::edit::Editor;
use super::selection;
use crate::components::announcer::announce;
use crate::components::button::{button, task_button};
use crate::components::dialog::{self, Kind};
use crate::dom::{El, View, el};
use crate::task::Task;

/// Shows what they saved beside what the person typed.
pub fn dialog(editor: Editor, theirs: Credential) -> View {
    let conflict = editor.conflict;
    let close = move || conflict.set(None);
    let saved = theirs.clone();
    let keep = Task::new(move || {
        let saved = saved.clone();
        async move {
            conflict.set(None);
            editor.save_over(saved).await;
        }
    });
    let rows = differences(editor, &theirs);
    let take = move || {
        editor.take(theirs.clone());
        announce("Their changes taken");
        conflict.set(None);
    };
    let what = "While you were editing, someone else changed this credential. Your changes are not saved \
                yet.";
    let column = |name: &str| el("th").attr("scope", "col").text(name);
    let head = el("tr").child(el("td")).child(column("Saved by them")).child(column("Yours"));
    let table =
        el("table").class("conflict").child(el("thead").child(head)).child(el("tbody").child(rows));
    let actions = el("div")
        .class("actions")
        .child(button("button text", "Go on editing", close))
        .child(button("button", "Take theirs", take))
        .child(task_button("button primary", "Keep mine", keep));
    let body = View::from(el("p").text(what)).and(table).and(actions);
    dialog::dialog(Kind::Form, "Someone else saved first", close, body)
}

fn differences(editor: Editor, theirs: &Credential) -> View {
    let yours = editor.description.get_untracked();
    let description = (yours != theirs.description)
        .then(|| row("Description", &[&theirs.description], &[&yours]));
    let (granted, chosen) = (editor.permissions_of(theirs), editor.chosen.get_untracked());
    let permissions = (granted != chosen).then(|| {
        let only = |one: &PermissionSet, other: &PermissionSet| {
            editor.catalogue.with_value(|all| selection::labels(all, &one.difference(other)))
        };
        row("Permissions only here", &only(&granted, &chosen), &only(&chosen, &granted))
    });
    if description.is_none() && permissions.is_none() {
        let same = "Both are the same.";
        return el("tr").child(el("td").attr("colspan", "3").text(same)).into();
    }
    View::from(description).and(permissions)
}

fn row(name: &str, theirs: &[impl AsRef<str>], yours: &[impl AsRef<str>]) -> El {
    el("tr").child(el("th").attr("scope", "row").text(name)).child(cell(theirs)).child(cell(yours))
}

fn cell(lines: &[impl AsRef<str>]) -> El {
    if lines.is_empty() {
        return el("td").class("secondary").text("None");
    }
    el("td").child(lines.iter().map(|line| el("div").text(line.as_ref())).collect::<View>())
}
