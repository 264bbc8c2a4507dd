//! The dialog `Create New Credential`.

use std::sync::Arc;

use api::catalogue::Catalogue;
use api::credentials::{ApiType, CreatedCredential, NewCredential};
use api::error::FieldError;
use api::partners::PartnerId;
use leptos::prelude::*;

use super::CREATING;
use crate::client;
use crate::components::button::{button, submit_button};
use crate::components::combobox::{Choice, combobox};
use crate::components::dialog::{self, Kind};
use crate::components::failure::failure;
use crate::components::field::{Text, focus_first_fault, select_field, text_field};
use crate::components::loading::loading;
use crate::dom::{View, el};
use crate::error::Error;
use crate::location::Navigator;
use crate::session::Account;
use crate::task::{Reading, Task};

/// What is typed. It belongs to the list, so that closing the dialog by mistake loses nothing.
#[derive(Debug, Clone, Copy)]
pub struct Draft {
    api_types: StoredValue<&'static [ApiType]>,
    api_type: RwSignal<String>,
    partner_text: RwSignal<String>,
    partner: RwSignal<String>,
    description: RwSignal<String>,
    faults: RwSignal<Vec<FieldError>>,
    error: RwSignal<Option<Error>>,
}

impl Draft {
    pub fn new(account: Account) -> Self {
        let api_types = account.session().map_or(&[][..], |session| session.api_types());
        let draft = Self {
            api_types: StoredValue::new(api_types),
            api_type: RwSignal::default(),
            partner_text: RwSignal::default(),
            partner: RwSignal::default(),
            description: RwSignal::default(),
            faults: RwSignal::default(),
            error: RwSignal::default(),
        };
        draft.clear();
        draft
    }

    pub fn clear(self) {
        let first = self.api_types.get_value().first().map_or("", |first| first.as_str());
        self.api_type.set(first.to_owned());
        for text in [self.partner_text, self.partner, self.description] {
            text.set(String::new());
        }
        self.faults.set(Vec::new());
        self.error.set(None);
    }

    fn api_type(self) -> ApiType {
        self.api_type.with(|name| ApiType::from_name(name)).unwrap_or(ApiType::Harvest)
    }

    /// What would be created, or what keeps it from being.
    fn check(self) -> Result<NewCredential, Vec<FieldError>> {
        let new = NewCredential {
            api_type: self.api_type(),
            partner: PartnerId(self.partner.get_untracked()),
            description: self.description.get_untracked().trim().to_owned(),
        };
        let mut faults = new.check();
        if new.partner.0.is_empty() {
            faults.push(FieldError::new("/partner", NO_PARTNER));
        }
        if faults.is_empty() { Ok(new) } else { Err(faults) }
    }

    fn fault(self, pointer: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            let own = self.faults.with(|faults| {
                faults
                    .iter()
                    .find(|fault| fault.pointer == pointer)
                    .map(|fault| fault.detail.clone())
            });
            own.or_else(|| self.error.with(|e| Some(e.as_ref()?.at(pointer)?.to_owned())))
        })
    }
}

const NO_PARTNER: &str = "Choose a partner from the list.";

/// Makes what is typed, and hands it over. It belongs to the list too: the dialog may be closed before the
/// API key is here.
pub fn creating(
    draft: Draft,
    on_created: impl Fn(CreatedCredential) + Clone + 'static,
    on_refused: impl Fn() + Copy + 'static,
) -> Task {
    let create = Task::new(move || {
        let on_created = on_created.clone();
        async move {
            draft.error.set(None);
            let new = match draft.check() {
                Ok(new) => new,
                Err(faults) => {
                    draft.faults.set(faults);
                    return focus_first_fault();
                }
            };
            draft.faults.set(Vec::new());
            let created = client::credentials::create(&new).await;
            if draft.error.is_disposed() {
                // Whoever left was asked.
                return;
            }
            match created {
                Ok(created) => on_created(created),
                Err(error) => {
                    draft.error.set(Some(error));
                    on_refused();
                    focus_first_fault();
                }
            }
        }
    });
    Navigator::expect().hold_while(move || create.busy.get(), CREATING);
    create
}

