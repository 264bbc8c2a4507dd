//! The page of one credential: what it is, its description and permissions, and what can be done to it.

use std::sync::Arc;

use api::catalogue::Catalogue;
use api::credentials::{ApiType, Credential, CredentialChanges, Status};
use api::error::{ErrorCode, FieldError};
use api::permissions::{Bit, PermissionSet};
use api::usage::Usage;
use leptos::prelude::*;

use super::usage::calls;
use super::{Open, conflict, facts, history, permissions, selection, step, usage};
use crate::client;
use crate::client::credentials::Step;
use crate::components::announcer::announce;
use crate::components::button::{button, submit_button, task_button};
use crate::components::failure::failure;
use crate::components::field::{Text, focus_first_fault, text_field};
use crate::components::heading::heading;
use crate::components::icon::icon;
use crate::components::loading::loading;
use crate::components::time::ago;
use crate::dom::{El, View, el, focus, part, switch};
use crate::error::Error;
use crate::location::{Navigator, Question};
use crate::routes;
use crate::task::{Reading, Task};

mod dialogs;

const LEAVE: Question = Question {
    title: "Leave without saving?",
    text: &["Your changes to this credential are not saved and would be lost."],
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
    pub conflict: RwSignal<Option<Credential>>,
    /// Is another whenever something was done to the credential; a call with its key is nothing of that.
    done: Memo<(u64, Status, bool)>,
    /// What the key is used for, as far as it is read.
    pub usage: RwSignal<Usage>,
}

impl Editor {
    fn new(catalogue: Arc<Catalogue>, credential: Credential) -> Self {
        let chosen = catalogue.set_of(&credential.permissions).unwrap_or_default();
        let description = RwSignal::new(credential.description.clone());
        let saved = RwSignal::new(credential);
        Self {
            catalogue: StoredValue::new(catalogue),
            description,
            chosen: RwSignal::new(chosen),
            saved,
            fault: RwSignal::new(None),
            error: RwSignal::new(None),
            conflict: RwSignal::new(None),
            done: Memo::new(move |_| {
                saved.with(|saved| (saved.version, saved.status, saved.stored_at.is_some()))
            }),
            usage: RwSignal::new(Usage::default()),
        }
    }

    /// Makes who calls this look again whenever something was done to the credential.
    pub fn follow_what_is_done(self) {
        // Merely tracked, it would never look at what it is made of.
        let _ = self.done.get();
    }

