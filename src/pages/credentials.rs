//! `API Credentials`: the list, its filters, and what can be done from it.

use api::credentials::{CreatedCredential, Credential};
use api::permissions::PermissionSet;
use leptos::prelude::*;

use crate::client::credentials::Step;
use crate::components::button::button;
use crate::components::confirm::move_on;
use crate::components::heading::heading;
use crate::dom::{View, el, switch};
use crate::location::{Navigator, Question};
use crate::routes;
use crate::session::Account;
use crate::task::Task;

pub mod edit;

mod conflict;
mod create;
mod facts;
mod filters;
mod history;
mod list;
mod permissions;
mod selection;
mod step;
mod store;
mod usage;

/// Asked while an API key is under way: it will be shown this one time, and only here.
const CREATING: Question = Question {
    title: "Leave while the API key is created?",
    text: &["It may be created all the same, and it could not be shown to you any more."],
    leave: "Leave",
    stay: "Stay",
};

/// The dialog that is open, on the list or on the page of one credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Open {
    Nothing,
    Create,
    /// The only place in the page where a plaintext key lives.
    Store(CreatedCredential),
    Step(Step, Credential),
    Replace(Credential),
    /// Permissions of a key that is in use are about to be taken away.
    Narrow(PermissionSet),
}

pub fn page() -> View {
    let (account, navigator) = (Account::expect(), Navigator::expect());
    if account.session().is_none_or(|session| session.api_types().is_empty()) {
        // The Dev Center says what is missing.
        navigator.replace(routes::DEV_CENTER);
        return View::none();
    }
    let open = RwSignal::new(Open::Nothing);
    let draft = create::Draft::new(account);
    let list = list::List::read(navigator);
    let created = move |created| {
        // The form goes first: emptied on screen it would say so.
        open.set(Open::Store(created));
        draft.clear();
        list.refetch();
    };
    let refused = move || move_on(open, &Open::Nothing, Open::Create);
    let creating = create::creating(draft, created, refused);
    let crumb = el("a").attr("href", routes::DEV_CENTER).text("Dev Center");
    let title = el("div")
        .child(el("p").class("crumb").child(crumb))
        .child(heading("API Credentials".to_owned()));
    let create = button("button primary", "Create New API Key", move || open.set(Open::Create));
    View::from(el("div").class("page-head").child(title).child(create))
        .and(filters::filters(navigator))
        .and(list.view(open))
        .and(switch(move || open.get(), move |now| dialog(now, open, (draft, creating), list)))
}

fn dialog(
    now: Open,
    open: RwSignal<Open>,
    (draft, creating): (create::Draft, Task),
    list: list::List,
) -> View {
    let close = move || open.set(Open::Nothing);
    match now {
        Open::Nothing | Open::Replace(_) | Open::Narrow(_) => View::none(),
        Open::Create => create::dialog(draft, creating, close),
        Open::Store(created) => store::dialog(created, close, move |stored| {
            list.update(stored);
            close();
        }),
        Open::Step(step, credential) => {
            let asked = Open::Step(step, credential.clone());
            step::dialog(step, credential, close, move |changed| {
                list.update(changed);
                move_on(open, &asked, Open::Nothing);
            })
        }
    }
}
