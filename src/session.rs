//! The one global: who is signed in, and what they may do. The page only hides what the service would
//! refuse; the service decides.

use std::cell::RefCell;
use std::rc::Rc;

use api::session::{NewSession, Session, SessionState};
use leptos::prelude::*;

use crate::client;
use crate::error::Error;
use crate::location::Navigator;
use crate::routes;

/// In every view by `Account::expect()`.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    state: RwSignal<SessionState>,
    /// The session ended while someone worked: a dialog asks for the password.
    pub ended: RwSignal<bool>,
}

thread_local! {
    /// The calls that wait for someone to sign in again; each is told whether they did.
    static WAITING: RefCell<Vec<js_sys::Function>> = const { RefCell::new(Vec::new()) };
}

impl Account {
    pub fn start(state: SessionState) -> Self {
        let account = Self { state: RwSignal::new(state), ended: RwSignal::new(false) };
        provide_context(account);
        client::when_signed_out(Rc::new(move || Box::pin(account.sign_in_again())));
        account
    }

    pub fn expect() -> Self {
        expect_context()
    }

    pub fn organization(self) -> String {
        self.state.with_untracked(|state| state.organization.clone())
    }

    pub fn is_demo(self) -> bool {
        self.state.with_untracked(|state| state.demo)
    }

    pub fn is_signed_in(self) -> bool {
        self.state.with(|state| state.session.is_some())
    }

    /// Who is signed in. Screens behind the sign-in can rely on it. Not tracked: a screen that is made
    /// again because its person signed in again would lose what they typed.
    pub fn session(self) -> Option<Session> {
        self.state.with_untracked(|state| state.session.clone())
    }

    /// The name of whoever is signed in, as it changes.
    pub fn name(self) -> String {
        let name = |state: &SessionState| Some(state.session.as_ref()?.user.name.clone());
        self.state.with(name).unwrap_or_default()
    }

    /// Shows whoever is signed in under a new name.
    pub fn rename(self, name: &str) {
        self.state.update(|state| {
            if let Some(session) = &mut state.session {
                name.clone_into(&mut session.user.name);
            }
        });
    }

    /// Where the console opens: the Dev Center, for someone who works there or has nothing else.
    pub fn first_screen(self) -> &'static str {
        match self.session() {
            Some(who) if who.api_types().is_empty() && who.may_list_users() => routes::USERS,
            _ => routes::DEV_CENTER,
        }
    }

    pub async fn sign_in(self, who: &NewSession) -> Result<(), Error> {
        let state = client::session::create(who).await?;
        self.state.set(state);
        self.go_on(true);
        Ok(())
    }

    pub async fn sign_out(self) -> Result<(), Error> {
        client::session::end().await?;
        self.state.update(|state| state.session = None);
        Ok(())
    }

    /// Gives up on signing in again: what waits for it fails, what was typed stays.
    pub fn dismiss(self) {
        self.go_on(false);
    }

    /// Leaves for the sign-in page as nobody, to come back to this place as somebody else.
    pub fn change_person(self, navigator: Navigator) {
        self.go_on(false);
        navigator.leave(move || self.state.update(|state| state.session = None));
    }

    fn go_on(self, signed_in: bool) {
        self.ended.set(false);
        for resolve in WAITING.take() {
            let _ = resolve.call1(&wasm_bindgen::JsValue::NULL, &signed_in.into());
        }
    }

    async fn sign_in_again(self) -> bool {
        if !self.state.with_untracked(|state| state.session.is_some()) {
            return false;
        }
        self.ended.set(true);
        let answer = js_sys::Promise::new(&mut |resolve, _| {
            WAITING.with_borrow_mut(|waiting| waiting.push(resolve));
        });
        let answer = wasm_bindgen_futures::JsFuture::from(answer).await;
        answer.is_ok_and(|signed_in| signed_in.is_truthy())
    }
}

/// The address of the sign-in page that leads back to where the person is now.
pub fn sign_in_href(navigator: Navigator) -> String {
    let place = navigator.place_untracked();
    routes::sign_in_from(&place.path, &place.query)
}
