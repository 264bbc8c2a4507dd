//! The public job boards of the admin API: what a developer copies, and may change. What the public sees
//! of them is `board_api`'s.

pub(crate) mod token;

use std::collections::HashMap;

use api::Page;
use api::boards::{Board, BoardChanges, BoardFilter, BoardSort, EndedToken, OldToken, TokenChange};
use api::paths;
use api::users::DeveloperPermission;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::change::{Change, Subject};
use crate::clock::{Millis, rfc3339};
use crate::db;
use crate::db::boards::{BoardRow, OldTokenRow};
use crate::error::{Error, Result};
use crate::input::{BoardId, Input, Parameters, Version};
use crate::openapi::{
    MayBeOvertaken, MayBeSo, MayFail, MayRefuseInput, NeedsQuery, NeedsThing, NeedsUser,
    NeedsVersion,
};
use crate::paging::whole;
use crate::session::User;

const DAY: Millis = 24 * 60 * 60 * 1000;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read, update))
        .routes(routes!(end_old_token))
}

impl User {
    /// Refuses whoever may not change a board.
    pub(crate) fn require_editing_boards(&self) -> Result<()> {
        self.require_api_types()?;
        let all = DeveloperPermission::ManageAllApiCredentials;
        let may = self.row.developer_permissions.contains(&all);
        may.then_some(()).ok_or(Error::Forbidden(
            "Changing a job board takes “Can manage ALL organization’s API Credentials”.",
        ))
    }
}

/// The public job boards, by name.
#[utoipa::path(get, path = paths::BOARDS, tag = "boards", operation_id = "list_boards",
    params(BoardFilter), security(("session" = [])),
    responses((status = 200, body = Page<Board>), NeedsQuery, NeedsUser, MayFail))]
async fn list(
    State(app): State<App>,
    user: User,
    Parameters(filter): Parameters<BoardFilter>,
) -> Result<Json<Page<Board>>> {
    user.require_api_types()?;
    let facts = Facts::read(&app).await?;
    let mut rows = db::boards::list(&app.db).await?;
    if filter.sort == Some(BoardSort::NameDescending) {
        rows.reverse();
    }
    Ok(Json(whole(rows.into_iter().map(|row| facts.board(row)).collect())))
}

/// One board.
#[utoipa::path(get, path = paths::BOARD, tag = "boards", operation_id = "read_board",
    params(("id" = String, Path)), security(("session" = [])),
    responses((status = 200, body = Board,
            headers(("ETag" = String, description = "The board’s version"))),
        NeedsUser, NeedsThing, MayFail))]
async fn read(State(app): State<App>, user: User, BoardId(id): BoardId) -> Result<Response> {
    user.require_api_types()?;
    let row = db::boards::read(app.db.read(), id).await?.ok_or(Error::NotFound)?;
    answer(&app, row).await
}

/// Changes where the organisation shows the board, or the token in its public address. A token’s change
/// breaks whoever uses the old one, once that stops answering.
#[utoipa::path(patch, path = paths::BOARD, tag = "boards", operation_id = "update_board",
    request_body = BoardChanges,
    params(("id" = String, Path),
        ("If-Match" = String, Header, description = "The version this change was made from")),
    security(("session" = [])),
    responses((status = 200, body = Board,
            headers(("ETag" = String, description = "The board’s new version"))),
        NeedsUser, NeedsThing, NeedsVersion, MayRefuseInput))]
async fn update(
    State(app): State<App>,
    user: User,
    BoardId(id): BoardId,
    version: Version,
    Input(changes): Input<BoardChanges>,
) -> Result<Response> {
    let (mut change, _) = app.change(user, User::require_editing_boards).await?;
    let row = db::boards::read(&mut *change.tx, id).await?.ok_or(Error::NotFound)?;
    if !version.is(row.version) {
        return Err(Error::Stale);
    }
    let errors = changes.check();
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let mut new = row.clone();
    let filled = |url: &String| (!url.is_empty()).then(|| url.clone());
    if let Some(url) = &changes.job_board_url {
        new.job_board_url = filled(url);
    }
    if let Some(url) = &changes.job_posts_url {
        new.job_posts_url = filled(url);
    }
    if let Some(token) = changes.token.filter(|change| change.token != row.token) {
        replace_token(&mut change, &mut new, token).await?;
    }
    if new == row {
        drop(change);
        return answer(&app, row).await;
    }
    let now = change.now;
    if !db::boards::update(&mut change.tx, &new, now).await? {
        return Err(Error::Stale);
    }
    let (before, after) = difference(&row, &new);
    let subject = Subject { kind: "board", id: &id.to_string(), name: &new.company_name };
    change.record("board.update", &subject, Some(before), Some(after)).await?;
    change.touches_recruiting();
    change.commit().await?;
    new.version += 1;
    answer(&app, new).await
}

