//! Transport: the only file that knows HTTP. `client/<noun>.rs` holds one function per endpoint.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use api::error::ErrorCode;
use gloo_net::http::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_sys::{AbortSignal, RequestCache, RequestCredentials};

use crate::error::Error;
use crate::json;
use crate::location::{self, address_of};

pub mod account;
pub mod boards;
pub mod catalogue;
pub mod change_log;
pub mod credentials;
pub mod password_links;
pub mod session;
pub mod sessions;
pub mod usage;
pub mod users;

/// After this long without an answer there is none.
const TIMEOUT_MS: u32 = 30_000;

/// What a call waits for that only the person can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// The session has ended: sign in again.
    SignIn,
    /// The password was last given too long ago for what is to be done: give it once more.
    Proof,
}

/// Asks the person, and says why; true when they did it.
pub type Asker = Rc<dyn Fn(Ask, String) -> Pin<Box<dyn Future<Output = bool>>>>;

thread_local! {
    static API_BASE: RefCell<Option<String>> = const { RefCell::new(None) };
    static ASKER: RefCell<Option<Asker>> = const { RefCell::new(None) };
    /// How often the person did what was asked.
    static ANSWERS: Cell<u32> = const { Cell::new(0) };
    /// What makes a secret and was not answered, and the name it had: made again, it has the same one.
    static UNANSWERED: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// Whom to turn to when a call needs the person who works here: it waits, and is made again after they did
/// what is asked, so that nothing they did before is lost.
pub fn when_asked(asker: Asker) {
    ASKER.set(Some(asker));
}

/// The person did what was asked: what was under way meanwhile need not ask again.
pub fn answered() {
    ANSWERS.set(ANSWERS.get() + 1);
}

/// One call of the admin API, ready to be made again.
struct Call {
    method: Method,
    path: String,
    version: Option<u64>,
    body: Option<String>,
    /// Names a call that makes a secret, so that a repeat of it makes nothing twice.
    name: Option<String>,
    /// Whether the person may be asked for what it lacks.
    may_ask: bool,
}

impl Call {
    fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), version: None, body: None, name: None, may_ask: true }
    }

    /// The version of the thing this call changes: refused when someone else changed it since.
    fn if_match(mut self, version: u64) -> Self {
        self.version = Some(version);
        self
    }

    /// For what nobody asked for: it would interrupt them.
    fn quietly(mut self) -> Self {
        self.may_ask = false;
        self
    }

    /// For what makes a secret, said in full: whoever lost the answer can do it again.
    fn named(mut self) -> Self {
        let what = self.path.clone() + self.body.as_deref().unwrap_or_default();
        let lost = UNANSWERED.take().filter(|(lost, _)| *lost == what);
        self.name = lost.map(|(_, name)| name).or_else(new_name);
        UNANSWERED.set(self.name.clone().map(|name| (what, name)));
        self
    }

    fn json(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_string(body).ok();
        self
    }

    /// Makes the call and reads the answer.
    async fn read<T: DeserializeOwned>(self) -> Result<T, Error> {
        let (status, text) = self.send().await?;
        json::read(&text).map_err(|json::Unreadable| Error::Unreadable { status })
    }

    /// Makes the call; again, if the person did what it was refused for. Whoever has left the screen it was
    /// made on is not asked, and nothing is done for it any more.
    async fn send(self) -> Result<(u16, String), Error> {
        let screen = location::path();
        loop {
            let answers = ANSWERS.get();
            let (status, text) = self.exchange().await?;
            if (200..300).contains(&status) {
                self.is_over();
                return Ok((status, text));
            }
            let error = Error::from_answer(status, &text);
            let ask = match &error {
                _ if !self.may_ask || location::path() != screen => None,
                error if error.is(ErrorCode::Unauthenticated) => Some(Ask::SignIn),
                error if error.is(ErrorCode::ProofRequired) => Some(Ask::Proof),
                _ => None,
            };
            let answered = match ask.zip(ASKER.with_borrow(Clone::clone)) {
                Some(_) if answers != ANSWERS.get() => true,
                Some((ask, asker)) => asker(ask, error.what().to_owned()).await,
                None => false,
            };
            if !answered || location::path() != screen {
                if status < 500 {
                    self.is_over();
                }
                return Err(error);
            }
        }
    }

    /// It was answered and is not made again. Before that it is remembered: it may be refused, made again
    /// after a sign-in, and go unanswered then.
    fn is_over(&self) {
        let lost = UNANSWERED.take();
        UNANSWERED.set(lost.filter(|(_, name)| self.name.as_ref() != Some(name)));
    }

    async fn exchange(&self) -> Result<(u16, String), Error> {
        let base = api_base().await?;
        let credentials = if base.is_empty() {
            RequestCredentials::SameOrigin
        } else {
            RequestCredentials::Include
        };
        let mut request = RequestBuilder::new(&(base + &self.path))
            .method(self.method.clone())
            .credentials(credentials)
            .abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
        if let Some(version) = self.version {
            request = request.header("If-Match", &format!("\"{version}\""));
        }
        if let Some(name) = &self.name {
            request = request.header("Idempotency-Key", name);
        }
        let request = match &self.body {
            Some(body) => request.header("Content-Type", "application/json").body(body.as_str()),
            None => request.build(),
        };
        answer(request).await
    }
}

/// 128 random bits as letters.
fn new_name() -> Option<String> {
    let mut bytes = [0; 32];
    let crypto = web_sys::window()?.crypto().ok()?;
    crypto.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(bytes.map(|byte| char::from(b'a' + byte % 16)).iter().collect())
}

/// Asks an address as the public does: as nobody in particular, and for what is there now.
async fn ask_as_public(url: &str) -> Result<(u16, String), Error> {
    let request = RequestBuilder::new(url)
        .credentials(RequestCredentials::Omit)
        .cache(RequestCache::NoCache)
        .abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    answer(request.build()).await
}

async fn answer(
    request: Result<gloo_net::http::Request, gloo_net::Error>,
) -> Result<(u16, String), Error> {
    let response = request.map_err(unreachable)?.send().await.map_err(unreachable)?;
    let text = response.text().await.map_err(unreachable)?;
    Ok((response.status(), text))
}

/// Where the API is, from `config.json` beside the page; nothing there means this origin.
async fn api_base() -> Result<String, Error> {
    #[derive(serde::Deserialize)]
    struct Config {
        #[serde(default)]
        api_base: String,
    }
    if let Some(base) = API_BASE.with_borrow(Clone::clone) {
        return Ok(base);
    }
    let (status, text) = answer(RequestBuilder::new("config.json").build()).await?;
    let base = match status {
        200 => json::read::<Config>(&text).map_or(String::new(), |config| config.api_base),
        404 => String::new(),
        _ => return Err(Error::Unreadable { status }),
    };
    let base = base.trim_end_matches('/').to_owned();
    API_BASE.set(Some(base.clone()));
    Ok(base)
}

/// An address of the service as it can stand on the page. Where the API is, is known by then: the first
/// thing the page did was ask it who is signed in.
fn address(path: &str) -> String {
    API_BASE.with_borrow(|base| base.clone().unwrap_or_default()) + path
}

/// Where the service is for somebody outside of this page, such as `https://latchkey.example.com`.
pub fn origin() -> String {
    address_of(&address("/")).trim_end_matches('/').to_owned()
}

/// `fetch` says nothing about why there was no answer.
fn unreachable(_: gloo_net::Error) -> Error {
    Error::Unreachable
}
