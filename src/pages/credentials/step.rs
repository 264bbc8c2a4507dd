//! Revoke and Re-enable: the question, the deed, and what is said after it.

use api::credentials::Credential;
use api::error::ErrorCode;
use leptos::prelude::*;

use super::usage;
use crate::client::credentials::{self, Step};
use crate::components::announcer::announce;
use crate::components::confirm::{Confirm, confirm_with};
use crate::dom::View;
use crate::error::Error;
use crate::task::Task;

/// Asks, does it, and hands over the credential as it is afterwards.
pub fn dialog(
    step: Step,
    credential: Credential,
    on_close: impl Fn() + Clone + 'static,
    on_done: impl Fn(Credential) + Clone + 'static,
) -> View {
    let error = RwSignal::new(None::<Error>);
    let asked = question(step, &credential.description);
    let about = usage::about(credential.id.clone(), None);
    let task = Task::new(move || {
        let (credential, on_done) = (credential.clone(), on_done.clone());
        async move {
            error.set(None);
            match run(step, &credential.id).await {
                Ok((changed, already)) => {
                    announce(said(step, &changed.description, already));
                    on_done(changed);
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    confirm_with(&asked, about, task, error, on_close)
}

/// Does it. When someone else was faster, the second part is true and the first what they left.
pub async fn run(step: Step, id: &str) -> Result<(Credential, bool), Error> {
    match credentials::step(id, step).await {
        Err(refused) if refused.is(ErrorCode::AlreadySo) => {
            credentials::read(id).await.map(|found| (found, true))
        }
        done => done.map(|changed| (changed, false)),
    }
}

fn question(step: Step, description: &str) -> Confirm {
    let (title, text): (_, &[_]) = match step {
        Step::Revoke => (
            format!("Revoke “{description}”?"),
            &[
                "The API key stops working at once, for everyone and every integration that uses it. \
                 Check that it is the right one.",
                "You can re-enable it later.",
            ],
        ),
        Step::ReEnable | Step::Store => (
            format!("Re-enable “{description}”?"),
            &[
                "The same API key works again at once, with the permissions it had, for everyone who \
               still holds it.",
            ],
        ),
    };
    Confirm { title, text, ok: "OK", cancel: "Cancel", danger: step == Step::Revoke }
}

fn said(step: Step, description: &str, already: bool) -> String {
    let word = if step == Step::Revoke { "revoked" } else { "re-enabled" };
    if already {
        format!("{description} was {word} already, by someone else")
    } else {
        format!("{description} {word}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_names_the_credential() {
        assert_eq!(said(Step::Revoke, "Key", false), "Key revoked");
        assert_eq!(
            said(Step::ReEnable, "Key", true),
            "Key was re-enabled already, by someone else"
        );
        assert!(question(Step::Revoke, "Key").danger);
        assert!(!question(Step::ReEnable, "Key").danger);
    }
}
