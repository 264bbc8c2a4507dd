//! What narrows the list, and what takes it along: the filters, and the two ways of exporting.

use api::change_log::ExportFormat;
use leptos::prelude::*;

use super::filter::{Filter, Shown, choices};
use super::list::asked;
use crate::client;
use crate::components::icon::icon;
use crate::components::search::{search_field, when_paused};
use crate::dom::{El, View, el, value_of};
use crate::location::Navigator;

pub fn filters(navigator: Navigator, filter: Shown) -> El {
    let set = move |to: &dyn Fn(&mut Filter)| {
        let mut filter = untrack(|| filter.get());
        to(&mut filter);
        navigator.replace(&filter.href());
    };
    let who = search_field(
        "Filter by who did it",
        move || filter.get().who,
        move |who| set(&|filter| filter.who.clone_from(&who)),
    );
    let what = what().prop_with("value", move || filter.get().what).on("change", move |event| {
        let what = value_of(&event);
        set(&|filter| filter.what.clone_from(&what));
    });
    let from = date(
        "From",
        move || filter.get().from,
        move |day| set(&|filter| filter.from.clone_from(&day)),
    );
    let to =
        date("To", move || filter.get().to, move |day| set(&|filter| filter.to.clone_from(&day)));
    el("search").class("filters log-filters").child(who).child(what).child(from).child(to)
}

fn what() -> El {
    let groups = choices().into_iter().map(|(kind, choices)| {
        let options =
            choices.iter().map(|(value, label)| el("option").attr("value", value).text(label));
        el("optgroup").attr("label", kind.label()).child(options.collect::<View>())
    });
    el("select")
        .class("input")
        .attr("aria-label", "Filter by what was done")
        .child(el("option").attr("value", "").text("Everything"))
        .child(groups.collect::<View>())
}

/// A day. It counts once the person pauses: while a year is typed there are others before it.
fn date(
    label: &str,
    value: impl Fn() -> String + 'static,
    on_change: impl Fn(String) + Clone + 'static,
) -> El {
    let input = el("input")
        .class("input")
        .attr("type", "date")
        .prop_with("value", value)
        .on("change", when_paused(on_change));
    el("label").class("date").child(el("span").class("secondary").text(label)).child(input)
}

/// What the filters leave, as a file.
pub fn export(filter: Shown) -> El {
    let link = |format: ExportFormat, label: &str| {
        let href = move || Some(client::change_log::export_href(&asked(&filter.get()), format));
        el("a")
            .class("button")
            .attr("download", "")
            .attr_with("href", href)
            .child(icon("download"))
            .text(label)
    };
    el("div")
        .class("exports")
        .attr("role", "group")
        .attr("aria-label", "Export")
        .child(el("span").class("secondary").attr("aria-hidden", "true").text("Export"))
        .child(link(ExportFormat::Csv, "CSV"))
        .child(link(ExportFormat::Jsonl, "JSON lines"))
}
