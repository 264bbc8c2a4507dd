//! Disabling, enabling, signing out everywhere: the question, the deed, and what is said after it.

use api::error::ErrorCode;
use api::users::User;
use leptos::prelude::*;

use super::Open;
use super::edit::Editor;
use crate::client;
use crate::components::announcer::announce;
use crate::components::confirm::{Confirm, confirm_with, move_on};
use crate::dom::View;
use crate::error::Error;
use crate::task::Task;

/// What is done to a user as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Disable,
    Enable,
    EndSessions,
}

impl Step {
    /// As it stands on its button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Disable => "Disable",
            Self::Enable => "Enable",
            Self::EndSessions => "Sign out everywhere",
        }
    }

    /// The same button, whatever it says now.
    pub fn id(self) -> &'static str {
        match self {
            Self::Disable | Self::Enable => "access",
            Self::EndSessions => "end-sessions",
        }
    }

    /// Whether it takes access away: its buttons are red.
    pub fn takes_away(self) -> bool {
        matches!(self, Self::Disable | Self::EndSessions)
    }
}

/// Asks, does it, and shows the user as they are afterwards.
pub fn dialog(step: Step, editor: Editor, open: RwSignal<Open>) -> View {
    let error = RwSignal::new(None::<Error>);
    let close = move || open.set(Open::Nothing);
    let user = editor.saved.get_untracked();
    let asked = question(step, &user.name);
    let about = if step == Step::Disable { editor.made.in_short() } else { View::none() };
    let task = Task::new(move || {
        let user = user.clone();
        async move {
            error.set(None);
            match run(step, &user.user_id).await {
                Ok(changed) => {
                    let what = match step {
                        Step::Disable => "disabled",
                        Step::EndSessions => "signed out everywhere",
                        Step::Enable => "enabled",
                    };
                    announce(format!("{} {what}", changed.name));
                    editor.refresh(changed);
                    move_on(open, &Open::Step(step), Open::Nothing);
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    confirm_with(&asked, about, task, error, close)
}

/// When someone else was faster, it is done all the same.
async fn run(step: Step, id: &str) -> Result<User, Error> {
    let done = match step {
        Step::Disable => client::users::disable(id).await,
        Step::Enable => client::users::enable(id).await,
        Step::EndSessions => {
            client::users::end_sessions(id).await?;
            client::users::read(id).await
        }
    };
    match done {
        Err(refused) if refused.is(ErrorCode::AlreadySo) => client::users::read(id).await,
        done => done,
    }
}

fn question(step: Step, name: &str) -> Confirm {
    let (title, text, ok): (_, &[_], _) = match step {
        Step::Disable => (
            format!("Disable {name}?"),
            &[
                "They are signed out everywhere at once and cannot sign in any more.",
                "The API keys they made go on working. Revoke those in the Dev Center that should not.",
            ],
            "Disable",
        ),
        Step::Enable => (
            format!("Enable {name}?"),
            &["They can sign in again, with the password, level and permissions they had."],
            "Enable",
        ),
        Step::EndSessions => (
            format!("Sign {name} out everywhere?"),
            &["Their sessions end at once, in every browser. They can sign in again."],
            "Sign out",
        ),
    };
    Confirm { title, text, ok, cancel: "Cancel", danger: step.takes_away() }
}
