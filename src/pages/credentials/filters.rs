//! The filters of the list. They live in the address, so a narrowed list can be bookmarked and sent.

use api::credentials::{ApiType, CredentialFilter, Status};
use api::partners::PartnerId;
use leptos::prelude::*;

use crate::client;
use crate::components::field::filter_select;
use crate::components::search::search_field;
use crate::dom::{El, View, el, part};
use crate::location::Navigator;
use crate::routes;
use crate::task::Reading;

pub fn filters(navigator: Navigator) -> El {
    let query = navigator.query();
    let filter = Memo::new(move |_| routes::filter_in(&query.get()));
    let change = move |change: &dyn Fn(&mut CredentialFilter)| {
        let mut filter = filter.get_untracked();
        change(&mut filter);
        navigator.replace(&routes::credentials(&filter));
    };
    let statuses = Status::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned()));
    let status = filter_select(
        ("Filter by status", "Any status"),
        statuses.into(),
        move || filter.with(|filter| filter.status.map_or("", Status::as_str).to_owned()),
        move |name| change(&|filter| filter.status = Status::from_name(&name)),
    );
    let types = ApiType::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned()));
    let api_type = filter_select(
        ("Filter by type", "Any type"),
        types.into(),
        move || filter.with(|filter| filter.api_type.map_or("", ApiType::as_str).to_owned()),
        move |name| change(&|filter| filter.api_type = ApiType::from_name(&name)),
    );
    let search = search_field(
        "Filter by description",
        move || filter.with(|filter| filter.q.clone().unwrap_or_default()),
        move |text| change(&|filter| filter.q = Some(text.clone()).filter(|q| !q.is_empty())),
    );
    el("search")
        .class("filters")
        .child(search)
        .child(status)
        .child(api_type)
        .child(partner(filter, change))
}

/// The partners come with the catalogue; until then, and without it, there is only `Any partner`.
fn partner(
    filter: Memo<CredentialFilter>,
    change: impl Fn(&dyn Fn(&mut CredentialFilter)) + Copy + 'static,
) -> View {
    let catalogue = Reading::new(client::catalogue::read);
    let chosen = move || filter.with(|f| f.partner.clone().map_or(String::new(), |one| one.0));
    part(move || {
        let partners = catalogue.get().and_then(Result::ok).map_or(Vec::new(), |catalogue| {
            let partners = catalogue.partners.iter();
            partners.map(|one| (one.partner_id.0.clone(), one.name.clone())).collect()
        });
        let choose = move |id: String| {
            let id = Some(id).filter(|id| !id.is_empty());
            change(&|filter| filter.partner = id.clone().map(PartnerId));
        };
        let names = ("Filter by partner", "Any partner");
        filter_select(names, partners, chosen, choose).into()
    })
}
