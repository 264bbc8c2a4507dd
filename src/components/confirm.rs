//! The question before something is done that others will feel.

use std::future::Future;

use leptos::prelude::*;

use super::button::{button, task_button};
use super::dialog::{Kind, dialog};
use super::failure::failure;
use crate::dom::{View, el};
use crate::error::Error;
use crate::location::{Navigator, Question};
use crate::task::Task;

/// What is asked, and how the answers read.
#[derive(Debug, Clone)]
pub struct Confirm {
    pub title: String,
    /// Sentences, one paragraph each.
    pub text: &'static [&'static str],
    pub ok: &'static str,
    pub cancel: &'static str,
    /// Access is taken away or something is lost: the button that does it is red.
    pub danger: bool,
}

/// Shows `to` in the place of `from`: nothing when a question was answered, the question again when what it
/// asked was refused. Not when the person went on to something else: that may hold what is shown only once.
pub fn move_on<T: PartialEq + Send + Sync + 'static>(open: RwSignal<T>, from: &T, to: T) {
    if open.try_with_untracked(|now| now == from) == Some(true) {
        open.set(to);
    }
}

/// Makes what is shown only once. It belongs to the page and not to the question: that may be closed before
/// the answer is here. Leaving meanwhile asks.
#[derive(Debug, Clone, Copy)]
pub struct Making {
    task: Task,
    error: RwSignal<Option<Error>>,
}

impl Making {
    pub fn new<F: Future<Output = Result<(), Error>> + 'static>(
        leave: Question,
        make: impl Fn() -> F + 'static,
        on_refused: impl Fn() + Copy + 'static,
    ) -> Self {
        let error = RwSignal::new(None);
        let task = Task::new(move || {
            let made = make();
            async move {
                error.set(None);
                if let Err(refused) = made.await {
                    error.set(Some(refused));
                    on_refused();
                }
            }
        });
        Navigator::expect().hold_while(move || task.busy.get(), leave);
        Self { task, error }
    }

    /// Asks, and makes it.
    pub fn confirm(self, asked: &Confirm, on_cancel: impl Fn() + Clone + 'static) -> View {
        let on_cancel = move || {
            self.error.set(None);
            on_cancel();
        };
        confirm(asked, self.task, self.error, on_cancel)
    }
}

/// Asks; see [`confirm_with`].
pub fn confirm(
    asked: &Confirm,
    on_ok: Task,
    error: RwSignal<Option<Error>>,
    on_cancel: impl Fn() + Clone + 'static,
) -> View {
    confirm_with(asked, View::none(), on_ok, error, on_cancel)
}

/// Asks, and shows what it is about; `on_ok` does it, and the dialog stays until whoever asked takes it away.
pub fn confirm_with(
    confirm: &Confirm,
    about: View,
    on_ok: Task,
    error: RwSignal<Option<Error>>,
    on_cancel: impl Fn() + Clone + 'static,
) -> View {
    let class = if confirm.danger { "button danger" } else { "button primary" };
    let text = confirm.text.iter().map(|&sentence| el("p").text(sentence)).collect::<View>();
    let actions = el("div")
        .class("actions")
        .child(button("button", confirm.cancel, on_cancel.clone()))
        .child(task_button(class, confirm.ok, on_ok));
    let body = View::from(el("div").class("dialog-text").child(text).child(about))
        .and(failure(error, None))
        .and(actions);
    dialog(Kind::Question, &confirm.title, on_cancel, body)
}
