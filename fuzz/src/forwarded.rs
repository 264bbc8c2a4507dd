//! The forwarded headers: whatever a client has written there, what its proxy has appended is what counts.

use std::net::IpAddr;

use http::{HeaderValue, Request};
use server::client::{Client, ForwardedHeaders, TrustedProxies};

pub(crate) fn check(data: &[u8]) -> bool {
    let proxy: IpAddr = [203, 0, 113, 9].into();
    let families = [
        ("x-forwarded-for", &b"203.0.113.9"[..], ForwardedHeaders::XForwarded),
        ("forwarded", b"for=203.0.113.9;proto=https", ForwardedHeaders::Forwarded),
    ];
    let mut is_read = false;
    for (name, word, family) in families {
        let Some(alone) = client(&[(name, data)], family) else { return false };
        is_read |= !alone.address.is_loopback();
        // On a line of its own, nothing before it can change what it says.
        let apart = client(&[(name, data), (name, word)], family).expect("a header");
        assert_eq!(apart.address, proxy);
        // On the same line, a quotation that was left open can only take it away.
        let joined = [data, b", ", word].concat();
        let joined = client(&[(name, &joined)], family).expect("a header").address;
        assert!(joined == proxy || (name == "forwarded" && joined.is_loopback()), "{joined}");
        // The other family means nothing.
        let other = families.iter().find(|other| other.2 != family).expect("two").2;
        assert!(client(&[(name, data)], other).expect("a header").address.is_loopback());
    }
    is_read
}

/// The client of a request with these headers, if they can be sent, from a proxy on this machine.
fn client(lines: &[(&'static str, &[u8])], family: ForwardedHeaders) -> Option<Client> {
    let mut request = Request::builder().uri("/");
    for (name, line) in lines {
        request = request.header(*name, HeaderValue::from_bytes(line).ok()?);
    }
    let (parts, ()) = request.body(()).ok()?.into_parts();
    Some(Client::of(&parts, &TrustedProxies::default().said_in(family)))
}
