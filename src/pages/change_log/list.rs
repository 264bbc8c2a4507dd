//! The entries, page by page, and what stands in their place when there are none.

use std::cell::RefCell;
use std::rc::Rc;

use api::Page;
use api::change_log::{ChangeLogEntry, ChangeLogFilter};
use api::session::Session;
use leptos::prelude::*;

use super::filter::{Filter, Shown};
use crate::client;
use crate::components::announcer::announce;
use crate::components::button::{button, task_button};
use crate::components::change_log::{Known, entries, entry_id};
use crate::components::failure::failure;
use crate::components::listing::count;
use crate::components::loading::loading;
use crate::components::time::start_of;
use crate::dom::{El, View, el, focus, lead_to, switch, when_mounted};
use crate::location::Navigator;
use crate::routes;
use crate::session::Account;
use crate::task::{Reading, Task};

/// What the service is asked for this filter, in the days of this browser.
pub fn asked(filter: &Filter) -> ChangeLogFilter {
    filter.asked(|(year, month, day)| start_of(year, month, day))
}

/// The list: read again whenever the filter changes.
pub fn list(filter: Shown) -> View {
    let session = Account::expect().session();
    let users = session.as_ref().is_some_and(Session::may_list_users);
    let credentials = session.is_some_and(|who| !who.api_types().is_empty());
    let read = Reading::new(move || {
        let asked = asked(&filter.get());
        async move {
            let catalogue =
                async { if credentials { client::catalogue::read().await.ok() } else { None } };
            let page = client::change_log::list(&asked);
            let (catalogue, page) = futures::future::join(catalogue, page).await;
            Ok((Known { credentials, users, catalogue }, page?))
        }
    });
    let subject = RwSignal::new(String::new());
    let list = loading(read, move |(known, page)| {
        let filter = untrack(|| filter.get());
        let first = page.items.first().map(|entry| entry.subject.name.clone());
        subject
            .set(first.filter(|name| !name.is_empty()).unwrap_or_else(|| filter.subject.clone()));
        let narrowed = filter != Filter::default();
        if narrowed {
            announce(count(page.items.len(), page.next.is_some(), "change"));
        }
        match (page.items.is_empty(), narrowed) {
            (false, _) => chunk(asked(&filter), known, page),
            (true, true) => none_match().into(),
            (true, false) => none_at_all().into(),
        }
    });
    let about = switch(
        move || !filter.get().subject.is_empty(),
        move |only| only.then(|| one_subject(filter, subject)).into(),
    );
    about.and(list)
}

/// Only one thing's changes are shown: which one, and the way back to all.
fn one_subject(filter: Shown, name: RwSignal<String>) -> El {
    let navigator = Navigator::expect();
    let all = move || {
        let all = Filter { subject: String::new(), ..untrack(|| filter.get()) };
        navigator.replace(&all.href());
        // The button goes with what it took away.
        focus("main h1");
    };
    let text = el("p").text("Only changes of ").child(el("strong").text_with(move || name.get()));
    el("div").class("notice").child(el("div").child(text)).child(button(
        "button small",
        "Show all",
        all,
    ))
}

/// Some entries, and below them the next ones, or the button that fetches these. What is open stays open.
fn chunk(filter: ChangeLogFilter, known: Known, page: Page<ChangeLogEntry>) -> View {
    let shown = entries(&page.items, &known);
    let Some(cursor) = page.next else { return shown.into() };
    let filter = ChangeLogFilter { cursor: Some(cursor), ..filter };
    let next = Rc::new(RefCell::new(None::<Page<ChangeLogEntry>>));
    let (come, error) = (RwSignal::new(false), RwSignal::new(None));
    let (asked, arrived) = (filter.clone(), next.clone());
    let more = Task::new(move || {
        let (asked, arrived) = (asked.clone(), arrived.clone());
        async move {
            error.set(None);
            match client::change_log::list(&asked).await {
                Ok(page) => {
                    arrived.replace(Some(page));
                    come.set(true);
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let button = move || {
        let button = el("p").child(task_button("button", "Show more", more));
        failure(error, Some(more)).and(button)
    };
    let rest = move |_| match next.take() {
        None => button(),
        Some(page) => {
            announce(count(page.items.len(), page.next.is_some(), "change"));
            // The button is gone: go on reading where the new ones begin.
            if let Some(first) = page.items.first() {
                let summary = format!("#{} summary", entry_id(first.seq));
                when_mounted(move || lead_to(&summary));
            }
            chunk(filter.clone(), known.clone(), page)
        }
    };
    View::from(shown).and(switch(move || come.get(), rest))
}

fn none_at_all() -> El {
    let what = "Every change of a credential, a user, a session or a job board is recorded here, with who \
                made it, when and from where.";
    el("div").class("empty").child(el("h2").text("Nothing on record yet")).child(el("p").text(what))
}

fn none_match() -> El {
    let clear = el("a").class("button").attr("href", routes::CHANGE_LOG).text("Clear filters");
    el("div").class("empty").child(el("h2").text("No change matches these filters")).child(clear)
}
