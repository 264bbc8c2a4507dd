//! Transport: the only file that knows HTTP. `client/<noun>.rs` holds one function per endpoint.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use api::error::ErrorCode;
use gloo_net::http::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_sys::{AbortSignal, RequestCredentials};

use crate::error::Error;

pub mod account;
pub mod catalogue;
pub mod change_log;
pub mod credentials;
pub mod session;
pub mod sessions;

/// After this long without an answer there is none.
const TIMEOUT_MS: u32 = 30_000;

/// Asks the person to sign in again; true when they did.
pub type SignInAgain = Rc<dyn Fn() -> Pin<Box<dyn Future<Output = bool>>>>;

thread_local! {
    static API_BASE: RefCell<Option<String>> = const { RefCell::new(None) };
    static SIGN_IN_AGAIN: RefCell<Option<SignInAgain>> = const { RefCell::new(None) };
}

/// What to do when a session has ended under the hands of the person who works in it: a call that meets
/// this waits, and is made again after they signed in, so that nothing they did is lost.
pub fn when_signed_out(ask: SignInAgain) {
    SIGN_IN_AGAIN.set(Some(ask));
}

/// One call of the admin API, ready to be made again.
struct Call {
    method: Method,
    path: String,
    version: Option<u64>,
    body: Option<String>,
}

impl Call {
    fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), version: None, body: None }
    }

    /// The version of the thing this call changes: refused when someone else changed it since.
    fn if_match(mut self, version: u64) -> Self {
        self.version = Some(version);
        self
    }

    fn json(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_string(body).ok();
        self
    }

    /// Makes the call and reads the answer.
    async fn read<T: DeserializeOwned>(self) -> Result<T, Error> {
        let (status, text) = self.send().await?;
        serde_json::from_str(&text).map_err(|_| Error::Unreadable { status })
    }

    /// Makes the call; again, if the session had ended and the person signed in once more.
    async fn send(self) -> Result<(u16, String), Error> {
        loop {
            let (status, text) = self.exchange().await?;
            if (200..300).contains(&status) {
                return Ok((status, text));
            }
            let error = Error::from_answer(status, &text);
            let ask = SIGN_IN_AGAIN.with_borrow(Clone::clone);
            match ask {
                Some(ask) if error.is(ErrorCode::Unauthenticated) && ask().await => {}
                _ => return Err(error),
            }
        }
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
        let request = match &self.body {
            Some(body) => request.header("Content-Type", "application/json").body(body.as_str()),
            None => request.build(),
        };
        answer(request).await
    }
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
        200 => {
            serde_json::from_str::<Config>(&text).map_or(String::new(), |config| config.api_base)
        }
        404 => String::new(),
        _ => return Err(Error::Unreadable { status }),
    };
    let base = base.trim_end_matches('/').to_owned();
    API_BASE.set(Some(base.clone()));
    Ok(base)
}

/// The address of a file that the browser fetches by itself. Where the API is, is known by then: the first
/// thing the page did was ask it who is signed in.
fn download(path: &str) -> String {
    API_BASE.with_borrow(|base| base.clone().unwrap_or_default()) + path
}

/// `fetch` says nothing about why there was no answer.
fn unreachable(_: gloo_net::Error) -> Error {
    Error::Unreachable
}
