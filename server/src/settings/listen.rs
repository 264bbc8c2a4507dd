//! Where to listen: a host and a port.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use anyhow::Context as _;

use super::origin::shown;

/// `HOST:PORT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// A name or an address; an IPv6 one without its brackets.
    host: String,
    port: u16,
}

impl Default for Listen {
    fn default() -> Self {
        Self { host: "127.0.0.1".to_owned(), port: 8080 }
    }
}

impl Listen {
    /// Reads `HOST:PORT`; an IPv6 address stands in brackets.
    ///
    /// # Errors
    /// What is wrong, and the right form, in a sentence.
    pub fn parse(given: &str) -> Result<Self, String> {
        let text = given.trim();
        let form = "it is HOST:PORT, such as 127.0.0.1:8080, [::1]:8080, or 0.0.0.0:8080 for every \
                    address of this machine";
        let refusal = || format!("{} is not HOST:PORT; {form}", shown(text));
        let (host, port) = text.rsplit_once(':').ok_or_else(refusal)?;
        let port = port.parse().map_err(|_| refusal())?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_address = bare.is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
        let named = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        let is_name = !host.is_empty() && host.bytes().all(named);
        if !is_address && !is_name {
            return Err(refusal());
        }
        Ok(Self { host: bare.unwrap_or(host).to_owned(), port })
    }

    /// Whether this is an address of which it is known that other machines reach it.
    pub(super) fn is_open(&self) -> bool {
        let address = self.host.parse::<IpAddr>();
        address.is_ok_and(|address| !address.to_canonical().is_loopback())
    }

    /// The addresses it means.
    ///
    /// # Errors
    /// The name means none.
    pub async fn addresses(&self) -> anyhow::Result<Vec<SocketAddr>> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port))
            .await
            .with_context(|| format!("--listen {self}: this host is not known"))?;
        Ok(found.collect())
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_listen_is_a_host_and_a_port_and_nothing_else() {
        for given in ["127.0.0.1:0", "localhost:8080", "[::1]:8080", "0.0.0.0:80", "my_host:1"] {
            assert_eq!(Listen::parse(given).unwrap().to_string(), given);
        }
        for given in [
            "",
            "8080",
            ":8080",
            "localhost",
            "localhost:",
            "localhost:65536",
            "localhost:-1",
            "::1:8080",
            "[::1]",
            "[::1",
            "http://localhost:8080",
            "*:8080",
            "unix:/run/x.sock",
            "/run/x.sock",
            "a b:80",
        ] {
            let refusal = Listen::parse(given).unwrap_err();
            assert!(refusal.contains("is not HOST:PORT; it is HOST:PORT, such as"), "{refusal}");
        }
    }
}
