//! Who is calling, as far as the connection and a trusted proxy tell: address, scheme and host.

mod forwarded;

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use ipnet::IpNet;

use self::forwarded::{Said, rfc7239, x_forwarded};

/// The other end of the connection; put into every request by `listen`.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// The client behind a request. What is said in forwarded headers counts only from a trusted proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub address: IpAddr,
    pub https: bool,
    /// Whether a trusted proxy has said so, or that it is not.
    pub scheme_is_said: bool,
    /// Host and port as the client used them, such as `api.example.com`.
    pub host: String,
}

/// Proxies that are believed about their clients, and where they say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    headers: ForwardedHeaders,
}

/// Which headers a proxy sets. The other ones mean nothing: a client can send them, and a proxy that does
/// not know them lets them through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ForwardedHeaders {
    /// `X-Forwarded-{For,Proto,Host,Port}`.
    #[default]
    XForwarded,
    /// `Forwarded`, RFC 7239.
    Forwarded,
}

impl ForwardedHeaders {
    /// Reads a name.
    ///
    /// # Errors
    /// Both of them, in a sentence.
    pub fn parse(given: &str) -> Result<Self, String> {
        match given.trim().to_ascii_lowercase().as_str() {
            "x-forwarded" => Ok(Self::XForwarded),
            "forwarded" => Ok(Self::Forwarded),
            _ => Err("it is x-forwarded or forwarded".to_owned()),
        }
    }
}

impl fmt::Display for ForwardedHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::XForwarded => "x-forwarded",
            Self::Forwarded => "forwarded",
        })
    }
}

impl Default for TrustedProxies {
    /// This machine.
    fn default() -> Self {
        let loopback = ["127.0.0.0/8", "::1/128"].map(|net| net.parse().expect("a network"));
        Self::new(loopback.to_vec(), ForwardedHeaders::default())
    }
}

impl TrustedProxies {
    pub fn new(networks: Vec<IpNet>, headers: ForwardedHeaders) -> Self {
        Self { networks, headers }
    }

    /// Nobody is believed.
    pub fn none() -> Self {
        Self::new(Vec::new(), ForwardedHeaders::default())
    }

    /// The same, who say it in these headers.
    pub fn said_in(mut self, headers: ForwardedHeaders) -> Self {
        self.headers = headers;
        self
    }

    /// Reads an address or a network.
    ///
    /// # Errors
    /// What is wrong, and the right form, in a sentence.
    pub fn network(given: &str) -> Result<IpNet, String> {
        let text = given.trim();
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(address.to_canonical().into());
        }
        let Ok(net) = text.parse::<IpNet>() else {
            return Err("each is an address such as 10.0.0.1 or ::1, or a network such as \
                        10.0.0.0/8"
                .to_owned());
        };
        if net.trunc() != net {
            let (address, network) = (net.addr(), net.trunc());
            return Err(format!(
                "{net} is an address and a network; write {address} for the one address, or \
                 {network} for the network"
            ));
        }
        Ok(as_ipv4(net).unwrap_or(net))
    }

    /// Whether this is one of them.
    pub fn trust(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|net| net.contains(&address))
    }

    pub fn headers(&self) -> ForwardedHeaders {
        self.headers
    }
}

/// A network of IPv4 that is written as one of IPv6: every address is compared in its shortest form.
fn as_ipv4(net: IpNet) -> Option<IpNet> {
    let IpAddr::V4(address) = net.addr().to_canonical() else { return None };
    IpNet::new(address.into(), net.prefix_len().checked_sub(96)?).ok()
}

impl Client {
    /// The client of this request: as it was found before, or else by what the request says.
    pub fn of(parts: &Parts, proxies: &TrustedProxies) -> Self {
        if let Some(known) = parts.extensions.get::<Self>() {
            return known.clone();
        }
        let peer = peer(parts);
        let host = header_text(&parts.headers, header::HOST.as_str())
            .or_else(|| parts.uri.authority().map(axum::http::uri::Authority::as_str))
            .filter(|host| is_host(host))
            .unwrap_or("localhost");
        let mut client =
            Self { address: peer, https: false, scheme_is_said: false, host: host.to_owned() };
        if proxies.trust(peer) {
            let read = match proxies.headers {
                ForwardedHeaders::XForwarded => x_forwarded,
                ForwardedHeaders::Forwarded => rfc7239,
            };
            client.believe(read(&parts.headers, proxies));
        }
        client
    }

