//! What an operator can set, on the command line or in the environment. [`Given`] is what was written;
//! [`Settings`] is what it means, read before anything is opened, so that nothing is refused later.

mod arguments;
mod check;
mod given;
mod listen;
mod origin;
mod verify_from;

use std::fmt;

pub use self::arguments::{arguments, log_filter};
pub use self::check::check;
pub use self::given::Given;
pub use self::listen::Listen;
pub use self::origin::{Origin, PublicOrigin};
pub use self::verify_from::VerifyFrom;
use crate::cli::{CreateAdmin, ImportData, ResetPassword, VerifyLog};
use crate::client::TrustedProxies;
use crate::db::address::Address;
use crate::store::Store;

/// A self-hosted developer console that issues API keys and enforces them.
#[derive(Debug, clap::Parser)]
#[command(name = "latchkey", version, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Serve the console, the admin API and the Harvest API
    Serve(Given),
    /// Say what is understood of the settings of `serve`, and everything that is wrong with them
    CheckConfig(Given),
    /// Create a Site Admin, and print the one-time address at which they choose their password
    CreateAdmin(CreateAdmin),
    /// Print a one-time address at which a user chooses a new password
    ResetPassword(ResetPassword),
    /// Import recruiting data from JSON as the Harvest and Job Board APIs answer it
    Import(ImportData),
    /// Prove that the change log is what was written, or name the first entry that is not
    VerifyLog(VerifyLog),
    /// Print the admin API's OpenAPI document
    Openapi,
}

impl Command {
    /// Refuses an address of a database that cannot be read, before anybody looks for it.
    ///
    /// # Errors
    /// Why, without repeating it.
    pub fn check_database(&self) -> Result<(), Refusals> {
        let store = match self {
            Self::Serve(_) | Self::CheckConfig(_) | Self::Openapi => return Ok(()),
            Self::CreateAdmin(CreateAdmin { console, .. })
            | Self::ResetPassword(ResetPassword { console, .. }) => &console.store,
            Self::Import(ImportData { store, .. }) | Self::VerifyLog(VerifyLog { store, .. }) => {
                store
            }
        };
        let refusal = |why| Refusals(vec![Refusal { setting: "database".to_owned(), why }]);
        Address::parse(&store.database).map(drop).map_err(refusal)
    }
}

/// How to serve.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub listen: Listen,
    pub store: Store,
    public_origin: Option<PublicOrigin>,
    console_origins: Vec<Origin>,
    trusted_proxies: TrustedProxies,
    rate_limit: u32,
    pub verify_from: VerifyFrom,
    pub verify_accel_redirect: Option<String>,
    pub demo: bool,
    pub demo_password: String,
}

impl Settings {
    /// What counts when nothing is said, for tests.
    pub fn for_tests(rate_limit: u32, public_origin: Option<&str>) -> Self {
        let read = |origin| PublicOrigin::parse(origin).expect("an origin");
        Self { rate_limit, public_origin: public_origin.map(read), ..Self::default() }
    }

    /// The data, and nothing said about how to serve it.
    pub fn of(store: Store) -> Self {
        Self { store, ..Self::default() }
    }

    /// Calls per key and 10 seconds; none: as many as there are.
    pub fn rate_limit(&self) -> Option<u32> {
        (self.rate_limit > 0).then_some(self.rate_limit)
    }

    pub fn trusted_proxies(&self) -> &TrustedProxies {
        &self.trusted_proxies
    }

    pub fn public_origin(&self) -> Option<&PublicOrigin> {
        self.public_origin.as_ref()
    }

    /// The other origins that the console is served from.
    pub fn console_origins(&self) -> &[Origin] {
        &self.console_origins
    }

    /// Lets the console be served from these origins too, for tests.
    pub fn with_console_origins(mut self, origins: &[&str]) -> Self {
        let read = |origin: &&str| Origin::parse(origin).expect("an origin");
        self.console_origins = origins.iter().map(read).collect();
        self
    }

    /// Believes these proxies, for tests.
    pub fn with_trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.trusted_proxies = proxies;
        self
    }

    /// Lets `/verify` be asked like this, for tests.
    pub fn with_verify(mut self, from: VerifyFrom, accel_redirect: Option<&str>) -> Self {
        self.verify_from = from;
        self.verify_accel_redirect = accel_redirect.map(str::to_owned);
        self
    }

    /// The world reaches us by https, so a secret that comes by plain http is refused.
    pub fn https_only(&self) -> bool {
        self.public_origin.as_ref().is_some_and(|public| public.origin().is_https())
    }
}

/// Reads `--public-origin` of the commands that print an address.
///
/// # Errors
/// Why it cannot be used.
pub fn read_public_origin(given: &str) -> Result<PublicOrigin, Refusals> {
    let refusal = |why| Refusals(vec![Refusal { setting: "public-origin".to_owned(), why }]);
    PublicOrigin::parse(given).map_err(refusal)
}

/// A setting that cannot be used: which, why, and the right form. Nothing in it is a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its name without dashes, such as `public-origin`.
    setting: String,
    why: String,
}

/// The variable of the environment that is the same as `--setting`.
fn variable(setting: &str) -> String {
    format!("LATCHKEY_{}", setting.to_uppercase().replace('-', "_"))
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setting, why } = self;
        write!(f, "--{setting} ({}): {why}", variable(setting))
    }
}

/// All that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusals(pub Vec<Refusal>);

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Refusals {}
