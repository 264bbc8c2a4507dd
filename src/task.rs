//! What takes a while: something a person sets off and waits for, and something a screen reads.
//!
//! Both are one type each, and what they do is boxed. Leptos' `Action` and `LocalResource` do more, and
//! cost the first load 17 kB (brotli).

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::reactive::diagnostics::SpecialNonReactiveFuture;

use crate::error::Error;

type Work = Pin<Box<dyn Future<Output = ()>>>;

/// Something that runs when it is told to, once at a time: saving, revoking, signing in.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    work: StoredValue<Rc<dyn Fn() -> Work>, LocalStorage>,
    /// For the button that sets it off.
    pub busy: RwSignal<bool>,
}

impl Task {
    /// Make it inside the view it belongs to. What is still running when the view has gone may set its
    /// signals, to no effect, but must read them with `try_get_untracked`.
    pub fn new<F: Future<Output = ()> + 'static>(work: impl Fn() -> F + 'static) -> Self {
        let work: Rc<dyn Fn() -> Work> = Rc::new(move || Box::pin(work()));
        Self { work: StoredValue::new_local(work), busy: RwSignal::new(false) }
    }

    /// Starts it, unless it is running.
    pub fn run(self) {
        if self.busy.try_get_untracked() != Some(false) {
            return;
        }
        let Some(work) = self.work.try_get_value() else { return };
        self.busy.set(true);
        spawn(Box::pin(async move {
            work().await;
            self.busy.try_set(false);
        }));
    }
}

/// Something a screen reads from the service, and reads again when what it depends on changes.
#[derive(Debug)]
pub struct Reading<T: Send + Sync + 'static> {
    read: RwSignal<Option<Result<T, Error>>>,
    /// Counts the readings: an answer that was overtaken by a later one is dropped.
    asked: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Reading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Reading<T> {}

impl<T: Clone + Send + Sync + 'static> Reading<T> {
    /// Reads now, and again whenever a signal changes that `read` looks at before it waits.
    pub fn new<F>(read: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Result<T, Error>> + 'static,
    {
        let this = Self { read: RwSignal::new(None), asked: RwSignal::new(0) };
        let started = StoredValue::new(0_u32);
        Effect::new(move |_| {
            this.asked.track();
            let number = started.get_value() + 1;
            started.set_value(number);
            let answer = read();
            spawn(Box::pin(async move {
                let answer = answer.await;
                if started.try_get_value() == Some(number) {
                    this.read.set(Some(answer));
                }
            }));
        });
        this
    }

    /// What was read last; nothing before the first answer.
    pub fn get(self) -> Option<Result<T, Error>> {
        self.read.get()
    }

    pub fn again(self) {
        self.asked.update(|asked| *asked += 1);
    }
}

/// What waits follows no signal, and Leptos need not warn that it does not.
fn spawn(work: Work) {
    wasm_bindgen_futures::spawn_local(SpecialNonReactiveFuture::new(work));
}
