//! The table of credentials, and what stands in its place when there are none.

use std::sync::Arc;

use api::Page;
use api::catalogue::Catalogue;
use api::credentials::{Credential, CredentialFilter, Status};
use leptos::prelude::*;

use super::Open;
use crate::client;
use crate::client::credentials::Step;
use crate::components::announcer::announce;
use crate::components::button::{button, task_button};
use crate::components::failure::failure;
use crate::components::icon::icon;
use crate::components::loading::loading;
use crate::components::status::status;
use crate::components::time::ago;
use crate::error::Error;
use crate::location::Navigator;
use crate::routes;
use crate::task::Task;

type Read = (Arc<Catalogue>, Page<Credential>);

/// What is listed: the first page as it was read, and what has happened to it since.
#[derive(Clone, Copy)]
pub struct List {
    read: LocalResource<Result<Read, Error>>,
    filter: Memo<CredentialFilter>,
    rows: RwSignal<Vec<Credential>>,
    next: RwSignal<Option<String>>,
}

impl List {
    /// Reads what the filters in the address ask for, and again whenever they change.
    pub fn read(navigator: Navigator) -> Self {
        let query = navigator.query();
        let filter = Memo::new(move |_| routes::filter_in(&query.get()));
        let read = LocalResource::new(move || {
            let filter = filter.get();
            async move {
                let both = futures::future::join(
                    client::catalogue::read(),
                    client::credentials::list(&filter),
                );
                let (catalogue, page) = both.await;
                Ok((catalogue?, page?))
            }
        });
        Self { read, filter, rows: RwSignal::default(), next: RwSignal::default() }
    }

    pub fn refetch(self) {
        self.read.refetch();
    }

    /// Shows a credential as it is now, and leads back to its row.
    pub fn update(self, changed: Credential) {
        let row = row_id(&changed.id);
        self.rows.update(|rows| {
            if let Some(row) = rows.iter_mut().find(|row| row.id == changed.id) {
                *row = changed;
            }
        });
        let focus = move || {
            if let Some(name) = document().get_element_by_id(&row) {
                let _ = wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(name).focus();
            }
        };
        set_timeout(focus, std::time::Duration::from_millis(20));
    }

    pub fn view(self, open: RwSignal<Open>) -> AnyView {
        loading(self.read, move |(catalogue, page)| {
            let narrowed = self.filter.with_untracked(|f| *f != CredentialFilter::default());
            if narrowed {
                announce(count(page.items.len(), page.next.is_some()));
            }
            let empty = page.items.is_empty();
            self.rows.set(page.items);
            self.next.set(page.next);
            match (empty, narrowed) {
                (false, _) => self.table(&catalogue, open),
                (true, true) => none_match(),
                (true, false) => none_at_all(open),
            }
        })
    }

    fn table(self, catalogue: &Arc<Catalogue>, open: RwSignal<Open>) -> AnyView {
        let catalogue = catalogue.clone();
        let columns = ["Description", "Partner", "Type", "Key", "Created", "Last used", "Status"];
        let columns = columns.map(|name| view! { <th role="columnheader" scope="col">{name}</th> });
        view! {
            <table class="credentials" role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        {columns.into_iter().collect_view()} <th role="columnheader" scope="col">
                            <span class="visually-hidden">"Actions"</span>
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For
                        each=move || self.rows.get()
                        key=|credential| (credential.id.clone(), credential.version)
                        children=move |credential| row(&credential, &catalogue, open)
                    />
                </tbody>
            </table>
            {self.show_more()}
        }
        .into_any()
    }

    fn show_more(self) -> AnyView {
        let error = RwSignal::new(None);
        let more = Task::new(move || async move {
            error.set(None);
            let (Some(filter), Some(cursor)) =
                (self.filter.try_get_untracked(), self.next.try_get_untracked())
            else {
                return;
            };
            match client::credentials::list(&CredentialFilter { cursor, ..filter }).await {
                Ok(page) => {
                    announce(count(page.items.len(), page.next.is_some()));
                    self.rows.update(|rows| rows.extend(page.items));
                    self.next.set(page.next);
                }
                Err(refused) => error.set(Some(refused)),
            }
        });
        view! {
            {failure(error, Some(more))}
            {move || {
                let button = task_button("button", "Show more", more);
                self.next.with(Option::is_some).then(|| view! { <p>{button}</p> })
            }}
        }
        .into_any()
    }
}

