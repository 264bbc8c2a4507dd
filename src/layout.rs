//! The frame of every screen: which screen there is, the top bar, the left panel, and the questions that
//! can come up on any of them.

use api::session::SessionState;
use leptos::prelude::*;

use crate::components::announcer::announcer;
use crate::components::confirm::{Confirm, confirm};
use crate::components::failure::notice;
use crate::components::heading::{focus_next_heading, heading};
use crate::components::icon::icon;
use crate::error::Error;
use crate::location::Navigator;
use crate::pages;
use crate::routes::{self, Route};
use crate::session::{Account, sign_in_href};
use crate::task::Task;

mod account_menu;
mod appearance;

/// The whole page, once the service has said who is signed in, or has not answered.
pub fn app(state: Result<SessionState, Error>) -> AnyView {
    let navigator = Navigator::start();
    let account = match state {
        Ok(state) => Account::start(state),
        Err(error) => return outage(&error),
    };
    let route = navigator.route();
    Effect::new(move |_| match (route.get(), account.is_signed_in()) {
        (Route::SignIn, true) => {
            navigator.replace(&routes::after_sign_in(&navigator.place_untracked().query));
        }
        (Route::SignIn, false) => {}
        (_, false) => navigator.replace(&sign_in_href(navigator)),
        (Route::Home, true) => navigator.replace(routes::DEV_CENTER),
        _ => {}
    });
    let inside = Memo::new(move |_| account.is_signed_in() && route.get() != Route::SignIn);
    view! {
        {move || if inside.get() { frame(route) } else { pages::sign_in::page() }}
        {move || account.ended.get().then(|| pages::sign_in::again(account))}
        {move || question(navigator)}
    }
    .into_any()
}

fn frame(route: Memo<Route>) -> AnyView {
    view! {
        <a class="skip-link" href="#content" on:click=move |event| skip(&event)>
            "Skip to content"
        </a>
        {top_bar()}
        <div class="frame">
            {left_panel(route)} <main class="content" id="content" tabindex="-1">
                {move || screen(route)}
            </main>
        </div>
        {announcer()}
    }
    .into_any()
}

/// The route table's other half: what stands at each address.
fn screen(route: Memo<Route>) -> AnyView {
    let route = route.get();
    if route == Route::Home {
        return ().into_any();
    }
    focus_next_heading();
    match route {
        Route::DevCenter => pages::dev_center::page(),
        Route::Credentials => pages::credentials::page(),
        Route::Credential(id) => pages::credentials::edit::page(id),
        Route::Home | Route::SignIn | Route::NotFound => pages::not_found::page(),
    }
}

fn top_bar() -> AnyView {
    let account = Account::expect();
    view! {
        <header class="top-bar">
            <a class="brand" href=routes::HOME>
                {icon("key")}
                "Latchkey"
            </a>
            <span class="organization">{account.organization()}</span>
            {account.is_demo().then(|| view! { <span class="demo-mark">"Demo"</span> })}
            <span class="spring"></span>
            <a class="bar-item" href=routes::DEV_CENTER>
                {icon("gear")}
                <span class="label">"Configure"</span>
            </a>
            {account_menu::account_menu()}
        </header>
    }
    .into_any()
}

fn left_panel(route: Memo<Route>) -> AnyView {
    let current = move || match route.get() {
        Route::DevCenter => Some("page"),
        Route::Credentials | Route::Credential(_) => Some("true"),
        Route::Home | Route::SignIn | Route::NotFound => None,
    };
    view! {
        <nav class="left-panel" aria-label="Configure">
            <ul>
                <li>
                    <a href=routes::DEV_CENTER aria-current=current>
                        {icon("code")}
                        "Dev Center"
                    </a>
                </li>
            </ul>
        </nav>
    }
    .into_any()
}

/// Asks before something is lost by leaving.
fn question(navigator: Navigator) -> Option<AnyView> {
    let question = navigator.departure()?.question;
    let leave = Task::new(move || {
        navigator.answer(true);
        std::future::ready(())
    });
    let asked = Confirm {
        title: question.title.to_owned(),
        text: vec![question.text.to_owned()],
        ok: question.leave,
        cancel: question.stay,
        danger: true,
    };
    Some(confirm(asked, leave, RwSignal::new(None), move || navigator.answer(false)))
}

/// Nothing is known, not even who is signed in.
fn outage(error: &Error) -> AnyView {
    let reload = || {
        let _ = window().location().reload();
    };
    view! {
        <main class="outage">
            {heading("Latchkey".to_owned())} {notice(error, Some(Box::new(reload)))}
        </main>
    }
    .into_any()
}

/// The address of the skip link would be relative to the base, not to this screen.
fn skip(event: &leptos::ev::MouseEvent) {
    event.prevent_default();
    if let Ok(Some(heading)) = document().query_selector("main h1") {
        let heading: web_sys::HtmlElement = wasm_bindgen::JsCast::unchecked_into(heading);
        let _ = heading.focus();
    }
}