/// Gives the board its new token, and lets the old one answer for as long as was asked.
async fn replace_token(change: &mut Change, row: &mut BoardRow, new: TokenChange) -> Result<()> {
    let now = change.now;
    let claimed = token::claim(&mut change.tx, &new.token, row.id, now).await?;
    claimed.map_err(|fault| Error::Invalid(vec![fault]))?;
    if !new.token.eq_ignore_ascii_case(&row.token) {
        // One that ends at once is kept as well: an import that was saved before names the board by it.
        let answers_until = new.keep_old_days.map(|days| now + Millis::from(days) * DAY);
        let old = OldTokenRow { token: row.token.clone(), board_id: row.id, answers_until };
        db::boards::keep_token(&mut change.tx, &old).await?;
    }
    row.token = new.token;
    Ok(())
}

/// Ends a token that the board had before, for everyone who still uses it. A call sent after the answer
/// finds no board under it.
#[utoipa::path(post, path = paths::BOARD_END_OLD_TOKEN, tag = "boards",
    operation_id = "end_old_token", request_body = EndedToken, params(("id" = String, Path)),
    security(("session" = [])),
    responses((status = 200, body = Board,
            headers(("ETag" = String, description = "The board’s new version"))),
        NeedsUser, NeedsThing, MayBeSo, MayBeOvertaken, MayRefuseInput))]
async fn end_old_token(
    State(app): State<App>,
    user: User,
    BoardId(id): BoardId,
    Input(ended): Input<EndedToken>,
) -> Result<Response> {
    let (mut change, _) = app.change(user, User::require_editing_boards).await?;
    let mut row = db::boards::read(&mut *change.tx, id).await?.ok_or(Error::NotFound)?;
    let now = change.now;
    let old = db::boards::old_token_of(&mut change.tx, row.id, &ended.token).await?;
    let old = old.ok_or(Error::NotFound)?;
    if old.answers_until.is_some_and(|until| until <= now) {
        return Err(Error::AlreadySo("This token stopped answering already."));
    }
    let ended = OldTokenRow { answers_until: Some(now), ..old };
    db::boards::keep_token(&mut change.tx, &ended).await?;
    // Nothing of the board itself is different, but it counts as a change of it.
    if !db::boards::update(&mut change.tx, &row, now).await? {
        return Err(Error::Stale);
    }
    let subject = Subject { kind: "board", id: &id.to_string(), name: &row.company_name };
    let before = json!({ "old_token": ended.token });
    change.record("board.end_old_token", &subject, Some(before), None).await?;
    change.touches_recruiting();
    change.commit().await?;
    row.version += 1;
    answer(&app, row).await
}

/// Only what differs, as it was and as it is.
fn difference(old: &BoardRow, new: &BoardRow) -> (Value, Value) {
    let (mut before, mut after) = (json!({}), json!({}));
    let fields = |row: &BoardRow| {
        [
            ("token", json!(row.token)),
            ("job_board_url", json!(row.job_board_url)),
            ("job_posts_url", json!(row.job_posts_url)),
        ]
    };
    for ((name, was), (_, is)) in fields(old).into_iter().zip(fields(new)) {
        if was != is {
            before[name] = was;
            after[name] = is;
        }
    }
    (before, after)
}

/// What stands beside the boards themselves.
struct Facts {
    published: HashMap<i64, i64>,
    old_tokens: Vec<OldTokenRow>,
}

impl Facts {
    async fn read(app: &App) -> Result<Self> {
        let published = db::boards::count_published(&app.db).await?.into_iter().collect();
        let old_tokens = db::boards::old_tokens(app.db.read(), app.clock.now()).await?;
        Ok(Self { published, old_tokens })
    }

    fn board(&self, row: BoardRow) -> Board {
        let old_tokens = self.old_tokens.iter().filter(|old| old.board_id == row.id);
        Board {
            board_id: row.id.to_string(),
            name: row.company_name,
            token: row.token,
            job_board_url: row.job_board_url,
            job_posts_url: row.job_posts_url,
            live: row.live,
            live_posts: self.published.get(&row.id).copied().unwrap_or(0).unsigned_abs(),
            old_tokens: old_tokens
                .map(|old| OldToken {
                    token: old.token.clone(),
                    answers_until: old.answers_until.map(rfc3339),
                })
                .collect(),
            version: row.version.unsigned_abs(),
        }
    }
}

async fn answer(app: &App, row: BoardRow) -> Result<Response> {
    let etag = Version::tag(row.version);
    let board = Facts::read(app).await?.board(row);
    Ok(([(header::ETAG, etag)], Json(board)).into_response())
}
