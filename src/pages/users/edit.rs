//! The page of one user: who they are, what they may do, and what can be done to their account.

use api::error::ErrorCode;
use api::session::Session;
use api::users::{DeveloperPermission, User, UserChanges};
use leptos::prelude::*;

use super::made::Made;
use super::rights::Rights;
use super::{Open, conflict, facts, hand_over, history, link, not_permitted, permissions, step};
use crate::client;
use crate::components::announcer::announce;
use crate::components::confirm::Making;
use crate::components::field::{Fault, focus_first_fault};
use crate::components::heading::heading;
use crate::components::loading::loading;
use crate::dom::{View, el, part, switch};
use crate::error::Error;
use crate::location::{Navigator, Question};
use crate::routes;
use crate::session::Account;
use crate::task::Reading;

const LEAVE: Question = Question {
    title: "Leave without saving?",
    text: &["Your changes to this user are not saved and would be lost."],
    leave: "Leave without saving",
    stay: "Stay",
};

/// One user while they are looked at: what is saved, and what the person made of it.
#[derive(Debug, Clone, Copy)]
pub struct Editor {
    pub saved: RwSignal<User>,
    pub rights: Rights,
    pub made: Made,
    /// Why the person who looks at this cannot change it.
    pub why_not: StoredValue<Option<String>>,
    pub error: RwSignal<Option<Error>>,
    /// What someone else saved in the meantime.
    pub conflict: RwSignal<Option<User>>,
}

impl Editor {
    fn new(user: User, viewer: &Session) -> Self {
        Self {
            rights: Rights::new(user.level, &user.developer_permissions),
            made: Made::read(user.user_id.clone()),
            why_not: StoredValue::new(why_not(viewer, &user.user_id)),
            saved: RwSignal::new(user),
            error: RwSignal::new(None),
            conflict: RwSignal::new(None),
        }
    }

    /// What was changed since `base`; nothing when it is as it was.
    fn changes_from(self, base: &User) -> UserChanges {
        let (level, permissions) = (self.rights.level(), self.rights.permissions());
        UserChanges {
            level: (level != base.level).then_some(level),
            developer_permissions: (!same(&permissions, &base.developer_permissions))
                .then_some(permissions),
        }
    }

    pub fn is_unsaved(self) -> bool {
        self.saved.with(|saved| self.changes_from(saved) != UserChanges::default())
    }

    /// Makes the form show what is saved.
    pub fn take(self, user: User) {
        self.rights.set(user.level, &user.developer_permissions);
        self.saved.set(user);
        self.error.set(None);
    }

    /// Shows what became of the user; what is chosen and not saved stays.
    pub fn refresh(self, user: User) {
        if self.saved.is_disposed() {
            // They have left the page before the answer came.
            return;
        }
        if untrack(|| self.is_unsaved()) { self.saved.set(user) } else { self.take(user) }
    }

    /// Saves over the version that `base` is.
    pub async fn save_over(self, base: User) {
        let changes = untrack(|| self.changes_from(&base));
        self.error.set(None);
        if changes == UserChanges::default() {
            self.saved.set(base);
            return announce("Everything is saved");
        }
        match client::users::update(&base, &changes).await {
            Ok(saved) => {
                announce(format!("Permissions of {} saved", saved.name));
                self.take(saved);
            }
            Err(refused) if refused.is(ErrorCode::Stale) => {
                match client::users::read(&base.user_id).await {
                    Ok(theirs) => self.conflict.set(Some(theirs)),
                    Err(refused) => self.error.set(Some(refused)),
                }
            }
            Err(refused) => {
                self.error.set(Some(refused));
                focus_first_fault();
            }
        }
    }

    pub fn fault(self, pointer: &'static str) -> Fault {
        Signal::derive(move || self.error.with(|e| Some(e.as_ref()?.at(pointer)?.to_owned())))
    }
}

