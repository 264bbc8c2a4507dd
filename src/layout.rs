//! The frame of every screen: which screen there is, the top bar, the left panel, and the questions that
//! can come up on any of them.

use api::session::SessionState;
use leptos::prelude::*;

use crate::client::Ask;
use crate::components::announcer::announcer;
use crate::components::button::button;
use crate::components::confirm::{Confirm, confirm};
use crate::components::failure::notice;
use crate::components::heading::heading;
use crate::components::icon::icon;
use crate::dom::{El, View, el, focus, part, switch};
use crate::error::Error;
use crate::lazy;
use crate::location::Navigator;
use crate::pages;
use crate::routes::{self, Route};
use crate::session::{Account, sign_in_href};
use crate::task::Task;

mod account_menu;
pub mod appearance;

/// What a screen stands in: the console, or nothing, where nobody need be signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outer {
    Console,
    SignIn,
    ChoosePassword,
}

/// The whole page, once the service has said who is signed in, or has not answered.
pub fn app(state: Result<SessionState, Error>) -> View {
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
        (Route::SignIn, false) | (Route::ChoosePassword, _) => {}
        (_, false) => navigator.replace(&sign_in_href(navigator)),
        (Route::Home, true) => navigator.replace(account.first_screen()),
        _ => {}
    });
    // The question for the password belongs to what was asked for on the screen before.
    Effect::new(move |_| {
        route.get();
        account.dismiss(Ask::Proof);
    });
    // Frames are made anew only when another is asked for: what is in them lasts.
    let outer = Memo::new(move |_| match route.get() {
        Route::ChoosePassword => Outer::ChoosePassword,
        Route::SignIn => Outer::SignIn,
        _ if account.is_signed_in() => Outer::Console,
        _ => Outer::SignIn,
    });
    let frame = move |outer| match outer {
        Outer::Console => frame(route),
        Outer::SignIn => pages::sign_in::page(),
        Outer::ChoosePassword => lazy::show(pages::choose_password()),
    };
    switch(move || outer.get(), frame)
        .and(pages::sign_in::again::dialogs(account))
        .and(part(move || question(navigator).into()))
}

fn frame(route: Memo<Route>) -> View {
    let skip = el("a").class("skip-link").attr("href", "#content").text("Skip to content");
    let skip = skip.on("click", |event| {
        // The address of this link would be relative to the base, not to this screen.
        event.prevent_default();
        focus("main h1");
    });
    let main = el("main").class("content").id("content").child(switch(move || route.get(), screen));
    View::from(skip)
        .and(top_bar())
        .and(el("div").class("frame").child(left_panel(route)).child(main))
        .and(announcer())
}

/// The route table's other half: what stands at each address.
fn screen(route: Route) -> View {
    lazy::show(match route {
        Route::Home | Route::SignIn | Route::ChoosePassword => return View::none(),
        Route::NotFound => return pages::not_found::page(),
        Route::DevCenter => pages::dev_center(),
        Route::Credentials => pages::credentials(),
        Route::Credential(id) => pages::credential(id),
        Route::Board => pages::board(),
        Route::Users => pages::users(),
        Route::User(id) => pages::user(id),
        Route::ChangeLog => pages::change_log(),
        Route::Account => pages::account(),
    })
}

fn top_bar() -> El {
    let account = Account::expect();
    let demo = account.is_demo().then(|| el("span").class("demo-mark").text("Demo"));
    el("header")
        .class("top-bar")
        .child(
            el("a").class("brand").attr("href", routes::HOME).child(icon("key")).text("Latchkey"),
        )
        .child(el("span").class("organization").text(&account.organization()))
        .child(demo)
        .child(el("span").class("spring"))
        .child(
            el("a")
                .class("bar-item")
                .attr("href", account.first_screen())
                .child(icon("gear"))
                .child(el("span").class("label").text("Configure")),
        )
        .child(account_menu::account_menu())
}

fn left_panel(route: Memo<Route>) -> El {
    let account = Account::expect();
    // Whoever signs in again may do more than before, or less.
    let users = Memo::new(move |_| account.session_now().is_some_and(|who| who.may_list_users()));
    let users = move || users.get().then(|| item(route, routes::USERS, "people", "Users")).into();
    let list = el("ul")
        .child(item(route, routes::DEV_CENTER, "code", "Dev Center"))
        .part(users)
        .child(item(route, routes::CHANGE_LOG, "log", "Change Log"));
    el("nav").class("left-panel").attr("aria-label", "Configure").child(list)
}

/// A way to a part of the console, and whether the person is in it.
fn item(route: Memo<Route>, href: &'static str, picture: &str, label: &str) -> El {
    let current = move || {
        let (own, below) = match route.get() {
            Route::DevCenter => (routes::DEV_CENTER, "page"),
            Route::Credentials | Route::Credential(_) | Route::Board => {
                (routes::DEV_CENTER, "true")
            }
            Route::Users => (routes::USERS, "page"),
            Route::User(_) => (routes::USERS, "true"),
            Route::ChangeLog => (routes::CHANGE_LOG, "page"),
            _ => return None,
        };
        (own == href).then(|| below.to_owned())
    };
    let link = el("a").attr("href", href).attr_with("aria-current", current);
    el("li").child(link.child(icon(picture)).text(label))
}

/// Asks before something is lost by leaving.
fn question(navigator: Navigator) -> Option<View> {
    let question = navigator.departure()?.question;
    let leave = Task::new(move || {
        navigator.answer(true);
        std::future::ready(())
    });
    let asked = Confirm {
        title: question.title.to_owned(),
        text: question.text,
        ok: question.leave,
        cancel: question.stay,
        danger: true,
    };
    Some(confirm(&asked, leave, RwSignal::new(None), move || navigator.answer(false)))
}

/// Nothing is known, not even who is signed in.
fn outage(error: &Error) -> View {
    let retry = button("button small", "Retry", || {
        let _ = window().location().reload();
    });
    let main = el("main").class("outage").child(heading("Latchkey".to_owned()));
    main.child(notice(error).child(retry)).into()
}