fn row(credential: &Credential, catalogue: &Catalogue, open: RwSignal<Open>) -> AnyView {
    let partner = catalogue.partner(&credential.partner.0);
    let partner = partner.map_or(credential.partner.0.clone(), |partner| partner.name.clone());
    let revoked = credential.status == Status::Revoked;
    let href = routes::credential(&credential.id);
    let last_used = match &credential.last_used_at {
        Some(time) => ago(time),
        None => view! { <span class="secondary">"Never"</span> }.into_any(),
    };
    let edit_name = format!("Edit {}", credential.description);
    let re_enable = revoked.then(|| action(Step::ReEnable, credential, open));
    let revoke = (!revoked).then(|| action(Step::Revoke, credential, open));
    view! {
        <tr role="row" class:revoked=revoked>
            <td role="cell" class="name">
                <a href=href.clone() id=row_id(&credential.id)>
                    {credential.description.clone()}
                </a>
                {re_enable}
            </td>
            <td role="cell" data-label="Partner">{partner}</td>
            <td role="cell" data-label="Type">{credential.api_type.label()}</td>
            <td role="cell" data-label="Key" class="hint">"…" {credential.key_hint.clone()}</td>
            <td role="cell" data-label="Created">
                {ago(&credential.created_at)} <span class="secondary by">
                    "by " {credential.created_by.clone()}
                </span>
            </td>
            <td role="cell" data-label="Last used">{last_used}</td>
            <td role="cell" data-label="Status">{status(credential)}</td>
            <td role="cell" class="row-actions">
                <div>
                    <a class="button text small" href=href aria-label=edit_name>
                        {icon("edit")}
                        "Edit"
                    </a>
                    {revoke}
                </div>
            </td>
        </tr>
    }
    .into_any()
}

fn action(step: Step, credential: &Credential, open: RwSignal<Open>) -> AnyView {
    let (class, name, label) = match step {
        Step::Revoke => ("button text small takes-away", "revoke", "Revoke"),
        Step::ReEnable | Step::Store => ("button text small re-enable", "re-enable", "Re-enable"),
    };
    let full_name = format!("{label} {}", credential.description);
    let credential = credential.clone();
    view! {
        <button
            type="button"
            class=class
            aria-label=full_name
            on:click=move |_| open.set(Open::Step(step, credential.clone()))
        >
            {icon(name)}
            {label}
        </button>
    }
    .into_any()
}

fn none_at_all(open: RwSignal<Open>) -> AnyView {
    view! {
        <div class="empty">
            <h2>"No API keys yet"</h2>
            <p>
                "An API key lets a partner or a program of your own read and change your recruiting \
                data, as far as you allow it. Create one for each of them, so that you can take one \
                back without touching the others."
            </p>
            {button("button", "Create your first API key", move || open.set(Open::Create))}
        </div>
    }
    .into_any()
}

fn none_match() -> AnyView {
    view! {
        <div class="empty">
            <h2>"No API key matches these filters"</h2>
            <a class="button" href=routes::CREDENTIALS>
                "Clear filters"
            </a>
        </div>
    }
    .into_any()
}

fn row_id(id: &str) -> String {
    format!("credential-{id}")
}

/// How many came, for whoever cannot see them come.
fn count(here: usize, more: bool) -> String {
    match (here, more) {
        (0, _) => "No API keys".to_owned(),
        (1, false) => "1 API key".to_owned(),
        (_, false) => format!("{here} API keys"),
        (_, true) => format!("{here} API keys, and there are more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_said_in_words() {
        assert_eq!(count(0, false), "No API keys");
        assert_eq!(count(1, false), "1 API key");
        assert_eq!(count(50, true), "50 API keys, and there are more");
    }
}
