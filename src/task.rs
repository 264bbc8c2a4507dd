//! Something a person sets off and waits for: saving, revoking, signing in.
//!
//! All of it is one type. Every further `Action` type would cost the first load kilobytes.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;

/// An action that runs once at a time.
#[derive(Clone, Copy)]
pub struct Task {
    action: Action<(), ()>,
    /// For the button that sets it off.
    pub busy: Memo<bool>,
}

impl Task {
    /// Make it inside the view it belongs to. What runs late meets disposed signals: it may set them, but
    /// must read them with `try_get_untracked`.
    pub fn new<F: Future<Output = ()> + 'static>(work: impl Fn() -> F + 'static) -> Self {
        type Work = Pin<Box<dyn Future<Output = ()>>>;
        let work: Box<dyn Fn() -> Work> = Box::new(move || Box::pin(work()));
        let action = Action::new_local(move |(): &()| work());
        Self { action, busy: action.pending() }
    }

    /// Starts it, unless it is running.
    pub fn run(self) {
        if !self.busy.get_untracked() {
            self.action.dispatch_local(());
        }
    }
}
