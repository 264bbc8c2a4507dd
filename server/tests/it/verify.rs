//! Forward-auth: a reverse proxy asks about a call, and gets the decision of the Harvest surface.

use axum::body::Body;
use axum::http::{Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use expect_test::expect;
use serde_json::json;
use server::client::{ForwardedHeaders, Peer, TrustedProxies};
use server::settings::{Settings, VerifyFrom};

use crate::app::{Answer, World, request};

fn original(method: &str, uri: &str, key: &str) -> axum::http::request::Builder {
    let basic = format!("Basic {}", STANDARD.encode(format!("{key}:")));
    request("GET", "/verify")
        .header("x-original-method", method)
        .header("x-original-uri", uri)
        .header(header::AUTHORIZATION, basic)
}

async fn ask(world: &World, method: &str, uri: &str, key: &str) -> Answer {
    world.send(original(method, uri, key).body(Body::empty())).await
}

#[tokio::test]
async fn a_proxy_learns_whose_call_it_is_and_which_permission_lets_it_in() {
    let world = World::with(Settings::for_tests(50, None)).await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    expect![[r#"
        200 OK
        latchkey-credential: cred_urQkrstuc2rm2UtD
        latchkey-permission: jobs:list
        x-ratelimit-limit: 50
        x-ratelimit-remaining: 49
        content-length: 0

    "#]]
    .assert_eq(&ask(&world, "GET", "/v1/jobs?per_page=2", &key).await.exact());
}

#[tokio::test]
async fn a_refusal_is_the_one_of_the_harvest_surface_to_the_byte() {
    let world = World::single(Settings::for_tests(9, None)).await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    for (method, path, key) in [
        ("GET", "/v1/jobs", "lkh_wrong"),
        ("GET", "/v1/users", &key),
        ("GET", "/v1/no_such_thing", &key),
        ("DELETE", "/v1/jobs", &key),
    ] {
        let direct = world.call(method, path, key).await;
        let asked = ask(&world, method, path, key).await;
        let without_count = |answer: &Answer| {
            let exact = answer.exact();
            exact.lines().filter(|line| !line.contains("remaining")).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(without_count(&direct), without_count(&asked), "{method} {path}");
    }
    for _ in 0..7 {
        ask(&world, "GET", "/v1/jobs", &key).await;
    }
    let (direct, asked) =
        (world.call("GET", "/v1/jobs", &key).await, ask(&world, "GET", "/v1/jobs", &key).await);
    assert_eq!(direct.status, 429, "both surfaces count against one limit");
    assert_eq!(direct.exact(), asked.exact());
}

#[tokio::test]
async fn a_write_needs_its_user_here_too() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "custom_integration").await;
    let changes = json!({ "permissions": ["jobs:create"] });
    ada.patch(&format!("/api/credentials/{id}"), 1, changes).await;
    assert_eq!(ask(&world, "POST", "/v1/jobs", &key).await.status, 422);
    let with_user = original("POST", "/v1/jobs", &key).header("on-behalf-of", "3501001");
    assert_eq!(world.send(with_user.body(Body::empty())).await.status, 200);
}

#[tokio::test]
async fn a_revoked_key_is_dead_for_the_proxy_too() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    assert_eq!(ask(&world, "GET", "/v1/jobs", &key).await.status, 200);
    ada.act(&format!("/api/credentials/{id}/revoke")).await;
    assert_eq!(ask(&world, "GET", "/v1/jobs", &key).await.status, 401);
}

#[tokio::test]
async fn nobody_but_a_trusted_proxy_may_ask() {
    let world = World::new().await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    let from = |address: &str| {
        let mut request: Request<Body> =
            original("GET", "/v1/jobs", &key).body(Body::empty()).expect("a request");
        let address = format!("{address}:999").parse().expect("an address");
        request.extensions_mut().insert(Peer(address));
        request
    };
    assert_eq!(world.send(Ok(from("127.0.0.1"))).await.status, 200);
    expect![[r#"
        403 Forbidden
        {
          "message": "Only a trusted proxy may ask; if 203.0.113.7 is one, start Latchkey with --trusted-proxy 203.0.113.7"
        }
    "#]]
    .assert_eq(&world.send(Ok(from("203.0.113.7"))).await.brief());
    // The advice is taken by the program, and helps.
    let advised = TrustedProxies::network("203.0.113.7").unwrap();
    let proxies = TrustedProxies::new(vec![advised], ForwardedHeaders::default());
    let settings = Settings::for_tests(0, None).with_trusted_proxies(proxies);
    let world = World::with(settings).await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    let mut asked: Request<Body> = original("GET", "/v1/jobs", &key).body(Body::empty()).unwrap();
    asked.extensions_mut().insert(Peer("203.0.113.7:999".parse().unwrap()));
    assert_eq!(world.send(Ok(asked)).await.status, 200);
}

#[tokio::test]
async fn headers_of_the_other_pair_gain_nothing() {
    let settings = Settings::for_tests(0, None).with_verify(VerifyFrom::Forwarded, None);
    let world = World::with(settings).await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    let smuggled = original("GET", "/v1/jobs", &key)
        .header("x-forwarded-method", "GET")
        .header("x-forwarded-uri", "/v1/users");
    assert_eq!(world.send(smuggled.body(Body::empty())).await.status, 403);
    let alone = original("GET", "/v1/jobs", &key);
    assert_eq!(world.send(alone.body(Body::empty())).await.status, 400);
}

/// What each proxy sends, as its documentation and its source have it; the names are those an operator
/// gives to `--verify-from`. nginx, Caddy and HAProxy also run for real, in `clients/proxies`.
#[tokio::test]
async fn every_common_proxy_is_understood_by_its_name() {
    let url = "https://api.example.com/v1/jobs?per_page=2";
    let uri = "/v1/jobs?per_page=2";
    for (proxy, method, path, sent) in [
        ("nginx", "GET", "/verify", vec![("x-original-method", "GET"), ("x-original-uri", uri)]),
        ("haproxy", "GET", "/verify", vec![("x-original-method", "GET"), ("x-original-uri", uri)]),
        (
            "ingress-nginx",
            "GET",
            "/verify",
            vec![
                ("x-original-url", url),
                ("x-original-method", "GET"),
                ("x-sent-from", "nginx-ingress-controller"),
                ("x-real-ip", "203.0.113.9"),
                ("x-forwarded-for", "203.0.113.9"),
                ("x-auth-request-redirect", uri),
            ],
        ),
        (
            "traefik",
            "GET",
            "/verify",
            vec![
                ("x-forwarded-method", "GET"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "api.example.com"),
                ("x-forwarded-uri", uri),
                ("x-forwarded-for", "203.0.113.9"),
            ],
        ),
        ("caddy", "GET", "/verify", vec![("x-forwarded-method", "GET"), ("x-forwarded-uri", uri)]),
        ("envoy", "GET", "/verify/v1/jobs?per_page=2", vec![("x-forwarded-proto", "https")]),
    ] {
        let from = VerifyFrom::parse(proxy).unwrap();
        let is_https = proxy == "ingress-nginx" || sent.contains(&("x-forwarded-proto", "https"));
        let public = is_https.then_some("https://api.example.com");
        let world = World::with(Settings::for_tests(0, None).with_verify(from, None)).await;
        let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
        let ask = |key: &str| {
            let basic = format!("Basic {}", STANDARD.encode(format!("{key}:")));
            let request = request(method, path).header(header::AUTHORIZATION, basic);
            sent.iter().fold(request, |it, (name, value)| it.header(*name, *value))
        };
        let answer = world.send(ask(&key).body(Body::empty())).await;
        assert_eq!(answer.status, 200, "{proxy}: {}", answer.body);
        assert_eq!(answer.header("latchkey-permission"), Some("jobs:list"), "{proxy}");
        // By https, as far as the proxy says so: it is not plain http that is refused, but the key.
        let world = World::with(Settings::for_tests(0, public).with_verify(from, None)).await;
        assert_eq!(world.send(ask("lkh_x").body(Body::empty())).await.status, 401, "{proxy}");
        // Whoever set another one is told the name of the pair that this proxy sends.
        let other = if from == VerifyFrom::Path { continue } else { VerifyFrom::Path.others() };
        for other in other.filter(|other| *other != from && other.headers() != from.headers()) {
            let world = World::with(Settings::for_tests(0, None).with_verify(other, None)).await;
            let answer = world.send(ask(&key).body(Body::empty())).await;
            assert_eq!(answer.status, 400, "{proxy} with {other}: {}", answer.body);
            let advice = answer.json()["message"].as_str().unwrap().to_owned();
            let (_, name) = advice.rsplit_once("--verify-from ").expect(&advice);
            assert_eq!(VerifyFrom::parse(name), Ok(from), "{advice}");
        }
    }
}

#[tokio::test]
async fn envoy_asks_below_verify_with_the_calls_own_method() {
    let settings = Settings::for_tests(0, None).with_verify(VerifyFrom::Path, None);
    let world = World::with(settings).await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    assert_eq!(world.call("GET", "/verify/v1/jobs?page=2", &key).await.status, 200);
    assert_eq!(world.call("GET", "/verify/v1/users", &key).await.status, 403);
    assert_eq!(world.call("PATCH", "/verify/v1/jobs/1", &key).await.status, 403);
    assert_eq!(world.call("GET", "/verify/v1/jobs/..%2fusers", &key).await.status, 400);
    assert_eq!(world.call("GET", "/verify", &key).await.status, 400);
}

#[tokio::test]
async fn a_path_that_two_programs_could_read_differently_is_refused() {
    let world = World::new().await;
    let (_, key) = world.ada().await.issue("harvest", "jobtarget").await;
    for path in ["/v1/jobs/../users", "/v1//jobs", "/v1/jobs%2f1", "/v1/jobs/%2e%2e", "v1/jobs"] {
        assert_eq!(ask(&world, "GET", path, &key).await.status, 400, "{path}");
    }
    expect![[r#"
        400 Bad Request
        {
          "message": "The path has no one meaning: it may hold letters, digits, - _ . ~ and single slashes, and no segment of dots only"
        }
    "#]]
    .assert_eq(&ask(&world, "GET", "/v1/jobs/../users", &key).await.brief());
}

#[tokio::test]
async fn behind_https_a_call_that_came_by_http_is_refused() {
    let settings = Settings::for_tests(0, Some("https://api.example.com"));
    let world = World::with(settings).await;
    let key = "lkh_whatever";
    assert_eq!(ask(&world, "GET", "/v1/jobs", key).await.status, 403);
    let https = original("GET", "/v1/jobs", key).header("x-forwarded-proto", "https");
    assert_eq!(world.send(https.body(Body::empty())).await.status, 401);
}

/// Every permission × every endpoint, through both surfaces.
#[tokio::test]
async fn a_permission_opens_its_own_endpoints_and_no_other_on_both_surfaces() {
    let world = World::new().await;
    let (id, key) = world.ada().await.issue("harvest", "custom_integration").await;
    let catalogue = &world.app.catalogue.catalogue;
    let endpoints: Vec<_> = catalogue
        .permissions
        .iter()
        .flat_map(|permission| {
            permission.endpoints.iter().map(move |endpoint| {
                let segments =
                    endpoint.path.split('/').map(|s| if s.starts_with('{') { "77" } else { s });
                (permission.bit, &endpoint.method, segments.collect::<Vec<_>>().join("/"))
            })
        })
        .collect();
    assert_eq!(endpoints.len(), 143);
    for (version, permission) in catalogue.permissions.iter().enumerate() {
        let changes = json!({ "permissions": [permission.permission_id] });
        let version = u64::try_from(version + 1).expect("small");
        let saved =
            world.ada().await.patch(&format!("/api/credentials/{id}"), version, changes).await;
        assert_eq!(saved.status, 200, "{}", saved.body);
        for (bit, method, path) in &endpoints {
            let direct = world.call(method, path, &key).await.status;
            let asked = ask(&world, method, path, &key).await.status;
            let allowed = *bit == permission.bit;
            let what =
                format!("{} on {method} {path}: {direct} {asked}", permission.permission_id.0);
            assert_eq!(direct != 403, allowed, "{what}");
            assert_eq!(asked != 403, allowed, "{what}");
            assert!(direct != 401 && asked != 401, "{what}");
        }
    }
}