    /// Takes what a trusted proxy says.
    fn believe(&mut self, said: Said) {
        let Said { address, https, host, port } = said;
        self.address = address.unwrap_or(self.address);
        self.https = https.unwrap_or(self.https);
        self.scheme_is_said = https.is_some();
        if let Some(host) = host {
            self.host = host;
        }
        // A scheme's own port is in no address, and one behind a proxy that takes TLS away is wrong.
        let port = port.filter(|port| ![0, 80, 443].contains(port) && !has_port(&self.host));
        if let Some(port) = port {
            self.host = format!("{}:{port}", self.host);
        }
    }

    /// Whether the request comes from this machine to this machine, as far as address and host tell.
    pub fn is_local(&self) -> bool {
        self.address.is_loopback() && is_loopback_name(&self.host)
    }

    /// `https://api.example.com`, as the client would write it.
    pub fn origin(&self) -> String {
        let scheme = if self.https { "https" } else { "http" };
        format!("{scheme}://{}", self.host)
    }
}

/// Whether the other end of the connection is a proxy that is believed.
pub fn is_proxy(parts: &Parts, proxies: &TrustedProxies) -> bool {
    proxies.trust(peer(parts))
}

/// The address of the other end of the connection.
pub fn peer(parts: &Parts) -> IpAddr {
    parts.extensions.get::<Peer>().map_or(LOCAL, |peer| peer.0.ip()).to_canonical()
}

const LOCAL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn has_port(host: &str) -> bool {
    host.rsplit(']').next().is_some_and(|end| end.contains(':'))
}

fn is_loopback_name(host: &str) -> bool {
    let name =
        if has_port(host) { host.rsplit_once(':').map_or(host, |(name, _)| name) } else { host };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
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
pub(crate) fn is_host(host: &str) -> bool {
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
        let networks = ["127.0.0.0/8", "10.0.0.0/8"].map(|net| net.parse().unwrap()).to_vec();
        Client::of(&parts, &TrustedProxies::new(networks, ForwardedHeaders::XForwarded))
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
    fn a_port_of_its_own_is_part_of_the_host_wherever_it_is_said() {
        let host = |headers: &[(&str, &str)]| client("127.0.0.1", headers).host;
        let named = ("x-forwarded-host", "k.example.com");
        assert_eq!(host(&[named, ("x-forwarded-port", "8443")]), "k.example.com:8443");
        assert_eq!(host(&[named, ("x-forwarded-port", "443")]), "k.example.com");
        assert_eq!(host(&[named, ("x-forwarded-port", "0")]), "k.example.com");
        assert_eq!(host(&[("x-forwarded-port", "8443")]), "inside:8080");
        let with_port = ("x-forwarded-host", "[::1]:9");
        assert_eq!(host(&[with_port, ("x-forwarded-port", "8443")]), "[::1]:9");
    }

    #[test]
    fn a_trusted_proxy_is_an_address_or_a_network() {
        let proxies = |given: &str| TrustedProxies::network(given).map(|net| net.to_string());
        for (given, read) in [
            ("10.0.0.1", "10.0.0.1/32"),
            (" 10.0.0.0/8 ", "10.0.0.0/8"),
            ("::1", "::1/128"),
            ("[fd00::1]", "fd00::1/128"),
            ("::ffff:10.0.0.1", "10.0.0.1/32"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(proxies(given).as_deref(), Ok(read), "{given}");
        }
        let host_bits = "write 10.0.0.1 for the one address, or 10.0.0.0/8 for the network";
        assert!(proxies("10.0.0.1/8").unwrap_err().contains(host_bits));
        for given in
            ["everyone", "localhost", "10.0.0.1:80", "10.0.0.0/33", "10.0.0.0-10.0.0.9", "*"]
        {
            assert!(proxies(given).unwrap_err().contains("or a network such as"), "{given}");
        }
    }

    #[test]
    fn whoever_was_found_once_is_not_looked_for_again() {
        let request = Request::builder().header("host", "one.example").body(()).unwrap();
        let (mut parts, ()) = request.into_parts();
        let found = Client::of(&parts, &TrustedProxies::none());
        parts.extensions.insert(Client { https: true, ..found.clone() });
        parts.headers.clear();
        let again = Client::of(&parts, &TrustedProxies::none());
        assert_eq!(again, Client { https: true, ..found });
    }

    #[test]
    fn a_host_that_would_break_a_link_is_not_used() {
        for host in ["a b", "x>,<y", "evil\"", ""] {
            assert!(!is_host(host), "{host}");
        }
        assert!(is_host("[::1]:8080"));
    }
}
