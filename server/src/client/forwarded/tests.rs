//! Every spelling, and random lists of hops against a model that knows no spelling.

use axum::http::HeaderValue;
use proptest::prelude::*;

use super::*;
use crate::client::ForwardedHeaders;

fn proxies() -> TrustedProxies {
    let networks = ["127.0.0.0/8", "10.0.0.0/8", "fd00::/8"];
    let networks = networks.iter().map(|net| TrustedProxies::network(net).unwrap()).collect();
    TrustedProxies::new(networks, ForwardedHeaders::XForwarded)
}

fn read(lines: &[(&'static str, &[u8])]) -> Said {
    let mut headers = HeaderMap::new();
    for (name, line) in lines {
        headers.append(*name, HeaderValue::from_bytes(line).unwrap());
    }
    let is_rfc = lines.iter().any(|(name, _)| *name == "forwarded");
    if is_rfc { rfc7239(&headers, &proxies()) } else { x_forwarded(&headers, &proxies()) }
}

#[test]
fn an_address_is_read_in_every_spelling_of_x_forwarded_for() {
    for (line, address) in [
        (&b"203.0.113.9"[..], Some("203.0.113.9")),
        (b"203.0.113.9:5555", Some("203.0.113.9")),
        (b"\"203.0.113.9:5555\"", Some("203.0.113.9")),
        (b"2001:db8::1", Some("2001:db8::1")),
        (b"[2001:db8::1]", Some("2001:db8::1")),
        (b"[2001:DB8::1]:443", Some("2001:db8::1")),
        (b"fe80::1%eth0", Some("fe80::1")),
        (b"::ffff:203.0.113.9", Some("203.0.113.9")),
        (b"[::ffff:203.0.113.9]:1", Some("203.0.113.9")),
        (b"6.6.6.6, 203.0.113.9:1,10.1.1.1:80 , [fd00::2]:80", Some("203.0.113.9")),
        (b"6.6.6.6,, 203.0.113.9 ,", Some("203.0.113.9")),
        // What is left of what cannot be read was not seen by a proxy of ours.
        (b"6.6.6.6, unknown", None),
        (b"6.6.6.6, unknown, 10.0.0.7", Some("10.0.0.7")),
        (b"6.6.6.6, _hidden", None),
        (b"6.6.6.6, \xfc, 10.0.0.7", Some("10.0.0.7")),
        (b"203.0.113.9:", None),
        (b"203.0.113.9:80:80", None),
        (b"[203.0.113.9]", None),
        (b"[2001:db8::1", None),
        (b"[2001:db8::1]x", None),
        (b"1.2.3", None),
        (b"", None),
    ] {
        let said = read(&[("x-forwarded-for", line)]).address;
        let shown = String::from_utf8_lossy(line);
        assert_eq!(said.map(|it| it.to_string()).as_deref(), address, "{shown}");
    }
    let lines =
        [("x-forwarded-for", &b"6.6.6.6"[..]), ("x-forwarded-for", b"203.0.113.9, 10.1.1.1")];
    assert_eq!(read(&lines).address.unwrap().to_string(), "203.0.113.9");
}

#[test]
fn scheme_host_and_port_may_be_lists_too() {
    let https = |lines: &[(&'static str, &[u8])]| read(lines).https;
    for (line, is) in [
        (&b"https"[..], Some(true)),
        (b"HTTPS", Some(true)),
        (b" https , http", Some(true)),
        (b"https,http", Some(true)),
        (b"\"https\"", Some(true)),
        (b"http", Some(false)),
        (b"http, https", Some(false)),
        (b"httpss", Some(false)),
        (b"", None),
    ] {
        let shown = String::from_utf8_lossy(line);
        assert_eq!(https(&[("x-forwarded-proto", line)]), is, "{shown}");
    }
    // Where every proxy appends, what the client wrote is left of what is said about it.
    let forged =
        [("x-forwarded-for", &b"6.6.6.6, 203.0.113.9"[..]), ("x-forwarded-proto", b"https, http")];
    assert_eq!(https(&forged), Some(false));
    let appended =
        [("x-forwarded-for", &b"203.0.113.9, 10.0.0.1"[..]), ("x-forwarded-proto", b"https, http")];
    assert_eq!(https(&appended), Some(true));
    let said = read(&[
        ("x-forwarded-host", b"k.example.com, inner:8080"),
        ("x-forwarded-port", b"8443, 8080"),
    ]);
    assert_eq!((said.host.as_deref(), said.port), (Some("k.example.com"), Some(8443)));
    assert_eq!(read(&[("x-forwarded-host", b"evil<>")]).host, None);
}

#[test]
fn forwarded_is_read_as_rfc_7239_writes_it() {
    for (line, address, https, host) in [
        (&b"for=203.0.113.9"[..], Some("203.0.113.9"), None, None),
        (b"For=\"[2001:db8:cafe::17]:4711\"", Some("2001:db8:cafe::17"), None, None),
        (b"for=203.0.113.9;proto=http;by=203.0.113.43", Some("203.0.113.9"), Some(false), None),
        (
            b"FOR=203.0.113.9 ; Proto=HTTPS; host=\"k.example.com:8443\"",
            Some("203.0.113.9"),
            Some(true),
            Some("k.example.com:8443"),
        ),
        (
            b"for=6.6.6.6, for=203.0.113.9;proto=https, for=10.0.0.1;proto=http",
            Some("203.0.113.9"),
            Some(true),
            None,
        ),
        (b"for=203.0.113.9, for=10.0.0.1;proto=https", Some("203.0.113.9"), Some(true), None),
        (b"for=\"203.0\\.113.9\"", Some("203.0.113.9"), None, None),
        (b"for=203.0.113.9:80", Some("203.0.113.9"), None, None),
        (b"for=6.6.6.6, for=unknown;proto=https", None, Some(true), None),
        (b"for=6.6.6.6, for=_hidden, for=10.0.0.1", Some("10.0.0.1"), None, None),
        (b"for=6.6.6.6;proto=https, proto=http", None, Some(false), None),
        (b"secret=\"a, for=6.6.6.6\";for=203.0.113.9", Some("203.0.113.9"), None, None),
        (b",, for=203.0.113.9 ,", Some("203.0.113.9"), None, None),
        // Nobody knows where a quotation ends that a client has left open.
        (b"for=\"6.6.6.6, for=203.0.113.9;proto=https", None, None, None),
        (b"for=\", for=\"[2001:db8::1]:1\"", None, None, None),
        (b"for=6.6.6.6;for=203.0.113.9", None, None, None),
        (b"for", None, None, None),
        (b"for=203.0.113.9 x", None, None, None),
        (b"", None, None, None),
    ] {
        let said = read(&[("forwarded", line)]);
        let shown = String::from_utf8_lossy(line);
        assert_eq!(said.address.map(|it| it.to_string()).as_deref(), address, "{shown}");
        assert_eq!((said.https, said.host.as_deref()), (https, host), "{shown}");
    }
    let lines =
        [("forwarded", &b"for=\"6.6.6.6"[..]), ("forwarded", b"for=203.0.113.9;proto=https")];
    assert_eq!(read(&lines).address.unwrap().to_string(), "203.0.113.9");
    let lines = [("forwarded", &b"for=\"6.6.6.6"[..]), ("forwarded", b"for=10.0.0.1;proto=https")];
    assert_eq!(read(&lines).address.unwrap().to_string(), "10.0.0.1");
}

/// One proxy's word about whoever called it; no address: it did not say.
#[derive(Debug, Clone)]
struct Hop {
    address: Option<IpAddr>,
    https: bool,
    spelling: u8,
}

fn hop() -> impl Strategy<Value = Hop> {
    let v4 = prop_oneof![Just([10, 0, 0, 1]), Just([127, 0, 0, 1]), any::<[u8; 4]>()];
    let address = prop_oneof![
        4 => v4.prop_map(|it| Some(IpAddr::from(it))),
        2 => any::<[u16; 8]>().prop_map(|it| Some(IpAddr::from(it).to_canonical())),
        1 => Just(None),
    ];
    (address, any::<bool>(), any::<u8>()).prop_map(|(address, https, spelling)| Hop {
        address,
        https,
        spelling,
    })
}

impl Hop {
    fn node(&self) -> String {
        let hidden = ["unknown", "_x", "1.2", "[::1"][usize::from(self.spelling % 4)];
        match (self.address, self.spelling % 3) {
            (None, _) => hidden.to_owned(),
            (Some(address), 0) => address.to_string(),
            (Some(IpAddr::V4(address)), 1) => format!("{address}:{}", self.spelling),
            (Some(IpAddr::V4(address)), _) => format!("::ffff:{address}"),
            (Some(IpAddr::V6(address)), 1) => format!("[{address}]:{}", self.spelling),
            (Some(IpAddr::V6(address)), _) => format!("[{address}]"),
        }
    }

    fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }

    fn element(&self) -> String {
        let (name, gap) = if self.spelling.is_multiple_of(2) { ("for", "") } else { ("FOR", " ") };
        format!("{name}=\"{}\";{gap}proto={}", self.node(), self.scheme())
    }
}

/// From the end: who is no proxy of ours, or the last that is one.
fn model(hops: &[Hop]) -> (Option<IpAddr>, Option<bool>) {
    let mut said = (None, None);
    for hop in hops.iter().rev() {
        said.1 = Some(hop.https);
        let Some(address) = hop.address else { break };
        said.0 = Some(address);
        if !proxies().trust(address) {
            break;
        }
    }
    said
}

/// The items on one line, or the first ones on a line of their own.
fn written(name: &'static str, items: &[String], cut: usize) -> Vec<(&'static str, String)> {
    let (first, second) = items.split_at(cut.min(items.len()));
    let lines = [first, second].map(|items| (name, items.join(", ")));
    lines.into_iter().filter(|(_, line)| !line.is_empty()).collect()
}

proptest! {
    #[test]
    fn a_list_of_hops_is_read_as_the_model_reads_it(
        hops in prop::collection::vec(hop(), 0..6),
        cut in 0_usize..6,
    ) {
        let items = |write: fn(&Hop) -> String| -> Vec<String> { hops.iter().map(write).collect() };
        let mut x = written("x-forwarded-for", &items(Hop::node), cut);
        x.extend(written("x-forwarded-proto", &items(|hop| hop.scheme().to_owned()), cut));
        let rfc = written("forwarded", &items(Hop::element), cut);
        for lines in [x, rfc] {
            let lines: Vec<_> = lines.iter().map(|(name, line)| (*name, line.as_bytes())).collect();
            let said = read(&lines);
            prop_assert_eq!((said.address, said.https), model(&hops));
        }
    }

    #[test]
    fn no_line_makes_a_client_of_what_is_not_there(line in "[ -~\u{80}-\u{ff}]{0,60}") {
        let appended = format!("{line}, for=203.0.113.9;proto=https");
        let address = read(&[("forwarded", appended.as_bytes())]).address;
        let proxy: IpAddr = "203.0.113.9".parse().unwrap();
        prop_assert!(address.is_none_or(|address| address == proxy), "{}", appended);
        let appended = format!("{line}, 203.0.113.9");
        prop_assert_eq!(read(&[("x-forwarded-for", appended.as_bytes())]).address, Some(proxy));
    }
}
