//! What a key does: on its page, and in the questions before something is taken away or given back.

use std::time::Duration;

use api::catalogue::{Catalogue, Permission};
use api::credentials::Status;
use api::permissions::{Bit, PermissionSet};
use api::usage::{PermissionUsage, Usage};
use js_sys::Date;
use leptos::prelude::*;

use super::edit::Editor;
use crate::client;
use crate::components::announcer::announce;
use crate::components::button::button;
use crate::components::copy::copy_field;
use crate::components::loading::loading;
use crate::components::status::method;
use crate::components::time::ago;
use crate::dom::{El, View, el, part, svg};
use crate::task::{Reading, Task};

pub mod calls;

use calls::Line;

/// How often a page that waits for the first call asks, and how many times: for ten minutes.
const EVERY: Duration = Duration::from_secs(3);
const TIMES: u32 = 200;
const DAY: f64 = 86_400_000.0;

/// The usage of a credential for a question: of all of it, or of these permissions.
pub fn about(id: String, only: Option<PermissionSet>) -> View {
    let read = Reading::new(move || {
        let id = id.clone();
        async move {
            client::catalogue::read().await?;
            client::usage::glance(&id).await
        }
    });
    let shown = loading(read, move |usage| {
        let catalogue = client::catalogue::known();
        let last = match calls::last_call(&usage, &catalogue, only.as_ref()) {
            Some((at, address)) => last_call("Last call ", &at, &address),
            None => el("p").text("Never used."),
        };
        View::from(last).and(tables(&usage, &catalogue, only.as_ref()))
    });
    el("div").class("usage-about").child(shown).into()
}

/// The section of the credential's page.
pub fn section(editor: Editor, read: Reading<Usage>) -> El {
    let (waiting, waited) = (StoredValue::new(false), StoredValue::new(false));
    let shown = loading(read, move |usage| {
        let catalogue = editor.catalogue.get_value();
        let shown = if usage.last_call_at.is_none() {
            waiting.set_value(true);
            first_call(editor, read)
        } else {
            if waiting.get_value() {
                waiting.set_value(false);
                waited.set_value(true);
                announce("First call seen");
            }
            seen(&usage, &catalogue, waited.get_value())
        };
        shown.and(missing(editor))
    });
    el("section")
        .class("card usage")
        .attr("aria-labelledby", "usage-title")
        .child(el("h2").id("usage-title").text("Usage"))
        .child(shown)
}

/// Before the first call: how to make it, and whether it came.
fn first_call(editor: Editor, read: Reading<Usage>) -> View {
    let saved = editor.saved.get_untracked();
    if saved.status == Status::Revoked {
        return el("p").class("secondary").text("Never used.").into();
    }
    let granted = editor.permissions_of(&saved);
    let catalogue = editor.catalogue.get_value();
    let curl = calls::first_call(&client::origin(), &catalogue, &granted);
    let asked = RwSignal::new(0_u32);
    let ask = Task::new(move || {
        let id = saved.id.clone();
        async move {
            match client::usage::glance(&id).await {
                // What was refused is shown below.
                Ok(usage) if usage.last_call_at.is_none() => {
                    if asked.try_get_untracked().is_some() {
                        editor.see(usage);
                    }
                }
                Ok(_) => read.again(),
                // Nobody has to be told what they did not ask for: the button is there again.
                Err(_) => {
                    asked.try_set(TIMES);
                }
            }
        }
    });
    let tick = move || {
        // A page nobody looks at asks nothing: it would keep its session alive.
        if asked.try_get_untracked().is_some_and(|asked| asked < TIMES) && !document().hidden() {
            asked.update(|asked| *asked += 1);
            ask.run();
        }
    };
    if let Ok(timer) = set_interval_with_handle(tick, EVERY) {
        on_cleanup(move || timer.clear());
    }
    let given_up = Memo::new(move |_| asked.get() >= TIMES);
    let state = part(move || {
        if given_up.get() {
            return button("button small", "Wait for the first call", move || asked.set(0)).into();
        }
        el("p").child(el("span").class("status waiting").text("Waiting for the first call")).into()
    });
    let how = move || {
        let refused = editor.usage.with(|usage| !usage.permissions.is_empty());
        let what = if refused {
            "No call with this API key was allowed yet."
        } else {
            "Nobody has called with this API key yet."
        };
        format!(
            "{what} Put it into API_KEY, not into the command line: that is kept in the shell’s history."
        )
    };
    View::from(el("p").class("secondary").text_with(how))
        .and(copy_field("first-call", "First call", curl))
        .and(state)
}

