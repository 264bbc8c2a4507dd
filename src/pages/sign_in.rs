//! Signing in, and signing in again over whatever was on the screen when a session ended.

use api::error::ErrorCode;
use api::session::NewSession;
use leptos::prelude::*;

use crate::components::announcer::announcer;
use crate::components::button::{button, submit_button};
use crate::components::dialog::{Kind, dialog};
use crate::components::failure::failure;
use crate::components::field::{Text, focus_first_fault, text_field};
use crate::components::heading::heading;
use crate::components::icon::icon;
use crate::components::password::password_field;
use crate::dom::{El, View, el};
use crate::error::Error;
use crate::location::Navigator;
use crate::session::Account;
use crate::task::Task;

const EMAIL: Text = Text { id: "email", label: "E-mail", kind: "email", autocomplete: "username" };
const PASSWORD: Text =
    Text { id: "password", label: "Password", kind: "password", autocomplete: "current-password" };
const DEMO_PASSWORD: &str = "latchkey-demo";
const DEMO_PEOPLE: [(&str, &str); 3] = [
    ("ada@example.com", "Site Admin: manages all API credentials"),
    ("ben@example.com", "Basic: holds no developer permission"),
    ("cleo@example.com", "Job Admin: manages Job Board credentials only"),
];

/// What is typed, and what came of it.
#[derive(Debug, Clone, Copy)]
struct Form {
    email: RwSignal<String>,
    password: RwSignal<String>,
    error: RwSignal<Option<Error>>,
    /// The pointers of the fields that were left empty.
    missing: RwSignal<Vec<&'static str>>,
}

impl Form {
    fn new(email: String) -> Self {
        Self {
            email: RwSignal::new(email),
            password: RwSignal::default(),
            error: RwSignal::new(None),
            missing: RwSignal::default(),
        }
    }

    fn task(self) -> Task {
        let account = Account::expect();
        Task::new(move || async move {
            let (Some(email), Some(password)) =
                (self.email.try_get_untracked(), self.password.try_get_untracked())
            else {
                return;
            };
            self.error.set(None);
            let fields = [("/email", email.is_empty()), ("/password", password.is_empty())];
            let missing: Vec<_> =
                fields.into_iter().filter_map(|(field, empty)| empty.then_some(field)).collect();
            self.missing.set(missing.clone());
            if !missing.is_empty() {
                return focus_first_fault();
            }
            let result = account.sign_in(&NewSession { email, password }).await;
            if result.is_err() {
                self.error.set(result.err());
                focus_first_fault();
            }
        })
    }

    fn password_field(self) -> El {
        let fault = self.fault("/password");
        let fault = move || {
            let wrong =
                self.error.with(|e| e.as_ref().is_some_and(|e| e.is(ErrorCode::WrongCredentials)));
            let wrong = wrong.then(|| "E-mail and password do not belong together.".to_owned());
            wrong.or_else(|| fault.get())
        };
        password_field(PASSWORD, self.password, Signal::derive(fault))
    }

    fn fault(self, pointer: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            let missing = self.missing.with(|missing| missing.contains(&pointer));
            let missing = missing.then(|| "This is needed to sign in.".to_owned());
            missing.or_else(|| self.error.with(|e| Some(e.as_ref()?.at(pointer)?.to_owned())))
        })
    }

    /// A form that runs the task when it is sent.
    fn view(sign_in: Task, class: &str) -> El {
        el("form").class(class).attr("novalidate", "").on("submit", move |event| {
            event.prevent_default();
            sign_in.run();
        })
    }
}

/// The sign-in page. Signing in leads back to where the person came from: `layout.rs` sees to it.
pub fn page() -> View {
    let account = Account::expect();
    let form = Form::new(String::new());
    let sign_in = form.task();
    let title = el("div")
        .child(heading("Sign in".to_owned()))
        .child(el("p").class("secondary").text(&account.organization()));
    let card = Form::view(sign_in, "card")
        .child(title)
        .child(text_field(EMAIL, form.email, form.fault("/email")))
        .child(form.password_field())
        .child(failure(form.error, None))
        .child(submit_button("Sign in".to_owned().into(), sign_in));
    let main = el("main")
        .class("sign-in")
        .child(el("p").class("brand").child(icon("key")).text("Latchkey"))
        .child(card)
        .child(account.is_demo().then(|| demo_note(form)));
    View::from(main).and(announcer())
}

fn demo_note(form: Form) -> El {
    let person = |(email, what): (&'static str, &str)| {
        let fill = move || {
            form.email.set(email.to_owned());
            form.password.set(DEMO_PASSWORD.to_owned());
        };
        let note = el("span").class("secondary").text(what);
        el("li").child(button("button text small", email, fill)).child(note)
    };
    let text = el("p")
        .class("secondary")
        .text("The data is made up. Choose an account to fill in the form; the password of all three is ")
        .child(el("code").text(DEMO_PASSWORD))
        .text(", unless the demo was started with another.");
    el("section")
        .class("demo-note")
        .attr("aria-labelledby", "demo-title")
        .child(el("h2").id("demo-title").text("This is a demo"))
        .child(text)
        .child(el("ul").child(DEMO_PEOPLE.into_iter().map(person).collect::<View>()))
}

/// The session ended while someone worked: asks for the password over the page, which stays as it is.
/// What was under way goes on afterwards.
pub fn again(account: Account) -> View {
    let navigator = Navigator::expect();
    let email = account.session().map(|session| session.user.email).unwrap_or_default();
    let form = Form::new(email.clone());
    let sign_in = form.task();
    // For password managers, which look for the name beside the password.
    let name = el("input")
        .attr("type", "email")
        .attr("autocomplete", "username")
        .attr("value", &email)
        .attr("readonly", "")
        .attr("hidden", "");
    let actions = el("div")
        .class("actions")
        .child(button("button text", "Someone else", move || account.change_person(navigator)))
        .child(button("button", "Not now", move || account.dismiss()))
        .child(submit_button("Sign in".to_owned().into(), sign_in));
    let text = "Your session has ended. Nothing you typed is lost: sign in and what you were doing goes on.";
    let body = Form::view(sign_in, "dialog-form")
        .child(el("p").text(text))
        .child(el("p").text("Signed in as ").child(el("strong").text(&email)))
        .child(name)
        .child(form.password_field())
        .child(failure(form.error, None))
        .child(actions);
    dialog(Kind::Form, "Sign in again", move || account.dismiss(), body)
}
