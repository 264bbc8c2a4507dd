//! Someone else saved first: shows both, and lets the person choose. Nothing is lost before they do.

use api::credentials::Credential;
use api::permissions::PermissionSet;
use leptos::prelude::*;

use super::edit::Editor;
use super::selection;
use crate::components::announcer::announce;
use crate::components::button::{button, task_button};
use crate::components::dialog::{self, Kind};
use crate::task::Task;

/// Open as long as there is something of theirs to settle.
pub fn dialog(editor: Editor, conflict: RwSignal<Option<Credential>>) -> Option<AnyView> {
    let theirs = conflict.get()?;
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
    let taken = theirs.clone();
    let take = move || {
        editor.take(taken.clone());
        announce("Their changes taken");
        conflict.set(None);
    };
    let body = view! {
        <div class="dialog-text">
            <p>"While you were editing, someone else changed this credential. Your changes are not saved yet."</p>
        </div>
        <table class="conflict">
            <thead>
                <tr>
                    <td></td>
                    <th scope="col">"Saved by them"</th>
                    <th scope="col">"Yours"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <div class="actions">
            {button("button text", "Go on editing", close)} {button("button", "Take theirs", take)}
            {task_button("button primary", "Keep mine", keep)}
        </div>
    };
    Some(dialog::dialog(Kind::Question, "Someone else saved first", close, body.into_any()))
}

fn differences(editor: Editor, theirs: &Credential) -> AnyView {
    let yours = editor.description.get_untracked();
    let description = (yours != theirs.description)
        .then(|| row("Description", vec![theirs.description.clone()], vec![yours]));
    let (granted, chosen) = (editor.permissions_of(theirs), editor.chosen.get_untracked());
    let permissions = (granted != chosen).then(|| {
        let only = |one: &PermissionSet, other: &PermissionSet| {
            editor.catalogue.with_value(|all| selection::labels(all, &one.difference(other)))
        };
        row("Permissions only here", only(&granted, &chosen), only(&chosen, &granted))
    });
    if description.is_none() && permissions.is_none() {
        return view! {
            <tr>
                <td colspan="3">"Both are the same."</td>
            </tr>
        }
        .into_any();
    }
    view! {
        {description}
        {permissions}
    }
    .into_any()
}

fn row(name: &'static str, theirs: Vec<String>, yours: Vec<String>) -> AnyView {
    let cell = |lines: Vec<String>| {
        let lines = if lines.is_empty() { vec!["None".to_owned()] } else { lines };
        lines.into_iter().map(|line| view! { <div>{line}</div> }).collect_view()
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{cell(theirs)}</td>
            <td>{cell(yours)}</td>
        </tr>
    }
    .into_any()
}
