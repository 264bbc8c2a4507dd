//! Where in the console a person is, and every way to go somewhere else: links, code, back, reload.
//!
//! The only file that touches the browser's history. A router crate would add 50 kB (brotli) to a first
//! load of little more than twice that, and knows no way to ask before leaving.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MouseEvent;

use crate::dom::on_window;
use crate::routes::Route;

/// A place below the base: `configure/dev_center` and `?q=…`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    pub path: String,
    pub query: String,
}

/// What to ask before something would be lost by leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    pub title: &'static str,
    pub text: &'static [&'static str],
    pub leave: &'static str,
    pub stay: &'static str,
}

/// A departure that waits for an answer.
#[derive(Clone)]
pub struct Departure {
    pub question: Question,
    go: Arc<dyn Fn() + Send + Sync>,
}

/// Something that would be lost by leaving, while its condition is true.
#[derive(Clone)]
struct Hold {
    id: usize,
    condition: Arc<dyn Fn() -> bool + Send + Sync>,
    question: Question,
}

/// The one door between the address bar and the page; in every view by `Navigator::expect()`.
#[derive(Clone, Copy)]
pub struct Navigator {
    place: RwSignal<Place>,
    /// What would be lost by leaving, as long as its condition is true. The last of them is asked about.
    holds: StoredValue<Vec<Hold>>,
    departure: RwSignal<Option<Departure>>,
    /// The next step back was asked about already.
    answered: StoredValue<bool>,
}

impl Navigator {
    /// Starts to follow the address bar and the links of the page; once, when the page starts.
    pub fn start() -> Self {
        let navigator = Self {
            place: RwSignal::new(current()),
            holds: StoredValue::default(),
            departure: RwSignal::default(),
            answered: StoredValue::default(),
        };
        provide_context(navigator);
        on_window("popstate", move |_| navigator.on_popstate());
        on_window("click", move |event| navigator.on_click(event.unchecked_ref()));
        on_window("beforeunload", move |event| {
            if navigator.held().is_some() {
                event.prevent_default();
            }
        });
        navigator
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// Where the person is, without following them.
    pub fn place_untracked(&self) -> Place {
        self.place.get_untracked()
    }

    /// Changes only when another screen is asked for, not with every filter.
    pub fn route(self) -> Memo<Route> {
        Memo::new(move |_| self.place.with(|place| Route::parse(&place.path)))
    }

    /// Changes only with the part after the question mark.
    pub fn query(self) -> Memo<String> {
        Memo::new(move |_| self.place.with(|place| place.query.clone()))
    }

    /// Goes to an address of the route table, after asking if something would be lost.
    pub fn go(self, href: impl Into<String>) {
        let href = href.into();
        self.leave(move || self.set(&href, false));
    }

    /// Puts another address in the place of this one: for redirects and filters, which ask nothing.
    pub fn replace(self, href: &str) {
        self.set(href, true);
    }

    /// What stands behind `#` in the address, which is taken out of it: it may be a secret.
    pub fn take_fragment(self) -> String {
        let fragment = window().location().hash().unwrap_or_default();
        if !fragment.is_empty() {
            let Place { path, query } = self.place_untracked();
            self.replace(&format!("{path}{query}"));
        }
        fragment.trim_start_matches('#').to_owned()
    }

    /// Does something that loses what is on the screen, after asking if anybody holds it.
    pub fn leave(self, go: impl Fn() + Send + Sync + 'static) {
        match self.held() {
            None => go(),
            Some(question) => self.departure.set(Some(Departure { question, go: Arc::new(go) })),
        }
    }

    /// The question that waits for an answer, if any.
    pub fn departure(self) -> Option<Departure> {
        self.departure.get()
    }

    /// Answers it: leaves, or stays as if nothing had been asked.
    pub fn answer(self, leave: bool) {
        let departure = self.departure.try_update(Option::take).flatten();
        if let Some(departure) = departure.filter(|_| leave) {
            (departure.go)();
        }
    }

    /// Asks this question before leaving, whenever the condition is true and its owner is on screen.
    pub fn hold_while(
        self,
        condition: impl Fn() -> bool + Send + Sync + 'static,
        question: Question,
    ) {
        let condition = Arc::new(condition);
        let last = self.holds.with_value(|holds| holds.last().map(|hold| hold.id));
        let id = last.map_or(0, |last| last + 1);
        self.holds.update_value(|holds| holds.push(Hold { id, condition, question }));
        on_cleanup(move || self.holds.update_value(|holds| holds.retain(|hold| hold.id != id)));
    }

    fn held(self) -> Option<Question> {
        let holds = self.holds.get_value();
        let held = untrack(|| holds.into_iter().rev().find(|hold| (hold.condition)()));
        held.map(|hold| hold.question)
    }

    fn set(self, href: &str, replace: bool) {
        let Ok(url) = web_sys::Url::new_with_base(href, &base_uri()) else { return };
        let (url, history) = (url.href(), history());
        let changed = if replace {
            history.replace_state_with_url(&JsValue::NULL, "", Some(&url))
        } else {
            history.push_state_with_url(&JsValue::NULL, "", Some(&url))
        };
        if changed.is_ok() {
            let place = current();
            if place.path != self.place_untracked().path {
                window().scroll_to_with_x_and_y(0.0, 0.0);
            }
            self.place.set(place);
        }
    }

    fn on_popstate(self) {
        let place = current();
        if place == self.place_untracked() {
            return;
        }
        if self.answered.get_value() || self.held().is_none() {
            self.answered.set_value(false);
            self.place.set(place);
            return;
        }
        // The browser has left already: stand on the old address again, then ask. One step back from
        // here is wherever the person wanted to go.
        let Place { path, query } = self.place_untracked();
        let here = format!("{}{path}{query}", base_uri());
        if history().push_state_with_url(&JsValue::NULL, "", Some(&here)).is_ok() {
            self.leave(move || {
                self.answered.set_value(true);
                let _ = history().back();
            });
        }
    }

    fn on_click(self, event: &MouseEvent) {
        let modified = event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key();
        if event.default_prevented() || event.button() != 0 || modified {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let Some(link) = target.and_then(|element| element.closest("a[href]").ok().flatten())
        else {
            return;
        };
        if link.has_attribute("target") || link.has_attribute("download") {
            return;
        }
        let href = link.get_attribute("href").unwrap_or_default();
        let Ok(url) = web_sys::Url::new_with_base(&href, &base_uri()) else { return };
        if url.href().starts_with(&base_uri()) {
            event.prevent_default();
            self.go(href);
        }
    }
}

/// The path of the screen, as the address says it now.
pub fn path() -> String {
    current().path
}

/// The whole address of a place of the console or of the service, to be handed to somebody.
pub fn address_of(href: &str) -> String {
    web_sys::Url::new_with_base(href, &base_uri()).map(|url| url.href()).unwrap_or_default()
}

/// The address every other address of the console is relative to, without query and fragment.
fn base_uri() -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    base.split(['?', '#']).next().unwrap_or_default().to_owned()
}

fn history() -> web_sys::History {
    window().history().expect("a window has a history")
}

fn current() -> Place {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let base = web_sys::Url::new(&base_uri()).map(|url| url.pathname()).unwrap_or_default();
    Place {
        path: path.strip_prefix(&base).unwrap_or(&path).trim_start_matches('/').to_owned(),
        query: location.search().unwrap_or_default(),
    }
}
