//! A user's level and developer permissions while they are chosen, for somebody new and for somebody known.

use api::users::{DeveloperPermission, Level, check_rights};
use leptos::prelude::*;

use crate::components::field::{Fault, select_field};
use crate::components::icon::icon;
use crate::dom::{El, View, el, is_checked};

/// What is chosen.
#[derive(Debug, Clone, Copy)]
pub struct Rights {
    /// The name of a level, as the list of them wants it.
    level: RwSignal<String>,
    /// What is ticked, also what the level chosen now cannot hold: it is back with the level.
    ticked: RwSignal<Vec<DeveloperPermission>>,
}

impl Rights {
    pub fn new(level: Level, held: &[DeveloperPermission]) -> Self {
        let rights = Self { level: RwSignal::default(), ticked: RwSignal::default() };
        rights.set(level, held);
        rights
    }

    pub fn set(self, level: Level, held: &[DeveloperPermission]) {
        self.level.set(level.as_str().to_owned());
        self.ticked.set(held.to_vec());
    }

    pub fn level(self) -> Level {
        self.level.with(|name| Level::from_name(name)).unwrap_or(Level::Basic)
    }

    /// What the user would hold.
    pub fn permissions(self) -> Vec<DeveloperPermission> {
        let level = self.level();
        self.ticked.with(|ticked| possible(level, ticked))
    }

    pub fn level_field(self, id: &'static str, fault: Fault) -> El {
        let levels = Level::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned()));
        select_field((id, "Level"), &levels, self.level, fault)
    }

    /// A box for each permission, under its exact label.
    pub fn boxes(self, id: &'static str, can_change: bool, fault: Fault) -> El {
        let boxes = DeveloperPermission::ALL.map(|one| self.one(id, one, can_change));
        let text = |fault: String| View::from(icon("warning")).and(el("span").text(&fault));
        el("fieldset")
            .class("choices-list")
            .child(el("legend").class("visually-hidden").text("Developer permissions"))
            .child(boxes.into_iter().collect::<View>())
            .child(el("p").class("field-error").part(move || fault.get().map(text).into()))
    }

    fn one(self, id: &str, permission: DeveloperPermission, can_change: bool) -> El {
        let about_id = format!("{id}-{}", permission.as_str());
        let tick = el("input")
            .attr("type", "checkbox")
            .attr("aria-describedby", &about_id)
            .flag_with("disabled", move || !can_change)
            .prop_with("checked", move || self.ticked.with(|ticked| ticked.contains(&permission)))
            .on("change", move |event| {
                let on = is_checked(&event);
                self.ticked.update(|ticked| {
                    ticked.retain(|one| *one != permission);
                    ticked.extend(on.then_some(permission));
                });
            });
        el("div")
            .flag_with("hidden", move || possible(self.level(), &[permission]).is_empty())
            .child(el("label").class("check").child(tick).text(permission.label()))
            .child(el("p").class("secondary").id(&about_id).text(about(permission)))
    }
}

/// Those that someone of this level can hold, in the order they are shown.
fn possible(level: Level, permissions: &[DeveloperPermission]) -> Vec<DeveloperPermission> {
    DeveloperPermission::ALL
        .into_iter()
        .filter(|one| permissions.contains(one) && check_rights(level, &[*one]).is_none())
        .collect()
}

/// What it lets a person do.
fn about(permission: DeveloperPermission) -> &'static str {
    match permission {
        DeveloperPermission::ManageAllApiCredentials => {
            "Everything in the Dev Center: API keys of every type, and job boards."
        }
        DeveloperPermission::ManageJobBoardApiCredentials => {
            "The Dev Center, but only Job Board API keys; others are not shown."
        }
        DeveloperPermission::EditAdvancedPermissions => {
            "Adds and disables users, and changes what others may do. For Site Admins only."
        }
    }
}

/// In few words, where the exact label is too long.
pub fn short(permission: DeveloperPermission) -> &'static str {
    match permission {
        DeveloperPermission::ManageAllApiCredentials => "ALL API Credentials",
        DeveloperPermission::ManageJobBoardApiCredentials => "Job Board API Credentials",
        DeveloperPermission::EditAdvancedPermissions => "Others’ advanced permissions",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_site_admin_can_hold_what_changes_others() {
        use DeveloperPermission::{
            EditAdvancedPermissions as Edit, ManageAllApiCredentials as All,
        };
        assert_eq!(possible(Level::SiteAdmin, &[Edit, All]), [All, Edit]);
        assert_eq!(possible(Level::JobAdmin, &[Edit, All]), [All]);
        assert_eq!(possible(Level::Basic, &[]), []);
    }
}