/// The page at `/configure/users/:id`.
pub fn page(id: String) -> View {
    let viewer = Account::expect().session().filter(Session::may_list_users);
    let Some(viewer) = viewer else {
        return View::from(heading("Users".to_owned())).and(not_permitted());
    };
    let title = RwSignal::new(None::<String>);
    let read = Reading::new(move || {
        let id = id.clone();
        async move { client::users::read(&id).await }
    });
    Effect::new(move |_| {
        if matches!(read.get(), Some(Err(_))) {
            title.set(Some("User".to_owned()));
        }
    });
    let known = Memo::new(move |_| title.with(Option::is_some));
    let name = move || title.get().unwrap_or_default();
    let name = move || known.get().then(|| heading(Signal::derive(name))).into();
    let crumb = el("a").attr("href", routes::USERS).text("Users");
    let head = el("div").child(el("p").class("crumb").child(crumb)).part(name);
    View::from(head).and(loading(read, move |user| {
        let editor = Editor::new(user, &viewer);
        Effect::new(move |_| title.set(Some(editor.saved.get().name)));
        edit(editor)
    }))
}

fn edit(editor: Editor) -> View {
    let open = RwSignal::new(Open::Nothing);
    Navigator::expect().hold_while(move || editor.is_unsaved(), LEAVE);
    let linking = link::making(editor, open);
    part(move || facts::facts(editor, open).into())
        .and(permissions::section(editor))
        .and(editor.made.section())
        .and(history::section(editor, open))
        .and(switch(move || open.get(), move |now| dialog(now, editor, open, linking)))
        .and(switch(
            move || editor.conflict.get(),
            move |theirs| theirs.map(|theirs| conflict::dialog(editor, theirs)).into(),
        ))
}

fn dialog(now: Open, editor: Editor, open: RwSignal<Open>, linking: Making) -> View {
    let close = move || open.set(Open::Nothing);
    match now {
        Open::Nothing | Open::Create => View::none(),
        Open::Step(step) => step::dialog(step, editor, open),
        Open::Link => linking.confirm(&link::question(&editor.saved.get_untracked()), close),
        Open::HandOver(person, link) => hand_over::dialog(&person, &link, close),
    }
}

/// Why this person cannot change that user; `None` when they can.
fn why_not(viewer: &Session, user_id: &str) -> Option<String> {
    let edit = DeveloperPermission::EditAdvancedPermissions.label();
    if viewer.user.user_id == user_id {
        Some(format!(
            "This is you. Nobody can change their own permissions: ask another Site Admin who holds \
             “{edit}”."
        ))
    } else if viewer.may_edit_users() {
        None
    } else {
        Some(format!("Only a Site Admin who holds “{edit}” can change this."))
    }
}

/// The same permissions, in whatever order.
fn same(one: &[DeveloperPermission], other: &[DeveloperPermission]) -> bool {
    one.len() == other.len() && one.iter().all(|permission| other.contains(permission))
}

#[cfg(test)]
mod tests {
    use api::users::{Level, Person};

    use super::*;
    use DeveloperPermission::{EditAdvancedPermissions as Edit, ManageAllApiCredentials as All};

    #[test]
    fn the_order_of_permissions_is_no_difference() {
        assert!(same(&[All, Edit], &[Edit, All]) && !same(&[All], &[Edit]) && !same(&[], &[All]));
    }

    #[test]
    fn nobody_changes_themselves_and_only_an_editor_changes_others() {
        let viewer = |held: &[DeveloperPermission]| Session {
            user: Person { user_id: "user_2".into(), name: String::new(), email: String::new() },
            level: Level::SiteAdmin,
            developer_permissions: held.to_vec(),
            can_grant: Vec::new(),
        };
        assert_eq!(why_not(&viewer(&[Edit]), "user_1"), None);
        assert!(why_not(&viewer(&[Edit]), "user_2").unwrap().contains("Nobody can change"));
        assert!(why_not(&viewer(&[All]), "user_1").unwrap().starts_with("Only a Site Admin who"));
    }
}
