//! The section `Manage permissions`: groups of checkboxes, search, and the buttons that choose many.

use std::sync::Arc;

use api::catalogue::{Catalogue, Permission};
use api::credentials::ApiType;
use api::permissions::PermissionSet;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::edit::Editor;
use super::selection::{self, Tick};
use crate::components::announcer::announce;
use crate::components::button::button;
use crate::components::icon::icon;
use crate::components::status::method;
use crate::dom::{El, View, el, is_checked, value_of};

/// What is asked for, and so shown.
#[derive(Debug, Clone, Copy)]
struct Shown {
    search: RwSignal<String>,
    /// What was chosen when `Only selected` was ticked: it stays on screen when it is unticked.
    only: RwSignal<Option<PermissionSet>>,
    set: Memo<PermissionSet>,
}

/// The partner whose needs are known.
#[derive(Debug, Clone)]
struct Preset {
    name: String,
    set: PermissionSet,
}

pub fn section(editor: Editor) -> El {
    let saved = editor.saved.get_untracked();
    if saved.api_type != ApiType::Harvest {
        let label = saved.api_type.label();
        return el("p").class("secondary").text(&format!(
            "A {label} key opens the {label} API as a whole: there are no permissions to manage."
        ));
    }
    let catalogue = editor.catalogue.get_value();
    let preset = preset(&catalogue, &saved.partner.0);
    let total = catalogue.permissions.len();
    let groups = selection::groups(&catalogue);
    let shown = shown(editor, catalogue);
    let groups = groups
        .iter()
        .map(|(name, members)| group(editor, shown, name, members, preset.as_ref()))
        .collect::<View>();
    let count = move || format!("{} of {total}", editor.chosen.with(PermissionSet::len));
    let head = el("div")
        .class("permissions-head")
        .child(el("h2").id("permissions-title").text("Manage permissions"))
        .child(el("span").class("total").text_with(count));
    let advice = "Grant only what is needed: the developers or the partner who use this key know which \
                  endpoints they call. Without any permission the key may call nothing.";
    let nothing = el("p").class("secondary").text("No permission matches.");
    el("section")
        .class("permissions")
        .attr("aria-labelledby", "permissions-title")
        .child(head)
        .child(el("p").class("secondary").text(advice))
        .child(toolbar(editor, shown, preset.as_ref()))
        .child(el("div").class("groups").child(groups))
        .child(nothing.flag_with("hidden", move || !shown.set.with(PermissionSet::is_empty)))
}

fn preset(catalogue: &Catalogue, partner: &str) -> Option<Preset> {
    let set = selection::preset(catalogue, partner);
    let name = catalogue.partner(partner)?.name.clone();
    (!set.is_empty()).then_some(Preset { name, set })
}

fn shown(editor: Editor, catalogue: Arc<Catalogue>) -> Shown {
    let search = RwSignal::new(String::new());
    let only = RwSignal::new(None::<PermissionSet>);
    let set = Memo::new(move |_| {
        let found = search.with(|search| selection::found(&catalogue, search));
        match only.get() {
            None => found,
            Some(ticked) => {
                let wanted = ticked.union(&editor.chosen.get());
                found.difference(&found.difference(&wanted))
            }
        }
    });
    Shown { search, only, set }
}

