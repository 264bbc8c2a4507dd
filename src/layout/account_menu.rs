//! The menu at the right end of the top bar: who is signed in, appearance, signing out.

use leptos::prelude::*;

use super::appearance;
use crate::components::button::task_button;
use crate::components::failure::failure;
use crate::components::icon::icon;
use crate::location::Navigator;
use crate::session::Account;
use crate::task::Task;

pub fn account_menu() -> AnyView {
    let (account, navigator) = (Account::expect(), Navigator::expect());
    let Some(session) = account.session() else { return ().into_any() };
    let error = RwSignal::new(None);
    let end = Task::new(move || async move {
        error.set(account.sign_out().await.err());
    });
    // What is unsaved on the screen is asked about first.
    let sign_out = Task::new(move || {
        navigator.leave(move || end.run());
        std::future::ready(())
    });
    let first_name = session.user.name.split(' ').next().unwrap_or_default().to_owned();
    view! {
        <button type="button" class="bar-item" popovertarget="account-menu">
            {icon("person")}
            <span class="label">
                <span class="visually-hidden">"Account: "</span>
                {first_name}
            </span>
            {icon("chevron")}
        </button>
        <div class="menu-panel" id="account-menu" popover="auto">
            <div class="who">
                <strong>{session.user.name}</strong>
                <span class="secondary">{session.user.email}</span>
            </div>
            {appearance_choice()}
            {task_button("button", "Sign out", sign_out)}
            {failure(error, Some(end))}
        </div>
    }
    .into_any()
}

fn appearance_choice() -> AnyView {
    let stored = appearance::stored();
    let choices = appearance::CHOICES.map(|(value, label)| {
        view! {
            <label>
                <input
                    type="radio"
                    name="appearance"
                    checked=stored == value
                    on:change=move |_| appearance::choose(value)
                />
                {label}
            </label>
        }
    });
    view! {
        <fieldset>
            <legend class="secondary">"Appearance"</legend>
            <div class="choices">{choices.into_iter().collect_view()}</div>
        </fieldset>
    }
    .into_any()
}
