//! The page of one credential: what it is, its description and permissions, and what can be done to it.

use std::sync::Arc;

use api::catalogue::Catalogue;
use api::credentials::{ApiType, CreatedCredential, Credential, CredentialChanges, Status};
use api::error::{ErrorCode, FieldError};
use api::permissions::PermissionSet;
use leptos::prelude::*;

use super::{Open, conflict, permissions, selection, step, store};
use crate::client;
use crate::client::credentials::Step;
use crate::components::announcer::announce;
use crate::components::button::{button, task_button};
use crate::components::confirm::{Confirm, confirm};
use crate::components::failure::failure;
use crate::components::field::{Text, focus_first_fault, text_field};
use crate::components::heading::heading;
use crate::components::icon::icon;
use crate::components::loading::loading;
use crate::components::status::status;
use crate::components::time::{ago, exact};
use crate::error::Error;
use crate::location::{Navigator, Question};
use crate::routes;
use crate::task::Task;

const LEAVE: Question = Question {
    title: "Leave without saving?",
    text: "Your changes to this credential are not saved and would be lost.",
    leave: "Leave without saving",
    stay: "Stay",
};

/// One credential while it is edited: what is saved, and what the person made of it.
#[derive(Debug, Clone, Copy)]
pub struct Editor {
    pub catalogue: StoredValue<Arc<Catalogue>>,
    pub saved: RwSignal<Credential>,
    pub description: RwSignal<String>,
    pub chosen: RwSignal<PermissionSet>,
    fault: RwSignal<Option<FieldError>>,
    error: RwSignal<Option<Error>>,
    /// What someone else saved in the meantime.
    conflict: RwSignal<Option<Credential>>,
}

impl Editor {
    fn new(catalogue: Arc<Catalogue>, credential: Credential) -> Self {
        let chosen = catalogue.set_of(&credential.permissions).unwrap_or_default();
        Self {
            catalogue: StoredValue::new(catalogue),
            description: RwSignal::new(credential.description.clone()),
            chosen: RwSignal::new(chosen),
            saved: RwSignal::new(credential),
            fault: RwSignal::new(None),
            error: RwSignal::new(None),
            conflict: RwSignal::new(None),
        }
    }

    /// The permissions a credential has.
    pub fn permissions_of(self, credential: &Credential) -> PermissionSet {
        let set = |catalogue: &Arc<Catalogue>| catalogue.set_of(&credential.permissions);
        self.catalogue.try_with_value(set).and_then(Result::ok).unwrap_or_default()
    }

    /// What was changed since `base`; nothing when it is as it was.
    pub fn changes_from(self, base: &Credential) -> CredentialChanges {
        let description = self.description.with(|text| text.trim().to_owned());
        let chosen = self.chosen.get();
        let changed = chosen != self.permissions_of(base);
        let ids = || self.catalogue.with_value(|catalogue| catalogue.ids_of(&chosen));
        CredentialChanges {
            description: (description != base.description).then_some(description),
            permissions: (changed && base.api_type == ApiType::Harvest).then(ids),
        }
    }

    fn is_unsaved(self) -> bool {
        self.saved.with(|saved| self.changes_from(saved) != CredentialChanges::default())
    }

    /// Makes the form show what is saved.
    pub fn take(self, credential: Credential) {
        self.description.set(credential.description.clone());
        self.chosen.set(self.permissions_of(&credential));
        self.saved.set(credential);
        self.fault.set(None);
        self.error.set(None);
    }

    /// Saves over the version that `base` is.
    pub async fn save_over(self, base: Credential) {
        let changes = self.changes_from(&base);
        self.error.set(None);
        self.fault.set(changes.check().into_iter().next());
        if self.fault.with(Option::is_some) {
            return focus_first_fault();
        }
        if changes == CredentialChanges::default() {
            self.saved.set(base);
            return announce("Everything is saved");
        }
        match client::credentials::update(&base, &changes).await {
            Ok(saved) => {
                self.saved.set(saved);
                let permissions = changes.permissions.is_some();
                announce(if permissions { "Permissions saved" } else { "Description saved" });
            }
            Err(refused) if refused.is(ErrorCode::Stale) => {
                match client::credentials::read(&base.id).await {
                    Ok(theirs) => self.conflict.set(Some(theirs)),
                    Err(refused) => self.error.set(Some(refused)),
                }
            }
            Err(refused) => {
                self.error.set(Some(refused));
                focus_first_fault();
            }
        }
    }
}

