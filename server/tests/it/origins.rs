//! Where a change may come from, by which way, and what a refusal says about it.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;
use server::client::{ForwardedHeaders, Peer, TrustedProxies};
use server::settings::{PublicOrigin, Settings};

use crate::app::{Answer, World};

const PUBLIC: &str = "https://k.example.com";

/// ada signs in from this end of the connection, with these headers.
async fn sign_in(world: &World, peer: &str, headers: &[(&str, &str)]) -> Answer {
    post(world, "/api/session", peer, headers).await
}

async fn post(world: &World, path: &str, peer: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method("POST").uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let typed = json!({ "email": "ada@example.com", "password": "latchkey-demo" }).to_string();
    let request = request.header("content-type", "application/json").body(Body::from(typed));
    let mut request = request.unwrap();
    request.extensions_mut().insert(Peer(format!("{peer}:999").parse().unwrap()));
    world.send(Ok(request)).await
}

fn title(answer: &Answer) -> String {
    answer.json()["title"].as_str().unwrap().to_owned()
}

/// The word behind an option in a sentence.
fn advised<'a>(sentence: &'a str, option: &str) -> &'a str {
    let (_, rest) = sentence.split_once(&format!("{option} ")).expect(sentence);
    rest.split([' ', ',']).next().unwrap().trim_end_matches('.')
}

