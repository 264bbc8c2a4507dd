//! The menu at the right end of the top bar: who is signed in, appearance, signing out.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::appearance;
use crate::components::button::task_button;
use crate::components::failure::failure;
use crate::components::icon::icon;
use crate::dom::{View, el};
use crate::location::Navigator;
use crate::routes;
use crate::session::Account;
use crate::task::Task;

pub fn account_menu() -> View {
    let (account, navigator) = (Account::expect(), Navigator::expect());
    let Some(session) = account.session() else { return View::none() };
    let error = RwSignal::new(None);
    let end = Task::new(move || async move {
        let appearance = appearance::stored();
        let ended = account.sign_out().await;
        // The service asks the browser to forget all that was stored here; this is the browser's own.
        appearance::choose(&appearance);
        error.set(ended.err());
    });
    // What is unsaved on the screen is asked about first.
    let sign_out = Task::new(move || {
        navigator.leave(move || end.run());
        std::future::ready(())
    });
    let first_name = move || account.name().split(' ').next().unwrap_or_default().to_owned();
    let label = el("span")
        .class("label")
        .child(el("span").class("visually-hidden").text("Account: "))
        .text_with(first_name);
    let opener = el("button")
        .attr("type", "button")
        .class("bar-item")
        .attr("popovertarget", "account-menu")
        .child(icon("person"))
        .child(label)
        .child(icon("chevron"));
    let who = el("div")
        .class("who")
        .child(el("strong").text_with(move || account.name()))
        .child(el("span").class("secondary").text(&session.user.email));
    // The menu stands on the top layer: it would cover the screen this leads to.
    let own_account = el("a")
        .class("button text")
        .attr("href", routes::ACCOUNT)
        .child(icon("person"))
        .text("Your account")
        .on("click", |_| close());
    let menu = el("div")
        .class("menu-panel")
        .id("account-menu")
        .attr("popover", "auto")
        .child(who)
        .child(own_account)
        .child(appearance::appearance("appearance"))
        .child(task_button("button", "Sign out", sign_out))
        .child(failure(error, Some(end)));
    View::from(opener).and(menu)
}

fn close() {
    if let Some(menu) = document().get_element_by_id("account-menu") {
        let _ = menu.unchecked_into::<web_sys::HtmlElement>().hide_popover();
    }
}
