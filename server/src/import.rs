//! Importing recruiting data from JSON in the shapes the Harvest and Job Board APIs answer.
//!
//! What is read is written in small batches beside what is in use (`db::recruiting::loads`), so that a
//! revoke in the middle of it waits for one batch at most; when all of it is there, and is as it should
//! be, it is put in use at once. Until then an import can break off anywhere and nothing has happened.

mod boards;
mod depth;
mod examine;
mod passes;
mod read;
pub mod rest;
mod seen;
mod source;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use api::import::{ImportCounts, ImportReport};
use serde_json::json;
use tokio::sync::mpsc;

use self::boards::{Boards, Placed};
pub use self::examine::{Documents, examine};
use self::passes::{BATCH, Batch, Before, second_pass};
use self::source::{Source, sources};
use crate::App;
use crate::change::{Actor, Change, Subject};
use crate::db;
use crate::db::recruiting::{self, Kind, Loads, Words};
use crate::error::Error;
use crate::harvest::shapes::{JobPost, Recruiting};
use crate::session::User;

/// What to import, on whose behalf.
#[derive(Debug)]
pub struct Import<'a> {
    /// A file, or a folder of files.
    pub path: &'a Path,
    /// As the change log names it.
    pub name: &'a str,
    pub by: By,
    /// Only say what would change.
    pub dry_run: bool,
}

/// On whose behalf.
#[derive(Debug, Clone)]
pub enum By {
    /// Nobody in particular: the command line.
    System,
    /// Somebody at the console, who may import. An import takes long; so they are looked at again before
    /// anything of it is used or told.
    User(Box<User>),
}

impl By {
    async fn begin(&self, app: &App) -> Result<Change, Error> {
        match self {
            Self::System => Ok(app.change_as(Actor::system()).await?),
            Self::User(user) => {
                Ok(app.change(User::clone(user), User::require_editing_boards).await?.0)
            }
        }
    }