#[tokio::test]
async fn a_refused_origin_names_both_addresses_and_a_setting_that_mends_it() {
    for (name, host, more, own) in [
        ("nginx: Host $host", "k.example.com", vec![], "http://k.example.com"),
        ("nginx: plain proxy_pass", "127.0.0.1:8080", vec![], "http://127.0.0.1:8080"),
        (
            "a wrong host",
            "127.0.0.1:8080",
            vec![("x-forwarded-proto", "https"), ("x-forwarded-host", "inside")],
            "https://inside",
        ),
    ] {
        let world = World::new().await;
        let mut headers = vec![("host", host), ("origin", "https://k.example.com:8443")];
        headers.extend(more);
        let refused = sign_in(&world, "127.0.0.1", &headers).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{name}");
        assert_eq!(refused.json()["code"], "cross_origin");
        let sentence = title(&refused);
        for part in [
            "a page at https://k.example.com:8443",
            &format!("its own address for {own}."),
            "X-Forwarded-Proto: https and X-Forwarded-Host: k.example.com:8443",
        ] {
            assert!(sentence.contains(part), "{name}: {part:?} is not in {sentence}");
        }
        // The advice is taken by the program, and helps.
        let public = advised(&sentence, "--public-origin");
        assert!(PublicOrigin::parse(public).is_ok());
        let mended = World::with(Settings::for_tests(0, Some(public))).await;
        let mut with_proto = headers.clone();
        with_proto.retain(|(name, _)| !name.starts_with("x-"));
        with_proto.push(("x-forwarded-proto", "https"));
        let answer = sign_in(&mended, "127.0.0.1", &with_proto).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_believed_is_named_with_the_setting_that_believes_it() {
    let headers = [
        ("host", "inside:8080"),
        ("origin", PUBLIC),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "k.example.com"),
    ];
    let refused = sign_in(&World::new().await, "192.0.2.7", &headers).await;
    let sentence = title(&refused);
    let network = TrustedProxies::network(advised(&sentence, "--trusted-proxy")).unwrap();
    let believed = TrustedProxies::new(vec![network], ForwardedHeaders::default());
    let settings = Settings::for_tests(0, None).with_trusted_proxies(believed);
    let answer = sign_in(&World::with(settings).await, "192.0.2.7", &headers).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);

    let rfc = [
        ("host", "inside:8080"),
        ("origin", PUBLIC),
        ("forwarded", "for=203.0.113.9;proto=https;host=k.example.com"),
    ];
    let sentence = title(&sign_in(&World::new().await, "127.0.0.1", &rfc).await);
    let family = ForwardedHeaders::parse(advised(&sentence, "--forwarded-headers")).unwrap();
    let settings = Settings::for_tests(0, None)
        .with_trusted_proxies(TrustedProxies::default().said_in(family));
    let answer = sign_in(&World::with(settings).await, "127.0.0.1", &rfc).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

#[tokio::test]
async fn what_is_no_address_is_not_repeated() {
    let world = World::new().await;
    let long = format!("https://{}.example", "a.".repeat(500));
    for (origin, said) in [
        ("null", "its Origin is null"),
        ("javascript:alert(1)", "its Origin is no address"),
        (long.as_str(), "its Origin is no address"),
    ] {
        let refused = sign_in(&world, "127.0.0.1", &[("host", "h"), ("origin", origin)]).await;
        assert!(title(&refused).contains(said), "{}", title(&refused));
        assert!(title(&refused).len() < 300);
    }
    let without = sign_in(&world, "127.0.0.1", &[("host", "h")]).await;
    assert!(
        title(&without).ends_with("another program sends Origin: http://h"),
        "{}",
        title(&without)
    );
}

#[tokio::test]
async fn the_consoles_own_origin_is_known_in_every_spelling() {
    for (host, proto, origin) in [
        ("K.example.com:443", "https", PUBLIC),
        ("k.example.com", "https", "HTTPS://K.EXAMPLE.COM:443"),
        ("k.example.com:80", "http", "http://k.example.com"),
        ("[::1]:8080", "http", "http://[::1]:8080"),
    ] {
        let headers = [("host", host), ("origin", origin), ("x-forwarded-proto", proto)];
        let answer = sign_in(&World::new().await, "127.0.0.1", &headers).await;
        assert_eq!(answer.status, StatusCode::OK, "{host}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_secret_does_not_come_in_by_plain_http_where_the_world_comes_by_https() {
    let world = World::with(Settings::for_tests(0, Some(PUBLIC))).await;
    for (name, peer, headers) in [
        ("directly", "203.0.113.9", vec![("host", "k.example.com"), ("origin", PUBLIC)]),
        ("directly", "203.0.113.9", vec![("host", "h:8080"), ("origin", "http://h:8080")]),
        (
            "by a proxy that says so",
            "127.0.0.1",
            vec![("host", "k.example.com"), ("origin", PUBLIC), ("x-forwarded-proto", "http")],
        ),
        (
            "by a proxy for somebody else",
            "127.0.0.1",
            vec![("host", "k.example.com"), ("origin", PUBLIC), ("x-forwarded-for", "203.0.113.9")],
        ),
        (
            "by a proxy that says nothing, from a page that was not safe",
            "127.0.0.1",
            vec![("host", "k.example.com"), ("origin", "http://k.example.com")],
        ),
        (
            "with a claim that nobody believes",
            "203.0.113.9",
            vec![("host", "k.example.com"), ("origin", PUBLIC), ("x-forwarded-proto", "https")],
        ),
    ] {
        for path in [
            "/api/session",
            "/api/session/proof",
            "/api/password_links/read",
            "/api/password_links/use",
            "/api/account/password",
            "/api/credentials",
            "/api/users",
            "/api/import",
        ] {
            let answer = post(&world, path, peer, &headers).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}, {path}: {}", answer.body);
            assert_eq!(answer.json()["code"], "https_required", "{name}, {path}");
            assert!(answer.header("set-cookie").is_none());
            let sentence = title(&answer);
            assert!(sentence.contains(&format!("Open {PUBLIC} instead")), "{sentence}");
            assert!(sentence.contains("X-Forwarded-Proto: https"), "{sentence}");
            let names_proxy = sentence.contains("--trusted-proxy 203.0.113.9");
            assert_eq!(names_proxy, peer != "127.0.0.1", "{sentence}");
        }
    }
    // A Job Board key neither.
    let apply = Request::builder().method("POST").uri("/v1/boards/acme/jobs/1");
    let answer = world.send(apply.header("host", "k.example.com").body(Body::empty())).await;
    assert_eq!(answer.json()["error"], "HTTPS is required", "{}", answer.body);
    // From this machine to this machine nobody listens in.
    for host in ["127.0.0.1:8080", "localhost", "[::1]:8080"] {
        let origin = format!("http://{host}");
        let answer = sign_in(&world, "127.0.0.1", &[("host", host), ("origin", &origin)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{host}: {}", answer.body);
        assert!(!answer.header("set-cookie").unwrap().contains("Secure"));
        assert_eq!(answer.header("strict-transport-security"), None);
    }
}

#[tokio::test]
async fn behind_https_every_cookie_is_secure_and_browsers_are_told_to_stay_there() {
    let world = World::with(Settings::for_tests(0, Some(PUBLIC))).await;
    for headers in [
        vec![("host", "k.example.com"), ("origin", PUBLIC), ("x-forwarded-proto", "https")],
        vec![("host", "inside"), ("origin", PUBLIC), ("x-forwarded-proto", "https, http")],
        // A TLS proxy on this machine that says nothing: the browser's page was safe.
        vec![("host", "127.0.0.1:8080"), ("origin", PUBLIC)],
    ] {
        let answer = sign_in(&world, "127.0.0.1", &headers).await;
        assert_eq!(answer.status, StatusCode::OK, "{headers:?}: {}", answer.body);
        let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
        assert_eq!(cookies.len(), 2);
        for cookie in &cookies {
            let cookie = cookie.to_str().unwrap();
            assert!(
                cookie.starts_with("__Host-latchkey_") && cookie.ends_with("; Secure"),
                "{cookie}"
            );
        }
        let says_so = headers.len() == 3;
        let sts = answer.header("strict-transport-security");
        assert_eq!(sts, says_so.then_some("max-age=31536000"), "{headers:?}");
        // The session is found by reads, which carry no Origin.
        let cookie = cookies[0].to_str().unwrap().split(';').next().unwrap();
        let read = Request::builder().uri("/api/account").header("cookie", cookie);
        let read = headers
            .iter()
            .filter(|(name, _)| *name != "origin")
            .fold(read, |read, (name, value)| read.header(*name, *value));
        assert_eq!(
            world.send(read.body(Body::empty())).await.status,
            StatusCode::OK,
            "{headers:?}"
        );
    }
    for path in ["/", "/api/session", "/v1/jobs", "/v1/boards/acme", "/livez", "/nothing.js"] {
        let request = Request::builder().uri(path).header("host", "k.example.com");
        let answer =
            world.send(request.header("x-forwarded-proto", "https").body(Body::empty())).await;
        assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"), "{path}");
        let request = Request::builder().uri(path).header("host", "k.example.com");
        let answer = world.send(request.body(Body::empty())).await;
        assert_eq!(answer.header("strict-transport-security"), None, "{path}");
    }
    let plain = World::new().await;
    let request = Request::builder().uri("/").header("x-forwarded-proto", "https");
    let answer = plain.send(request.body(Body::empty())).await;
    assert_eq!(answer.header("strict-transport-security"), None, "the world may come by http");
}

/// A proxy sets one family of headers and lets the other through.
#[tokio::test]
async fn a_client_gains_nothing_by_the_headers_that_its_proxy_does_not_set() {
    for (family, set, forged) in [
        (
            ForwardedHeaders::XForwarded,
            vec![("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "http")],
            vec![("forwarded", "for=198.51.100.1;proto=https;host=evil.example")],
        ),
        (
            ForwardedHeaders::Forwarded,
            vec![("forwarded", "for=203.0.113.9;proto=http")],
            vec![
                ("x-forwarded-for", "198.51.100.1"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "evil.example"),
                ("x-forwarded-port", "8443"),
            ],
        ),
    ] {
        let proxies = TrustedProxies::default().said_in(family);
        let request = |headers: Vec<(&str, &str)>| {
            let request = Request::builder().uri("/").header("host", "k.example.com");
            let request =
                headers.iter().fold(request, |it, (name, value)| it.header(*name, *value));
            let mut parts = request.body(()).unwrap().into_parts().0;
            parts.extensions.insert(Peer("127.0.0.1:9".parse().unwrap()));
            server::client::Client::of(&parts, &proxies)
        };
        let honest = request(set.clone());
        assert_eq!(honest.address.to_string(), "203.0.113.9");
        assert_eq!(request([set, forged].concat()), honest, "{family:?}");
    }
}
