//! The filters of the list. They live in the address, so a narrowed list can be bookmarked and sent.

use api::users::{DeveloperPermission, Level, UserFilter, UserStatus};
use leptos::prelude::*;

use crate::components::field::filter_select;
use crate::components::search::search_field;
use crate::dom::{El, el};
use crate::location::Navigator;
use crate::routes;

pub fn filters(navigator: Navigator) -> El {
    let query = navigator.query();
    let filter = Memo::new(move |_| routes::user_filter_in(&query.get()));
    let change = move |change: &dyn Fn(&mut UserFilter)| {
        let mut filter = filter.get_untracked();
        change(&mut filter);
        navigator.replace(&routes::users(&filter));
    };
    let search = search_field(
        "Filter by name or e-mail",
        move || filter.with(|filter| filter.q.clone().unwrap_or_default()),
        move |text| change(&|filter| filter.q = Some(text.clone()).filter(|q| !q.is_empty())),
    );
    let levels = Level::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned()));
    let level = filter_select(
        ("Filter by level", "Any level"),
        levels.into(),
        move || filter.with(|filter| filter.level.map_or("", Level::as_str).to_owned()),
        move |name| change(&|filter| filter.level = Level::from_name(&name)),
    );
    let statuses = UserStatus::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned()));
    let status = filter_select(
        ("Filter by status", "Any status"),
        statuses.into(),
        move || filter.with(|filter| filter.status.map_or("", UserStatus::as_str).to_owned()),
        move |name| change(&|filter| filter.status = UserStatus::from_name(&name)),
    );
    let permissions =
        DeveloperPermission::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned()));
    let held = move |filter: &UserFilter| {
        filter.developer_permission.map_or("", DeveloperPermission::as_str).to_owned()
    };
    let permission = filter_select(
        ("Filter by developer permission", "Any permissions"),
        permissions.into(),
        move || filter.with(held),
        move |name| {
            let permission = DeveloperPermission::from_name(&name);
            change(&|filter| filter.developer_permission = permission);
        },
    );
    el("search").class("filters").child(search).child(level).child(status).child(permission)
}
