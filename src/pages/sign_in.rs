//! Signing in; and giving the password over whatever is on the screen, when a session ended or something
//! needs it once more.

use api::error::ErrorCode;
use api::session::{NewSession, Proof};
use leptos::prelude::*;

use crate::client::Ask;
use crate::components::announcer::announcer;
use crate::components::button::{button, submit_button};
use crate::components::failure::failure;
use crate::components::field::{Text, focus_first_fault, text_field};
use crate::components::heading::heading;
use crate::components::icon::icon;
use crate::components::password::password_field;
use crate::dom::{El, View, el};
use crate::error::Error;
use crate::session::Account;
use crate::task::Task;

pub mod again;

mod first;

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
    /// What the password is given for.
    ask: Ask,
    email: RwSignal<String>,
    password: RwSignal<String>,
    error: RwSignal<Option<Error>>,
    /// The pointers of the fields that were left empty.
    missing: RwSignal<Vec<&'static str>>,
}

impl Form {
    fn new(ask: Ask, email: String) -> Self {
        Self {
            ask,
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
            let result = match self.ask {
                Ask::SignIn => account.sign_in(&NewSession { email, password }).await,
                Ask::Proof => account.prove(&Proof { password }).await,
            };
            if result.is_err() {
                self.error.set(result.err());
                focus_first_fault();
            }
        })
    }

    fn password_field(self) -> El {
        let missing = self.fault("/password");
        let (id, words) = match self.ask {
            Ask::SignIn => ("password", "E-mail and password do not belong together."),
            // The dialog that asks for a proof may stand under the one that asks to sign in again.
            Ask::Proof => ("proof", "This is not your password."),
        };
        let wrong = move || self.is_wrong().then(|| words.to_owned());
        let fault = Signal::derive(move || wrong().or_else(|| missing.get()));
        password_field(Text { id, ..PASSWORD }, self.password, fault)
    }

    fn is_wrong(self) -> bool {
        let is_wrong = |e: &Error| e.is(ErrorCode::WrongCredentials);
        self.error.with(|e| e.as_ref().is_some_and(is_wrong))
    }

    fn fault(self, pointer: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            let missing = self.missing.with(|missing| missing.contains(&pointer));
            let missing = missing.then(|| match self.ask {
                Ask::SignIn => "This is needed to sign in.".to_owned(),
                Ask::Proof => "Enter your password.".to_owned(),
            });
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
    if account.needs_first_site_admin() {
        return first::page();
    }
    let form = Form::new(Ask::SignIn, String::new());
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
    outside(View::from(card).and(account.is_demo().then(|| demo_note(form))))
}

/// A screen outside the console, under its name.
fn outside(content: impl Into<View>) -> View {
    let brand = el("p").class("brand").child(icon("key")).text("Latchkey");
    let main = el("main").class("sign-in").child(brand).child(content);
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
