//! Loading job posts, each as its two documents.

use std::collections::HashMap;

use super::rows;
use crate::db::statement::Table;
use crate::db::{Result, Tx};
use crate::harvest::shapes::{Board, Recruiting, render};

/// A post's full text needs its board, which must be in the same load.
pub(super) async fn load(tx: &mut Tx, data: &Recruiting) -> Result<()> {
    let table = Table {
        name: "job_posts",
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
    let boards: HashMap<i64, &Board> = data.boards.iter().map(|board| (board.id, board)).collect();
    let postings = rows(&data.postings, |posting| {
        let post = &posting.post;
        let board = posting.board_id.and_then(|id| boards.get(&id).copied());
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
            render(&posting.full(board)).into(),
        ]
    });
    table.write(tx, postings).await
}
