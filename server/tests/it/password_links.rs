//! Password links: the first Site Admin's, invitations, resets. One use, and not for long.

use axum::http::StatusCode;
use expect_test::expect;
use serde_json::{Value, json};
use server::start::offer_first_site_admin;

use crate::app::{Answer, LONG_PASSWORD, World};

const HOUR: i64 = 60 * 60 * 1000;

async fn token_of_first(world: &World) -> Option<String> {
    let address = "127.0.0.1:4711".parse().unwrap();
    let address = offer_first_site_admin(&world.app, address).await.unwrap()?;
    let token = address.strip_prefix("http://127.0.0.1:4711/choose_password#");
    Some(token.expect("the page’s own address").to_owned())
}

async fn choose(world: &World, token: &str, more: Value) -> Answer {
    let mut chosen = json!({ "token": token, "password": LONG_PASSWORD });
    chosen.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.anonymous().post("/api/password_links/use", chosen).await
}

async fn facts(world: &World, token: &str) -> Answer {
    world.anonymous().post("/api/password_links/read", json!({ "token": token })).await
}

#[tokio::test]
async fn the_first_site_admin_is_created_at_the_address_the_program_prints() {
    let world = World::empty().await;
    let state = world.anonymous().get("/api/session").await.json();
    assert_eq!(state["needs_first_site_admin"], true);
    let token = token_of_first(&world).await.unwrap();
    expect![[r#"
        200 OK
        {
          "kind": "first_site_admin",
          "user": null,
          "expires_at": "2026-01-31T09:20:00.250Z"
        }
    "#]]
    .assert_eq(&facts(&world, &token).await.brief());
    let grace = json!({ "name": "Grace", "email": "Grace@Example.com" });
    let answer = choose(&world, &token, grace.clone()).await;
    let state = answer.json();
    assert_eq!(state["session"]["level"], "site_admin");
    let held = ["manage_all_api_credentials", "edit_advanced_permissions"];
    assert_eq!(state["session"]["developer_permissions"], json!(held));
    assert_eq!(state["needs_first_site_admin"], false);
    world.holder_of(&answer).issue("harvest", "jobtarget").await;
    // Once, and then never again.
    assert_eq!(choose(&world, &token, grace).await.status, StatusCode::NOT_FOUND);
    assert_eq!(token_of_first(&world).await, None);
    let again = world.sign_in("grace@example.com", LONG_PASSWORD).await;
    assert_eq!(again.status, StatusCode::OK);
}

#[tokio::test]
async fn of_two_printed_addresses_one_makes_the_first_site_admin() {
    let world = World::empty().await;
    let tokens = [token_of_first(&world).await.unwrap(), token_of_first(&world).await.unwrap()];
    let one = json!({ "name": "One", "email": "one@example.com" });
    let two = json!({ "name": "Two", "email": "two@example.com" });
    let (first, second) =
        tokio::join!(choose(&world, &tokens[0], one), choose(&world, &tokens[1], two));
    let mut said = [first.status.as_u16(), second.status.as_u16()];
    said.sort_unstable();
    assert_eq!(said, [200, 404]);
}

#[tokio::test]
async fn the_first_site_admin_has_a_quarter_of_an_hour_and_others_three_days() {
    let world = World::empty().await;
    let token = token_of_first(&world).await.unwrap();
    world.clock.advance(15 * 60 * 1000);
    assert_eq!(facts(&world, &token).await.status, StatusCode::NOT_FOUND);
    let grace = json!({ "name": "Grace", "email": "grace@example.com" });
    assert_eq!(choose(&world, &token, grace).await.status, StatusCode::NOT_FOUND);

    let world = World::new().await;
    let link = world.ada().await.act("/api/users/user_ben/password_link").await.json();
    let token = link["token"].as_str().unwrap();
    world.clock.advance(72 * HOUR - 1);
    assert_eq!(facts(&world, token).await.status, StatusCode::OK);
    world.clock.advance(1);
    assert_eq!(facts(&world, token).await.status, StatusCode::NOT_FOUND);
    assert_eq!(choose(&world, token, json!({})).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_link_is_used_once_by_the_faster_of_two() {
    let world = World::new().await;
    let link = world.ada().await.act("/api/users/user_ben/password_link").await.json();
    let token = link["token"].as_str().unwrap();
    assert_eq!(facts(&world, token).await.json()["user"]["name"], "Ben Lindqvist");
    let (one, other) =
        tokio::join!(choose(&world, token, json!({})), choose(&world, token, json!({})));
    let mut said = [one.status.as_u16(), other.status.as_u16()];
    said.sort_unstable();
    assert_eq!(said, [200, 404]);
    assert_eq!(facts(&world, token).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_new_link_ends_the_old_one_and_disabling_or_a_new_password_ends_any() {
    let world = World::new().await;
    let ada = world.ada().await;
    let link = async || {
        let link = ada.act("/api/users/user_ben/password_link").await.json();
        link["token"].as_str().unwrap().to_owned()
    };
    let (old, new) = (link().await, link().await);
    assert_eq!(facts(&world, &old).await.status, StatusCode::NOT_FOUND);
    assert_eq!(facts(&world, &new).await.status, StatusCode::OK);
    let change = json!({ "current_password": "latchkey-demo", "new_password": LONG_PASSWORD });
    let changed = world.ben().await.post("/api/account/password", change).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT);
    assert_eq!(facts(&world, &new).await.status, StatusCode::NOT_FOUND);
    let last = link().await;
    ada.act("/api/users/user_ben/disable").await;
    ada.act("/api/users/user_ben/enable").await;
    assert_eq!(facts(&world, &last).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_password_that_breaks_a_rule_does_not_use_the_link_up() {
    let world = World::new().await;
    let link = world.ada().await.act("/api/users/user_ben/password_link").await.json();
    let token = link["token"].as_str().unwrap();
    for refused in ["too short", "benlindqvist ben@example.com", "abcabcabcabcabcabc"] {
        let answer = choose(&world, token, json!({ "password": refused })).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/password");
    }
    let answer = choose(&world, token, json!({ "name": "Eve" })).await;
    assert_eq!(answer.json()["errors"][0]["pointer"], "/name", "who they are is known");
    assert_eq!(choose(&world, token, json!({})).await.status, StatusCode::OK);
}
