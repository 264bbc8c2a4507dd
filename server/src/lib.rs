//! The Latchkey service. [`App`] is its state, [`app`] its router; `main.rs` puts them on a socket.
//!
//! The way of one request: `listen` accepts it; `/api` goes through `admin` (who is calling, is it our own
//! page, which request is it) to the handler of a noun; `/v1` and `/v2` go through `harvest`, which asks
//! `keys` for a decision, and so does `verify` for a reverse proxy; `/v1/boards` is `board_api`'s and open
//! to everyone; everything else is the page's (`assets`).

pub mod account;
pub mod admin;
pub mod assets;
pub mod board_api;
pub mod boards;
pub mod catalogue;
pub mod change;
pub mod change_log;
pub mod cli;
pub mod client;
pub mod clock;
pub mod credentials;
pub mod db;
pub mod demo;
mod encoding;
pub mod error;
pub mod harvest;
mod header_list;
pub mod heavy;
pub mod idempotency;
pub mod import;
pub mod input;
pub mod keys;
pub mod listen;
pub mod log;
mod null;
pub mod openapi;
pub mod operations;
pub mod packed;
pub mod paging;
pub mod password_links;
pub mod passwords;
pub mod session;
pub mod sessions;
pub mod settings;
pub mod signals;
pub mod start;
pub mod store;
pub mod throttle;
pub mod usage;
pub mod users;
pub mod verify;

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use tokio::sync::Mutex;

use crate::board_api::kept::Kept;
use crate::client::Client;
use crate::clock::Clock;
use crate::credentials::search::Search;
use crate::db::Db;
use crate::harvest::answers::Answers;
use crate::keys::{Keys, Pepper};
use crate::passwords::Passwords;
use crate::session::LastUses;
use crate::settings::Settings;
use crate::throttle::Throttle;
use crate::usage::Recorder;

/// Everything a request may need; cheap to clone.
#[derive(Debug, Clone)]
pub struct App(Arc<AppState>);

/// See [`App`].
#[derive(Debug)]
pub struct AppState {
    pub db: Db,
    pub clock: Clock,
    pub keys: Keys,
    pub search: Arc<Search>,
    pub usage: Recorder,
    pub answers: Answers,
    pub boards: Kept,
    pub last_uses: LastUses,
    pub passwords: Passwords,
    pub throttle: Throttle,
    pub settings: Settings,
    pub catalogue: catalogue::Document,
    /// The organisation's name.
    pub organization: String,
    /// The data is made up and the passwords are public.
    pub demo: bool,
    /// Held while a change is made, so that memory follows the database in the same order.
    changing: Arc<Mutex<()>>,
    /// Held during an import: one at a time.
    importing: Mutex<()>,
    content_security_policy: HeaderValue,
}

impl App {
    /// Puts the parts together and reads the active keys, and what a search looks at.
    pub async fn new(
        db: Db,
        clock: Clock,
        pepper: Pepper,
        settings: Settings,
    ) -> anyhow::Result<Self> {
        let keys = Keys::open(&db, pepper, settings.rate_limit()).await?;
        let organization = db::instance::read(db.read(), db::instance::ORGANIZATION).await?;
        let demo = db::instance::read(db.read(), db::instance::DEMO).await?.is_some();
        Ok(Self(Arc::new(AppState {
            passwords: Passwords::new(&clock)?,
            throttle: Throttle::new(),
            keys,
            search: Arc::new(Search::open(&db).await?),
            usage: Recorder::default(),
            answers: Answers::new(db.engine()),
            boards: Kept::default(),
            last_uses: LastUses::default(),
            catalogue: catalogue::Document::new(),
            organization: organization.unwrap_or_else(|| "Your organization".to_owned()),
            demo,
            changing: Arc::default(),
            importing: Mutex::default(),
            content_security_policy: content_security_policy(),
            db,
            clock,
            settings,
        })))
    }
}

impl Deref for App {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        &self.0
    }
}

/// The whole surface, on one listener.
pub fn app(app: App) -> Router {
    let router = Router::new()
        .merge(admin::router(&app))
        .merge(board_api::router())
        .merge(harvest::router())
        .merge(verify::router())
        .merge(operations::router())
        .fallback(console);
    let router = if app.settings.https_only() {
        router.layer(middleware::from_fn_with_state(app.clone(), strict_transport))
    } else {
        router
    };
    router.with_state(app)
}

/// Over https, where the world comes by https, browsers are told to come by nothing else for a year. Not
/// on this machine, where other programs answer under the same name.
async fn strict_transport(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let client = Client::of(&parts, app.settings.trusted_proxies());
    let strict = client.https && !client.is_local();
    parts.extensions.insert(client);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if strict {
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// The page, and everything that is nobody else's.
async fn console(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    assets::respond(&parts.method, parts.uri.path(), &parts.headers, &app.content_security_policy)
}

/// Nothing but our own files, no inline script or style, no framing.
fn content_security_policy() -> HeaderValue {
    HeaderValue::from_static(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'self'; \
         frame-ancestors 'none'",
    )
}