/// The calls there were.
fn seen(usage: &Usage, catalogue: &Catalogue, waited: bool) -> View {
    let first = waited.then(|| {
        el("p").class("first-call").child(el("span").class("status").text("First call seen"))
    });
    let last = calls::last_call(usage, catalogue, None);
    let last = last.map(|(at, address)| last_call("Last call ", &at, &address));
    View::from(first).and(last).and(spark(usage)).and(tables(usage, catalogue, None))
}

fn last_call(what: &str, at: &str, address: &str) -> El {
    el("p").text(what).child(ago(at)).text(" from ").child(el("code").text(address))
}

/// A bar for each of the last 90 days.
fn spark(usage: &Usage) -> El {
    #[expect(clippy::cast_possible_truncation, reason = "days since 1970 are small")]
    let day = |time: f64| (time / DAY).floor() as i64;
    let days: Vec<(i64, u64)> = usage
        .days
        .iter()
        .map(|one| (day(Date::new(&one.day.as_str().into()).get_time()), one.calls))
        .collect();
    let total = calls::count(days.iter().map(|(_, calls)| calls).sum());
    let path = svg("path").attr("d", &calls::bars(&days, day(Date::now())));
    let chart = svg("svg")
        .class("spark")
        .attr("viewBox", "0 0 90 24")
        .attr("preserveAspectRatio", "none")
        .attr("aria-hidden", "true")
        .child(path);
    el("figure").child(chart).child(
        el("figcaption").class("secondary").text(&format!("{total} in 90 days, a bar a day")),
    )
}

/// The calls of the last seven days, by endpoint and by address.
fn tables(usage: &Usage, catalogue: &Catalogue, only: Option<&PermissionSet>) -> View {
    let by_endpoint = calls::by_endpoint(usage, catalogue, only);
    if by_endpoint.is_empty() {
        return el("p").class("secondary").text("No calls in the last 7 days.").into();
    }
    let by_address = calls::by_address(usage, catalogue, only);
    el("div")
        .class("calls-tables")
        .child(table("Endpoint", &by_endpoint))
        .child(table("Address", &by_address))
        .into()
}

fn table(what: &str, lines: &[Line]) -> El {
    let head = [what, "24 hours", "7 days"];
    let head = head.map(|name| el("th").attr("scope", "col").text(name));
    let row = |line: &Line| {
        el("tr")
            .child(el("th").attr("scope", "row").text(&line.name))
            .child(el("td").text(&line.calls_24h.to_string()))
            .child(el("td").text(&line.calls_7d.to_string()))
    };
    el("table")
        .class("calls")
        .child(el("thead").child(el("tr").child(head.into_iter().collect::<View>())))
        .child(el("tbody").child(lines.iter().map(row).collect::<View>()))
}

/// What was tried and not granted, with a way to grant it.
fn missing(editor: Editor) -> View {
    part(move || {
        let catalogue = editor.catalogue.get_value();
        let granted = editor.saved.with(|saved| editor.permissions_of(saved));
        editor.usage.with(|usage| {
            let missing = calls::missing(usage, &catalogue, &granted);
            if missing.is_empty() {
                return View::none();
            }
            let tried = missing.iter().map(|(bit, one)| tried(editor, &catalogue, *bit, one));
            let tried = el("ul").class("tried").child(tried.collect::<View>());
            View::from(el("h3").text("Tried, not granted")).and(tried)
        })
    })
}

fn tried(editor: Editor, catalogue: &Catalogue, bit: Bit, one: &PermissionUsage) -> El {
    let known = catalogue.with_bit(bit);
    let (verb, name) = known.map(Permission::method_and_name).unwrap_or_default();
    let path = known.and_then(|known| known.endpoints.first()).map(|one| one.path.as_str());
    let label = known.map(|known| known.label.clone()).unwrap_or_default();
    let grant_label = format!("Grant {label}");
    let grant_id = format!("grant-{bit}");
    let grant = part(move || {
        if editor.chosen.with(|chosen| chosen.contains(bit)) {
            return el("span").class("secondary").text("Selected: Save grants it").into();
        }
        let label = label.clone();
        button("button small", "Grant", move || {
            editor.chosen.update(|chosen| chosen.insert(bit));
            announce(format!("{label} selected. Save grants it."));
        })
        .id(&grant_id)
        .attr("aria-label", &grant_label)
        .into()
    });
    let what = el("span")
        .class("what")
        .child(el("span").text(name).text(" ").child(el("code").text(path.unwrap_or_default())))
        .child(
            last_call(
                &format!("{} in 90 days, the last ", calls::count(one.calls_90d)),
                &one.last_call_at,
                &one.last_call_address,
            )
            .class("secondary"),
        );
    el("li").child(method(verb)).child(what).child(grant)
}
