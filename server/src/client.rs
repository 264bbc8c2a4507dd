//! Who is calling, as far as the connection and a trusted proxy tell: address, scheme and host.

use std::net::{IpAddr, SocketAddr};

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use ipnet::IpNet;

/// The other end of the connection; put into every request by `listen`.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// The client behind a request. `X-Forwarded-{For,Proto,Host}` count only from a trusted proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub address: IpAddr,
    pub https: bool,
    /// Host and port as the client used them, such as `api.example.com`.
    pub host: String,
}

impl Client {
    pub fn of(parts: &Parts, trusted: &[IpNet]) -> Self {
        let peer = peer(parts);
        let host = header_text(&parts.headers, header::HOST.as_str())
            .or_else(|| parts.uri.authority().map(axum::http::uri::Authority::as_str))
            .filter(|host| is_host(host))
            .unwrap_or("localhost");
        let mut client = Self { address: peer, https: false, host: host.to_owned() };
        if trusts(trusted, peer) {
            client.believe(&parts.headers, trusted);
        }
        client
    }

    /// Takes what a trusted proxy says.
    fn believe(&mut self, headers: &HeaderMap, trusted: &[IpNet]) {
        // The last address that is not one of our own proxies: what stands before it, a client can forge.
        let hops = headers.get_all("x-forwarded-for").iter().rev();
        let hops = hops.filter_map(|value| value.to_str().ok()).flat_map(|list| list.rsplit(','));
        for hop in hops {
            let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
            self.address = address.to_canonical();
            if !trusts(trusted, self.address) {
                break;
            }
        }
        if let Some(scheme) = header_text(headers, "x-forwarded-proto") {
            self.https = scheme.eq_ignore_ascii_case("https");
        }
        if let Some(host) = header_text(headers, "x-forwarded-host").filter(|host| is_host(host)) {
            host.clone_into(&mut self.host);
        }
    }

    /// `https://api.example.com`, as the client would write it.
    pub fn origin(&self) -> String {
        let scheme = if self.https { "https" } else { "http" };
        format!("{scheme}://{}", self.host)
    }
}

/// Whether the other end of the connection is a proxy that is believed.
pub fn is_proxy(parts: &Parts, trusted: &[IpNet]) -> bool {
    trusts(trusted, peer(parts))
}

fn peer(parts: &Parts) -> IpAddr {
    parts.extensions.get::<Peer>().map_or(LOCAL, |peer| peer.0.ip()).to_canonical()
}

const LOCAL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn trusts(trusted: &[IpNet], address: IpAddr) -> bool {
    trusted.iter().any(|net| net.contains(&address))
}

/// A header as text, when it stands there once.
pub(crate) fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().map(str::trim),
        _ => None,
    }
}

/// What may stand in a URL between `//` and `/`; it ends up in `Link` headers.
fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 255
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn client(peer: &str, headers: &[(&str, &str)]) -> Client {
        let mut request = Request::builder().uri("/").header("host", "inside:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(Peer(format!("{peer}:999").parse().unwrap()));
        Client::of(&parts, &["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()])
    }

    #[test]
    fn a_trusted_proxy_is_believed() {
        let forwarded = [
            ("x-forwarded-for", "6.6.6.6, 203.0.113.9, 10.1.1.1"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "api.example.com"),
        ];
        let client = client("127.0.0.1", &forwarded);
        assert_eq!(client.origin(), "https://api.example.com");
        assert_eq!(client.address.to_string(), "203.0.113.9");
    }

    #[test]
    fn anybody_else_is_not() {
        let forwarded = [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-host", "evil.example")];
        let client = client("203.0.113.7", &forwarded);
        assert_eq!(client.origin(), "http://inside:8080");
        assert_eq!(client.address.to_string(), "203.0.113.7");
    }

    #[test]
    fn a_host_that_would_break_a_link_is_not_used() {
        for host in ["a b", "x>,<y", "evil\"", ""] {
            assert!(!is_host(host), "{host}");
        }
        assert!(is_host("[::1]:8080"));
    }
}
