//! The boards of an import: which board a post is on, and the words around it.

use std::collections::HashMap;

use api::boards::{check_company_name, check_token};

use super::ImportError;
use super::read::{BoardItem, BoardJob};
use crate::App;
use crate::boards::token;
use crate::clock::Millis;
use crate::db::boards::{BoardRow, OldTokenRow};
use crate::db::recruiting::Words;
use crate::db::{self, Tx};
use crate::harvest::shapes::{JobPost, PayRange, Posting};

/// In what a post is written when nothing says so.
const LANGUAGE: &str = "en";

/// All boards as they will be after the import.
#[derive(Debug, Default)]
pub(super) struct Boards {
    /// Known ones, as they will be; new ones have ids behind all others.
    rows: Vec<BoardRow>,
    /// Tokens that boards had before, whether they still answer or not.
    former: Vec<OldTokenRow>,
    /// The token by which the import names each of the boards it brings.
    named: HashMap<i64, String>,
    /// The ids of those that are not there yet, or differ.
    new: Vec<i64>,
    changed: Vec<i64>,
    /// The import brings boards at all.
    pub brought: bool,
    /// Which posts are on which board, as the boards themselves say.
    posts: HashMap<i64, (i64, BoardJob)>,
}

impl Boards {
    /// The boards that are there.
    pub(super) async fn read(app: &App) -> db::Result<Self> {
        let rows = db::boards::list(&app.db).await?;
        let former = db::boards::old_tokens(app.db.read(), Millis::MIN).await?;
        Ok(Self { rows, former, ..Self::default() })
    }

    /// Takes a board of the import. A board that has the token already, in any case, is the same one, and so
    /// is one that had it before: what was saved then still names it so.
    pub(super) fn take(&mut self, item: BoardItem, now: Millis) -> Result<(), String> {
        if let Some(fault) = check_token(&item.token) {
            return Err(format!("the board’s token “{}”: {}", item.token, fault.detail));
        }
        if let Some(fault) = item.name.as_deref().and_then(check_company_name) {
            return Err(format!("the name of the board “{}”: {}", item.token, fault.detail));
        }
        self.brought = true;
        let at = self.known(&item.token).unwrap_or_else(|| self.add(&item.token, now));
        let row = &mut self.rows[at];
        let named = self.named.entry(row.id).or_insert_with(|| item.token.clone());
        if !named.eq_ignore_ascii_case(&item.token) {
            return Err(format!(
                "“{named}” and “{}” are tokens of the same board; import one of them",
                item.token
            ));
        }
        let before = row.clone();
        if let Some(name) = item.name {
            row.company_name = name;
        }
        if item.content.is_some() {
            row.introduction = item.content;
        }
        let (id, differs) = (row.id, *row != before);
        if differs && !self.new.contains(&id) && !self.changed.contains(&id) {
            self.changed.push(id);
        }
        self.posts.extend(item.jobs.into_iter().flatten().map(|job| (job.id, (id, job))));
        Ok(())
    }

    fn known(&self, token: &str) -> Option<usize> {
        let now = self.rows.iter().position(|row| row.token.eq_ignore_ascii_case(token));
        now.or_else(|| {
            let mut former = self.former.iter();
            let former = former.find(|former| former.token.eq_ignore_ascii_case(token))?;
            self.rows.iter().position(|row| row.id == former.board_id)
        })
    }

    fn add(&mut self, token: &str, now: Millis) -> usize {
        let id = self.rows.iter().map(|row| row.id).max().unwrap_or(0) + 1;
        self.new.push(id);
        self.rows.push(BoardRow {
            id,
            token: token.to_owned(),
            company_name: token.to_owned(),
            introduction: None,
            conclusion: None,
            job_board_url: None,
            job_posts_url: None,
            live: true,
            updated_at: now,
            version: 1,
        });
        self.rows.len() - 1
    }

    /// The words around the posts of each board.
    pub(super) fn words(&self) -> Words {
        let words = |row: &BoardRow| (row.introduction.clone(), row.conclusion.clone());
        self.rows.iter().map(|row| (row.id, words(row))).collect()
    }

    /// The post with what Harvest does not tell of it: as its board says, else as it was, else on the only
    /// board there is.
    pub(super) fn posting(&self, post: JobPost, before: Option<Placed>) -> Posting {
        let only = match &self.rows[..] {
            [only] => Some(only.id),
            _ => None,
        };
        let said = self.posts.get(&post.id);
        let before = before.unwrap_or_default();
        let language = said.and_then(|(_, job)| job.language.clone()).or(before.language);
        let pay = said.and_then(|(_, job)| job.pay_input_ranges.clone());
        Posting {
            board_id: said
                .map(|(id, _)| *id)
                .or(before.board_id)
                .or(only.filter(|_| post.external)),
            language: language.unwrap_or_else(|| LANGUAGE.to_owned()),
            pay_ranges: pay.or(before.pay_ranges).unwrap_or_default(),
            post,
        }
    }

    /// How many boards are new, and how many differ.
    pub(super) fn counts(&self) -> (u64, u64, u64) {
        let same = self.rows.len() - self.new.len() - self.changed.len();
        (self.new.len() as u64, self.changed.len() as u64, same as u64)
    }

    /// Writes those that are new or differ. Addresses and tokens stay as they were set here.
    pub(super) async fn save(&self, tx: &mut Tx, now: Millis) -> Result<(), ImportError> {
        for row in self.rows.iter().filter(|row| self.new.contains(&row.id)) {
            // Another replica may have given the id away since the boards were read.
            if db::boards::read(&mut **tx, row.id).await?.is_some() {
                return Err(ImportError::Overtaken);
            }
            if let Err(fault) = token::claim(tx, &row.token, row.id, now).await? {
                let BoardRow { token, .. } = row;
                return Err(ImportError::Data(format!(
                    "the board’s token “{token}”: {}",
                    fault.detail
                )));
            }
            db::boards::create(tx, row, now).await?;
        }
        for row in self.rows.iter().filter(|row| self.changed.contains(&row.id)) {
            db::boards::rename(tx, row, now).await?;
        }
        Ok(())
    }
}

/// What was known of a post beside what Harvest tells.
#[derive(Debug, Default, Clone)]
pub(super) struct Placed {
    pub board_id: Option<i64>,
    pub language: Option<String>,
    pub pay_ranges: Option<Vec<PayRange>>,
}
