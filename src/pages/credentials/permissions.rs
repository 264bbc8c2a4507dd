//! The section `Manage permissions`: groups of checkboxes, search, and the buttons that choose many.

use std::sync::Arc;

use api::catalogue::{Catalogue, Permission};
use api::credentials::ApiType;
use api::permissions::PermissionSet;
use leptos::prelude::*;

use super::edit::Editor;
use super::selection::{self, Tick};
use crate::components::announcer::announce;
use crate::components::button::button;
use crate::components::icon::icon;
use crate::components::status::method;

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

pub fn section(editor: Editor) -> AnyView {
    let saved = editor.saved.get_untracked();
    if saved.api_type != ApiType::Harvest {
        let label = saved.api_type.label();
        return view! {
            <p class="secondary">
                {format!("A {label} key opens the {label} API as a whole: there are no permissions to manage.")}
            </p>
        }
        .into_any();
    }
    let catalogue = editor.catalogue.get_value();
    let preset = preset(&catalogue, &saved.partner.0);
    let shown = shown(editor, catalogue.clone());
    let total = catalogue.permissions.len();
    let count = move || format!("{} of {total}", editor.chosen.with(PermissionSet::len));
    let groups = selection::groups(&catalogue);
    let groups = groups
        .into_iter()
        .map(|(name, members)| group(editor, shown, &name, &members, preset.as_ref()))
        .collect_view();
    let nothing = move || shown.set.with(PermissionSet::is_empty);
    view! {
        <section class="permissions" aria-labelledby="permissions-title">
            <div class="permissions-head">
                <h2 id="permissions-title">"Manage permissions"</h2>
                <span class="total">{count}</span>
            </div>
            <p class="secondary">
                "Grant only what is needed: the developers or the partner who use this key know which \
                endpoints they call. Without any permission the key may call nothing."
            </p>
            {toolbar(editor, shown, preset.clone())}
            <div class="groups">{groups}</div>
            <p class="secondary" hidden=move || !nothing()>
                "No permission matches."
            </p>
        </section>
    }
    .into_any()
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

fn toolbar(editor: Editor, shown: Shown, preset: Option<Preset>) -> AnyView {
    let choose = move |all: bool| {
        let (shown, chosen) = (shown.set.get_untracked(), editor.chosen.get_untracked());
        editor.chosen.set(if all { chosen.union(&shown) } else { chosen.difference(&shown) });
        announce_count(editor);
    };
    let preset = preset.map(|preset| {
        let apply = move |_| {
            editor.chosen.set(preset.set);
            announce_count(editor);
        };
        view! {
            <button type="button" class="button small" on:click=apply>
                {format!("What {} asks for", preset.name)}
            </button>
        }
    });
    let on_only = move |event| {
        let ticked = event_target_checked(&event);
        shown.only.set(ticked.then(|| editor.chosen.get_untracked()));
    };
    view! {
        <div class="toolbar">
            <div class="search">
                {icon("search")}
                <input
                    class="input"
                    type="search"
                    aria-label="Search permissions"
                    placeholder="Search permissions"
                    autocomplete="off"
                    prop:value=move || shown.search.get()
                    on:input=move |event| shown.search.set(event_target_value(&event))
                    on:keydown=move |event| {
                        if event.key() == "Enter" {
                            event.prevent_default();
                        }
                    }
                />
            </div>
            {button("button small", "Select all", move || choose(true))}
            {button("button small", "Select none", move || choose(false))} {preset}
            <label class="check">
                <input type="checkbox" on:change=on_only />
                "Only selected"
            </label>
        </div>
    }
    .into_any()
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
) -> AnyView {
    let set: PermissionSet = members.iter().map(|member| member.bit).collect();
    let visible = Memo::new(move |_| shown.set.with(|all| set.difference(&set.difference(all))));
    let tick = move || editor.chosen.with(|chosen| selection::tick(&set, chosen));
    let count = move || {
        let left = editor.chosen.with(|chosen| set.difference(chosen).len());
        format!("{} of {}", set.len() - left, set.len())
    };
    let on_change = move |event| {
        let (visible, all) = (visible.get_untracked(), event_target_checked(&event));
        editor.chosen.update(|chosen| {
            *chosen = if all { chosen.union(&visible) } else { chosen.difference(&visible) };
        });
    };
    let rows = members.iter().map(|member| row(editor, visible, member, preset)).collect_view();
    view! {
        <fieldset class="group" hidden=move || visible.with(PermissionSet::is_empty)>
            <legend class="visually-hidden">{name.to_owned()}</legend>
            <label class="check group-head">
                <input
                    type="checkbox"
                    aria-label=format!("All in {name}")
                    prop:checked=move || tick() == Tick::All
                    prop:indeterminate=move || tick() == Tick::Some
                    on:change=on_change
                />
                <strong>{name.to_owned()}</strong>
                <span class="secondary">{count}</span>
            </label>
            <div class="rows">{rows}</div>
        </fieldset>
    }
    .into_any()
}

fn row(
    editor: Editor,
    visible: Memo<PermissionSet>,
    permission: &Permission,
    preset: Option<&Preset>,
) -> AnyView {
    let bit = permission.bit;
    let (verb, name) = permission.method_and_name();
    let paths: Vec<&str> = permission.endpoints.iter().map(|one| one.path.as_str()).collect();
    let wanted = preset.filter(|preset| preset.set.contains(bit));
    let marker_id = wanted.map(|_| format!("preset-{bit}"));
    let marker = wanted.map(|preset| {
        let title = format!("{} asks for this", preset.name);
        view! {
            <span class="marker" id=format!("preset-{bit}") title=title>
                "◆ "
                {preset.name.clone()}
            </span>
        }
    });
    view! {
        <label class="check permission" hidden=move || !visible.with(|set| set.contains(bit))>
            <input
                type="checkbox"
                aria-label=permission.label.clone()
                aria-describedby=marker_id
                prop:checked=move || editor.chosen.with(|chosen| chosen.contains(bit))
                on:change=move |event| {
                    let granted = event_target_checked(&event);
                    editor.chosen.update(|chosen| chosen.set(bit, granted));
                }
            />
            {method(verb)}
            <span class="what">
                <span>{name.to_owned()} " " {marker}</span>
                <code>{paths.join(" · ")}</code>
            </span>
        </label>
    }
    .into_any()
}
