//! The filters of the list. They live in the address, so a narrowed list can be bookmarked and sent.

use std::time::Duration;

use api::credentials::{ApiType, CredentialFilter, Status};
use api::partners::PartnerId;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use crate::client;
use crate::components::field::select;
use crate::components::icon::icon;
use crate::location::Navigator;
use crate::routes;

pub fn filters(navigator: Navigator) -> AnyView {
    let query = navigator.query();
    let filter = Memo::new(move |_| routes::filter_in(&query.get()));
    let change = move |change: &dyn Fn(&mut CredentialFilter)| {
        let mut filter = filter.get_untracked();
        change(&mut filter);
        navigator.replace(&routes::credentials(&filter));
    };
    let statuses = Status::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned()));
    let types = ApiType::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned()));
    let status = move || filter.with(|filter| filter.status.map_or("", Status::as_str).to_owned());
    let api_type = move || filter.with(|f| f.api_type.map_or("", ApiType::as_str).to_owned());
    view! {
        <search class="filters">
            {search(filter, change)}
            {select(
                "filter-status",
                Some("Filter by status"),
                with_any("Any status", statuses.into()),
                Signal::derive(status),
                move |name| change(&|filter| filter.status = Status::from_name(&name)),
            )}
            {select(
                "filter-type",
                Some("Filter by type"),
                with_any("Any type", types.into()),
                Signal::derive(api_type),
                move |name| change(&|filter| filter.api_type = ApiType::from_name(&name)),
            )}
            {partner(filter, change)}
        </search>
    }
    .into_any()
}

/// Every choice, after the one that does not narrow.
fn with_any(any: &str, mut options: Vec<(String, String)>) -> Vec<(String, String)> {
    options.insert(0, (String::new(), any.to_owned()));
    options
}

/// Searches when the person pauses, not with every letter.
fn search(
    filter: Memo<CredentialFilter>,
    change: impl Fn(&dyn Fn(&mut CredentialFilter)) + Copy + Send + 'static,
) -> AnyView {
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let on_input = move |event| {
        let text = event_target_value(&event);
        if let Some(earlier) = waiting.get_value() {
            earlier.clear();
        }
        let later = move || {
            let text = text.trim();
            change(&|filter| filter.q = Some(text.to_owned()).filter(|text| !text.is_empty()));
        };
        waiting.set_value(set_timeout_with_handle(later, Duration::from_millis(250)).ok());
    };
    on_cleanup(move || {
        if let Some(Some(earlier)) = waiting.try_get_value() {
            earlier.clear();
        }
    });
    view! {
        <div class="search">
            {icon("search")}
            <input
                class="input"
                id="filter-q"
                type="search"
                aria-label="Filter by description"
                placeholder="Filter by description"
                autocomplete="off"
                prop:value=filter.get_untracked().q.unwrap_or_default()
                on:input=on_input
            />
        </div>
    }
    .into_any()
}

/// The partners come with the catalogue; until then, and without it, there is only `Any partner`.
fn partner(
    filter: Memo<CredentialFilter>,
    change: impl Fn(&dyn Fn(&mut CredentialFilter)) + Copy + Send + 'static,
) -> AnyView {
    let catalogue = LocalResource::new(client::catalogue::read);
    let chosen = move || filter.with(|f| f.partner.clone().map_or(String::new(), |one| one.0));
    (move || {
        let partners = catalogue.get().and_then(Result::ok).map_or(Vec::new(), |catalogue| {
            let partners = catalogue.partners.iter();
            partners.map(|one| (one.partner_id.0.clone(), one.name.clone())).collect()
        });
        select(
            "filter-partner",
            Some("Filter by partner"),
            with_any("Any partner", partners),
            Signal::derive(chosen),
            move |id| {
                let id = Some(id).filter(|id| !id.is_empty());
                change(&|filter| filter.partner = id.clone().map(PartnerId));
            },
        )
    })
    .into_any()
}
