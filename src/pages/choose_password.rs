//! The address of a password link, where a person chooses their password: the first Site Admin, somebody
//! who was invited, or somebody who lost theirs. Nobody need be signed in.

use api::error::{ErrorCode, FieldError};
use api::password_links::{ChosenPassword, PasswordLinkFacts, PasswordLinkKind, PasswordLinkToken};
use api::users::{check_email, check_name};
use leptos::prelude::*;

use crate::client;
use crate::components::announcer::announcer;
use crate::components::button::submit_button;
use crate::components::failure::failure;
use crate::components::field::{Fault, Text, focus_first_fault, text_field};
use crate::components::heading::heading;
use crate::components::icon::icon;
use crate::components::loading::loading;
use crate::components::password::{check, new_password_field, username};
use crate::components::time::exact;
use crate::dom::{El, View, el, on_window, switch};
use crate::error::Error;
use crate::location::Navigator;
use crate::routes;
use crate::session::Account;
use crate::task::{Reading, Task};

const PASSWORD: Text =
    Text { id: "new-password", label: "Password", kind: "password", autocomplete: "new-password" };
const EMAIL: Text = Text { id: "email", label: "E-mail", kind: "email", autocomplete: "username" };
const NAME: Text = Text { id: "name", label: "Name", kind: "text", autocomplete: "name" };

pub fn page() -> View {
    let navigator = Navigator::expect();
    // Out of the address bar, where it could be read over a shoulder or bookmarked; in memory only.
    let token = RwSignal::new(navigator.take_fragment());
    on_window("hashchange", move |_| {
        let another = navigator.take_fragment();
        if !another.is_empty() {
            token.set(another);
        }
    });
    let brand = el("p").class("brand").child(icon("key")).text("Latchkey");
    let main = el("main").class("sign-in choose-password").child(brand);
    let card = move |token: String| if token.is_empty() { no_link() } else { link(token) };
    View::from(main.child(switch(move || token.get(), card))).and(announcer())
}

fn link(token: String) -> View {
    let form = Form::new(token.clone());
    let read = Reading::new(move || {
        let token = PasswordLinkToken { token: token.clone() };
        async move {
            match client::password_links::read(&token).await {
                Err(refused) if refused.is(ErrorCode::NotFound) => Ok(None),
                read => read.map(Some),
            }
        }
    });
    loading(read, move |facts: Option<PasswordLinkFacts>| {
        let card = move |gone: bool| match &facts {
            Some(facts) if !gone => form.view(facts),
            _ => dead_link(),
        };
        switch(move || form.gone.get(), card)
    })
}

/// What is typed, and what came of it.
#[derive(Debug, Clone, Copy)]
struct Form {
    token: StoredValue<String>,
    name: RwSignal<String>,
    email: RwSignal<String>,
    password: RwSignal<String>,
    faults: RwSignal<Vec<FieldError>>,
    error: RwSignal<Option<Error>>,
    /// The link ended while the form was filled in.
    gone: RwSignal<bool>,
}

impl Form {
    fn new(token: String) -> Self {
        Self {
            token: StoredValue::new(token),
            name: RwSignal::default(),
            email: RwSignal::default(),
            password: RwSignal::default(),
            faults: RwSignal::default(),
            error: RwSignal::default(),
            gone: RwSignal::new(false),
        }
    }

    /// What would be sent, or what keeps it from being.
    fn check(self, is_first: bool) -> Result<ChosenPassword, Vec<FieldError>> {
        let typed = |field: RwSignal<String>| field.get_untracked().trim().to_owned();
        let (name, email) = (typed(self.name), typed(self.email));
        let password = self.password.get_untracked();
        let who = [check_name(&name), check_email(&email)].into_iter().flatten();
        let wrong = check(&password).map(|fault| FieldError::new("/password", fault));
        let faults: Vec<_> = who.filter(|_| is_first).chain(wrong).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let token = self.token.get_value();
        let (name, email) = (is_first.then_some(name), is_first.then_some(email));
        Ok(ChosenPassword { token, password, name, email })
    }

