//! The Dev Center: what a developer can manage, and for everyone else, who can let them.

use api::session::Session;
use api::users::{DeveloperPermission, Person};
use leptos::prelude::*;

use crate::components::heading::heading;
use crate::components::icon::icon;
use crate::routes;
use crate::session::Account;

pub fn page() -> AnyView {
    let session = Account::expect().session();
    match session {
        Some(session) if session.api_types().is_empty() => not_permitted(&session),
        _ => entries(),
    }
}

fn entries() -> AnyView {
    view! {
        {heading("Dev Center".to_owned())}
        <ul class="entries">
            <li>
                <a href=routes::CREDENTIALS>
                    {icon("key")}
                    <span>
                        <strong>"API Credential Management"</strong>
                        <span class="secondary">
                            "Issue API keys to partners and your own programs, choose what each may \
                            call, and take them back."
                        </span>
                    </span>
                </a>
            </li>
        </ul>
    }
    .into_any()
}

/// What is missing, and whom to ask: also shown in place of every screen of the Dev Center.
pub fn not_permitted(session: &Session) -> AnyView {
    let needed = [
        DeveloperPermission::ManageAllApiCredentials,
        DeveloperPermission::ManageJobBoardApiCredentials,
    ];
    let needed = needed.map(|permission| view! { <li>{permission.label()}</li> }).collect_view();
    view! {
        {heading("Dev Center".to_owned())}
        <div class="empty">
            <h2>"You need a developer permission to work here"</h2>
            <p>"One of these opens the Dev Center for you:"</p>
            <ul>{needed}</ul>
            {who_can_grant(&session.can_grant)}
        </div>
    }
    .into_any()
}

fn who_can_grant(people: &[Person]) -> AnyView {
    if people.is_empty() {
        let nobody = "Nobody here can grant it at the moment. Ask whoever runs Latchkey for you.";
        return view! { <p>{nobody}</p> }.into_any();
    }
    let people = people.iter().map(|person| {
        let mail = format!("mailto:{}", person.email);
        view! {
            <li>
                {person.name.clone()} " · " <a href=mail>{person.email.clone()}</a>
            </li>
        }
    });
    view! {
        <p>"These people can grant it:"</p>
        <ul>{people.collect_view()}</ul>
    }
    .into_any()
}
