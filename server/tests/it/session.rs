//! Signing in and out.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use expect_test::expect;
use serde_json::{Value, json};
use server::change::Actor;
use server::db;
use server::settings::Settings;

use crate::app::{ORIGIN, Person, World, request};

#[tokio::test]
async fn ada_signs_in_and_the_page_learns_what_she_may_do() {
    let world = World::new().await;
    let answer = world.sign_in("Ada@Example.com ", "latchkey-demo").await;
    expect![[r#"
        200 OK
        content-type: application/json
        set-cookie: latchkey_session=o-uNuJ_FEjzP1JWFBZ8pK8QKHA1VC4YPJPhO-0dg-_I; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200
        set-cookie: latchkey_device=EE7OoRdhCafzIZzX.533c49b739672578a2dc7130660bac745f92f0d3cbe50da909805512d9765d0c; Path=/; HttpOnly; SameSite=Strict; Max-Age=15552000
        cache-control: no-store
        x-content-type-options: nosniff
        x-request-id: req_RgEKRS2oCmW7mbdF
        content-length: 282

        {
          "organization": "Acme Robotics",
          "demo": true,
          "needs_first_site_admin": false,
          "session": {
            "user": {
              "user_id": "user_ada",
              "name": "Ada Okafor",
              "email": "ada@example.com"
            },
            "level": "site_admin",
            "developer_permissions": [
              "manage_all_api_credentials",
              "edit_advanced_permissions"
            ],
            "can_grant": []
          }
        }
    "#]].assert_eq(&answer.exact());
    let ada = world.ada().await;
    assert_eq!(ada.get("/api/session").await.json()["session"]["user"]["name"], "Ada Okafor");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_are_answered_alike() {
    let world = World::new().await;
    let wrong = world.sign_in("ada@example.com", "latchkey-dem0").await;
    let unknown = world.sign_in("eve@example.com", "latchkey-demo").await;
    let without_id = |body: &str| {
        let mut json: Value = serde_json::from_str(body).unwrap();
        json["request_id"].take();
        json
    };
    assert_eq!(wrong.status, unknown.status);
    assert_eq!(without_id(&wrong.body), without_id(&unknown.body));
    assert!(wrong.header("set-cookie").is_none());
    expect![[r#"
        401 Unauthorized
        {
          "type": "about:blank",
          "title": "This e-mail and password do not belong together.",
          "status": 401,
          "code": "wrong_credentials",
          "request_id": "req_RgEKRS2oCmW7mbdF",
          "errors": []
        }
    "#]]
    .assert_eq(&wrong.brief());
}

#[tokio::test]
async fn whoever_may_do_nothing_is_told_who_can_grant_it() {
    let world = World::new().await;
    let session = world.ben().await.get("/api/session").await.json();
    assert_eq!(session["session"]["developer_permissions"], json!([]));
    assert_eq!(session["session"]["can_grant"][0]["email"], "ada@example.com");
}

#[tokio::test]
async fn nobody_signed_in_is_not_an_error() {
    let world = World::new().await;
    expect![[r#"
        200 OK
        {
          "organization": "Acme Robotics",
          "demo": true,
          "needs_first_site_admin": false,
          "session": null
        }
    "#]]
    .assert_eq(&world.anonymous().get("/api/session").await.brief());
}

#[tokio::test]
async fn a_session_ends_with_sign_out() {
    let world = World::new().await;
    let ada = world.ada().await;
    let answer = ada.delete("/api/session").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(
        answer.header("set-cookie"),
        Some("latchkey_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
    );
    assert_eq!(ada.get("/api/credentials").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ada.delete("/api/session").await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn signing_out_ends_the_session_though_it_got_another_token_meanwhile() {
    // In a file, where whoever reads need not wait for the change.
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("it.db").display());
    let world = World::on(&database, Settings::for_tests(0, None)).await;
    let ada = world.ada().await;
    let sessions = ada.get("/api/sessions").await.json();
    let id = sessions["items"][0]["session_id"].as_str().unwrap();
    // The password was given again in another tab, and that has not finished when this one signs out.
    let mut change = world.app.change_as(Actor::system()).await.unwrap();
    let now = change.now;
    db::sessions::renew(&mut change.tx, id, "the hash of another token", now).await.unwrap();
    let finish = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        change.commit().await.unwrap();
    };
    let (answer, ()) = tokio::join!(ada.delete("/api/session"), finish);
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    let left = world.ada().await.get("/api/sessions").await.json();
    assert_eq!(left["items"].as_array().unwrap().len(), 1, "only the new one: {left}");
}

#[tokio::test]
async fn a_session_ends_after_thirty_minutes_without_use_and_after_twelve_hours_anyway() {
    let world = World::alone().await;
    let ada = world.ada().await;
    let minute = 60_000;
    for _ in 0..28 {
        world.clock.advance(25 * minute);
        assert_eq!(ada.get("/api/credentials").await.status, StatusCode::OK);
    }
    world.clock.advance(21 * minute);
    assert_eq!(ada.get("/api/credentials").await.status, StatusCode::UNAUTHORIZED, "12 hours");
    let ada = world.ada().await;
    world.clock.advance(31 * minute);
    assert_eq!(ada.get("/api/credentials").await.status, StatusCode::UNAUTHORIZED, "30 minutes");
}

#[tokio::test]
async fn whoever_still_has_the_token_of_a_session_is_told_why_it_ended_and_nobody_else() {
    let world = World::new().await;
    let told = async |person: &Person<'_>| {
        let answer = person.get("/api/account").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        (answer.json()["reason"].clone(), answer.json()["title"].as_str().unwrap().to_owned())
    };
    let ada = world.ada().await;
    let out = world.ben().await;
    out.delete("/api/session").await;
    let ended = world.ben().await;
    assert_eq!(ada.delete("/api/users/user_ben/sessions").await.status, StatusCode::NO_CONTENT);
    let disabled = world.ben().await;
    assert_eq!(ada.act("/api/users/user_ben/disable").await.status, StatusCode::OK);
    let (elsewhere, cleo) = (world.cleo().await, world.cleo().await);
    let change =
        json!({ "current_password": "latchkey-demo", "new_password": crate::app::LONG_PASSWORD });
    let changed = cleo.post("/api/account/password", change).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT);
    let cleo = world.holder_of(&changed);
    let (account, sessions) = ("/api/account", "/api/sessions");
    assert_eq!(cleo.get(account).await.status, StatusCode::OK);
    world.clock.advance(31 * 60_000);
    for (person, reason, said) in [
        (&out, "signed_out", "You were signed out."),
        (&ended, "signed_out", "You were signed out."),
        (&disabled, "disabled", "Your account was disabled."),
        (&elsewhere, "password_changed", "Your password was changed"),
        (&cleo, "expired", "Your session ended: it was not used for 30 minutes"),
    ] {
        let (told, title) = told(person).await;
        assert_eq!(told, reason);
        assert!(title.starts_with(said), "{title}");
    }
    // The same when somebody else's sign-in has cleared the table; and no reason a day later.
    let ada = world.ada().await;
    assert_eq!(told(&cleo).await.0, "expired");
    let mut stranger = world.anonymous();
    for cookie in [String::new(), "latchkey_session=".to_owned(), cleo.cookie.clone() + "x"] {
        stranger.cookie = cookie;
        let (reason, title) = told(&stranger).await;
        assert_eq!((reason, title.as_str()), (Value::Null, "Sign in to go on."));
    }
    drop(ada);
    world.clock.advance(25 * 60 * 60_000);
    world.ada().await.get(sessions).await;
    assert_eq!(told(&elsewhere).await.0, Value::Null);
}

#[tokio::test]
async fn behind_https_the_cookie_is_bound_to_this_host() {
    let world = World::new().await;
    let typed = json!({ "email": "ada@example.com", "password": "latchkey-demo" });
    let answer = world
        .send(
            request("POST", "/api/session")
                .header("x-forwarded-proto", "https")
                .header("x-forwarded-host", "console.example.com")
                .header("origin", "https://console.example.com")
                .header("content-type", "application/json")
                .body(Body::from(typed.to_string())),
        )
        .await;
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-latchkey_session="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure"));
}

#[tokio::test]
async fn a_change_from_another_site_is_refused() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let path = format!("/api/credentials/{id}/revoke");
    for (header, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://latchkey.test.evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("x-nothing", "said"),
    ] {
        let forged = request("POST", &path).header("cookie", &ada.cookie).header(header, value);
        let answer = world.send(forged.body(Body::empty())).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{header}: {value}");
        assert_eq!(answer.json()["code"], "cross_origin");
    }
    assert_eq!(world.call("GET", "/v1/jobs", &key).await.status, StatusCode::OK);
    let own = request("POST", &path).header("cookie", &ada.cookie).header("origin", ORIGIN);
    assert_eq!(world.send(own.body(Body::empty())).await.status, StatusCode::OK);
}

/// A session's cookie beside others that nobody can read, or that a neighbour has set under our name.
#[tokio::test]
async fn a_neighbours_cookie_signs_nobody_out() {
    let world = World::new().await;
    let ada = world.ada().await;
    let own = ada.cookie.clone();
    let (name, _) = own.split_once('=').unwrap();
    let planted = format!("{name}={}", "A".repeat(43));
    for lines in [
        vec!["theme=f\u{fc}r".to_owned(), own.clone()],
        vec![format!("theme=f\u{fc}r; {own}")],
        vec![format!("{own}; q=\"a; b\"; =; ;; x; y==; \u{1f36a}=1")],
        vec![format!("  q = 1 ;{own}")],
        vec![format!("{planted}; {own}")],
        vec![format!("{name}=; {name}=short; {own}")],
        vec![format!("{name}=\u{fc}; {own}; {planted}")],
        vec![own.replace('=', "=\"") + "\""],
        (0..40).map(|n| format!("c{n}=\u{fc}")).chain([own.clone()]).collect(),
    ] {
        let mut request = request("GET", "/api/account");
        for line in &lines {
            let line = axum::http::HeaderValue::from_bytes(line.as_bytes()).unwrap();
            request = request.header("cookie", line);
        }
        let answer = world.send(request.body(Body::empty())).await;
        assert_eq!(answer.status, StatusCode::OK, "{lines:?}");
    }
    let many = vec![planted; 20].join("; ");
    let request = request("GET", "/api/account").header("cookie", format!("{many}; {own}"));
    let answer = world.send(request.body(Body::empty())).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "looking for it has an end");
}
