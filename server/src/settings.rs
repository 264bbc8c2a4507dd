//! What an operator can set, on the command line or in the environment.

use std::net::{IpAddr, SocketAddr};

use anyhow::Context as _;
use ipnet::IpNet;

use crate::cli::{CreateAdmin, ImportData, ResetPassword, VerifyLog};
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
    Serve(Settings),
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

/// How to serve.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Settings {
    /// Where to listen; port 0 picks a free one
    #[arg(long, env = "LATCHKEY_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: String,
    #[command(flatten)]
    pub store: Store,
    /// The address under which browsers and clients reach this, such as https://latchkey.example.com
    #[arg(long, env = "LATCHKEY_PUBLIC_ORIGIN")]
    public_origin: Option<String>,
    /// Where the console is served from, when that is not here: the page on a static host, of the same site
    #[arg(
        long = "console-origin",
        env = "LATCHKEY_CONSOLE_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    console_origins: Vec<String>,
    /// Networks whose X-Forwarded-For, -Proto and -Host are believed [default: loopback]
    #[arg(
        long = "trusted-proxy",
        env = "LATCHKEY_TRUSTED_PROXY",
        value_name = "CIDR",
        value_delimiter = ','
    )]
    trusted_proxies: Vec<IpNet>,
    /// Calls per key and 10 seconds; 0 is off
    #[arg(long, env = "LATCHKEY_RATE_LIMIT", default_value_t = 50, value_name = "N")]
    rate_limit: u32,
    /// Where /verify reads what a client asked the reverse proxy for
    #[arg(
        long = "verify-from",
        env = "LATCHKEY_VERIFY_FROM",
        value_enum,
        default_value_t = VerifyFrom::Original
    )]
    pub verify_from: VerifyFrom,
    /// The location at which nginx goes on with a call that /verify lets in, such as @granted
    #[arg(
        long = "verify-accel-redirect",
        env = "LATCHKEY_VERIFY_ACCEL_REDIRECT",
        value_name = "LOCATION",
        value_parser = location
    )]
    pub verify_accel_redirect: Option<String>,
    /// Fill an empty database with a made-up organisation; listens on loopback only
    #[arg(long)]
    pub demo: bool,
    /// The password of the demo's users
    #[arg(
        long,
        env = "LATCHKEY_DEMO_PASSWORD",
        default_value = "latchkey-demo",
        hide_env_values = true
    )]
    pub demo_password: String,
}

/// Where `/verify` finds the method and the address of the call it is asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum VerifyFrom {
    /// The headers X-Original-Method and X-Original-URI (nginx)
    #[default]
    Original,
    /// The headers X-Forwarded-Method and X-Forwarded-Uri (Caddy, Traefik)
    Forwarded,
    /// The request's own method, and its path behind /verify (Envoy)
    Path,
}

/// A named location of nginx, or a path of its own: what may stand in a header.
fn location(text: &str) -> Result<String, &'static str> {
    let named = text.starts_with(['@', '/']);
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    (named && plain).then(|| text.to_owned()).ok_or("it starts with @ or /, and has no spaces")
}

impl Settings {
    /// What clap gives when nothing is said, for tests.
    pub fn for_tests(rate_limit: u32, public_origin: Option<&str>) -> Self {
        Self { rate_limit, public_origin: public_origin.map(str::to_owned), ..Self::default() }
            .normalized()
    }

    /// The data, and nothing said about how to serve it.
    pub fn of(store: Store) -> Self {
        Self { store, ..Self::default() }.normalized()
    }

    /// Fills in what depends on more than one word of the command line.
    pub fn normalized(mut self) -> Self {
        if self.trusted_proxies.is_empty() {
            self.trusted_proxies = vec![
                IpNet::new(IpAddr::from([127, 0, 0, 0]), 8).expect("a network"),
                IpNet::new(IpAddr::from(std::net::Ipv6Addr::LOCALHOST), 128).expect("a network"),
            ];
        }
        for origin in self.public_origin.iter_mut().chain(&mut self.console_origins) {
            origin.truncate(origin.trim_end_matches('/').len());
        }
        self
    }

    pub fn rate_limit(&self) -> Option<u32> {
        (self.rate_limit > 0).then_some(self.rate_limit)
    }

    pub fn trusted_proxies(&self) -> &[IpNet] {
        &self.trusted_proxies
    }

    pub fn public_origin(&self) -> Option<&str> {
        self.public_origin.as_deref()
    }

    /// The other origins that the console is served from.
    pub fn console_origins(&self) -> &[String] {
        &self.console_origins
    }

    /// Lets the console be served from these origins too.
    pub fn with_console_origins(mut self, origins: &[&str]) -> Self {
        self.console_origins = origins.iter().map(|&origin| origin.to_owned()).collect();
        self
    }

    /// Lets `/verify` be asked like this.
    pub fn with_verify(mut self, from: VerifyFrom, accel_redirect: Option<&str>) -> Self {
        self.verify_from = from;
        self.verify_accel_redirect = accel_redirect.map(str::to_owned);
        self
    }

    /// Plain http is refused on the Harvest surface once the world reaches us by https.
    pub fn https_only(&self) -> bool {
        self.public_origin.as_deref().is_some_and(|origin| origin.starts_with("https://"))
    }

    /// The addresses `--listen` names.
    pub async fn addresses(&self) -> anyhow::Result<Vec<SocketAddr>> {
        let found = tokio::net::lookup_host(&self.listen)
            .await
            .with_context(|| format!("--listen {} is not HOST:PORT", self.listen))?;
        Ok(found.collect())
    }
}
