//! What operators ask.

use axum::http::StatusCode;

use crate::app::World;

#[tokio::test]
async fn a_running_service_is_alive_and_ready() {
    let world = World::new().await;
    for path in ["/livez", "/readyz"] {
        let answer = world.anonymous().get(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok"), "{path}");
    }
}

#[tokio::test]
async fn without_its_database_it_is_alive_but_not_ready() {
    let world = World::alone().await;
    world.app.db.close().await;
    assert_eq!(world.anonymous().get("/livez").await.status, StatusCode::OK);
    let answer = world.anonymous().get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}