    fn task(self, is_first: bool) -> Task {
        let (account, navigator) = (Account::expect(), Navigator::expect());
        Task::new(move || async move {
            self.error.set(None);
            let chosen = match self.check(is_first) {
                Ok(chosen) => chosen,
                Err(faults) => {
                    self.faults.set(faults);
                    return focus_first_fault();
                }
            };
            self.faults.set(Vec::new());
            match client::password_links::choose(&chosen).await {
                Ok(state) => {
                    account.enter(state);
                    navigator.replace(routes::HOME);
                }
                Err(refused) if refused.is(ErrorCode::NotFound) => self.gone.set(true),
                Err(refused) => {
                    self.error.set(Some(refused));
                    focus_first_fault();
                }
            }
        })
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

    fn view(self, facts: &PasswordLinkFacts) -> View {
        let is_first = facts.kind == PasswordLinkKind::FirstSiteAdmin;
        let send = self.task(is_first);
        let (title, what, ok) = words(facts);
        let head = el("div")
            .child(heading(title))
            .child(el("p").class("secondary").text(&Account::expect().organization()));
        let who =
            match &facts.user {
                Some(user) => View::from(username(&user.email))
                    .and(el("p").text("Your e-mail: ").child(el("strong").text(&user.email))),
                None => View::from(text_field(NAME, self.name, self.fault("/name")))
                    .and(text_field(EMAIL, self.email, self.fault("/email"))),
            };
        let until = format!("This link works once, until {}.", exact(&facts.expires_at));
        el("form")
            .class("card")
            .attr("novalidate", "")
            .on("submit", move |event| {
                event.prevent_default();
                send.run();
            })
            .child(head)
            .child(el("p").text(what))
            .child(somebody_else(facts))
            .child(who)
            .child(new_password_field(PASSWORD, self.password, self.fault("/password")))
            .child(failure(self.error, None))
            .child(submit_button(ok.to_owned().into(), send))
            .child(el("p").class("secondary").text(&until))
            .into()
    }
}

/// Heading, what this is, and how the button reads.
fn words(facts: &PasswordLinkFacts) -> (String, &'static str, &'static str) {
    let name = facts.user.as_ref().map_or("", |user| user.name.as_str());
    match facts.kind {
        PasswordLinkKind::FirstSiteAdmin => (
            "Create the first Site Admin".to_owned(),
            "You will manage all API credentials, and add everybody else.",
            "Create Site Admin",
        ),
        PasswordLinkKind::Invitation => (
            format!("Welcome, {name}"),
            "Choose a password to use this developer console. Nobody else gets to see it.",
            "Choose password",
        ),
        PasswordLinkKind::PasswordReset => (
            "Choose a new password".to_owned(),
            "It takes the place of your old one, and you are signed out everywhere else.",
            "Choose password",
        ),
    }
}

/// Someone is signed in here already, and would not be any more.
fn somebody_else(facts: &PasswordLinkFacts) -> Option<El> {
    let here = Account::expect().session()?.user;
    if facts.user.as_ref().is_some_and(|user| user.user_id == here.user_id) {
        return None;
    }
    let text = format!("{} is signed in here. Choosing this password signs them out.", here.name);
    let text = el("div").child(el("p").text(&text));
    Some(el("div").class("notice look").child(icon("warning")).child(text))
}

/// The address was opened without its secret part, or the page was loaded again.
fn no_link() -> View {
    let what = "The address of this page is one part of a one-time link. Open the whole link again: as long \
                as no password was chosen with it, it still works.";
    dead_end("Open your link again", what)
}

fn dead_link() -> View {
    let what = "It was used already, it is too old, or a newer one replaced it. Ask a Site Admin for a new \
                one. Where nobody can sign in yet, restart Latchkey: it prints a new address.";
    dead_end("This link does not work any more", what)
}

fn dead_end(title: &str, what: &str) -> View {
    el("div")
        .class("card")
        .child(heading(title.to_owned()))
        .child(el("p").text(what))
        .child(
            el("p")
                .child(el("a").class("button").attr("href", routes::HOME).text("Go to Latchkey")),
        )
        .into()
}

#[cfg(test)]
mod tests {
    use api::users::Person;

    use super::*;

    #[test]
    fn each_kind_of_link_says_what_it_is_for() {
        let facts = |kind, user| PasswordLinkFacts { kind, user, expires_at: String::new() };
        let ben = || {
            let (user_id, name) = ("user_1".into(), "Ben".into());
            Some(Person { user_id, name, email: "ben@example.com".into() })
        };
        let title = |facts| words(&facts).0;
        let first = facts(PasswordLinkKind::FirstSiteAdmin, None);
        assert_eq!(title(first), "Create the first Site Admin");
        assert_eq!(title(facts(PasswordLinkKind::Invitation, ben())), "Welcome, Ben");
        assert_eq!(title(facts(PasswordLinkKind::PasswordReset, ben())), "Choose a new password");
    }
}
