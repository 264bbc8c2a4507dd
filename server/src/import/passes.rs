//! The two passes over the files of an import: what must be known before the rest, and the rest in batches.

use std::collections::{BTreeSet, HashMap};

use tokio::sync::mpsc;

use super::ImportError;
use super::boards::Boards;
use super::depth::{Parents, place_of};
use super::read::{Item, Pass, read};
use super::seen::Seen;
use super::source::Source;
use crate::App;
use crate::clock::Millis;
use crate::db::recruiting::Kind;
use crate::harvest::shapes::{CustomField, JobPost, Opening, Recruiting};

/// Things that are written at once.
pub(super) const BATCH: u64 = 200;

/// What must be known before everything else.
#[derive(Default)]
pub(super) struct Before {
    pub boards: Boards,
    pub openings: HashMap<i64, Vec<Opening>>,
    pub custom_fields: Option<Vec<CustomField>>,
}

impl Before {
    pub(super) async fn read(app: &App, sources: Vec<Source>) -> Result<Self, ImportError> {
        let now = app.clock.now();
        let before = Self { boards: Boards::read(app).await?, ..Self::default() };
        tokio::task::spawn_blocking(move || before.first_pass(&sources, now))
            .await
            .map_err(anyhow::Error::new)?
    }

    pub(super) fn first_pass(
        mut self,
        sources: &[Source],
        now: Millis,
    ) -> Result<Self, ImportError> {
        let (mut seen, mut within) = (Seen::default(), Seen::default());
        for source in sources {
            read(source, Pass::First, &mut seen, &mut |item| {
                match item {
                    Item::Board(board) => self.boards.take(board, now)?,
                    Item::Opening(one) => {
                        within.once("openings", one.opening.id)?;
                        self.openings.entry(one.job_id).or_default().push(one.opening);
                    }
                    Item::Begin(_) => self.custom_fields = Some(Vec::new()),
                    Item::CustomField(one) => {
                        for option in &one.custom_field_options {
                            within.once("custom_field_options", option.id)?;
                        }
                        self.custom_fields.get_or_insert_default().push(one);
                    }
                    _ => {}
                }
                Ok(())
            })?;
        }
        Ok(self)
    }
}

/// Things that are written together.
#[derive(Default)]
pub(super) struct Batch {
    pub data: Recruiting,
    pub posts: Vec<JobPost>,
    pub kinds: BTreeSet<Kind>,
    pub count: u64,
}

impl Batch {
    fn push(&mut self, item: Item) {
        self.count += 1;
        match item {
            Item::Begin(kind) => {
                self.count -= 1;
                self.kinds.insert(kind);
            }
            Item::Department(one) => self.data.departments.push(one),
            Item::Office(one) => self.data.offices.push(one),
            Item::User(one) => self.data.users.push(one),
            Item::UserRole(one) => self.data.user_roles.push(one),
            Item::CloseReason(one) => self.data.close_reasons.push(one),
            Item::Job(one) => self.data.jobs.push(*one),
            Item::JobStage(one) => self.data.stages.push(one),
            Item::JobPost(one) => self.posts.push(*one),
            // Taken in the first pass.
            Item::Opening(_) | Item::Board(_) | Item::CustomField(_) => {}
        }
    }
}

/// Reads everything that was not read in the first pass, and hands it over in batches.
pub(super) fn second_pass(
    sources: &[Source],
    openings: &mut HashMap<i64, Vec<Opening>>,
    sender: &mpsc::Sender<Batch>,
) -> Result<(), ImportError> {
    let mut batch = Batch::default();
    let send = |batch: &mut Batch| {
        let full = std::mem::take(batch);
        sender.blocking_send(full).map_err(|_| "the import was given up".to_owned())
    };
    let (mut seen, mut within, mut parents) = <(Seen, Seen, Parents)>::default();
    for source in sources {
        read(source, Pass::Second, &mut seen, &mut |mut item| {
            if let Item::Job(job) = &mut item {
                job.openings =
                    openings.remove(&job.id).unwrap_or(std::mem::take(&mut job.openings));
                for opening in &job.openings {
                    within.once("openings", opening.id)?;
                }
            }
            parents.note(&item);
            batch.push(item);
            if batch.count >= BATCH { send(&mut batch) } else { Ok(()) }
        })?;
    }
    refuse_misplaced(sources, &parents)?;
    send(&mut batch).map_err(|error| ImportError::Internal(anyhow::Error::msg(error)))
}

/// Refuses departments and offices that are inside themselves or too deep. That is known at the end only,
/// so the files are read again up to where it stands.
fn refuse_misplaced(sources: &[Source], parents: &Parents) -> Result<(), ImportError> {
    let Some(misplaced) = parents.misplaced() else { return Ok(()) };
    for source in sources {
        read(source, Pass::Second, &mut Seen::default(), &mut |item| {
            let is_it = place_of(&item).is_some_and(|(place, _)| place == misplaced.place);
            if is_it { Err(misplaced.reason.clone()) } else { Ok(()) }
        })?;
    }
    Err(ImportError::Data(misplaced.reason))
}
