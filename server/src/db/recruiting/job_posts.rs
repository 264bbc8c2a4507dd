//! Loading job posts, each as its two documents.

use std::collections::HashMap;

use super::rows;
use crate::db::statement::Table;
use crate::db::{Result, Tx};
use crate::harvest::shapes::{JobPost, Posting, Recruiting, render};

/// A post's full text needs the words of its board.
pub(super) async fn load(tx: &mut Tx, data: &Recruiting, boards: &Words, load: i64) -> Result<()> {
    let table = Table {
        name: "job_posts_rows",
        key: &["id"],
        others: &[
            "job_id",
            "board_id",
            "active",
            "live",
            "internal",
            "external",
            "created_at",
            "updated_at",
            "language",
            "pay_ranges",
            "document",
            "full_document",
        ],
    };
    let postings = rows(&data.postings, |posting| {
        let post = &posting.post;
        vec![
            post.id.into(),
            post.job_id.into(),
            posting.board_id.into(),
            post.active.into(),
            post.live.into(),
            post.internal.into(),
            post.external.into(),
            post.created_at.0.into(),
            post.updated_at.0.into(),
            (&*posting.language).into(),
            render(&posting.pay_ranges).into(),
            render(post).into(),
            render(&full(posting, boards)).into(),
        ]
    });
    table.write_load(tx, load, postings).await
}

/// The introduction and the conclusion of every board.
pub type Words = HashMap<i64, (Option<String>, Option<String>)>;

pub(super) async fn words(tx: &mut Tx) -> Result<Words> {
    let rows: Vec<(i64, Option<String>, Option<String>)> =
        sqlx::query_as("SELECT id, introduction, conclusion FROM boards")
            .fetch_all(&mut **tx)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(id, introduction, conclusion)| (id, (introduction, conclusion)))
        .collect())
}

fn full(posting: &Posting, boards: &Words) -> JobPost {
    match posting.board_id.and_then(|id| boards.get(&id)) {
        Some((introduction, conclusion)) => {
            posting.full(introduction.as_deref(), conclusion.as_deref())
        }
        None => posting.full(None, None),
    }
}
