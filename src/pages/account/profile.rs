//! Who the person is and what they may do. The name they can change themselves.

use api::error::{ErrorCode, FieldError};
use api::users::{AccountChanges, User, check_name};
use leptos::prelude::*;

use super::{form, send};
use crate::client;
use crate::components::announcer::announce;
use crate::components::failure::failure;
use crate::components::field::{Text, focus_first_fault, text_field};
use crate::dom::{View, el};
use crate::error::Error;
use crate::location::{Navigator, Question};
use crate::session::Account;
use crate::task::Task;

const NAME: Text = Text { id: "name", label: "Name", kind: "text", autocomplete: "name" };
const LEAVE: Question = Question {
    title: "Leave without saving?",
    text: &["Your new name is not saved and would be lost."],
    leave: "Leave without saving",
    stay: "Stay",
};

/// The name while it is edited.
#[derive(Debug, Clone, Copy)]
struct Editor {
    saved: RwSignal<User>,
    name: RwSignal<String>,
    fault: RwSignal<Option<FieldError>>,
    error: RwSignal<Option<Error>>,
    done: RwSignal<bool>,
}

impl Editor {
    fn is_unsaved(self) -> bool {
        self.saved.with(|saved| self.name.with(|name| name.trim() != saved.name))
    }

    async fn save(self, account: Account) {
        let (Some(saved), Some(name)) =
            (self.saved.try_get_untracked(), self.name.try_get_untracked())
        else {
            return;
        };
        self.done.set(false);
        self.error.set(None);
        self.fault.set(check_name(&name));
        if self.fault.with_untracked(Option::is_some) {
            return focus_first_fault();
        }
        match client::account::update(&saved, &AccountChanges { name: name.trim().into() }).await {
            Ok(user) => {
                account.rename(&user.name);
                self.name.set(user.name.clone());
                self.saved.set(user);
                self.done.set(true);
                announce("Name saved");
            }
            Err(refused) => {
                if refused.is(ErrorCode::Stale) {
                    // Something else about this person was changed: the name goes on top of that.
                    if let Ok(user) = client::account::read().await {
                        self.saved.set(user);
                    }
                }
                self.error.set(Some(refused));
                focus_first_fault();
            }
        }
    }
}

pub fn section(user: User) -> View {
    let account = Account::expect();
    let facts = facts(&user);
    let editor = Editor {
        name: RwSignal::new(user.name.clone()),
        saved: RwSignal::new(user),
        fault: RwSignal::new(None),
        error: RwSignal::new(None),
        done: RwSignal::new(false),
    };
    Navigator::expect().hold_while(move || editor.is_unsaved(), LEAVE);
    let save = Task::new(move || editor.save(account));
    let fault = Signal::derive(move || {
        let own = editor.fault.with(|fault| fault.as_ref().map(|fault| fault.detail.clone()));
        own.or_else(|| editor.error.with(|e| Some(e.as_ref()?.at("/name")?.to_owned())))
    });
    let form = form(save)
        .child(text_field(NAME, editor.name, fault))
        .child(failure(editor.error, Some(save)))
        .child(send("Save", save, editor.done, "Name saved"))
        .on("input", move |_| editor.done.set(false));
    super::section("you", "About you").child(facts).child(form).into()
}

/// What others decide.
fn facts(user: &User) -> View {
    let fact =
        |name: &str, value: View| el("div").child(el("dt").text(name)).child(el("dd").child(value));
    let held = user.developer_permissions.iter();
    let permissions: View = if user.developer_permissions.is_empty() {
        "None".into()
    } else {
        el("ul").child(held.map(|one| el("li").text(one.label())).collect::<View>()).into()
    };
    let facts = el("dl")
        .class("facts")
        .child(fact("E-mail", user.email.as_str().into()))
        .child(fact("Level", user.level.label().into()))
        .child(fact("Developer permissions", permissions));
    let whose = "Someone else decides these: a Site Admin who can edit another user’s advanced permissions.";
    View::from(facts).and(el("p").class("secondary").text(whose))
}
