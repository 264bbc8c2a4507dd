//! The catalogue as the page fetches it.

use axum::body::Body;
use axum::http::StatusCode;

use crate::app::World;

#[tokio::test]
async fn the_page_gets_the_catalogue_once_and_then_only_asks_whether_it_changed() {
    let world = World::new().await;
    let ben = world.ben().await;
    let answer = ben.get("/api/catalogue").await;
    let catalogue = answer.json();
    assert_eq!(catalogue["permissions"].as_array().unwrap().len(), 136);
    assert_eq!(catalogue["partners"].as_array().unwrap().len(), 18);
    let etag = answer.header("etag").unwrap();
    let again = ben.request("GET", "/api/catalogue").header("if-none-match", etag);
    let again = world.send(again.body(Body::empty())).await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
}

#[tokio::test]
async fn nobody_else_gets_it() {
    let world = World::new().await;
    let answer = world.anonymous().get("/api/catalogue").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