fn toolbar(editor: Editor, shown: Shown, preset: Option<&Preset>) -> El {
    let choose = move |all: bool| {
        let (shown, chosen) = (shown.set.get_untracked(), editor.chosen.get_untracked());
        editor.chosen.set(if all { chosen.union(&shown) } else { chosen.difference(&shown) });
        announce_count(editor);
    };
    let preset = preset.map(|preset| {
        let set = preset.set;
        button("button small", &format!("What {} asks for", preset.name), move || {
            editor.chosen.set(set);
            announce_count(editor);
        })
    });
    let search = el("input")
        .class("input")
        .attr("type", "search")
        .attr("aria-label", "Search permissions")
        .attr("placeholder", "Search permissions")
        .attr("autocomplete", "off")
        .prop_with("value", move || shown.search.get())
        .on("input", move |event| shown.search.set(value_of(&event)))
        .on("keydown", |event| {
            // Enter searches, it does not save.
            if event.unchecked_ref::<web_sys::KeyboardEvent>().key() == "Enter" {
                event.prevent_default();
            }
        });
    let only = checkbox().on("change", move |event| {
        shown.only.set(is_checked(&event).then(|| editor.chosen.get_untracked()));
    });
    let trim = button("button small", "Keep only what was used in 90 days", move || {
        let used = editor.used();
        editor.chosen.update(|chosen| *chosen = chosen.difference(&chosen.difference(&used)));
        announce_count(editor);
    });
    let trim = trim.flag_with("hidden", move || {
        editor.chosen.with(|chosen| chosen.difference(&editor.used()).is_empty())
            || editor.usage.with(|usage| usage.first_call_at.is_none())
    });
    el("div")
        .class("toolbar")
        .child(el("div").class("search").child(icon("search")).child(search))
        .child(button("button small", "Select all", move || choose(true)))
        .child(button("button small", "Select none", move || choose(false)))
        .child(preset)
        .child(trim)
        .child(el("label").class("check").child(only).text("Only selected"))
}

fn announce_count(editor: Editor) {
    let count = editor.chosen.with_untracked(PermissionSet::len);
    announce(format!("{count} permissions selected"));
}

fn group(
    editor: Editor,
    shown: Shown,
    name: &str,
    members: &[Permission],
    preset: Option<&Preset>,
) -> El {
    let set: PermissionSet = members.iter().map(|member| member.bit).collect();
    let visible = move |all: &PermissionSet| set.difference(&set.difference(all));
    let tick = move || editor.chosen.with(|chosen| selection::tick(&set, chosen));
    let count = move || {
        let left = editor.chosen.with(|chosen| set.difference(chosen).len());
        format!("{} of {}", set.len() - left, set.len())
    };
    let all = checkbox()
        .attr("aria-label", &format!("All in {name}"))
        .prop_with("checked", move || tick() == Tick::All)
        .prop_with("indeterminate", move || tick() == Tick::Some)
        .on("change", move |event| {
            let visible = shown.set.with_untracked(visible);
            let all = is_checked(&event);
            editor.chosen.update(|chosen| {
                *chosen = if all { chosen.union(&visible) } else { chosen.difference(&visible) };
            });
        });
    let head = el("label")
        .class("check group-head")
        .child(all)
        .child(el("strong").text(name))
        .child(el("span").class("secondary").text_with(count));
    let rows = members.iter().map(|member| row(editor, shown, member, preset)).collect::<View>();
    el("fieldset")
        .class("group")
        .flag_with("hidden", move || shown.set.with(|all| visible(all).is_empty()))
        .child(el("legend").class("visually-hidden").text(name))
        .child(head)
        .child(el("div").class("rows").child(rows))
}

fn row(editor: Editor, shown: Shown, permission: &Permission, preset: Option<&Preset>) -> El {
    let bit = permission.bit;
    let (verb, name) = permission.method_and_name();
    let paths: Vec<&str> = permission.endpoints.iter().map(|one| one.path.as_str()).collect();
    let wanted = preset.filter(|preset| preset.set.contains(bit));
    let marker_id = format!("preset-{bit}");
    let marker = wanted.map(|preset| {
        let marker = el("span").class("marker").id(&marker_id).text(&format!("◆ {}", preset.name));
        marker.attr("title", &format!("{} asks for this", preset.name))
    });
    let checkbox = checkbox()
        .attr("aria-label", &permission.label)
        .prop_with("checked", move || editor.chosen.with(|chosen| chosen.contains(bit)))
        .on("change", move |event| {
            let granted = is_checked(&event);
            editor.chosen.update(|chosen| chosen.set(bit, granted));
        });
    let checkbox =
        if marker.is_some() { checkbox.attr("aria-describedby", &marker_id) } else { checkbox };
    let text = el("span")
        .class("what")
        .child(el("span").text(name).text(" ").child(marker))
        .child(el("code").text(&paths.join(" · ")))
        .child(el("span").class("used").text_with(move || editor.beside(bit)));
    el("label")
        .class("check permission")
        .flag_with("hidden", move || !shown.set.with(|set| set.contains(bit)))
        .child(checkbox)
        .child(method(verb))
        .child(text)
}

fn checkbox() -> El {
    el("input").attr("type", "checkbox")
}
