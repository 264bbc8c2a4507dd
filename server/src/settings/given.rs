//! The settings of `serve` as they were written, and their meaning. Every value is a text for clap: what
//! clap refuses it prints, and a text can hold a secret; and of many faults it names one.

use super::{Listen, Origin, PublicOrigin, Refusal, Refusals, Settings, VerifyFrom};
use crate::client::{ForwardedHeaders, TrustedProxies};
use crate::db::address::Address;
use crate::store::Store;

/// What was written, or the default.
#[derive(Debug, clap::Args)]
pub struct Given {
    /// Where to listen; port 0 picks a free one
    #[arg(
        long,
        env = "LATCHKEY_LISTEN",
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:8080",
        hide_env_values = true
    )]
    listen: String,
    #[command(flatten)]
    pub(super) store: Store,
    /// The address under which browsers and clients reach this, such as https://latchkey.example.com
    #[arg(long, env = "LATCHKEY_PUBLIC_ORIGIN", value_name = "ORIGIN", hide_env_values = true)]
    public_origin: Option<String>,
    /// Where the console is served from, when that is not here: the page on a static host, of the same site
    #[arg(
        long = "console-origin",
        env = "LATCHKEY_CONSOLE_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ',',
        hide_env_values = true
    )]
    console_origins: Vec<String>,
    /// Addresses and networks of proxies that are believed about their clients [default: loopback]
    #[arg(
        long = "trusted-proxy",
        env = "LATCHKEY_TRUSTED_PROXY",
        value_name = "ADDRESS",
        value_delimiter = ',',
        hide_env_values = true
    )]
    trusted_proxies: Vec<String>,
    /// In which headers they say it: x-forwarded (X-Forwarded-For, -Proto, -Host, -Port) or forwarded
    #[arg(
        long,
        env = "LATCHKEY_FORWARDED_HEADERS",
        value_name = "NAME",
        default_value = "x-forwarded",
        hide_env_values = true
    )]
    forwarded_headers: String,
    /// Calls per key and 10 seconds; 0 is off
    #[arg(
        long,
        env = "LATCHKEY_RATE_LIMIT",
        value_name = "N",
        default_value = "50",
        hide_env_values = true
    )]
    rate_limit: String,
    /// Which proxy asks at /verify: nginx, haproxy, ingress-nginx, caddy, traefik or envoy, or where it
    /// says what its client asked for: original, original-url, forwarded or path
    #[arg(
        long,
        env = "LATCHKEY_VERIFY_FROM",
        value_name = "NAME",
        default_value = "original",
        hide_env_values = true
    )]
    verify_from: String,
    /// The location at which nginx goes on with a call that /verify lets in, such as @granted
    #[arg(
        long,
        env = "LATCHKEY_VERIFY_ACCEL_REDIRECT",
        value_name = "LOCATION",
        hide_env_values = true
    )]
    verify_accel_redirect: Option<String>,
    /// Fill an empty database with a made-up organisation; listens on loopback only
    #[arg(long)]
    demo: bool,
    /// The password of the demo's users
    #[arg(
        long,
        env = "LATCHKEY_DEMO_PASSWORD",
        default_value = "latchkey-demo",
        hide_env_values = true
    )]
    demo_password: String,
}

/// What the settings mean, as far as they mean something.
pub(super) struct Reading {
    /// Of use only when nothing was refused.
    pub settings: Settings,
    /// The name of each setting, and what was understood.
    pub understood: Vec<(&'static str, String)>,
    pub refused: Vec<Refusal>,
}

impl Given {
    /// What all of it means.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(self) -> Result<Settings, Refusals> {
        let Reading { settings, refused, .. } = self.reading();
        if refused.is_empty() { Ok(settings) } else { Err(Refusals(refused)) }
    }

