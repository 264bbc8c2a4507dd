//! A list that grows: the table, its cells, the words for how many there are, and `Show more`.

use std::future::Future;
use std::time::Duration;

use api::Page;
use leptos::prelude::*;

use super::announcer::announce;
use super::button::task_button;
use super::failure::failure;
use crate::dom::{El, View, el, lead_to};
use crate::error::Error;
use crate::task::Task;

/// A table of these columns. The roles say again what the elements are: as cards on a narrow screen they are
/// displayed as something else, and browsers then forget it.
pub fn listing(class: &str, columns: View, rows: impl Fn() -> View + 'static) -> El {
    let head = el("tr").attr("role", "row").child(columns);
    el("table")
        .class(class)
        .attr("role", "table")
        .child(el("thead").attr("role", "rowgroup").child(head))
        .child(el("tbody").attr("role", "rowgroup").part(rows))
}

/// The head of a column.
pub fn column(name: &str) -> El {
    el("th").attr("role", "columnheader").attr("scope", "col").text(name)
}

/// A cell, which says its column where the table is shown as cards.
pub fn cell(label: &str) -> El {
    el("td").attr("role", "cell").attr("data-label", label)
}

/// The button that reads on while there is a `next`, and why it could not.
pub fn show_more<F: Future<Output = Result<(), Error>> + 'static>(
    next: RwSignal<Option<String>>,
    read: impl Fn(String) -> F + Copy + 'static,
) -> View {
    let error = RwSignal::new(None);
    let more = Task::new(move || async move {
        error.set(None);
        let Some(Some(cursor)) = next.try_get_untracked() else { return };
        if let Err(refused) = read(cursor).await {
            error.set(Some(refused));
        }
    });
    let button = el("p").child(task_button("button", "Show more", more));
    failure(error, Some(more)).and(button.flag_with("hidden", move || next.with(Option::is_none)))
}

/// Shows the rows that came below those there are, and says how many.
pub fn append<T: Send + Sync + 'static>(
    rows: RwSignal<Vec<T>>,
    next: RwSignal<Option<String>>,
    page: Page<T>,
    one: &str,
) {
    announce(count(page.items.len(), page.next.is_some(), one));
    if page.next.is_none() {
        // With the last rows the button goes: go on reading where the new ones begin.
        let link = format!("tbody tr:nth-child({}) a", rows.with_untracked(Vec::len) + 1);
        set_timeout(move || lead_to(&link), Duration::ZERO);
    }
    rows.update(|rows| rows.extend(page.items));
    next.set(page.next);
}

/// How many came, for whoever cannot see them come: `50 users, and there are more`.
pub fn count(here: usize, more: bool, one: &str) -> String {
    match (here, more) {
        (0, _) => format!("No {one}s"),
        (1, false) => format!("1 {one}"),
        (_, false) => format!("{here} {one}s"),
        (_, true) => format!("{here} {one}s, and there are more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_said_in_words() {
        assert_eq!(count(0, false, "API key"), "No API keys");
        assert_eq!(count(1, false, "user"), "1 user");
        assert_eq!(count(7, false, "user"), "7 users");
        assert_eq!(count(50, true, "user"), "50 users, and there are more");
    }
}