    async fn check(&self, app: &App) -> Result<(), Error> {
        match self {
            Self::System => Ok(()),
            Self::User(user) => User::clone(user).again(app).await?.require_editing_boards(),
        }
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("another import is running")]
    Running,
    #[error("another import was finished in the meantime; nothing was changed")]
    Overtaken,
    /// What is wrong with the data: file, line and field.
    #[error("{0}")]
    Data(String),
    /// Whoever began it may not import any more.
    #[error(transparent)]
    Refused(#[from] Error),
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl From<db::Error> for ImportError {
    fn from(error: db::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// Hears how far an import is: so many things were read by now.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

impl App {
    /// Imports, all of it or nothing. What is wrong with the data is an error that names file, line and
    /// field.
    pub async fn import(
        &self,
        import: Import<'_>,
        progress: Progress,
    ) -> Result<ImportReport, ImportError> {
        import.by.check(self).await?;
        let _alone = self.importing.try_lock().map_err(|_| ImportError::Running)?;
        let sources =
            sources(import.path).map_err(|error| ImportError::Data(format!("{error:#}")))?;
        let before = Before::read(self, sources.clone()).await?;
        let mut tx = self.db.write().await?;
        let load = recruiting::give_out(&mut tx).await?;
        let in_use = recruiting::in_use(&mut tx).await?;
        tx.commit().await?;
        let done = match Staging::new(self, &before, load, in_use).run(sources, progress).await {
            Ok(staged) => self.finish(&import, &before.boards, load, staged).await,
            Err(error) => Err(error),
        };
        // What was staged and is known not to be in use will never be.
        let in_use = match &done {
            Ok((_, in_use)) => *in_use,
            Err(ImportError::Refused(Error::OutcomeUnknown(_))) => true,
            Err(_) => false,
        };
        if let Err(error) = recruiting::discard(&self.db, (!in_use).then_some(load)).await {
            // What is done is done; the next import deletes it.
            tracing::warn!("rows that nobody uses could not be deleted: {error}");
        }
        done.map(|(report, _)| report)
    }

    /// Says what is different, and puts it in use. The second part is true when it was.
    async fn finish(
        &self,
        import: &Import<'_>,
        boards: &Boards,
        load: i64,
        staged: BTreeSet<Kind>,
    ) -> Result<(ImportReport, bool), ImportError> {
        let mut kinds = Vec::new();
        for kind in &staged {
            let counts = recruiting::compare(&self.db, *kind, load).await?;
            kinds.push(ImportCounts {
                kind: kind.as_str().to_owned(),
                new: counts.new.unsigned_abs(),
                changed: counts.changed.unsigned_abs(),
                gone: counts.gone.unsigned_abs(),
                same: counts.same.unsigned_abs(),
            });
        }
        if boards.brought {
            let (new, changed, same) = boards.counts();
            let kind = "boards".to_owned();
            kinds.push(ImportCounts { kind, new, changed, gone: 0, same });
        }
        let report = ImportReport { dry_run: import.dry_run, kinds };
        if import.dry_run || !report.changes_something() {
            import.by.check(self).await?;
            return Ok((report, false));
        }
        let mut change = import.by.begin(self).await?;
        let now = change.now;
        let kinds: Vec<Kind> = staged.into_iter().collect();
        if !recruiting::put_in_use(&mut change.tx, &kinds, load).await? {
            return Err(ImportError::Overtaken);
        }
        boards.save(&mut change.tx, now).await?;
        let after: BTreeMap<_, _> = report
            .kinds
            .iter()
            .map(|one| {
                (
                    one.kind.as_str(),
                    json!(format!("{} new, {} changed, {} gone", one.new, one.changed, one.gone)),
                )
            })
            .collect();
        let subject = Subject { kind: "board", id: "", name: import.name };
        change.record("board.import", &subject, None, Some(json!(after))).await?;
        change.touches_recruiting();
        change.commit().await?;
        Ok((report, true))
    }
}

/// Writing what is read into a load that nobody uses yet.
struct Staging<'a> {
    app: &'a App,
    before: &'a Before,
    words: Words,
    loads: Loads,
}

impl<'a> Staging<'a> {
    fn new(app: &'a App, before: &'a Before, load: i64, in_use: Loads) -> Self {
        let brings_fields = before.custom_fields.is_some();
        // Jobs choose options of custom fields: of those that come with them, else of those in use.
        let staged =
            Kind::ALL.into_iter().filter(|kind| *kind != Kind::CustomFields || brings_fields);
        let loads = in_use.with(&staged.collect::<Vec<_>>(), load);
        Self { app, before, words: before.boards.words(), loads }
    }

    /// Writes everything, and says which kinds there were.
    async fn run(
        &self,
        sources: Vec<Source>,
        progress: Progress,
    ) -> Result<BTreeSet<Kind>, ImportError> {
        let mut kinds = BTreeSet::new();
        if let Some(fields) = &self.before.custom_fields {
            let custom_fields = fields.clone();
            kinds.insert(Kind::CustomFields);
            let data = Recruiting { custom_fields, ..Recruiting::default() };
            self.write(Batch { data, ..Batch::default() }).await?;
        }
        let (sender, mut batches) = mpsc::channel::<Batch>(2);
        let mut openings = self.before.openings.clone();
        let reader = tokio::task::spawn_blocking(move || {
            second_pass(&sources, &mut openings, &sender)?;
            Ok::<_, ImportError>(openings.into_keys().next())
        });
        let mut read = 0;
        while let Some(batch) = batches.recv().await {
            read += batch.count;
            kinds.extend(&batch.kinds);
            self.write(batch).await?;
            progress(read);
        }
        if let Some(job) = reader.await.map_err(anyhow::Error::new)?? {
            return Err(ImportError::Data(format!(
                "the openings of job {job} came without the job: import both together"
            )));
        }
        if self.before.boards.brought && kinds.insert(Kind::JobPosts) {
            self.place_posts_again().await?;
        }
        Ok(kinds)
    }

    /// Boards came without posts: the posts that are there stand on them.
    async fn place_posts_again(&self) -> anyhow::Result<()> {
        let mut after = i64::MIN;
        loop {
            let mut batch = Batch::default();
            for document in db::job_posts::documents_after(&self.app.db, after, BATCH).await? {
                batch.posts.push(serde_json::from_str(&document)?);
            }
            let Some(last) = batch.posts.last() else { return Ok(()) };
            after = last.id;
            self.write(batch).await?;
        }
    }

    async fn write(&self, batch: Batch) -> anyhow::Result<()> {
        let Batch { mut data, posts, .. } = batch;
        let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
        let mut placed = HashMap::new();
        for row in db::job_posts::placed(&self.app.db, &ids).await? {
            let pay_ranges = Some(serde_json::from_str(&row.pay_ranges)?);
            let (board_id, language) = (row.board_id, Some(row.language));
            placed.insert(row.id, Placed { board_id, language, pay_ranges });
        }
        let posting = |post: JobPost| {
            let before = placed.remove(&post.id);
            self.before.boards.posting(post, before)
        };
        data.postings = posts.into_iter().map(posting).collect();
        let mut tx = self.app.db.write().await?;
        recruiting::stage(&mut tx, &data, &self.words, &self.loads).await?;
        Ok(tx.commit().await?)
    }
}
