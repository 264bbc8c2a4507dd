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
use crate::components::button::button;
use crate::components::icon::icon;
use crate::components::listing::{append, cell, column, count, listing, show_more};
use crate::components::loading::loading;
use crate::components::status::status;
use crate::components::time::ago;
use crate::dom::{El, View, el, lead_to};
use crate::location::Navigator;
use crate::routes;
use crate::task::Reading;

type Read = (Arc<Catalogue>, Page<Credential>);

/// What is listed: the first page as it was read, and what has happened to it since.
#[derive(Clone, Copy)]
pub struct List {
    read: Reading<Read>,
    filter: Memo<CredentialFilter>,
    rows: RwSignal<Vec<Credential>>,
    next: RwSignal<Option<String>>,
}

impl List {
    /// Reads what the filters in the address ask for, and again whenever they change.
    pub fn read(navigator: Navigator) -> Self {
        let query = navigator.query();
        let filter = Memo::new(move |_| routes::filter_in(&query.get()));
        let read = Reading::new(move || {
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
        self.read.again();
    }

    /// Shows a credential as it is now, and leads back to its row.
    pub fn update(self, changed: Credential) {
        let row = row_id(&changed.id);
        self.rows.update(|rows| {
            if let Some(row) = rows.iter_mut().find(|row| row.id == changed.id) {
                *row = changed;
            }
        });
        let lead = move || lead_to(&format!("#{row}"));
        set_timeout(lead, std::time::Duration::from_millis(20));
    }

    pub fn view(self, open: RwSignal<Open>) -> View {
        loading(self.read, move |(catalogue, page)| {
            let narrowed = self.filter.with_untracked(|f| *f != CredentialFilter::default());
            if narrowed {
                announce(count(page.items.len(), page.next.is_some(), "API key"));
            }
            let empty = page.items.is_empty();
            self.rows.set(page.items);
            self.next.set(page.next);
            match (empty, narrowed) {
                (false, _) => self.table(catalogue, open),
                (true, true) => none_match().into(),
                (true, false) => none_at_all(open).into(),
            }
        })
    }

    fn table(self, catalogue: Arc<Catalogue>, open: RwSignal<Open>) -> View {
        let columns = ["Description", "Partner", "Type", "Key", "Created", "Last used", "Status"];
        let actions = column("").child(el("span").class("visually-hidden").text("Actions"));
        let columns = columns.into_iter().map(column).collect::<View>().and(actions);
        let rows = move || {
            self.rows.with(|rows| rows.iter().map(|one| row(one, &catalogue, open)).collect())
        };
        View::from(listing("listing", columns, rows)).and(self.show_more())
    }

    fn show_more(self) -> View {
        show_more(self.next, move |cursor| {
            let asked = self.filter.get_untracked();
            async move {
                let filter = CredentialFilter { cursor: Some(cursor), ..asked.clone() };
                let page = client::credentials::list(&filter).await?;
                if self.filter.try_get_untracked().as_ref() != Some(&asked) {
                    // Another list is shown by now, or none.
                    return Ok(());
                }
                append(self.rows, self.next, page, "API key");
                Ok(())
            }
        })
    }
}

fn row(credential: &Credential, catalogue: &Catalogue, open: RwSignal<Open>) -> El {
    let partner = catalogue.partner(&credential.partner.0);
    let partner = partner.map_or(&credential.partner.0, |partner| &partner.name);
    let revoked = credential.status == Status::Revoked;
    let href = routes::credential(&credential.id);
    let last_used = match &credential.last_used_at {
        Some(time) => ago(time).into(),
        None => View::from(el("span").class("secondary").text("Never")),
    };
    let from = credential.last_used_address.as_ref();
    let from = from.map(|from| el("span").class("secondary from").text(&format!("from {from}")));
    let name =
        el("a").attr("href", &href).id(&row_id(&credential.id)).text(&credential.description);
    let by = el("span").class("secondary by").text(&format!("by {}", credential.created_by));
    let edit = el("a")
        .class("button text small")
        .id(&format!("edit-{}", credential.id))
        .attr("href", &href)
        .attr("aria-label", &format!("Edit {}", credential.description))
        .child(icon("edit"))
        .text("Edit");
    let re_enable = revoked.then(|| action(Step::ReEnable, credential, open));
    let revoke = (!revoked).then(|| action(Step::Revoke, credential, open));
    el("tr")
        .attr("role", "row")
        .class(if revoked { "revoked" } else { "" })
        .child(
            el("td")
                .attr("role", "cell")
                .class("name")
                .child(el("div").child(name).child(re_enable)),
        )
        .child(cell("Partner").text(partner))
        .child(cell("Type").text(credential.api_type.label()))
        .child(cell("Key").class("hint").text(&format!("…{}", credential.key_hint)))
        .child(cell("Created").child(ago(&credential.created_at)).child(by))
        .child(cell("Last used").child(last_used).child(from))
        .child(cell("Status").child(status(credential)))
        .child(
            el("td")
                .attr("role", "cell")
                .class("row-actions")
                .child(el("div").child(edit).child(revoke)),
        )
}

fn action(step: Step, credential: &Credential, open: RwSignal<Open>) -> El {
    let (class, name, label) = match step {
        Step::Revoke => ("button text small takes-away", "revoke", "Revoke"),
        Step::ReEnable | Step::Store => ("button text small re-enable", "re-enable", "Re-enable"),
    };
    let credential = credential.clone();
    el("button")
        .attr("type", "button")
        .class(class)
        .id(&format!("step-{}", credential.id))
        .attr("aria-label", &format!("{label} {}", credential.description))
        .child(icon(name))
        .text(label)
        .on("click", move |_| open.set(Open::Step(step, credential.clone())))
}

fn none_at_all(open: RwSignal<Open>) -> El {
    let what = "An API key lets a partner or a program of your own read and change your recruiting data, \
                as far as you allow it. Create one for each of them, so that you can take one back \
                without touching the others.";
    el("div")
        .class("empty")
        .child(el("h2").text("No API keys yet"))
        .child(el("p").text(what))
        .child(button("button", "Create your first API key", move || open.set(Open::Create)))
}

fn none_match() -> El {
    let clear = el("a").class("button").attr("href", routes::CREDENTIALS).text("Clear filters");
    el("div").class("empty").child(el("h2").text("No API key matches these filters")).child(clear)
}

fn row_id(id: &str) -> String {
    format!("credential-{id}")
}
