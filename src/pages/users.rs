//! `Users`: who uses the console, what they may do, and adding somebody.

use api::password_links::PasswordLink;
use api::users::{InvitedUser, Person, User};
use leptos::prelude::*;

use crate::components::button::button;
use crate::components::confirm::move_on;
use crate::components::heading::heading;
use crate::dom::{View, el, switch};
use crate::location::Navigator;
use crate::routes;
use crate::session::Account;
use crate::task::Task;

pub mod edit;

mod conflict;
mod create;
mod facts;
mod filters;
mod hand_over;
mod history;
mod link;
mod list;
mod made;
mod permissions;
mod rights;
mod step;

/// The dialog that is open, on the list or on the page of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Open {
    Nothing,
    Create,
    Step(step::Step),
    Link,
    /// The only place in the page where a one-time link lives.
    HandOver(Person, PasswordLink),
}

pub fn page() -> View {
    let (account, navigator) = (Account::expect(), Navigator::expect());
    let Some(session) = account.session().filter(api::session::Session::may_list_users) else {
        return View::from(heading("Users".to_owned())).and(not_permitted());
    };
    let open = RwSignal::new(Open::Nothing);
    let draft = create::Draft::new();
    let list = list::List::read(navigator);
    let created = move |InvitedUser { user, link }| {
        // The form goes first: emptied on screen it would say so.
        open.set(Open::HandOver(person(&user), link));
        draft.clear();
        list.refetch();
    };
    let refused = move || move_on(open, &Open::Nothing, Open::Create);
    let creating = create::creating(draft, created, refused);
    let create = session
        .may_edit_users()
        .then(|| button("button primary", "Add user", move || open.set(Open::Create)));
    let head = el("div").class("page-head").child(heading("Users".to_owned())).child(create);
    View::from(head)
        .and(filters::filters(navigator))
        .and(list.view())
        .and(switch(move || open.get(), move |now| dialog(now, open, draft, creating)))
}

fn dialog(now: Open, open: RwSignal<Open>, draft: create::Draft, creating: Task) -> View {
    let close = move || open.set(Open::Nothing);
    match now {
        Open::Nothing | Open::Step(_) | Open::Link => View::none(),
        Open::Create => create::dialog(draft, creating, close),
        Open::HandOver(person, link) => hand_over::dialog(&person, &link, close),
    }
}

/// Enough to name them.
fn person(user: &User) -> Person {
    let User { user_id, name, email, .. } = user.clone();
    Person { user_id, name, email }
}

/// What stands here for everybody else.
fn not_permitted() -> View {
    let what =
        "What you may do, and your own name and password, stand on the page of your account.";
    let account = el("a").class("button").attr("href", routes::ACCOUNT).text("Your account");
    el("div")
        .class("empty")
        .child(el("h2").text("Only a Site Admin can see who uses the console"))
        .child(el("p").text(what))
        .child(account)
        .into()
}
