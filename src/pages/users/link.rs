//! A new one-time link for a user: the question, and making it.

use api::users::{User, UserStatus};
use leptos::prelude::*;

use super::edit::Editor;
use super::{Open, person};
use crate::client;
use crate::components::confirm::{Confirm, confirm};
use crate::dom::View;
use crate::error::Error;
use crate::location::{Navigator, Question};
use crate::task::Task;

/// Asked while a link is made: it will be shown this one time, and only here.
const LINKING: Question = Question {
    title: "Leave while the link is made?",
    text: &["It would be made all the same, and it could not be shown to you any more."],
    leave: "Leave",
    stay: "Stay",
};

/// Belongs to the page and not to the question: that may be closed before the link is here.
#[derive(Debug, Clone, Copy)]
pub struct Linking {
    task: Task,
    error: RwSignal<Option<Error>>,
}

impl Linking {
    pub fn new(editor: Editor, open: RwSignal<Open>) -> Self {
        let error = RwSignal::new(None);
        let task = Task::new(move || {
            let user = person(&editor.saved.get_untracked());
            async move {
                error.set(None);
                match client::users::create_password_link(&user.user_id).await {
                    Ok(link) => open.set(Open::HandOver(user, link)),
                    Err(refused) => error.set(Some(refused)),
                }
            }
        });
        Navigator::expect().hold_while(move || task.busy.get(), LINKING);
        Self { task, error }
    }

    pub fn dialog(self, user: &User, close: impl Fn() + Clone + 'static) -> View {
        let close = move || {
            self.error.set(None);
            close();
        };
        confirm(&question(user), self.task, self.error, close)
    }
}

/// As it stands on its button.
pub fn label(status: UserStatus) -> &'static str {
    if status == UserStatus::Invited { "New invitation link" } else { "Reset password" }
}

fn question(User { name, status, .. }: &User) -> Confirm {
    let (title, text, ok): (_, &[_], _) = if *status == UserStatus::Invited {
        (
            format!("Make a new invitation link for {name}?"),
            &["The link they were given before stops working."],
            "Make a new link",
        )
    } else {
        (
            format!("Reset the password of {name}?"),
            &[
                "You get a one-time link to hand over, at which they choose a new password. You never \
                 see it.",
                "Until then their password and their sessions stay as they are. A link they were given \
                 before stops working.",
            ],
            "Make the link",
        )
    };
    Confirm { title, text, ok, cancel: "Cancel", danger: false }
}
