//! Elements for Leptos' signals, with one type for all of them.
//!
//! Leptos' own views give every element, attribute and closure a type of its own, and each of those is
//! compiled anew: this console measured 232 kB (brotli) with them. Here everything goes through the few
//! functions below, and a screen costs its words. What changes is a closure (`…_with`, [`part`]): it runs
//! again when a signal it reads changes, and ends with the reactive owner it was made under.

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, Node};

mod live;
mod place;

pub use place::{focus, focused, lead_to, return_to};

/// An element in the making.
#[derive(Debug, Clone)]
#[must_use = "an element is seen only as a child of another"]
pub struct El(web_sys::Element);

/// Anything that can stand in an element: elements, text, several of them, or nothing.
#[derive(Debug, Clone)]
#[must_use = "a view is seen only as a child of an element"]
pub struct View(Node);

/// An element of this name.
pub fn el(name: &str) -> El {
    El(document().create_element(name).expect("element names are valid"))
}

/// An element of SVG.
pub fn svg(name: &str) -> El {
    let namespace = Some("http://www.w3.org/2000/svg");
    El(document().create_element_ns(namespace, name).expect("element names are valid"))
}

impl El {
    pub fn attr(self, name: &str, value: &str) -> Self {
        let _ = self.0.set_attribute(name, value);
        self
    }

    pub fn class(self, names: &str) -> Self {
        self.attr("class", names)
    }

    pub fn id(self, id: &str) -> Self {
        self.attr("id", id)
    }

    /// An attribute that comes, changes and goes.
    pub fn attr_with(
        self,
        name: &'static str,
        value: impl Fn() -> Option<String> + 'static,
    ) -> Self {
        live::attribute(&self.0, name, Box::new(value));
        self
    }

    /// An attribute without a value, such as `hidden`, there or not.
    pub fn flag_with(self, name: &'static str, on: impl Fn() -> bool + 'static) -> Self {
        self.attr_with(name, move || on().then(String::new))
    }

    /// A class, there or not.
    pub fn class_with(self, name: &'static str, on: impl Fn() -> bool + 'static) -> Self {
        live::class(&self.0, name, Box::new(on));
        self
    }

    /// A property, which is what the browser shows where it differs from the attribute: `value`, `checked`.
    pub fn prop_with<V: Into<JsValue>>(
        self,
        name: &'static str,
        value: impl Fn() -> V + 'static,
    ) -> Self {
        live::property(&self.0, name, Box::new(move || value().into()));
        self
    }

    pub fn text(self, text: &str) -> Self {
        let _ = self.0.append_child(&document().create_text_node(text));
        self
    }

    /// Text that changes.
    pub fn text_with(self, text: impl Fn() -> String + 'static) -> Self {
        live::text(&self.0, Box::new(text));
        self
    }

    pub fn child(self, child: impl Into<View>) -> Self {
        let _ = self.0.append_child(&child.into().0);
        self
    }

    /// A child that is made again whenever what it reads changes.
    pub fn part(self, view: impl Fn() -> View + 'static) -> Self {
        self.child(part(view))
    }

    /// Listens to an event, for as long as what the element belongs to is alive: an event that arrives
    /// later would find its signals gone.
    pub fn on(self, event: &str, handler: impl FnMut(Event) + 'static) -> Self {
        listen(&self.0, event, Box::new(handler));
        self
    }

    /// The element itself, for what only the browser can do with it.
    pub fn node<T: JsCast>(&self) -> T {
        self.0.clone().unchecked_into()
    }
}

impl View {
    /// Nothing to see, and the start of several things side by side.
    pub fn none() -> Self {
        Self(document().create_document_fragment().into())
    }

    /// This and then that.
    pub fn and(self, next: impl Into<Self>) -> Self {
        let all = if self.0.node_type() == Node::DOCUMENT_FRAGMENT_NODE {
            self
        } else {
            let all = Self::none();
            let _ = all.0.append_child(&self.0);
            all
        };
        let _ = all.0.append_child(&next.into().0);
        all
    }

    /// Puts it on the page.
    pub fn mount(self) {
        if let Some(body) = document().body() {
            let _ = body.append_child(&self.0);
        }
    }
}

impl From<El> for View {
    fn from(element: El) -> Self {
        Self(element.0.into())
    }
}

impl From<&str> for View {
    fn from(text: &str) -> Self {
        Self(document().create_text_node(text).into())
    }
}

impl From<String> for View {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl<V: Into<View>> From<Option<V>> for View {
    fn from(view: Option<V>) -> Self {
        view.map_or_else(Self::none, Into::into)
    }
}

impl<V: Into<View>> FromIterator<V> for View {
    fn from_iter<I: IntoIterator<Item = V>>(views: I) -> Self {
        views.into_iter().fold(Self::none(), Self::and)
    }
}

/// A view that is made again whenever a signal it reads changes. What it made before is taken away, and
/// so are the signals and effects that were made for it.
pub fn part(view: impl Fn() -> View + 'static) -> View {
    live::view(Box::new(view))
}

/// A view that is made again whenever `on` changes what it answers from, and only then: what `view` reads
/// while it is made does not count. This is for screens and dialogs, which hold what a person typed.
pub fn switch<T: 'static>(
    on: impl Fn() -> T + 'static,
    view: impl Fn(T) -> View + 'static,
) -> View {
    part(move || {
        let now = on();
        untrack(|| view(now))
    })
}

fn listen(target: &web_sys::EventTarget, event: &str, mut handler: Box<dyn FnMut(Event)>) {
    let alive = StoredValue::new(());
    let handler = Closure::<dyn FnMut(Event)>::new(move |event| {
        if !alive.is_disposed() {
            untrack(|| handler(event));
        }
    });
    // Into the hands of the browser, which drops it together with the element.
    let _ = target.add_event_listener_with_callback(event, handler.into_js_value().unchecked_ref());
}

/// Listens to an event of the window, as long as the current owner is alive.
pub fn on_window(event: &str, handler: impl FnMut(Event) + 'static) {
    listen(&window(), event, Box::new(handler));
}

/// Does something once the view is on the page, unless it is gone by then.
pub fn when_mounted(run: impl FnOnce() + 'static) {
    let alive = StoredValue::new(());
    set_timeout(
        move || {
            if !alive.is_disposed() {
                run();
            }
        },
        std::time::Duration::ZERO,
    );
}

/// What is typed or chosen in the field an event comes from.
pub fn value_of(event: &Event) -> String {
    let target = event.target().map(JsValue::from).unwrap_or_default();
    let value = js_sys::Reflect::get(&target, &"value".into());
    value.ok().and_then(|value| value.as_string()).unwrap_or_default()
}

/// Whether the box an event comes from is ticked.
pub fn is_checked(event: &Event) -> bool {
    let target = event.target().map(JsValue::from).unwrap_or_default();
    js_sys::Reflect::get(&target, &"checked".into()).is_ok_and(|checked| checked.is_truthy())
}