/// Asks for what a credential needs.
pub fn dialog(draft: Draft, create: Task, on_close: impl Fn() + Clone + 'static) -> View {
    let catalogue = Reading::new(client::catalogue::read);
    let close = on_close.clone();
    let body = loading(catalogue, move |catalogue| form(draft, catalogue, create, close.clone()));
    dialog::dialog(Kind::Form, "Create New Credential", on_close, body)
}

fn form(
    draft: Draft,
    catalogue: Arc<Catalogue>,
    create: Task,
    on_close: impl Fn() + 'static,
) -> View {
    let types = draft.api_types.get_value().iter();
    let types: Vec<_> = types.map(|one| (one.as_str().into(), one.label().into())).collect();
    let primary = move || match draft.api_type() {
        ApiType::Harvest => "Manage Permissions".to_owned(),
        ApiType::JobBoard | ApiType::CandidateIngestion => "Create".to_owned(),
    };
    let api_type = ("api-type", "API Type");
    let partner = combobox(
        ("partner", "Partner"),
        choices(&catalogue),
        (draft.partner_text, draft.partner),
        draft.fault("/partner"),
    );
    // Said when it becomes another, not with every letter.
    let consequence = Memo::new(move |_| {
        let chosen = draft.partner.with(|id| catalogue.partner(id));
        consequence(draft.api_type(), chosen.map(|one| (&*one.name, one.preset.len())))
    });
    let description = Text::plain("new-description", "Description");
    let hint = "Name it so that others know who uses it.";
    let actions = el("div")
        .class("actions")
        .child(button("button", "Cancel", on_close))
        .child(submit_button(Signal::derive(primary), create));
    el("form")
        .class("dialog-form")
        .attr("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            create.run();
        })
        .child(select_field(api_type, &types, draft.api_type, draft.fault("/api_type")))
        .child(partner)
        .child(
            el("p")
                .class("secondary hint-below")
                .attr("role", "status")
                .text_with(move || consequence.get()),
        )
        .child(text_field(description, draft.description, draft.fault("/description")))
        .child(el("p").class("secondary hint-below").text(hint))
        .child(failure(draft.error, None))
        .child(actions)
        .into()
}

fn choices(catalogue: &Catalogue) -> Vec<Choice> {
    let choice = |partner: &api::partners::Partner| Choice {
        value: partner.partner_id.0.clone(),
        label: partner.name.clone(),
        note: if partner.preset.is_empty() { "" } else { "Permissions known" },
    };
    catalogue.partners.iter().map(choice).collect()
}

/// What choosing this will do, before it is done.
fn consequence(api_type: ApiType, partner: Option<(&str, usize)>) -> String {
    match (api_type, partner) {
        (_, None) => {
            "Not in the list? Choose Unlisted vendor, or Custom integration for a program of \
                      your own."
                .to_owned()
        }
        (ApiType::Harvest, Some((_, 0))) => {
            "Permissions start empty: you choose them in the next step.".to_owned()
        }
        (ApiType::Harvest, Some((name, count))) => {
            format!("Gets the {count} permissions {name} asks for; you can change them next.")
        }
        (ApiType::JobBoard | ApiType::CandidateIngestion, Some(_)) => {
            format!("A {} key has no permissions to choose.", api_type.label())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialog_says_where_permissions_start() {
        let says = |api_type, partner| consequence(api_type, partner);
        assert!(says(ApiType::Harvest, None).starts_with("Not in the list?"));
        assert!(
            says(ApiType::Harvest, Some(("JobTarget", 6))).contains("the 6 permissions JobTarget")
        );
        assert!(says(ApiType::Harvest, Some(("Gem", 0))).contains("start empty"));
        assert!(says(ApiType::JobBoard, Some(("Gem", 0))).contains("no permissions"));
    }
}
