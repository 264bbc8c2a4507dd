//! Where the person is signed in, and ending it there.

use api::Page;
use api::error::SessionEnd;
use api::paths;
use api::session::OpenSession;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::clock::rfc3339;
use crate::db;
use crate::error::{Error, Result};
use crate::input::Id;
use crate::openapi::{MayFail, NeedsThing, NeedsUser};
use crate::paging::whole;
use crate::session::{User, alive_at, subject};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, end_others)).routes(routes!(end))
}

/// Where the person is signed in, the latest use first.
#[utoipa::path(get, path = paths::SESSIONS, tag = "sessions", operation_id = "list_sessions",
    security(("session" = [])),
    responses((status = 200, body = Page<OpenSession>), NeedsUser, MayFail))]
async fn list(State(app): State<App>, user: User) -> Result<Json<Page<OpenSession>>> {
    app.last_uses.settle(&app).await;
    let rows = db::sessions::list_of(&app.db, &user.row.id, alive_at(app.clock.now())).await?;
    let items = rows.into_iter().map(|row| OpenSession {
        browser: browser(&row.user_agent),
        address: row.address,
        created_at: rfc3339(row.created_at),
        last_seen_at: rfc3339(row.last_seen_at),
        current: row.id == user.session_id,
        session_id: row.id,
    });
    Ok(Json(whole(items.collect())))
}

/// Signs the person out everywhere but here.
#[utoipa::path(delete, path = paths::SESSIONS, tag = "sessions",
    operation_id = "end_other_sessions", security(("session" = [])),
    responses((status = 204, description = "The person is signed in here only"), NeedsUser,
        MayFail))]
async fn end_others(State(app): State<App>, user: User) -> Result<StatusCode> {
    let (mut change, user) = app.change(user, |_| Ok(())).await?;
    let end = (SessionEnd::SignedOut, change.now);
    let except = Some(user.session_id.as_str());
    let ended = db::sessions::end_all(&mut change.tx, &user.row.id, except, end).await?;
    if ended > 0 {
        let before = json!({ "sessions": ended + 1 });
        let after = json!({ "sessions": 1 });
        change.record("session.end", &subject(&user.row), Some(before), Some(after)).await?;
        change.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Signs the person out in one place.
#[utoipa::path(delete, path = paths::SESSIONS_ONE, tag = "sessions", operation_id = "end_session",
    params(("id" = String, Path)), security(("session" = [])),
    responses((status = 204, description = "That session has ended"), NeedsUser, NeedsThing,
        MayFail))]
async fn end(State(app): State<App>, user: User, Id(id): Id) -> Result<StatusCode> {
    let (mut change, user) = app.change(user, |_| Ok(())).await?;
    let end = (SessionEnd::SignedOut, change.now);
    if !db::sessions::end(&mut change.tx, &user.row.id, &id, end).await? {
        return Err(Error::NotFound);
    }
    change.record("session.end", &subject(&user.row), None, None).await?;
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A browser and its system by the words of `User-Agent`: enough to tell one's own sessions apart. Most
/// browsers also name those they descend from, so the order counts.
fn browser(user_agent: &str) -> String {
    let named = |known: &[(&str, &'static str)]| {
        known.iter().find(|(word, _)| user_agent.contains(word)).map(|(_, name)| *name)
    };
    let browser = named(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Vivaldi/", "Vivaldi"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("FxiOS/", "Firefox"),
        ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = named(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::browser;

    #[test]
    fn a_browser_is_told_by_its_own_name_not_by_its_ancestors() {
        for (user_agent, said) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0 Mobile Safari/604.1",
                "Chrome on iPhone",
            ),
            ("curl/8.14.1", "curl"),
            ("", "Unknown browser"),
        ] {
            assert_eq!(browser(user_agent), said);
        }
    }
}
