//! A new password in place of the current one.

use api::error::ErrorCode;
use api::session::PasswordChange;
use leptos::prelude::*;

use super::sessions::Sessions;
use super::{form, send};
use crate::client;
use crate::components::announcer::announce;
use crate::components::failure::failure;
use crate::components::field::{Text, focus_first_fault};
use crate::components::password::{check, new_password_field, password_field, username};
use crate::dom::{El, el};
use crate::error::Error;
use crate::session::Account;
use crate::task::Task;

const CURRENT: Text = Text {
    id: "current-password",
    label: "Current password",
    kind: "password",
    autocomplete: "current-password",
};
const NEW: Text = Text {
    id: "new-password",
    label: "New password",
    kind: "password",
    autocomplete: "new-password",
};

/// What is typed, and what came of it.
#[derive(Debug, Clone, Copy)]
struct Form {
    current: RwSignal<String>,
    new: RwSignal<String>,
    /// What is wrong with either, known without asking.
    current_fault: RwSignal<Option<String>>,
    new_fault: RwSignal<Option<String>>,
    /// Why it was refused: shown at its field where it has one.
    error: RwSignal<Option<Error>>,
    done: RwSignal<bool>,
}

impl Form {
    async fn change(self, sessions: Sessions) {
        let (Some(current_password), Some(new_password)) =
            (self.current.try_get_untracked(), self.new.try_get_untracked())
        else {
            return;
        };
        self.done.set(false);
        self.error.set(None);
        let missing =
            current_password.is_empty().then(|| "Enter your current password.".to_owned());
        let fault = check(&new_password);
        let complete = missing.is_none() && fault.is_none();
        self.current_fault.set(missing);
        self.new_fault.set(fault);
        if !complete {
            return focus_first_fault();
        }
        let change = PasswordChange { current_password, new_password };
        match client::account::change_password(&change).await {
            Ok(()) => {
                self.current.set(String::new());
                self.new.set(String::new());
                self.done.set(true);
                announce("Password changed. Your other sessions have ended.");
                sessions.read_again();
            }
            Err(refused) => {
                self.error.set(Some(refused));
                focus_first_fault();
            }
        }
    }

    fn refused_at(self, pointer: &'static str) -> Option<String> {
        self.error.with(|error| Some(error.as_ref()?.at(pointer)?.to_owned()))
    }

    fn is_wrong(self) -> bool {
        let wrong = |error: &Error| error.is(ErrorCode::WrongCredentials);
        self.error.with(|error| error.as_ref().is_some_and(wrong))
    }
}

pub fn section(sessions: Sessions) -> El {
    let it = Form {
        current: RwSignal::default(),
        new: RwSignal::default(),
        current_fault: RwSignal::new(None),
        new_fault: RwSignal::new(None),
        error: RwSignal::new(None),
        done: RwSignal::new(false),
    };
    let change = Task::new(move || it.change(sessions));
    let current_fault = Signal::derive(move || {
        let wrong = || it.is_wrong().then(|| "This is not your current password.".to_owned());
        it.current_fault.get().or_else(wrong).or_else(|| it.refused_at("/current_password"))
    });
    let new_fault =
        Signal::derive(move || it.new_fault.get().or_else(|| it.refused_at("/new_password")));
    let email = Account::expect().session().map(|session| session.user.email).unwrap_or_default();
    // The field says it already when that is what is wrong.
    let elsewhere =
        el("div").child(failure(it.error, None)).flag_with("hidden", move || it.is_wrong());
    let form = form(change)
        .child(username(&email))
        .child(password_field(CURRENT, it.current, current_fault))
        .child(new_password_field(NEW, it.new, new_fault))
        .child(elsewhere)
        .child(send("Change password", change, it.done, "Password changed"))
        .on("input", move |_| it.done.set(false));
    let what = "All your other sessions end when you change it.";
    super::section("password", "Password").child(el("p").text(what)).child(form)
}
