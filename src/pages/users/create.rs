//! The dialog `Add user`.

use api::error::FieldError;
use api::users::{InvitedUser, Level, NewUser};
use leptos::prelude::*;

use super::rights::Rights;
use crate::client;
use crate::components::button::{button, submit_button};
use crate::components::dialog::{self, Kind};
use crate::components::failure::failure;
use crate::components::field::{Fault, Text, focus_first_fault, text_field};
use crate::dom::{View, el};
use crate::error::Error;
use crate::location::{Navigator, Question};
use crate::task::Task;

/// Asked while somebody is added: the link will be shown this one time, and only here.
const ADDING: Question = Question {
    title: "Leave while the user is added?",
    text: &["They may be added all the same, and you would need a new link for them."],
    leave: "Leave",
    stay: "Stay",
};

/// What is typed. It belongs to the list, so that closing the dialog by mistake loses nothing.
#[derive(Debug, Clone, Copy)]
pub struct Draft {
    name: RwSignal<String>,
    email: RwSignal<String>,
    rights: Rights,
    faults: RwSignal<Vec<FieldError>>,
    error: RwSignal<Option<Error>>,
}

impl Draft {
    pub fn new() -> Self {
        Self {
            name: RwSignal::default(),
            email: RwSignal::default(),
            rights: Rights::new(Level::Basic, &[]),
            faults: RwSignal::default(),
            error: RwSignal::default(),
        }
    }

    pub fn clear(self) {
        self.name.set(String::new());
        self.email.set(String::new());
        self.rights.set(Level::Basic, &[]);
        self.faults.set(Vec::new());
        self.error.set(None);
    }

    /// Who would be added.
    fn user(self) -> NewUser {
        NewUser {
            name: self.name.get_untracked().trim().to_owned(),
            email: self.email.get_untracked().trim().to_owned(),
            level: untrack(|| self.rights.level()),
            developer_permissions: untrack(|| self.rights.permissions()),
        }
    }

    fn fault(self, pointer: &'static str) -> Fault {
        Signal::derive(move || {
            let own = self.faults.with(|faults| {
                let fault = faults.iter().find(|fault| fault.pointer == pointer);
                fault.map(|fault| fault.detail.clone())
            });
            own.or_else(|| self.error.with(|e| Some(e.as_ref()?.at(pointer)?.to_owned())))
        })
    }
}

/// Adds who is typed, and hands over the link that lets them in. It belongs to the list too: the dialog may
/// be closed before the link is here.
pub fn creating(
    draft: Draft,
    on_created: impl Fn(InvitedUser) + Clone + 'static,
    on_refused: impl Fn() + Copy + 'static,
) -> Task {
    let create = Task::new(move || {
        let on_created = on_created.clone();
        async move {
            draft.error.set(None);
            let new = draft.user();
            let faults = new.check();
            draft.faults.set(faults.clone());
            if !faults.is_empty() {
                return focus_first_fault();
            }
            let created = client::users::create(&new).await;
            if draft.error.is_disposed() {
                // Whoever left was asked.
                return;
            }
            match created {
                Ok(invited) => on_created(invited),
                Err(error) => {
                    draft.error.set(Some(error));
                    on_refused();
                    focus_first_fault();
                }
            }
        }
    });
    Navigator::expect().hold_while(move || create.busy.get(), ADDING);
    create
}

/// Asks who they are and what they may do.
pub fn dialog(draft: Draft, create: Task, on_close: impl Fn() + Clone + 'static) -> View {
    let what = "They get a one-time link from you, at which they choose their password.";
    let email = Text { id: "new-email", label: "E-mail", kind: "email", autocomplete: "off" };
    let actions = el("div")
        .class("actions")
        .child(button("button", "Cancel", on_close.clone()))
        .child(submit_button("Add user".to_owned().into(), create));
    let permissions = el("div")
        .class("field")
        .child(el("p").child(el("strong").text("Developer permissions")))
        .child(draft.rights.boxes("new", true, draft.fault("/developer_permissions")));
    let body = el("form")
        .class("dialog-form")
        .attr("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            create.run();
        })
        .child(el("p").class("secondary").text(what))
        .child(text_field(Text::plain("new-name", "Name"), draft.name, draft.fault("/name")))
        .child(text_field(email, draft.email, draft.fault("/email")))
        .child(draft.rights.level_field("new-level", draft.fault("/level")))
        .child(permissions)
        .child(failure(draft.error, None))
        .child(actions);
    dialog::dialog(Kind::LongForm, "Add user", on_close, body)
}
