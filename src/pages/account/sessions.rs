//! Where the person is signed in, and ending it there.

use api::Page;
use api::error::ErrorCode;
use api::session::OpenSession;
use leptos::prelude::*;

use crate::client;
use crate::components::announcer::announce;
use crate::components::button::button;
use crate::components::confirm::{Confirm, confirm};
use crate::components::failure::failure;
use crate::components::loading::loading;
use crate::components::time::ago;
use crate::dom::{El, View, el, switch};
use crate::error::Error;
use crate::task::{Reading, Task};

/// The sessions, and what is being done about them.
#[derive(Clone, Copy)]
pub struct Sessions {
    read: Reading<Page<OpenSession>>,
    error: RwSignal<Option<Error>>,
    /// It is asked whether all others are to end.
    asking: RwSignal<bool>,
}

impl Sessions {
    pub fn read() -> Self {
        Self {
            read: Reading::new(client::sessions::list),
            error: RwSignal::new(None),
            asking: RwSignal::new(false),
        }
    }

    pub fn read_again(self) {
        self.read.again();
    }

    pub fn section(self) -> El {
        let list = loading(self.read, move |page| self.list(&page.items));
        let question = move |asking: bool| asking.then(|| self.question()).into();
        super::section("sessions", "Sessions")
            .child(failure(self.error, None))
            .child(list)
            .child(switch(move || self.asking.get(), question))
    }

    fn list(self, sessions: &[OpenSession]) -> View {
        let rows = sessions.iter().map(|session| self.row(session)).collect::<View>();
        let list = el("ul").class("sessions").child(rows);
        let below = if sessions.iter().any(|session| !session.current) {
            button("button takes-away", "End all others", move || self.asking.set(true))
        } else {
            el("p").class("secondary").text("You are signed in here only.")
        };
        View::from(list).and(el("div").class("send").child(below))
    }

    fn row(self, session: &OpenSession) -> El {
        let OpenSession { browser, address, .. } = session;
        let here = session.current.then(|| el("span").class("status").text("This session"));
        let place = el("span").class("session-place").child(el("strong").text(browser)).child(here);
        let times = el("span")
            .class("secondary")
            .text(&format!("{address} · signed in "))
            .child(ago(&session.created_at))
            .text(" · last seen ")
            .child(ago(&session.last_seen_at));
        let end = (!session.current).then(|| self.end(session));
        el("li").child(el("div").child(place).child(times)).child(end)
    }

    fn end(self, session: &OpenSession) -> El {
        let id = session.session_id.clone();
        let task = Task::new(move || {
            let id = id.clone();
            async move {
                self.error.set(None);
                match client::sessions::end(&id).await {
                    // It may have ended by itself since the list was read.
                    Err(refused) if !refused.is(ErrorCode::NotFound) => {
                        self.error.set(Some(refused));
                    }
                    _ => self.ended("Session ended"),
                }
            }
        });
        let which = format!(" the session of {}, {}", session.browser, session.address);
        let which = el("span").class("visually-hidden").text(&which);
        button("button text takes-away", "End", move || task.run()).child(which)
    }

    fn ended(self, said: &'static str) {
        announce(said);
        self.read.again();
    }

    fn question(self) -> View {
        let error = RwSignal::new(None);
        let end = Task::new(move || async move {
            error.set(None);
            match client::sessions::end_others().await {
                Ok(()) => {
                    self.asking.set(false);
                    self.ended("All other sessions ended");
                }
                Err(refused) => error.set(Some(refused)),
            }
        });
        let asked = Confirm {
            title: "End all other sessions?".to_owned(),
            text: &[
                "You are signed out at once wherever else you are signed in. What is not saved there is \
                 lost.",
                "Here you stay signed in.",
            ],
            ok: "OK",
            cancel: "Cancel",
            danger: true,
        };
        confirm(&asked, end, error, move || self.asking.set(false))
    }
}
