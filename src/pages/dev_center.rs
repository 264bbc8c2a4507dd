//! The Dev Center: what a developer can manage, and for everyone else, who can let them.

use api::session::Session;
use api::users::{DeveloperPermission, Person};
use leptos::prelude::*;

use crate::components::button::task_button;
use crate::components::failure::failure;
use crate::components::heading::heading;
use crate::components::icon::icon;
use crate::dom::{El, View, el, switch};
use crate::session::Account;
use crate::task::Task;
use crate::{query, routes};

pub fn page() -> View {
    let account = Account::expect();
    let missing = move || account.session_now().filter(|who| who.api_types().is_empty());
    let missing = Memo::new(move |_| missing());
    switch(
        move || missing.get(),
        move |missing| missing.map_or_else(entries, |session| not_permitted(account, &session)),
    )
}

fn entries() -> View {
    let entry = |href: &str, picture: &str, name: &str, what: &str| {
        let text = el("span")
            .child(el("strong").text(name))
            .child(el("span").class("secondary").text(what));
        el("li").child(el("a").attr("href", href).child(icon(picture)).child(text))
    };
    let credentials = entry(
        routes::CREDENTIALS,
        "key",
        "API Credential Management",
        "Issue API keys to partners and your own programs, choose what each may call, and take them \
         back.",
    );
    let board = entry(
        routes::BOARD,
        "board",
        "Configuring Your Job Board",
        "Copy the token by which partners read your public posts, and say where your career pages are.",
    );
    let entries = el("ul").class("entries").child(credentials).child(board);
    View::from(heading("Dev Center".to_owned())).and(entries)
}

/// What is missing, and whom to ask.
fn not_permitted(account: Account, session: &Session) -> View {
    let needed = [
        DeveloperPermission::ManageAllApiCredentials,
        DeveloperPermission::ManageJobBoardApiCredentials,
    ];
    let needed = needed.map(|permission| el("li").text(permission.label()));
    let text = el("div")
        .class("empty")
        .child(el("h2").text("You need a developer permission to work here"))
        .child(el("p").text("One of these opens the Dev Center for you:"))
        .child(el("ul").child(needed.into_iter().collect::<View>()))
        .child(who_can_grant(&session.can_grant))
        .child(ways_on(account, session));
    View::from(heading("Dev Center".to_owned())).and(text)
}

fn who_can_grant(people: &[Person]) -> View {
    if people.is_empty() {
        let nobody = "Nobody here can grant it at the moment. Ask whoever runs Latchkey for you.";
        return el("p").text(nobody).into();
    }
    let person = |person: &Person| {
        let mail = el("a").attr("href", &format!("mailto:{}", person.email)).text(&person.email);
        el("li").text(&person.name).text(" · ").child(mail)
    };
    let people = people.iter().map(person).collect::<View>();
    View::from(el("p").text("These people can grant it:")).and(el("ul").child(people))
}

/// Asking for it, and seeing whether it was given.
fn ways_on(account: Account, session: &Session) -> View {
    let (error, said) = (RwSignal::new(None), RwSignal::new(""));
    let check = Task::new(move || async move {
        error.set(None);
        said.set("");
        match account.read_again().await {
            // Gone with the screen, when anything has changed.
            Ok(()) => drop(said.try_set("Checked just now: nobody has granted one yet.")),
            Err(refused) => error.set(Some(refused)),
        }
    });
    let ask = (!session.can_grant.is_empty()).then(|| ask_by_email(account, session));
    let after = "As soon as somebody grants it, the Dev Center is open.";
    let buttons =
        el("div").class("ways").child(ask).child(task_button("button", "Check again", check));
    let said = el("p").attr("role", "status").text_with(move || said.get().to_owned());
    View::from(buttons)
        .and(said)
        .and(el("p").class("secondary").text(after))
        .and(failure(error, None))
}

/// Opens the person's own mail program, with the question in it.
fn ask_by_email(account: Account, session: &Session) -> El {
    let to: Vec<&str> = session.can_grant.iter().map(|person| person.email.as_str()).collect();
    let text = format!(
        "Hello,\r\n\r\nplease give me ({}) the developer permission “{}” in the Latchkey console of {}: \
         Configure > Users > {} > Permissions.\r\n\r\nThank you\r\n{}\r\n",
        session.user.email,
        DeveloperPermission::ManageAllApiCredentials.label(),
        account.organization(),
        session.user.name,
        session.user.name,
    );
    let subject = "A developer permission in Latchkey";
    let question = query::write(&[("subject", subject), ("body", &text)]);
    let href = format!("mailto:{}{question}", to.join(","));
    el("a").class("button").attr("href", &href).text("Ask by e-mail")
}
