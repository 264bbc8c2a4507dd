//! Reading job posts. A post stands in two documents: with its own text, and with its full one.

use sqlx::Row as _;

use super::statement::Select;
use super::{Db, Result};

/// Which posts to list; what is `None` is not asked for. Times are milliseconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobPostFilter {
    pub job_id: Option<i64>,
    pub created_after: Option<i64>,
    pub created_before: Option<i64>,
    pub updated_after: Option<i64>,
    pub updated_before: Option<i64>,
    /// Only live ones. There is no asking for those that are not.
    pub live: bool,
    /// Not deleted, or deleted.
    pub active: Option<bool>,
    pub internal: Option<bool>,
}

impl JobPostFilter {
    fn on(&self, select: Select) -> Select {
        select
            .when("job_id = $", self.job_id)
            .when("created_at >= $", self.created_after)
            .when("created_at < $", self.created_before)
            .when("updated_at >= $", self.updated_after)
            .when("updated_at < $", self.updated_before)
            .when("live = $", self.live.then_some(true))
            .when("active = $", self.active)
            .when("internal = $", self.internal)
    }
}

/// Which of a post's two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Its own text.
    Own,
    /// Its own text between the words of its board.
    Full,
}

impl Content {
    fn select(self) -> Select {
        Select::new(match self {
            Self::Own => "SELECT document FROM job_posts",
            Self::Full => "SELECT full_document FROM job_posts",
        })
    }
}

/// The documents of the posts that pass, in ascending id. Without a limit, all of them.
pub async fn list(
    db: &Db,
    filter: &JobPostFilter,
    content: Content,
    limit: i64,
    offset: i64,
) -> Result<Vec<String>> {
    filter
        .on(content.select())
        .add(" ORDER BY id LIMIT $", limit)
        .add(" OFFSET $", offset)
        .texts(db.read())
        .await
}

/// One document of one post.
pub async fn read(db: &Db, id: i64, content: Content) -> Result<Option<String>> {
    Ok(content.select().when("id = $", Some(id)).texts(db.read()).await?.pop())
}

/// How many posts pass.
pub async fn count(db: &Db, filter: &JobPostFilter) -> Result<i64> {
    filter.on(Select::new("SELECT COUNT(*) FROM job_posts")).number(db.read()).await
}

/// The document of the post that stands for a job where only one is asked for: the first live external
/// one; without such, the most recent one, and a deleted one only when there is nothing else.
pub async fn read_main_of_job(db: &Db, job_id: i64, content: Content) -> Result<Option<String>> {
    let posts = content
        .select()
        .when("job_id = $", Some(job_id))
        .add(
            " ORDER BY active DESC, live * external DESC, \
             CASE WHEN active * live * external = 1 THEN id ELSE -created_at END, id DESC LIMIT $",
            1,
        )
        .texts(db.read())
        .await?;
    Ok(posts.into_iter().next())
}

/// What is known of a post beside what Harvest tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedRow {
    pub id: i64,
    pub board_id: Option<i64>,
    pub language: String,
    /// JSON array.
    pub pay_ranges: String,
}

/// What is known of these posts, as far as they are there.
pub async fn placed(db: &Db, ids: &[i64]) -> Result<Vec<PlacedRow>> {
    let mut placed = Vec::new();
    if ids.is_empty() {
        return Ok(placed);
    }
    let rows = Select::new("SELECT id, board_id, language, pay_ranges FROM job_posts")
        .among("id", ids)
        .rows(db.read())
        .await?;
    for row in rows {
        placed.push(PlacedRow {
            id: row.try_get("id")?,
            board_id: row.try_get("board_id")?,
            language: row.try_get("language")?,
            pay_ranges: row.try_get("pay_ranges")?,
        });
    }
    Ok(placed)
}

/// The documents of the posts behind this id, with their own text, in ascending id.
pub async fn documents_after(db: &Db, id: i64, limit: u64) -> Result<Vec<String>> {
    Content::Own
        .select()
        .when("id > $", Some(id))
        .add(" ORDER BY id LIMIT $", i64::try_from(limit).unwrap_or(i64::MAX))
        .texts(db.read())
        .await
}
