//! What a proxy says of its client: the `X-Forwarded-…` headers, or `Forwarded` (RFC 7239), in every
//! spelling of either. Lists are read from their end, as proxies append to them: what stands before the
//! first address that is no proxy of ours, or that cannot be read, a client may have written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderName, header};

use super::{TrustedProxies, is_host};
use crate::header_list::parts;

static FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static PORT: HeaderName = HeaderName::from_static("x-forwarded-port");

/// What was said, as far as it was.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub address: Option<IpAddr>,
    pub https: Option<bool>,
    pub host: Option<String>,
    /// Where the host was named without one.
    pub port: Option<u16>,
}

/// Reads `X-Forwarded-{For,Proto,Host,Port}`.
pub(super) fn x_forwarded(headers: &HeaderMap, proxies: &TrustedProxies) -> Said {
    let mut said = Said::default();
    // How many proxies of ours are between this one and the client.
    let mut between = 0;
    for hop in parts(headers, &FOR).rev() {
        let Some(address) = text(hop).and_then(node) else { break };
        said.address = Some(address);
        if !proxies.trust(address) {
            break;
        }
        between += 1;
    }
    let hops = parts(headers, &FOR).count();
    let of_client = |name| of_client(headers, name, hops, between);
    said.https = of_client(&PROTO).map(|scheme| scheme.eq_ignore_ascii_case("https"));
    said.host = of_client(&HOST).filter(|host| is_host(host)).map(str::to_owned);
    said.port = of_client(&PORT).and_then(|port| port.parse().ok());
    said
}

/// The part of a list that is about the client: beside its address where every proxy has appended to both
/// lists, else the first.
fn of_client<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    hops: usize,
    between: usize,
) -> Option<&'a str> {
    let mut values = parts(headers, name);
    let aligned = hops > 1 && parts(headers, name).count() == hops;
    let value = if aligned { values.rev().nth(between.min(hops - 1)) } else { values.next() };
    value.and_then(text).map(unquoted)
}

/// Reads `Forwarded`: its elements hold together what is said of one hop.
pub(super) fn rfc7239(headers: &HeaderMap, proxies: &TrustedProxies) -> Said {
    let mut said = Said::default();
    for line in headers.get_all(header::FORWARDED).iter().rev() {
        let Some(elements) = elements(line.as_bytes()) else { return said };
        for element in elements.into_iter().rev() {
            // The proxy that is farther out knows better, up to the one that named the client.
            said.https = element.proto.map(|it| it.eq_ignore_ascii_case("https")).or(said.https);
            said.host = element.host.filter(|host| is_host(host)).or(said.host);
            let Some(address) = element.node.as_deref().and_then(node) else { return said };
            said.address = Some(address);
            if !proxies.trust(address) {
                return said;
            }
        }
    }
    said
}

#[derive(Debug, Default)]
struct Element {
    node: Option<String>,
    proto: Option<String>,
    host: Option<String>,
}

/// The elements of one line; none when any of it cannot be read: where a quotation was left open, nobody
/// knows who wrote what follows.
fn elements(line: &[u8]) -> Option<Vec<Element>> {
    let (mut elements, mut element, mut is_empty) = (Vec::new(), Element::default(), true);
    let mut rest = line.trim_ascii();
    while let Some(&first) = rest.first() {
        if first == b',' || first == b';' {
            if first == b',' && !std::mem::replace(&mut is_empty, true) {
                elements.push(std::mem::take(&mut element));
            }
            rest = rest[1..].trim_ascii_start();
            continue;
        }
        let end = rest.iter().position(|&byte| !is_token(byte))?;
        let name = rest[..end].to_ascii_lowercase();
        let (value, after) = value(rest[end..].strip_prefix(b"=")?)?;
        rest = after.trim_ascii_start();
        if !rest.is_empty() && !rest.starts_with(b",") && !rest.starts_with(b";") {
            return None;
        }
        is_empty = false;
        let place = match name.as_slice() {
            b"for" => &mut element.node,
            b"proto" => &mut element.proto,
            b"host" => &mut element.host,
            _ => continue,
        };
        if place.replace(value).is_some() {
            return None;
        }
    }
    if !is_empty {
        elements.push(element);
    }
    Some(elements)
}

/// A value, in quotes or not, and what follows it.
fn value(text: &[u8]) -> Option<(String, &[u8])> {
    let Some(mut rest) = text.strip_prefix(b"\"") else {
        let end = text.iter().position(|byte| b",; \t\"".contains(byte)).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return Some((String::from_utf8_lossy(value).into_owned(), rest));
    };
    let mut value = Vec::new();
    loop {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        match byte {
            b'"' => return Some((String::from_utf8_lossy(&value).into_owned(), rest)),
            b'\\' => {
                let (&escaped, after) = rest.split_first()?;
                value.push(escaped);
                rest = after;
            }
            _ => value.push(byte),
        }
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// An address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`. What
/// a proxy hides (`unknown`, `_name`) is none.
fn node(text: &str) -> Option<IpAddr> {
    let text = unquoted(text);
    if let Some(rest) = text.strip_prefix('[') {
        let (inside, port) = rest.split_once(']')?;
        let is_end = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return is_end.then(|| v6(inside))?;
    }
    let with_port = || {
        let (address, port) = text.split_once(':')?;
        let address: Option<Ipv4Addr> = address.parse().ok();
        address.filter(|_| is_port(port)).map(IpAddr::V4)
    };
    text.parse().ok().map(IpAddr::V4).or_else(|| v6(text)).or_else(with_port)
}

/// Without the zone, which means something on one machine only.
fn v6(text: &str) -> Option<IpAddr> {
    let address: Ipv6Addr = text.split('%').next()?.parse().ok()?;
    Some(IpAddr::V6(address).to_canonical())
}

fn is_port(text: &str) -> bool {
    text.starts_with('_') || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn text(part: &[u8]) -> Option<&str> {
    std::str::from_utf8(part).ok()
}

fn unquoted(text: &str) -> &str {
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inside.unwrap_or(text).trim()
}

#[cfg(test)]
mod tests;
