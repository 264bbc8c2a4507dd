//! The API keys a user made. They go on working whatever becomes of their maker.

use api::Page;
use api::credentials::{ApiType, Status};
use api::users::MadeCredential;
use leptos::prelude::*;

use crate::client;
use crate::components::announcer::announce;
use crate::components::listing::show_more;
use crate::components::loading::loading;
use crate::dom::{El, View, el};
use crate::routes;
use crate::session::Account;
use crate::task::Reading;

/// How many the question before disabling names.
const IN_SHORT: usize = 5;

#[derive(Debug, Clone, Copy)]
pub struct Made {
    user_id: StoredValue<String>,
    read: Reading<Page<MadeCredential>>,
    rows: RwSignal<Vec<MadeCredential>>,
    next: RwSignal<Option<String>>,
}

impl Made {
    pub fn read(user_id: String) -> Self {
        let id = user_id.clone();
        let read = Reading::new(move || {
            let id = id.clone();
            async move { client::users::credentials(&id, None).await }
        });
        Self {
            user_id: StoredValue::new(user_id),
            read,
            rows: RwSignal::default(),
            next: RwSignal::default(),
        }
    }

    pub fn section(self) -> El {
        let list = loading(self.read, move |page| {
            self.rows.set(page.items);
            self.next.set(page.next);
            self.list()
        });
        let what = "They are the organization’s: they go on working when their maker is disabled or \
                    loses a permission.";
        el("section")
            .class("made")
            .attr("aria-labelledby", "made-title")
            .child(el("h2").id("made-title").text("API keys they made"))
            .child(el("p").class("secondary").text(what))
            .child(list)
    }

    fn list(self) -> View {
        let seen = Account::expect().session().map_or(&[][..], |session| session.api_types());
        let rows = move || {
            if self.rows.with(Vec::is_empty) {
                return el("p").text("None.").into();
            }
            let rows =
                self.rows.with(|rows| rows.iter().map(|one| row(one, seen)).collect::<View>());
            el("ul").class("made-list").child(rows).into()
        };
        el("div").class("made").part(rows).child(self.show_more()).into()
    }

    fn show_more(self) -> View {
        show_more(self.next, move |cursor| {
            let id = self.user_id.get_value();
            async move {
                let page = client::users::credentials(&id, Some(&cursor)).await?;
                if self.rows.is_disposed() {
                    return Ok(());
                }
                announce(format!("{} more API keys", page.items.len()));
                self.rows.update(|rows| rows.extend(page.items));
                self.next.set(page.next);
                Ok(())
            }
        })
    }

    /// The first of those that work, for the question before disabling.
    pub fn in_short(self) -> View {
        let names = self.rows.with_untracked(|rows| {
            let active = rows.iter().filter(|one| one.status == Status::Active);
            in_short(active.map(|one| one.description.as_str()), self.more_untracked())
        });
        let name = |name: &String| el("li").text(name);
        if names.is_empty() {
            return View::none();
        }
        el("ul").child(names.iter().map(name).collect::<View>()).into()
    }

    fn more_untracked(self) -> bool {
        self.next.with_untracked(Option::is_some)
    }
}

fn row(one: &MadeCredential, seen: &[ApiType]) -> El {
    let name = if seen.contains(&one.api_type) {
        let href = routes::credential(&one.credential_id);
        el("a").attr("href", &href).text(&one.description)
    } else {
        el("span").text(&one.description)
    };
    let class = if one.status == Status::Active { "status" } else { "status revoked" };
    el("li")
        .child(name)
        .child(el("span").class("secondary").text(one.api_type.label()))
        .child(el("span").class(class).text(one.status.label()))
}

/// A few names, and how many there are besides.
fn in_short<'a>(names: impl Iterator<Item = &'a str>, and_more: bool) -> Vec<String> {
    let all: Vec<&str> = names.collect();
    let mut short: Vec<String> = all.iter().take(IN_SHORT).map(|&name| name.to_owned()).collect();
    match (all.len().saturating_sub(IN_SHORT), and_more) {
        (0, false) => {}
        (0, true) => short.push("and more".to_owned()),
        (rest, false) => short.push(format!("and {rest} more")),
        (rest, true) => short.push(format!("and at least {rest} more")),
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_a_few_and_counts_the_rest() {
        let short = |names: &[&'static str], more| in_short(names.iter().copied(), more);
        assert!(short(&[], false).is_empty());
        assert_eq!(short(&["a", "b"], false), ["a", "b"]);
        assert_eq!(short(&["a"; 7], false).last().map(String::as_str), Some("and 2 more"));
        assert_eq!(short(&["a"; 5], true).last().map(String::as_str), Some("and more"));
    }
}
