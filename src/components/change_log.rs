//! Entries of the change log, as a list of their own and as the history of one thing.

use std::sync::Arc;

use api::Page;
use api::catalogue::Catalogue;
use api::change_log::{ChangeLogEntry, FieldChange, SubjectKind, action_label};

use super::loading::loading;
use super::time::{ago, exact};
use crate::dom::{El, View, el};
use crate::routes;
use crate::task::Reading;

pub mod words;

use words::Difference;

/// What is known to whoever looks: which screens they may open, and the names behind ids.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub credentials: bool,
    pub users: bool,
    pub catalogue: Option<Arc<Catalogue>>,
}

/// Entries in the order they are given, newest first.
pub fn entries(entries: &[ChangeLogEntry], known: &Known) -> El {
    let entries = entries.iter().map(|one| entry(one, known)).collect::<View>();
    el("ol").class("log").child(entries)
}

/// The latest entries about the thing a page is about, and the way to all of them. `of_what` says which
/// thing: `this credential`.
pub fn history(
    of_what: &'static str,
    all: &str,
    read: Reading<Page<ChangeLogEntry>>,
    known: Known,
) -> El {
    let all_label = format!("All changes of {of_what}");
    let all = all.to_owned();
    let list = loading(read, move |page| {
        if page.items.is_empty() {
            let none = format!("Nothing you may see was done to {of_what}.");
            return el("p").class("secondary").text(&none).into();
        }
        let link = el("a").attr("href", &all).text(&all_label);
        View::from(entries(&page.items, &known)).and(el("p").child(link))
    });
    el("section")
        .class("history")
        .attr("aria-labelledby", "history-title")
        .child(el("h2").id("history-title").text("History"))
        .child(list)
}

fn entry(entry: &ChangeLogEntry, known: &Known) -> El {
    let kind = words::actor_kind(entry.actor.kind);
    let name = match (entry.actor.name.as_str(), kind) {
        ("", Some(kind)) => kind,
        (name, _) => name,
    };
    let kind = kind.filter(|kind| *kind != name);
    let who = el("span")
        .class("log-who")
        .child(el("strong").text(name))
        .child(kind.map(|kind| el("span").class("secondary").text(&format!(" {kind}"))));
    let what = el("span").class("log-what").text(action_label(&entry.action));
    let subject = words::names_its_subject(entry).then(|| subject(entry, known));
    let what = what.text(" ").child(subject);
    let from = (!entry.address.is_empty()).then(|| format!("from {}", entry.address));
    el("li")
        .id(&entry_id(entry.seq))
        .child(el("span").class("log-when").child(ago(&entry.at)))
        .child(who)
        .child(what)
        .child(el("span").class("log-from secondary").child(from))
        .child(details(entry, known))
}

/// Where an entry stands on the page.
pub fn entry_id(seq: u64) -> String {
    format!("entry-{seq}")
}

/// What it was done to, with the way there.
fn subject(entry: &ChangeLogEntry, known: &Known) -> El {
    let subject = &entry.subject;
    let name = if subject.name.is_empty() { &subject.id } else { &subject.name };
    let href = match subject.kind {
        SubjectKind::Credential if known.credentials => Some(routes::credential(&subject.id)),
        SubjectKind::Board if known.credentials => Some(routes::board(&subject.id)),
        // A session is known by whose it is.
        SubjectKind::User | SubjectKind::Session if known.users => Some(routes::user(&subject.id)),
        _ => None,
    };
    match href {
        Some(href) => el("a").attr("href", &href).text(name),
        None => el("strong").text(name),
    }
}

/// Before and after, and what finds the entry elsewhere.
fn details(entry: &ChangeLogEntry, known: &Known) -> El {
    let summary = el("summary")
        .text("Details")
        .child(el("span").class("secondary").text(&format!(" {}", words::summary(&entry.changes))));
    let changes = entry.changes.iter().map(|change| field(change, known)).collect::<View>();
    let changes = (!entry.changes.is_empty()).then(|| el("dl").child(changes));
    let request = (!entry.request_id.is_empty())
        .then(|| el("span").text(" · Request id ").child(el("code").text(&entry.request_id)));
    let found_by = el("p")
        .class("secondary")
        .text(&format!("{} · Entry {}", exact(&entry.at), entry.seq))
        .child(request);
    el("details").child(summary).child(changes).child(found_by)
}

fn field(change: &FieldChange, known: &Known) -> El {
    let name = change.field.as_str();
    let said = |value: &String| {
        if name.ends_with("_at") {
            exact(value)
        } else {
            words::value_label(known.catalogue.as_deref(), name, value)
        }
    };
    let difference = match words::difference(change) {
        Difference::Value { before, after } => {
            value(before.as_ref().map(said), after.as_ref().map(said))
        }
        Difference::List { added, removed } => {
            let item = |class: &str, sign: &str, word: &str, value: &String| {
                el("li")
                    .class(class)
                    .child(el("span").class("sign").attr("aria-hidden", "true").text(sign))
                    .child(el("span").class("visually-hidden").text(word))
                    .text(&said(value))
            };
            let added = added.iter().map(|value| item("added", "+", "Added: ", value));
            let removed = removed.iter().map(|value| item("removed", "−", "Removed: ", value));
            el("ul").child(added.chain(removed).collect::<View>()).into()
        }
    };
    let label = words::field_label(name);
    el("div").child(el("dt").text(&label)).child(el("dd").child(difference))
}

/// One value, and what stands there since.
fn value(before: Option<String>, after: Option<String>) -> View {
    let Some(before) = before else { return after.into() };
    let arrow = el("span").attr("aria-hidden", "true").text(" → ");
    let word = el("span").class("visually-hidden").text(" became ");
    let after =
        after.map_or_else(|| el("span").class("secondary").text("nothing").into(), View::from);
    View::from(el("span").class("was").text(&before)).and(arrow).and(word).and(after)
}
