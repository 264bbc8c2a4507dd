//! A new one-time link for a user: the question, and making it.

use api::users::{User, UserStatus};
use leptos::prelude::*;

use super::edit::Editor;
use super::{Open, person};
use crate::client;
use crate::components::confirm::{Confirm, Making, move_on};
use crate::location::Question;

/// Asked while a link is made: it will be shown this one time, and only here.
const LINKING: Question = Question {
    title: "Leave while the link is made?",
    text: &["It may be made all the same, and it could not be shown to you any more."],
    leave: "Leave",
    stay: "Stay",
};

pub fn making(editor: Editor, open: RwSignal<Open>) -> Making {
    let make = move || {
        let user = person(&editor.saved.get_untracked());
        async move {
            let link = client::users::create_password_link(&user.user_id).await?;
            open.set(Open::HandOver(user, link));
            Ok(())
        }
    };
    Making::new(LINKING, make, move || move_on(open, &Open::Nothing, Open::Link))
}

/// As it stands on its button.
pub fn label(status: UserStatus) -> &'static str {
    if status == UserStatus::Invited { "New invitation link" } else { "Reset password" }
}

pub fn question(User { name, status, .. }: &User) -> Confirm {
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
