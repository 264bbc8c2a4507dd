//! Public job boards, and what is published on them.

use sqlx::Row as _;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor};

use super::{Db, Result, Tx};
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

/// A token that a board had before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldTokenRow {
    pub token: String,
    pub board_id: i64,
    /// None: for ever.
    pub answers_until: Option<Millis>,
}

macro_rules! select_boards {
    ($rest:literal) => {
        concat!(
            "SELECT b.id, b.token, b.company_name, b.introduction, b.conclusion, b.job_board_url, \
             b.job_posts_url, b.live, b.updated_at, b.version FROM boards b ",
            $rest
        )
    };
}

/// The live board of this token, in any case; also of one it had before that still answers, and until
/// when it does.
pub async fn find(db: &Db, token: &str, now: Millis) -> Result<Option<(BoardRow, Option<Millis>)>> {
    let folded = token.to_lowercase();
    let current = sqlx::query(select_boards!("WHERE b.token_folded = $1 AND b.live = 1"))
        .bind(&folded)
        .fetch_optional(db.read())
        .await?;
    if let Some(row) = current {
        return Ok(Some((board(&row)?, None)));
    }
    let old = sqlx::query(
        "SELECT token, board_id, answers_until FROM board_tokens \
         WHERE token_folded = $1 AND (answers_until IS NULL OR answers_until > $2)",
    )
    .bind(&folded)
    .bind(now)
    .fetch_optional(db.read())
    .await?;
    let Some(old) = old.as_ref().map(old_token).transpose()? else { return Ok(None) };
    let board = read(db.read(), old.board_id).await?;
    Ok(board.filter(|board| board.live).map(|board| (board, old.answers_until)))
}

/// All boards, by name.
pub async fn list(db: &Db) -> Result<Vec<BoardRow>> {
    let rows =
        sqlx::query(select_boards!("ORDER BY b.company_name, b.id")).fetch_all(db.read()).await?;
    rows.iter().map(board).collect()
}

/// The board of this id.
pub async fn read<'c>(
    from: impl Executor<'c, Database = Any>,
    id: i64,
) -> Result<Option<BoardRow>> {
    let row = sqlx::query(select_boards!("WHERE b.id = $1")).bind(id).fetch_optional(from).await?;
    row.as_ref().map(board).transpose()
}

/// How many posts the public sees on each board.
pub async fn count_published(db: &Db) -> Result<Vec<(i64, i64)>> {
    let rows = sqlx::query(
        "SELECT board_id, COUNT(*) AS posts FROM job_posts \
         WHERE board_id IS NOT NULL AND live = 1 AND active = 1 AND external = 1 GROUP BY board_id",
    )
    .fetch_all(db.read())
    .await?;
    rows.iter().map(|row| Ok((row.try_get("board_id")?, row.try_get("posts")?))).collect()
}

/// The tokens boards had before that answer after this time.
pub async fn old_tokens<'c>(
    from: impl Executor<'c, Database = Any>,
    now: Millis,
) -> Result<Vec<OldTokenRow>> {
    let rows = sqlx::query(
        "SELECT token, board_id, answers_until FROM board_tokens \
         WHERE answers_until IS NULL OR answers_until > $1 ORDER BY token_folded",
    )
    .bind(now)
    .fetch_all(from)
    .await?;
    rows.iter().map(old_token).collect()
}

/// Writes what may change in a board, if it still has the version it was read with. False: someone was
/// faster, and nothing was written.
pub async fn update(tx: &mut Tx, row: &BoardRow, now: Millis) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE boards SET token = $1, token_folded = $2, job_board_url = $3, job_posts_url = $4, \
         updated_at = $5, version = version + 1 WHERE id = $6 AND version = $7",
    )
    .bind(&row.token)
    .bind(row.token.to_lowercase())
    .bind(row.job_board_url.clone())
    .bind(row.job_posts_url.clone())
    .bind(now)
    .bind(row.id)
    .bind(row.version)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Adds a board.
pub async fn create(tx: &mut Tx, row: &BoardRow, now: Millis) -> Result<()> {
    sqlx::query(
        "INSERT INTO boards (id, token, token_folded, company_name, introduction, conclusion, \
         live, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1)",
    )
    .bind(row.id)
    .bind(&row.token)
    .bind(row.token.to_lowercase())
    .bind(&row.company_name)
    .bind(row.introduction.clone())
    .bind(row.conclusion.clone())
    .bind(i64::from(row.live))
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives a board the name and the words that an import brought.
pub async fn rename(tx: &mut Tx, row: &BoardRow, now: Millis) -> Result<()> {
    sqlx::query(
        "UPDATE boards SET company_name = $1, introduction = $2, updated_at = $3, \
         version = version + 1 WHERE id = $4",
    )
    .bind(&row.company_name)
    .bind(row.introduction.clone())
    .bind(now)
    .bind(row.id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether another board has this token, or had it and still answers to it.
pub async fn is_taken(tx: &mut Tx, token: &str, board_id: i64, now: Millis) -> Result<bool> {
    let row = sqlx::query(
        "SELECT id FROM boards WHERE token_folded = $1 AND id <> $2 \
         UNION ALL SELECT board_id FROM board_tokens WHERE token_folded = $1 AND board_id <> $2 \
         AND (answers_until IS NULL OR answers_until > $3)",
    )
    .bind(token.to_lowercase())
    .bind(board_id)
    .bind(now)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.is_some())
}

/// What is known of a token that the board had before, in any case; also when it does not answer any more.
pub async fn old_token_of(tx: &mut Tx, board_id: i64, token: &str) -> Result<Option<OldTokenRow>> {
    let row = sqlx::query(
        "SELECT token, board_id, answers_until FROM board_tokens \
         WHERE token_folded = $1 AND board_id = $2",
    )
    .bind(token.to_lowercase())
    .bind(board_id)
    .fetch_optional(&mut **tx)
    .await?;
    row.as_ref().map(old_token).transpose()
}

/// The board has another token: this one goes on answering, until then or for ever.
pub async fn keep_token(tx: &mut Tx, old: &OldTokenRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO board_tokens (token_folded, token, board_id, answers_until) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (token_folded) DO UPDATE SET \
         token = excluded.token, board_id = excluded.board_id, \
         answers_until = excluded.answers_until",
    )
    .bind(old.token.to_lowercase())
    .bind(&old.token)
    .bind(old.board_id)
    .bind(old.answers_until)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The token is nobody's old one any more.
pub async fn forget_token(tx: &mut Tx, token: &str) -> Result<()> {
    sqlx::query("DELETE FROM board_tokens WHERE token_folded = $1")
        .bind(token.to_lowercase())
        .execute(&mut **tx)
        .await?;
    Ok(())
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

fn old_token(row: &AnyRow) -> Result<OldTokenRow> {
    Ok(OldTokenRow {
        token: row.try_get("token")?,
        board_id: row.try_get("board_id")?,
        answers_until: row.try_get("answers_until")?,
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
