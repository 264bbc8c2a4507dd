//! Boards whose token was changed here, and imports that were saved before.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{count, import, public, saved};
use crate::app::{Person, World};

/// Gives board `acme` another token; its old one answers for so many days.
async fn rename(ada: &Person<'_>, keep_old_days: Option<u32>) {
    let token = match keep_old_days {
        Some(days) => json!({ "token": "acme-careers", "keep_old_days": days }),
        None => json!({ "token": "acme-careers" }),
    };
    let answer = ada.patch("/api/boards/3001001", 1, json!({ "token": token })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

async fn boards(ada: &Person<'_>) -> Vec<Value> {
    ada.get("/api/boards").await.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_import_saved_before_a_boards_token_was_changed_still_means_that_board() {
    for keep_old_days in [None, Some(7), Some(0)] {
        let world = World::new().await;
        let ada = world.ada().await;
        let data = saved(&world).await;
        rename(&ada, keep_old_days).await;
        let before = boards(&ada).await;
        let posts = public(&world, "acme-careers/jobs").await;
        let report = import(&ada, &data).await;
        assert_eq!(report.status, StatusCode::OK, "{}", report.body);
        assert_eq!(count(&report.json(), "boards"), (0, 0, 0, 2), "{keep_old_days:?}");
        assert_eq!(boards(&ada).await, before, "{keep_old_days:?}");
        assert_eq!(public(&world, "acme-careers/jobs").await, posts);
    }
}

#[tokio::test]
async fn a_token_that_another_board_took_over_means_the_other_board() {
    let world = World::new().await;
    let ada = world.ada().await;
    rename(&ada, Some(0)).await;
    let taken = json!({ "token": { "token": "Acme" } });
    let answer = ada.patch("/api/boards/3001002", 1, taken).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let board = json!({ "token": "acme", "name": "Whose?" });
    let report = import(&ada, &json!({ "boards": [board] })).await;
    assert_eq!(report.status, StatusCode::OK, "{}", report.body);
    let campus = ada.get("/api/boards/3001002").await.json();
    assert_eq!((&campus["token"], &campus["name"]), (&json!("Acme"), &json!("Whose?")));
}

#[tokio::test]
async fn a_board_is_not_imported_under_two_of_its_tokens() {
    let world = World::new().await;
    let ada = world.ada().await;
    rename(&ada, None).await;
    let both = json!([{ "token": "acme" }, { "token": "acme-careers" }]);
    let answer = import(&ada, &json!({ "boards": both })).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    let said = answer.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
    assert!(said.ends_with(
        "boards[1]: “acme” and “acme-careers” are tokens of the same board; import one of them"
    ));
}
