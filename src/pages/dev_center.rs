//! The Dev Center: what a developer can manage, and for everyone else, who can let them.

use api::session::Session;
use api::users::{DeveloperPermission, Person};

use crate::components::heading::heading;
use crate::components::icon::icon;
use crate::dom::{View, el};
use crate::routes;
use crate::session::Account;

pub fn page() -> View {
    match Account::expect().session() {
        Some(session) if session.api_types().is_empty() => not_permitted(&session),
        _ => entries(),
    }
}

fn entries() -> View {
    let what = "Issue API keys to partners and your own programs, choose what each may call, and take \
                them back.";
    let text = el("span")
        .child(el("strong").text("API Credential Management"))
        .child(el("span").class("secondary").text(what));
    let entry = el("a").attr("href", routes::CREDENTIALS).child(icon("key")).child(text);
    let entries = el("ul").class("entries").child(el("li").child(entry));
    View::from(heading("Dev Center".to_owned())).and(entries)
}

/// What is missing, and whom to ask.
fn not_permitted(session: &Session) -> View {
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
        .child(who_can_grant(&session.can_grant));
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
