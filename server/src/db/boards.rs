//! Public job boards, and what is published on them.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Db, Result};
use crate::clock::Millis;

/// A board with everything the public sees of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardRow {
    pub id: i64,
    /// As shown and copied. It is found in any case.
    pub token: String,
    pub company_name: String,
    /// HTML before and after the text of every post.
    pub introduction: Option<String>,
    pub conclusion: Option<String>,
    /// Where the organisation shows the board itself, if it does.
    pub job_board_url: Option<String>,
    /// Where it shows a single post; may hold `:id`.
    pub job_posts_url: Option<String>,
    pub live: bool,
    pub updated_at: Millis,
    pub version: i64,
}

/// A post that can be applied to, with the job it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedRow {
    /// The post as Harvest answers it.
    pub post: String,
    /// The job as Harvest answers it; none: a prospect post.
    pub job: Option<String>,
    pub language: String,
    /// JSON array.
    pub pay_ranges: String,
}

/// The live board of this token, in any case.
pub async fn find(db: &Db, token: &str) -> Result<Option<BoardRow>> {
    let row = sqlx::query(
        "SELECT id, token, company_name, introduction, conclusion, job_board_url, job_posts_url, \
         live, updated_at, version FROM boards WHERE token_folded = $1 AND live = 1",
    )
    .bind(token.to_lowercase())
    .fetch_optional(db.read())
    .await?;
    row.as_ref().map(board).transpose()
}

/// What is published on a board: live external posts, in ascending id.
pub async fn published(db: &Db, board_id: i64) -> Result<Vec<PublishedRow>> {
    let rows = sqlx::query(
        "SELECT p.document AS post, p.language, p.pay_ranges, j.document AS job FROM job_posts p \
         LEFT JOIN jobs j ON j.id = p.job_id \
         WHERE p.board_id = $1 AND p.live = 1 AND p.active = 1 AND p.external = 1 ORDER BY p.id",
    )
    .bind(board_id)
    .fetch_all(db.read())
    .await?;
    rows.iter().map(post).collect()
}

/// One of them.
pub async fn published_one(db: &Db, board_id: i64, post_id: i64) -> Result<Option<PublishedRow>> {
    let row = sqlx::query(
        "SELECT p.document AS post, p.language, p.pay_ranges, j.document AS job FROM job_posts p \
         LEFT JOIN jobs j ON j.id = p.job_id \
         WHERE p.board_id = $1 AND p.live = 1 AND p.active = 1 AND p.external = 1 AND p.id = $2",
    )
    .bind(board_id)
    .bind(post_id)
    .fetch_optional(db.read())
    .await?;
    row.as_ref().map(post).transpose()
}

fn board(row: &AnyRow) -> Result<BoardRow> {
    Ok(BoardRow {
        id: row.try_get("id")?,
        token: row.try_get("token")?,
        company_name: row.try_get("company_name")?,
        introduction: row.try_get("introduction")?,
        conclusion: row.try_get("conclusion")?,
        job_board_url: row.try_get("job_board_url")?,
        job_posts_url: row.try_get("job_posts_url")?,
        live: row.try_get::<i64, _>("live")? != 0,
        updated_at: row.try_get("updated_at")?,
        version: row.try_get("version")?,
    })
}

fn post(row: &AnyRow) -> Result<PublishedRow> {
    Ok(PublishedRow {
        post: row.try_get("post")?,
        job: row.try_get("job")?,
        language: row.try_get("language")?,
        pay_ranges: row.try_get("pay_ranges")?,
    })
}