/// The page at `/configure/dev_center/credentials/:id`.
pub fn page(id: String) -> AnyView {
    let title = RwSignal::new(None::<String>);
    let read = LocalResource::new(move || {
        let id = id.clone();
        async move {
            let credential = client::credentials::read(&id);
            let (catalogue, credential) =
                futures::future::join(client::catalogue::read(), credential).await;
            Ok((catalogue?, credential?))
        }
    });
    Effect::new(move |_| {
        if read.with(|read| matches!(read, Some(Err(_)))) {
            title.set(Some("API credential".to_owned()));
        }
    });
    let known = Memo::new(move |_| title.with(Option::is_some));
    view! {
        <div>
            <p class="crumb">
                <a href=routes::CREDENTIALS>"API Credentials"</a>
            </p>
            {move || {
                known.get().then(|| heading(Signal::derive(move || title.get().unwrap_or_default())))
            }}
        </div>
        {loading(
            read,
            move |(catalogue, credential)| {
                let editor = Editor::new(catalogue, credential);
                Effect::new(move |_| title.set(Some(editor.saved.get().description)));
                edit(editor)
            },
        )}
    }
    .into_any()
}

fn edit(editor: Editor) -> AnyView {
    let navigator = Navigator::expect();
    let open = RwSignal::new(Open::Nothing);
    navigator.hold_while(move || editor.is_unsaved(), LEAVE);
    let save = Task::new(move || async move {
        if let Some(saved) = editor.saved.try_get_untracked() {
            editor.save_over(saved).await;
        }
    });
    let fault = Signal::derive(move || {
        let own = editor.fault.with(|fault| fault.as_ref().map(|fault| fault.detail.clone()));
        own.or_else(|| editor.error.with(|e| Some(e.as_ref()?.at("/description")?.to_owned())))
    });
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save.run();
    };
    view! {
        {move || facts(editor, open)}
        {move || not_stored_yet(editor)}
        {move || in_use(editor)}
        <form class="editor" novalidate on:submit=on_submit>
            {text_field(Text::plain("description", "Description"), editor.description, fault)}
            {permissions::section(editor)}
            {failure(editor.error, Some(save))}
            {save_bar(editor, save)}
        </form>
        {move || dialog(editor, open)}
        {move || conflict::dialog(editor, editor.conflict)}
    }
    .into_any()
}

fn save_bar(editor: Editor, save: Task) -> AnyView {
    let difference = move || {
        let saved = editor.saved.with(|saved| editor.permissions_of(saved));
        selection::unsaved(&saved, &editor.chosen.get())
    };
    let state = move || match (difference(), editor.is_unsaved()) {
        (Some(difference), _) => format!("{difference} unsaved"),
        (None, true) => "Description unsaved".to_owned(),
        (None, false) => "Everything is saved".to_owned(),
    };
    let discard = move || editor.take(editor.saved.get_untracked());
    view! {
        <div class="save-bar">
            <span class="difference" class:unsaved=move || editor.is_unsaved()>
                {state}
            </span>
            {move || {
                editor.is_unsaved().then(|| button("button text", "Discard changes", discard))
            }}
            <button
                type="submit"
                class="button primary"
                aria-disabled=move || save.busy.get().then_some("true")
            >
                "Save"
            </button>
        </div>
    }
    .into_any()
}

fn facts(editor: Editor, open: RwSignal<Open>) -> AnyView {
    let credential = editor.saved.get();
    let partner = editor.catalogue.with_value(|catalogue| {
        catalogue.partner(&credential.partner.0).map(|partner| partner.name.clone())
    });
    let last_used = credential.last_used_at.as_deref().map_or_else(
        || "Never".into_any(),
        |time| view! { {ago(time)} <span class="secondary">{exact(time)}</span> }.into_any(),
    );
    let revoked = credential.revoked_at.as_deref().map(|time| {
        fact(
            "Revoked",
            view! { {ago(time)} <span class="secondary">{exact(time)}</span> }.into_any(),
        )
    });
    let created = view! {
        {ago(&credential.created_at)}
        " by "
        {credential.created_by.clone()}
        <span class="secondary">{exact(&credential.created_at)}</span>
    };
    let hint = view! { <span class="hint">"…" {credential.key_hint.clone()}</span> };
    view! {
        <section class="card facts-card" aria-label="About this credential">
            <dl class="facts">
                {fact("Partner", partner.unwrap_or(credential.partner.0.clone()).into_any())}
                {fact("API type", credential.api_type.label().into_any())}
                {fact("API key", hint.into_any())} {fact("Status", status(&credential))}
                {fact("Created", created.into_any())} {fact("Last used", last_used)} {revoked}
            </dl>
            <div class="facts-actions">{actions(credential, open)}</div>
        </section>
    }
    .into_any()
}

