//! Disabling, enabling, and a new link: the question, the deed, and what is said after it.

use api::error::ErrorCode;
use api::password_links::PasswordLink;
use api::users::{User, UserStatus};
use leptos::prelude::*;

use super::edit::Editor;
use super::{Open, person};
use crate::client;
use crate::components::announcer::announce;
use crate::components::confirm::{Confirm, confirm_with};
use crate::dom::View;
use crate::error::Error;
use crate::task::Task;

/// What is done to a user as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Disable,
    Enable,
    Link,
    EndSessions,
}

impl Step {
    /// As it stands on its button.
    pub fn label(self, status: UserStatus) -> &'static str {
        match (self, status) {
            (Self::Disable, _) => "Disable",
            (Self::Enable, _) => "Enable",
            (Self::Link, UserStatus::Invited) => "New invitation link",
            (Self::Link, _) => "Reset password",
            (Self::EndSessions, _) => "Sign out everywhere",
        }
    }

    /// Whether it takes access away: its buttons are red.
    pub fn takes_away(self) -> bool {
        matches!(self, Self::Disable | Self::EndSessions)
    }
}

/// What came of it.
enum Done {
    User(User),
    Link(PasswordLink),
}

/// Asks, does it, and shows the user as they are afterwards, or the link.
pub fn dialog(step: Step, editor: Editor, open: RwSignal<Open>) -> View {
    let error = RwSignal::new(None::<Error>);
    let user = editor.saved.get_untracked();
    let asked = question(step, &user);
    let about = if step == Step::Disable { editor.made.in_short() } else { View::none() };
    let task = Task::new(move || {
        let user = user.clone();
        async move {
            error.set(None);
            match run(step, &user.user_id).await {
                Ok(Done::User(changed)) => {
                    let what = match step {
                        Step::Disable => "disabled",
                        Step::EndSessions => "signed out everywhere",
                        Step::Enable | Step::Link => "enabled",
                    };
                    announce(format!("{} {what}", changed.name));
                    editor.refresh(changed);
                    open.set(Open::Nothing);
                }
                Ok(Done::Link(link)) => open.set(Open::HandOver(person(&user), link)),
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    confirm_with(&asked, about, task, error, move || open.set(Open::Nothing))
}

/// When someone else was faster, it is done all the same.
async fn run(step: Step, id: &str) -> Result<Done, Error> {
    let done = match step {
        Step::Link => return client::users::create_password_link(id).await.map(Done::Link),
        Step::Disable => client::users::disable(id).await,
        Step::Enable => client::users::enable(id).await,
        Step::EndSessions => {
            client::users::end_sessions(id).await?;
            client::users::read(id).await
        }
    };
    match done {
        Err(refused) if refused.is(ErrorCode::AlreadySo) => {
            client::users::read(id).await.map(Done::User)
        }
        done => done.map(Done::User),
    }
}

fn question(step: Step, user: &User) -> Confirm {
    let name = &user.name;
    let (title, text, ok): (_, &[_], _) = match (step, user.status) {
        (Step::Disable, _) => (
            format!("Disable {name}?"),
            &[
                "They are signed out everywhere at once and cannot sign in any more.",
                "The API keys they made go on working. Revoke those in the Dev Center that should not.",
            ],
            "Disable",
        ),
        (Step::Enable, _) => (
            format!("Enable {name}?"),
            &["They can sign in again, with the password, level and permissions they had."],
            "Enable",
        ),
        (Step::Link, UserStatus::Invited) => (
            format!("Make a new invitation link for {name}?"),
            &["The link they were given before stops working."],
            "Make a new link",
        ),
        (Step::Link, _) => (
            format!("Reset the password of {name}?"),
            &[
                "You get a one-time link to hand over, at which they choose a new password. You never \
                 see it.",
                "Until then their password and their sessions stay as they are. A link they were given \
                 before stops working.",
            ],
            "Make the link",
        ),
        (Step::EndSessions, _) => (
            format!("Sign {name} out everywhere?"),
            &["Their sessions end at once, in every browser. They can sign in again."],
            "Sign out",
        ),
    };
    Confirm { title, text, ok, cancel: "Cancel", danger: step.takes_away() }
}
