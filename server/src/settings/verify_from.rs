//! Which proxy asks at `/verify`, and in which headers it says what its client asked for.

use std::fmt;

/// Where `/verify` finds the method and the address of the call it is asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum VerifyFrom {
    /// The headers `X-Original-Method` and `X-Original-URI`.
    #[default]
    Original,
    /// The headers `X-Original-Method` and `X-Original-URL`, which has the scheme and the host too.
    OriginalUrl,
    /// The headers `X-Forwarded-Method` and `X-Forwarded-Uri`.
    Forwarded,
    /// The request's own method, and its path behind `/verify`.
    Path,
}

/// What may be written for each, the one that is shown first.
const NAMES: [(VerifyFrom, &[&str]); 4] = [
    (VerifyFrom::Original, &["original", "nginx", "haproxy"]),
    (VerifyFrom::OriginalUrl, &["original-url", "ingress-nginx"]),
    (VerifyFrom::Forwarded, &["forwarded", "caddy", "traefik"]),
    (VerifyFrom::Path, &["path", "envoy"]),
];

impl VerifyFrom {
    /// Reads one of the names.
    ///
    /// # Errors
    /// All of them, in a sentence.
    pub fn parse(given: &str) -> Result<Self, String> {
        let name = given.trim().to_ascii_lowercase();
        let found = NAMES.into_iter().find(|(_, names)| names.contains(&name.as_str()));
        found.map(|(from, _)| from).ok_or_else(|| {
            let names: Vec<&str> = NAMES.iter().flat_map(|(_, names)| *names).copied().collect();
            format!("{} is none of {}", super::origin::shown(given), names.join(", "))
        })
    }

    /// The name as it is given to `--verify-from`.
    pub fn name(self) -> &'static str {
        let found = NAMES.into_iter().find(|(from, _)| *from == self);
        found.map_or("", |(_, names)| names[0])
    }

    /// The headers with the method and the address; none: they are the request's own.
    pub fn headers(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Original => Some(("X-Original-Method", "X-Original-URI")),
            Self::OriginalUrl => Some(("X-Original-Method", "X-Original-URL")),
            Self::Forwarded => Some(("X-Forwarded-Method", "X-Forwarded-Uri")),
            Self::Path => None,
        }
    }

    /// The others.
    pub fn others(self) -> impl Iterator<Item = Self> {
        NAMES.into_iter().map(|(from, _)| from).filter(move |from| *from != self)
    }
}

impl fmt::Display for VerifyFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.headers() {
            Some((method, address)) => write!(f, "{}: {method} and {address}", self.name()),
            None => write!(f, "{}: the method, and the path behind /verify", self.name()),
        }
    }
}
