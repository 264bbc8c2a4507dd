//! What takes a while: something a person sets off and waits for, and something a screen reads.
//!
//! Both are one type each, and what they do is boxed. Leptos' `Action` and `LocalResource` do more, and
//! cost the first load 17 kB (brotli).

use std::any::Any;
use std::future::Future;
use std::marker::PhantomData;
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
pub struct Reading<T> {
    inner: Inner,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Reading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Reading<T> {}

impl<T: Clone + 'static> Reading<T> {
    /// Reads now, and again whenever a signal changes that `read` looks at before it waits.
    pub fn new<F>(read: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Result<T, Error>> + 'static,
    {
        let read = move || -> Answer {
            let answer = read();
            Box::pin(async move { answer.await.map(|read| Rc::new(read) as Rc<dyn Any>) })
        };
        Self { inner: Inner::start(Box::new(read)), kind: PhantomData }
    }

    /// What was read last; nothing before the first answer.
    pub fn get(self) -> Option<Result<T, Error>> {
        match self.inner.read.get()? {
            Ok(read) => read.downcast_ref().cloned().map(Ok),
            Err(error) => Some(Err(error)),
        }
    }

    pub fn again(self) {
        self.inner.asked.update(|asked| *asked += 1);
    }
}

/// An answer of any type: all readings share the code below.
type Anything = Result<Rc<dyn Any>, Error>;
type Answer = Pin<Box<dyn Future<Output = Anything>>>;

#[derive(Debug, Clone, Copy)]
struct Inner {
    read: RwSignal<Option<Anything>, LocalStorage>,
    /// Counts the readings: an answer that was overtaken by a later one is dropped.
    asked: RwSignal<u32>,
}

impl Inner {
    fn start(read: Box<dyn Fn() -> Answer>) -> Self {
        let this = Self { read: RwSignal::new_local(None), asked: RwSignal::new(0) };
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
}

/// What waits follows no signal, and Leptos need not warn that it does not.
fn spawn(work: Work) {
    wasm_bindgen_futures::spawn_local(SpecialNonReactiveFuture::new(work));
}