    pub(super) fn reading(self) -> Reading {
        let mut reader = Reader::default();
        let listen = reader.take("listen", Listen::parse(&self.listen), Listen::to_string);
        let address = Address::parse(&self.store.database).map(Some);
        let address = reader.take("database", address, |address| list(address.as_slice(), ""));
        if address.is_some() {
            reader.say("pepper-file", self.store.pepper_place());
        }
        let public_origin = self.public_origin.as_deref().map(PublicOrigin::parse).transpose();
        let public_origin = reader.take("public-origin", public_origin, |origin| {
            let shown = origin.as_ref().map(PublicOrigin::to_string);
            shown.unwrap_or_else(|| "none: the address that each request was sent to".to_owned())
        });
        let console_origins = read_list(&self.console_origins, Origin::parse);
        let console_origins =
            reader.take("console-origin", console_origins, |origins| list(origins, "none"));
        let trusted_proxies = proxies(&self.trusted_proxies, &self.forwarded_headers, &mut reader);
        let limit = reader.take("rate-limit", rate_limit(&self.rate_limit), |limit| match limit {
            0 => "off".to_owned(),
            _ => format!("{limit} calls per key and 10 seconds"),
        });
        let verify_from =
            reader.take("verify-from", VerifyFrom::parse(&self.verify_from), VerifyFrom::to_string);
        let location = self.verify_accel_redirect.as_deref().map(location).transpose();
        let location = reader.take("verify-accel-redirect", location, |location| {
            location.clone().unwrap_or_else(|| "none".to_owned())
        });
        reader.say("demo", if self.demo { "yes" } else { "no" }.to_owned());
        let demo_password = reader
            .take("demo-password", demo_password(self.demo_password), |_| "(hidden)".to_owned());
        if self.demo && listen.is_open() {
            let why = format!(
                "a demo, whose passwords are public, is served on loopback only, not on {listen}"
            );
            reader.refuse("listen", why);
        }
        let https = public_origin.as_ref().is_some_and(|public| public.origin().is_https());
        if let Some(plain) = console_origins.iter().find(|origin| https && !origin.is_https()) {
            let why = format!(
                "a page at {plain} gets no cookie of an https --public-origin; serve it by https too"
            );
            reader.refuse("console-origin", why);
        }
        let settings = Settings {
            listen,
            store: self.store,
            public_origin,
            console_origins,
            trusted_proxies,
            rate_limit: limit,
            verify_from,
            verify_accel_redirect: location,
            demo: self.demo,
            demo_password,
        };
        let Reader { understood, refused } = reader;
        Reading { settings, understood, refused }
    }
}

/// Collects what is understood and what is refused.
#[derive(Default)]
struct Reader {
    understood: Vec<(&'static str, String)>,
    refused: Vec<Refusal>,
}

impl Reader {
    fn say(&mut self, setting: &'static str, text: String) {
        self.understood.push((setting, text));
    }

    fn refuse(&mut self, setting: &'static str, why: String) {
        self.refused.push(Refusal { setting: setting.to_owned(), why });
    }

    /// What a setting means; a default in place of what was refused.
    fn take<T: Default>(
        &mut self,
        setting: &'static str,
        read: Result<T, String>,
        show: impl FnOnce(&T) -> String,
    ) -> T {
        match read {
            Ok(value) => {
                self.say(setting, show(&value));
                value
            }
            Err(why) => {
                self.refuse(setting, why);
                T::default()
            }
        }
    }
}

fn proxies(addresses: &[String], headers: &str, reader: &mut Reader) -> TrustedProxies {
    let networks = read_list(addresses, TrustedProxies::network);
    let networks = reader.take("trusted-proxy", networks, |networks| {
        list(networks, "loopback (127.0.0.0/8, ::1/128)")
    });
    let headers = ForwardedHeaders::parse(headers);
    let headers = reader.take("forwarded-headers", headers, ForwardedHeaders::to_string);
    let default = TrustedProxies::default();
    if networks.is_empty() {
        default.said_in(headers)
    } else {
        TrustedProxies::new(networks, headers)
    }
}

/// The items of a list; what is empty between two commas is left out.
fn read_list<T>(
    items: &[String],
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let named: Vec<&String> = items.iter().filter(|item| !item.trim().is_empty()).collect();
    if named.is_empty() && !items.is_empty() {
        return Err("it is empty; leave it out, or name something".to_owned());
    }
    named.into_iter().map(|item| read(item)).collect()
}

fn list<T: ToString>(items: &[T], none: &str) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    if items.is_empty() { none.to_owned() } else { items.join(", ") }
}

fn rate_limit(given: &str) -> Result<u32, String> {
    let text = given.trim();
    text.parse().map_err(|_| {
        let shown = super::origin::shown(text);
        format!("{shown} is no whole number from 0 to {}; 0 is off", u32::MAX)
    })
}

/// A named location of nginx, or a path of its own: what may stand in a header.
fn location(given: &str) -> Result<String, String> {
    let text = given.trim();
    let named = text.starts_with(['@', '/']) && text.len() > 1;
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    let refusal = || "it starts with @ or /, such as @granted, and has no spaces".to_owned();
    (named && plain).then(|| text.to_owned()).ok_or_else(refusal)
}

fn demo_password(given: String) -> Result<String, String> {
    let length = given.chars().count();
    let most = api::session::PASSWORD_MAX;
    let refusal = || format!("it has {length} characters, and can have 1 to {most}");
    (1..=most).contains(&length).then_some(given).ok_or_else(refusal)
}