fn fact(name: &'static str, value: AnyView) -> AnyView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

fn actions(credential: Credential, open: RwSignal<Open>) -> AnyView {
    let (step, class, label) = match credential.status {
        Status::Active => (Step::Revoke, "button text takes-away", "Revoke"),
        Status::Revoked => (Step::ReEnable, "button text", "Re-enable"),
    };
    let replaced = credential.clone();
    view! {
        {button("button text", "Replace", move || open.set(Open::Replace(replaced.clone())))}
        {button(class, label, move || open.set(Open::Step(step, credential.clone())))}
    }
    .into_any()
}

/// Someone closed the page before they confirmed that the key is stored.
fn not_stored_yet(editor: Editor) -> Option<AnyView> {
    let saved = editor.saved.get();
    if saved.stored_at.is_some() || saved.status == Status::Revoked {
        return None;
    }
    let error = RwSignal::new(None);
    let id = saved.id;
    let store = Task::new(move || {
        let id = id.clone();
        async move {
            match step::run(Step::Store, &id).await {
                Ok((stored, _)) => {
                    announce("Confirmed: the API key is stored");
                    editor.saved.set(stored);
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let notice = view! {
        <div class="notice look">
            {icon("key")}
            <div>
                <p>
                    <strong>"Not stored yet"</strong>
                </p>
                <p>
                    "Nobody has confirmed that this API key is stored. It works all the same. If it \
                    was lost, choose Replace, hand over the new one, then revoke this one."
                </p>
                {failure(error, None)}
            </div>
            {task_button("button", "I have stored the API Key", store)}
        </div>
    };
    Some(notice.into_any())
}

/// The advice before an edit of a key that is in use.
fn in_use(editor: Editor) -> Option<AnyView> {
    let saved = editor.saved.get();
    let last_used = saved.last_used_at.filter(|_| saved.status == Status::Active)?;
    let notice = view! {
        <div class="notice">
            {icon("info")}
            <div>
                <p>
                    <strong>"This API key is in use: last call " {ago(&last_used)} "."</strong>
                </p>
                <p>
                    "A change takes effect with the next call. Check with the developers or the partner \
                    who use it before you take a permission away."
                </p>
            </div>
        </div>
    };
    Some(notice.into_any())
}

fn dialog(editor: Editor, open: RwSignal<Open>) -> AnyView {
    let close = move || open.set(Open::Nothing);
    match open.get() {
        Open::Nothing | Open::Create => ().into_any(),
        Open::Store(created) => store::dialog(created, close),
        Open::Step(step, credential) => step::dialog(step, credential, close, move |changed| {
            editor.saved.set(changed);
            close();
        }),
        Open::Replace(credential) => replace(&credential, open),
    }
}

fn replace(credential: &Credential, open: RwSignal<Open>) -> AnyView {
    let error = RwSignal::new(None::<Error>);
    let asked = Confirm {
        title: format!("Replace “{}”?", credential.description),
        text: vec![
            "Creates a new credential with the same API type, partner and permissions, for when the \
             API key was lost."
                .to_owned(),
            "This one stays as it is. Revoke it once the new API key is handed over.".to_owned(),
        ],
        ok: "OK",
        cancel: "Cancel",
        danger: false,
    };
    let id = credential.id.clone();
    let task = Task::new(move || {
        let id = id.clone();
        async move {
            error.set(None);
            match client::credentials::replace(&id).await {
                Ok(created) => drop_into(open, created),
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    confirm(asked, task, error, move || open.set(Open::Nothing))
}

fn drop_into(open: RwSignal<Open>, created: CreatedCredential) {
    open.set(Open::Store(created));
}
