//! `API Credentials`: the list, its filters, and what can be done from it.

use api::credentials::{CreatedCredential, Credential};
use leptos::prelude::*;

use crate::client::credentials::Step;
use crate::components::button::button;
use crate::components::heading::heading;
use crate::location::Navigator;
use crate::routes;
use crate::session::Account;

pub mod edit;

mod conflict;
mod create;
mod filters;
mod list;
mod permissions;
mod selection;
mod step;
mod store;

/// The dialog that is open, on the list or on the page of one credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Open {
    Nothing,
    Create,
    /// The only place in the page where a plaintext key lives.
    Store(CreatedCredential),
    Step(Step, Credential),
    Replace(Credential),
}

pub fn page() -> AnyView {
    let account = Account::expect();
    let navigator = Navigator::expect();
    match account.session() {
        Some(session) if !session.api_types().is_empty() => {}
        // The Dev Center says what is missing.
        _ => {
            navigator.replace(routes::DEV_CENTER);
            return ().into_any();
        }
    }
    let open = RwSignal::new(Open::Nothing);
    let draft = create::Draft::new(account);
    let list = list::List::read(navigator);
    view! {
        <div class="page-head">
            <div>
                <p class="crumb">
                    <a href=routes::DEV_CENTER>"Dev Center"</a>
                </p>
                {heading("API Credentials".to_owned())}
            </div>
            {button("button primary", "Create New API Key", move || open.set(Open::Create))}
        </div>
        {filters::filters(navigator)}
        {list.view(open)}
        {move || dialog(open, draft, list)}
    }
    .into_any()
}

fn dialog(open: RwSignal<Open>, draft: create::Draft, list: list::List) -> AnyView {
    let close = move || open.set(Open::Nothing);
    match open.get() {
        Open::Nothing | Open::Replace(_) => ().into_any(),
        Open::Create => create::dialog(draft, close, move |created| {
            draft.clear();
            list.refetch();
            open.set(Open::Store(created));
        }),
        Open::Store(created) => store::dialog(created, close),
        Open::Step(step, credential) => step::dialog(step, credential, close, move |changed| {
            list.update(changed);
            close();
        }),
    }
}