    pub fn id(self) -> String {
        self.saved.with_untracked(|saved| saved.id.clone())
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

    /// The permissions that were used in the last 90 days.
    pub fn used(self) -> PermissionSet {
        self.catalogue
            .with_value(|catalogue| self.usage.with(|usage| calls::used(usage, catalogue)))
    }

    /// What stands beside a permission about its use.
    pub fn beside(self, bit: Bit) -> String {
        let granted = self.saved.with(|saved| self.permissions_of(saved)).contains(bit);
        self.catalogue.with_value(|catalogue| {
            self.usage.with(|usage| calls::beside(usage, catalogue, bit, granted))
        })
    }

    /// The permissions that saving would take away from a key that is in use.
    fn taken_away(self) -> Option<PermissionSet> {
        let saved = self.saved.get_untracked();
        let in_use = saved.last_used_at.is_some()
            || self.usage.with_untracked(|usage| usage.first_call_at.is_some());
        let taken = self.permissions_of(&saved).difference(&self.chosen.get_untracked());
        (in_use && !taken.is_empty()).then_some(taken)
    }

    /// Makes the form show what is saved.
    pub fn take(self, credential: Credential) {
        self.description.set(credential.description.clone());
        self.chosen.set(self.permissions_of(&credential));
        self.saved.set(credential);
        self.fault.set(None);
        self.error.set(None);
    }

    /// Shows the credential as it is after something was done to it. Somebody else may have edited it before:
    /// what they saved is shown too, or asked about where it meets what was typed here.
    fn follow(self, now: Credential) {
        // Who did it may have left the page.
        let Some(saved) = self.saved.try_get_untracked() else { return };
        if now.description == saved.description && now.permissions == saved.permissions {
            self.saved.set(now);
        } else if self.is_unsaved() {
            let Credential { description, permissions, version, .. } = saved;
            self.saved.set(Credential { description, permissions, version, ..now.clone() });
            self.conflict.set(Some(now));
        } else {
            self.take(now);
        }
    }

    /// Shows what the key is used for. Its last call may be later than what was read of the credential.
    pub fn see(self, usage: Usage) {
        if self.saved.with_untracked(|saved| saved.last_used_at < usage.last_call_at) {
            self.saved.update(|saved| {
                saved.last_used_at.clone_from(&usage.last_call_at);
                saved.last_used_address.clone_from(&usage.last_call_address);
            });
        }
        if self.usage.with_untracked(|shown| *shown != usage) {
            self.usage.set(usage);
        }
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
pub fn page(id: String) -> View {
    let title = RwSignal::new(None::<String>);
    let read = Reading::new(move || {
        let id = id.clone();
        async move {
            let credential = client::credentials::read(&id);
            let (catalogue, credential) =
                futures::future::join(client::catalogue::read(), credential).await;
            Ok((catalogue?, credential?))
        }
    });
    Effect::new(move |_| {
        if matches!(read.get(), Some(Err(_))) {
            title.set(Some("API credential".to_owned()));
        }
    });
    let known = Memo::new(move |_| title.with(Option::is_some));
    let name = move || title.get().unwrap_or_default();
    let name = move || known.get().then(|| heading(Signal::derive(name))).into();
    let crumb = el("a").attr("href", routes::CREDENTIALS).text("API Credentials");
    let head = el("div").child(el("p").class("crumb").child(crumb)).part(name);
    View::from(head).and(loading(read, move |(catalogue, credential)| {
        let editor = Editor::new(catalogue, credential);
        Effect::new(move |_| title.set(Some(editor.saved.get().description)));
        edit(editor)
    }))
}

fn edit(editor: Editor) -> View {
    let navigator = Navigator::expect();
    let open = RwSignal::new(Open::Nothing);
    navigator.hold_while(move || editor.is_unsaved(), LEAVE);
    let replacing = dialogs::replacing(editor, open);
    let save = Task::new(move || async move {
        match editor.taken_away() {
            Some(taken) => open.set(Open::Narrow(taken)),
            None => editor.save_over(editor.saved.get_untracked()).await,
        }
    });
    let usage = Reading::new(move || {
        editor.follow_what_is_done();
        let id = editor.id();
        async move { client::usage::read(&id).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(usage)) = usage.get() {
            editor.see(usage);
        }
    });
    let fault = Signal::derive(move || {
        let own = editor.fault.with(|fault| fault.as_ref().map(|fault| fault.detail.clone()));
        own.or_else(|| editor.error.with(|e| Some(e.as_ref()?.at("/description")?.to_owned())))
    });
    let description = Text::plain("description", "Description");
    let form = el("form")
        .class("editor")
        .attr("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            save.run();
        })
        .child(text_field(description, editor.description, fault))
        .child(permissions::section(editor))
        .child(failure(editor.error, Some(save)))
        .child(save_bar(editor, save));
    part(move || facts::facts(editor, open).into())
        .and(part(move || not_stored_yet(editor).into()))
        .and(part(move || in_use(editor).into()))
        .and(usage::section(editor, usage))
        .and(form)
        .and(history::section(editor))
        .and(switch(move || open.get(), move |now| dialogs::dialog(now, editor, open, replacing)))
        .and(switch(
            move || editor.conflict.get(),
            move |theirs| theirs.map(|theirs| conflict::dialog(editor, theirs)).into(),
        ))
}

fn save_bar(editor: Editor, save: Task) -> El {
    let difference = move || {
        let saved = editor.saved.with(|saved| editor.permissions_of(saved));
        selection::unsaved(&saved, &editor.chosen.get())
    };
    let state = move || match (difference(), editor.is_unsaved()) {
        (Some(difference), _) => format!("{difference} unsaved"),
        (None, true) => "Description unsaved".to_owned(),
        (None, false) => "Everything is saved".to_owned(),
    };
    let discard = move || {
        editor.take(editor.saved.get_untracked());
        focus(".save-bar [type=submit]");
    };
    let discard = button("button text", "Discard changes", discard);
    el("div")
        .class("save-bar")
        .child(
            el("span")
                .class("difference")
                .class_with("unsaved", move || editor.is_unsaved())
                .text_with(state),
        )
        .child(discard.flag_with("hidden", move || !editor.is_unsaved()))
        .child(submit_button("Save".to_owned().into(), save))
}

/// Someone closed the page before they confirmed that the key is stored.
fn not_stored_yet(editor: Editor) -> Option<El> {
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
                    editor.follow(stored);
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let what = "Nobody has confirmed that this API key is stored. It works all the same. If it was lost, \
                choose Replace, hand over the new one, then revoke this one.";
    let text = el("div")
        .child(el("p").child(el("strong").text("Not stored yet")))
        .child(el("p").text(what))
        .child(failure(error, None));
    let notice = el("div").class("notice look").child(icon("key")).child(text);
    Some(notice.child(task_button("button", "I have stored the API Key", store).id("stored")))
}

/// The advice before an edit of a key that is in use.
fn in_use(editor: Editor) -> Option<El> {
    let saved = editor.saved.get();
    let last_used = saved.last_used_at.filter(|_| saved.status == Status::Active)?;
    let what = "A change takes effect with the next call. Check with the developers or the partner who \
                use it before you take a permission away.";
    let title =
        el("strong").text("This API key is in use: last call ").child(ago(&last_used)).text(".");
    let text = el("div").child(el("p").child(title)).child(el("p").text(what));
    Some(el("div").class("notice").child(icon("info")).child(text))
}
