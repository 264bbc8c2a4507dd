//! The frame of every screen: which screen there is, the top bar, the left panel, and the questions that
//! can come up on any of them.

use api::session::SessionState;
use leptos::prelude::*;

use crate::components::announcer::announcer;
use crate::components::button::button;
use crate::components::confirm::{Confirm, confirm};
use crate::components::failure::notice;
use crate::components::heading::heading;
use crate::components::icon::icon;
use crate::dom::{El, View, el, focus, part, switch};
use crate::error::Error;
use crate::location::Navigator;
use crate::pages;
use crate::routes::{self, Route};
use crate::session::{Account, sign_in_href};
use crate::task::Task;

mod account_menu;
mod appearance;

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
        (Route::SignIn, false) => {}
        (_, false) => navigator.replace(&sign_in_href(navigator)),
        (Route::Home, true) => navigator.replace(routes::DEV_CENTER),
        _ => {}
    });
    let inside = Memo::new(move |_| account.is_signed_in() && route.get() != Route::SignIn);
    let frame = move |inside| if inside { frame(route) } else { pages::sign_in::page() };
    let again = move |ended: bool| ended.then(|| pages::sign_in::again(account)).into();
    switch(move || inside.get(), frame)
        .and(switch(move || account.ended.get(), again))
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
    match route {
        Route::Home | Route::SignIn => View::none(),
        Route::DevCenter => pages::dev_center::page(),
        Route::Credentials => pages::credentials::page(),
        Route::Credential(id) => pages::credentials::edit::page(id),
        Route::NotFound => pages::not_found::page(),
    }
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
                .attr("href", routes::DEV_CENTER)
                .child(icon("gear"))
                .child(el("span").class("label").text("Configure")),
        )
        .child(account_menu::account_menu())
}

fn left_panel(route: Memo<Route>) -> El {
    let current = move || match route.get() {
        Route::DevCenter => Some("page".to_owned()),
        Route::Credentials | Route::Credential(_) => Some("true".to_owned()),
        Route::Home | Route::SignIn | Route::NotFound => None,
    };
    let dev_center = el("a")
        .attr("href", routes::DEV_CENTER)
        .attr_with("aria-current", current)
        .child(icon("code"))
        .text("Dev Center");
    el("nav")
        .class("left-panel")
        .attr("aria-label", "Configure")
        .child(el("ul").child(el("li").child(dev_center)))
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
