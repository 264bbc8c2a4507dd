//! `Account`: the person's own name, password, sessions, and how the console looks to them.

use leptos::prelude::*;

use crate::client;
use crate::components::heading::heading;
use crate::components::icon::icon;
use crate::components::loading::loading;
use crate::dom::{El, View, el};
use crate::layout::appearance::appearance;
use crate::task::{Reading, Task};

mod password;
mod profile;
mod sessions;

pub fn page() -> View {
    let read = Reading::new(client::account::read);
    let sessions = sessions::Sessions::read();
    let look = section("look", "Appearance").child(appearance("account-appearance"));
    let parts = el("div")
        .class("cards account")
        .child(loading(read, profile::section))
        .child(password::section(sessions))
        .child(sessions.section())
        .child(look);
    View::from(heading("Account".to_owned())).and(parts)
}

/// A part of the page under its own heading.
fn section(id: &str, title: &str) -> El {
    let title_id = format!("{id}-title");
    el("section")
        .class("card")
        .attr("aria-labelledby", &title_id)
        .child(el("h2").id(&title_id).text(title))
}

/// A form that runs the task when it is sent.
fn form(task: Task) -> El {
    el("form").attr("novalidate", "").on("submit", move |event| {
        event.prevent_default();
        task.run();
    })
}

/// The button of a form, and beside it that it was done.
fn send(label: &str, task: Task, done: RwSignal<bool>, said: &str) -> El {
    let button = el("button").attr("type", "submit").class("button").text(label);
    let button =
        button.attr_with("aria-disabled", move || task.busy.get().then(|| "true".to_owned()));
    let said = el("span").class("done").child(icon("check")).text(said);
    el("div").class("send").child(button).child(said.flag_with("hidden", move || !done.get()))
}
