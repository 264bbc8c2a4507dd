//! The one global: who is signed in, and what they may do. The page only hides what the service would
//! refuse; the service decides.

use std::cell::RefCell;
use std::rc::Rc;

use api::session::{NewSession, Proof, Session, SessionState};
use leptos::prelude::*;

use crate::client::{self, Ask};
use crate::error::Error;
use crate::location::Navigator;
use crate::routes;

/// In every view by `Account::expect()`.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    state: RwSignal<SessionState>,
    /// The session ended while someone worked: a dialog asks them to sign in.
    ended: RwSignal<bool>,
    /// What someone is about to do needs their password once more: a dialog asks for it.
    unproven: RwSignal<bool>,
    /// Why the person is asked.
    why: RwSignal<String>,
}

thread_local! {
    /// The calls that wait for the person; each is told whether they did what it waits for.
    static WAITING: RefCell<Vec<(Ask, js_sys::Function)>> = const { RefCell::new(Vec::new()) };
}

impl Account {
    pub fn start(state: SessionState) -> Self {
        let account = Self {
            state: RwSignal::new(state),
            ended: RwSignal::new(false),
            unproven: RwSignal::new(false),
            why: RwSignal::default(),
        };
        provide_context(account);
        client::when_asked(Rc::new(move |ask, why| Box::pin(account.ask(ask, why))));
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

    /// The same, followed: for what shows only who this is and where they may go.
    pub fn session_now(self) -> Option<Session> {
        self.state.with(|state| state.session.clone())
    }

    /// Nobody can sign in before the first Site Admin is created.
    pub fn needs_first_site_admin(self) -> bool {
        self.state.with_untracked(|state| state.needs_first_site_admin)
    }

    pub async fn sign_in(self, who: &NewSession) -> Result<(), Error> {
        self.enter(client::session::create(who).await?);
        Ok(())
    }

    /// Someone is signed in now, maybe somebody else than before.
    pub fn enter(self, state: SessionState) {
        self.state.set(state);
        self.go_on(Ask::SignIn, true);
    }

    pub async fn prove(self, proof: &Proof) -> Result<(), Error> {
        client::session::prove(proof).await?;
        self.go_on(Ask::Proof, true);
        Ok(())
    }

    /// Asks the service again who is signed in and what they may do.
    pub async fn read_again(self) -> Result<(), Error> {
        self.state.set(client::session::read().await?);
        Ok(())
    }

    pub async fn sign_out(self) -> Result<(), Error> {
        client::session::end().await?;
        self.state.update(|state| state.session = None);
        Ok(())
    }

    /// Whether the dialog that asks for this is open.
    pub fn asks(self, ask: Ask) -> RwSignal<bool> {
        match ask {
            Ask::SignIn => self.ended,
            Ask::Proof => self.unproven,
        }
    }

    /// Why the person is asked, in the service's words.
    pub fn why(self) -> String {
        self.why.get_untracked()
    }

    /// Does not do what is asked: what waits for it fails, what was typed stays.
    pub fn dismiss(self, ask: Ask) {
        self.go_on(ask, false);
    }

    /// Leaves for the sign-in page as nobody, to come back to this place as somebody else.
    pub fn change_person(self, navigator: Navigator) {
        self.go_on(Ask::SignIn, false);
        self.go_on(Ask::Proof, false);
        // What waited for the person ends first: nothing is under way any more.
        let leave =
            move || navigator.leave(move || self.state.update(|state| state.session = None));
        set_timeout(leave, std::time::Duration::ZERO);
    }

    fn go_on(self, with: Ask, done: bool) {
        self.asks(with).set(false);
        if done {
            client::answered();
        }
        let (answered, others) = WAITING.take().into_iter().partition(|(ask, _)| *ask == with);
        WAITING.set(others);
        let answered: Vec<(Ask, js_sys::Function)> = answered;
        for (_, resolve) in answered {
            let _ = resolve.call1(&wasm_bindgen::JsValue::NULL, &done.into());
        }
    }

    async fn ask(self, ask: Ask, why: String) -> bool {
        if !self.state.with_untracked(|state| state.session.is_some()) {
            return false;
        }
        self.why.set(why);
        self.asks(ask).set(true);
        let answer = js_sys::Promise::new(&mut |resolve, _| {
            WAITING.with_borrow_mut(|waiting| waiting.push((ask, resolve)));
        });
        let answer = wasm_bindgen_futures::JsFuture::from(answer).await;
        answer.is_ok_and(|done| done.is_truthy())
    }
}

/// The address of the sign-in page that leads back to where the person is now.
pub fn sign_in_href(navigator: Navigator) -> String {
    let place = navigator.place_untracked();
    routes::sign_in_from(&place.path, &place.query)
}
