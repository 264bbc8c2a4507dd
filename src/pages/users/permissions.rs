//! The panel `Permissions`: level and developer permissions, what is not saved yet, and `Save`.

use api::users::{DeveloperPermission, Level, User};
use leptos::prelude::*;

use super::edit::Editor;
use crate::components::button::{button, submit_button};
use crate::components::failure::failure;
use crate::components::icon::icon;
use crate::dom::{El, el, focus};
use crate::task::Task;

/// The panel `Permissions`.
pub fn section(editor: Editor) -> El {
    let why_not = editor.why_not.get_value();
    let can_change = why_not.is_none();
    let save = Task::new(move || async move {
        if let Some(saved) = editor.saved.try_get_untracked() {
            editor.save_over(saved).await;
        }
    });
    let level = editor.rights.level_field("level", editor.fault("/level"));
    let level = el("fieldset").flag_with("disabled", move || !can_change).child(level);
    let boxes = editor.rights.boxes("user", can_change, editor.fault("/developer_permissions"));
    let held = move || match editor.rights.permissions().len() {
        0 => "None".to_owned(),
        held => format!("{held} granted"),
    };
    let summary = el("summary")
        .child(icon("chevron"))
        .child(el("span").text("Developer Permissions"))
        .child(el("span").class("secondary").text_with(held));
    let reason = why_not.map(|why_not| {
        let text = el("div").child(el("p").text(&why_not));
        el("div").class("notice").child(icon("info")).child(text)
    });
    let form = el("form")
        .class("rights")
        .attr("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            if can_change {
                save.run();
            }
        })
        .child(level)
        .child(el("details").class("disclosure").child(summary).child(boxes))
        .child(failure(editor.error, can_change.then_some(save)))
        .child(can_change.then(|| save_bar(editor, save)));
    el("section")
        .class("card rights-card")
        .attr("aria-labelledby", "permissions-title")
        .child(el("h2").id("permissions-title").text("Permissions"))
        .child(reason)
        .child(form)
}

fn save_bar(editor: Editor, save: Task) -> El {
    let difference = move || {
        editor
            .saved
            .with(|saved| unsaved(saved, editor.rights.level(), &editor.rights.permissions()))
    };
    let state = move || difference().unwrap_or_else(|| "Everything is saved".to_owned());
    let discard = move || {
        editor.take(editor.saved.get_untracked());
        focus(".save-bar [type=submit]");
    };
    let discard = button("button text", "Discard changes", discard);
    let effect = "What you save counts at once. They stay signed in.";
    el("div")
        .class("save-bar in-card")
        .child(el("p").class("secondary").text(effect))
        .child(
            el("span")
                .class("difference")
                .class_with("unsaved", move || editor.is_unsaved())
                .text_with(state),
        )
        .child(discard.flag_with("hidden", move || !editor.is_unsaved()))
        .child(submit_button("Save".to_owned().into(), save))
}

/// What differs from what is saved, as it stands beside `Save`; `None` when nothing does.
fn unsaved(saved: &User, level: Level, chosen: &[DeveloperPermission]) -> Option<String> {
    let held = &saved.developer_permissions;
    let added = chosen.iter().filter(|one| !held.contains(one)).count();
    let removed = held.iter().filter(|one| !chosen.contains(one)).count();
    let permissions = (added + removed > 0).then(|| format!("+{added} −{removed}"));
    match (level != saved.level, permissions) {
        (false, None) => None,
        (true, None) => Some("Level unsaved".to_owned()),
        (false, Some(permissions)) => Some(format!("{permissions} unsaved")),
        (true, Some(permissions)) => Some(format!("Level and {permissions} unsaved")),
    }
}

#[cfg(test)]
mod tests {
    use api::users::UserStatus;

    use super::*;
    use DeveloperPermission::{
        EditAdvancedPermissions as Edit, ManageAllApiCredentials as All,
        ManageJobBoardApiCredentials as Board,
    };

    fn user(level: Level, held: &[DeveloperPermission]) -> User {
        User {
            user_id: "user_1".into(),
            name: "Ben".into(),
            email: "ben@example.com".into(),
            level,
            developer_permissions: held.to_vec(),
            status: UserStatus::Active,
            created_at: String::new(),
            last_sign_in_at: None,
            version: 1,
        }
    }

    #[test]
    fn the_unsaved_difference_counts_both_ways_and_names_the_level() {
        let ben = user(Level::Basic, &[Board]);
        assert_eq!(unsaved(&ben, Level::Basic, &[Board]), None);
        assert_eq!(unsaved(&ben, Level::Basic, &[All]).as_deref(), Some("+1 −1 unsaved"));
        assert_eq!(unsaved(&ben, Level::JobAdmin, &[Board]).as_deref(), Some("Level unsaved"));
        let both = unsaved(&ben, Level::SiteAdmin, &[Board, Edit]);
        assert_eq!(both.as_deref(), Some("Level and +1 −0 unsaved"));
    }
}
