//! The table of users, and what stands in its place when there are none.

use api::Page;
use api::users::{DeveloperPermission, User, UserFilter, UserStatus};
use leptos::prelude::*;

use super::rights::short;
use crate::client;
use crate::components::announcer::announce;
use crate::components::listing::{append, cell, column, count, listing, show_more};
use crate::components::loading::loading;
use crate::components::status::user_status;
use crate::components::time::ago;
use crate::dom::{El, View, el};
use crate::location::Navigator;
use crate::routes;
use crate::task::Reading;

/// What is listed: the first page as it was read, and the ones that were asked for since.
#[derive(Clone, Copy)]
pub struct List {
    read: Reading<Page<User>>,
    filter: Memo<UserFilter>,
    rows: RwSignal<Vec<User>>,
    next: RwSignal<Option<String>>,
}

impl List {
    /// Reads what the filters in the address ask for, and again whenever they change.
    pub fn read(navigator: Navigator) -> Self {
        let query = navigator.query();
        let filter = Memo::new(move |_| routes::user_filter_in(&query.get()));
        let read = Reading::new(move || {
            let filter = filter.get();
            async move { client::users::list(&filter).await }
        });
        Self { read, filter, rows: RwSignal::default(), next: RwSignal::default() }
    }

    pub fn refetch(self) {
        self.read.again();
    }

    pub fn view(self) -> View {
        loading(self.read, move |page| {
            if self.filter.with_untracked(|filter| *filter != UserFilter::default()) {
                announce(count(page.items.len(), page.next.is_some(), "user"));
            }
            let empty = page.items.is_empty();
            self.rows.set(page.items);
            self.next.set(page.next);
            // Whoever looks at this is a user: without a filter there is always one.
            if empty { none_match().into() } else { self.table() }
        })
    }

    fn table(self) -> View {
        let columns = ["Name", "Level", "Developer permissions", "Status", "Last sign-in"];
        let columns = columns.into_iter().map(column).collect();
        let rows = move || self.rows.with(|rows| rows.iter().map(row).collect());
        View::from(listing("listing users", columns, rows)).and(self.show_more())
    }

    fn show_more(self) -> View {
        show_more(self.next, move |cursor| {
            let asked = self.filter.get_untracked();
            async move {
                let filter = UserFilter { cursor: Some(cursor), ..asked.clone() };
                let page = client::users::list(&filter).await?;
                if self.filter.try_get_untracked().as_ref() != Some(&asked) {
                    // Another list is shown by now, or none.
                    return Ok(());
                }
                append(self.rows, self.next, page, "user");
                Ok(())
            }
        })
    }
}

fn row(user: &User) -> El {
    let name = el("a").attr("href", &routes::user(&user.user_id)).text(&user.name);
    let email = el("span").class("secondary").text(&user.email);
    let name = el("td").attr("role", "cell").class("name").child(name).child(email);
    let last = match &user.last_sign_in_at {
        Some(time) => ago(time),
        None => el("span").class("secondary").text("Never"),
    };
    let disabled = user.status == UserStatus::Disabled;
    el("tr")
        .attr("role", "row")
        .class(if disabled { "revoked" } else { "" })
        .child(name)
        .child(cell("Level").text(user.level.label()))
        .child(cell("Permissions").child(permissions(&user.developer_permissions)))
        .child(cell("Status").child(user_status(user.status)))
        .child(cell("Last sign-in").child(last))
}

/// In few words; in full on hover.
fn permissions(held: &[DeveloperPermission]) -> View {
    if held.is_empty() {
        return el("span").class("secondary").text("None").into();
    }
    let one = |permission: &DeveloperPermission| {
        let words = el("span").attr("title", permission.label()).text(short(*permission));
        el("li").child(words)
    };
    el("ul").class("held").child(held.iter().map(one).collect::<View>()).into()
}

fn none_match() -> El {
    let clear = el("a").class("button").attr("href", routes::USERS).text("Clear filters");
    el("div").class("empty").child(el("h2").text("No user matches these filters")).child(clear)
}
