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
}

impl Form {
    fn new(email: String) -> Self {
        Self {
            email: RwSignal::new(email),
            password: RwSignal::default(),
            error: RwSignal::new(None),
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
            let result = account.sign_in(&NewSession { email, password }).await;
            if result.is_err() {
                self.error.set(result.err());
                focus_first_fault();
            }
        })
    }

    fn password_field(self) -> AnyView {
        let refused = move |error: &Error| {
            let wrong = error.is(ErrorCode::WrongCredentials);
            let wrong = wrong.then(|| "E-mail and password do not belong together.".to_owned());
            wrong.or_else(|| error.at("/password").map(ToOwned::to_owned))
        };
        let fault = move || self.error.with(|error| error.as_ref().and_then(refused));
        text_field(PASSWORD, self.password, Signal::derive(fault))
    }
}

/// The sign-in page. Signing in leads back to where the person came from: `layout.rs` sees to it.
pub fn page() -> AnyView {
    let account = Account::expect();
    let form = Form::new(String::new());
    let sign_in = form.task();
    let refused = move |error: &Error| error.at("/email").map(ToOwned::to_owned);
    let fault = move || form.error.with(|error| error.as_ref().and_then(refused));
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        sign_in.run();
    };
    view! {
        <main class="sign-in">
            <p class="brand">{icon("key")} "Latchkey"</p>
            <form class="card" novalidate on:submit=on_submit>
                <div>
                    {heading("Sign in".to_owned())} <p class="secondary">{account.organization()}</p>
                </div>
                {text_field(EMAIL, form.email, Signal::derive(fault))} {form.password_field()}
                {failure(form.error, None)} {submit_button("Sign in", sign_in)}
            </form>
            {account.is_demo().then(|| demo_note(form))}
        </main>
        {announcer()}
    }
    .into_any()
}

fn demo_note(form: Form) -> AnyView {
    let people = DEMO_PEOPLE.map(|(email, what)| {
        let fill = move || {
            form.email.set(email.to_owned());
            form.password.set(DEMO_PASSWORD.to_owned());
        };
        view! {
            <li>
                {button("button text small", email, fill)} <span class="secondary">{what}</span>
            </li>
        }
    });
    view! {
        <section class="demo-note" aria-labelledby="demo-title">
            <h2 id="demo-title">"This is a demo"</h2>
            <p class="secondary">
                "The data is made up. Choose an account to fill in the form; the password of all \
                three is " <code>{DEMO_PASSWORD}</code> ", unless the demo was started with another."
            </p>
            <ul>{people.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// The session ended while someone worked: asks for the password over the page, which stays as it is.
/// What was under way goes on afterwards.
pub fn again(account: Account) -> AnyView {
    let navigator = Navigator::expect();
    let email = account.session().map(|session| session.user.email).unwrap_or_default();
    let form = Form::new(email.clone());
    let sign_in = form.task();
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        sign_in.run();
    };
    let body = view! {
        <form class="dialog-form" novalidate on:submit=on_submit>
            <p>
                "Your session has ended. Nothing you typed is lost: sign in and what you were doing \
                goes on."
            </p>
            <p>"Signed in as " <strong>{email.clone()}</strong></p>
            // For password managers, which look for the name beside the password.
            <input type="email" autocomplete="username" value=email hidden readonly />
            {form.password_field()}
            {failure(form.error, None)}
            <div class="actions">
                {button(
                    "button text",
                    "Someone else",
                    move || account.change_person(navigator),
                )} {button("button", "Not now", move || account.dismiss())}
                {submit_button("Sign in", sign_in)}
            </div>
        </form>
    };
    dialog(Kind::Form, "Sign in again", move || account.dismiss(), body.into_any())
}
