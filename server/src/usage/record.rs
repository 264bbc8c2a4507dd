//! Counts what keys do, in memory, and writes it down in batches. A call takes one lock of sixteen for as
//! long as it takes to add one; the database is never in its way.
//!
//! What is counted is in the database at most ten seconds later, once. A batch keeps its number until the
//! database is known to have it, so sending it again adds nothing; what a crash loses is what was not
//! written down yet.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use api::permissions::Bit;
use api::usage::ADDRESSES;

use crate::clock::{Clock, Millis};
use crate::db::{self, Db};

/// What calls are counted by.
pub const HOUR: Millis = 3_600_000;
pub const HOURS_A_DAY: i64 = 24;
const SHARDS: usize = 16;
/// Rows of one batch. While one is written, a revoke waits for it.
const BATCH: usize = if cfg!(test) { 8 } else { 250 };
/// How long a reader waits for the batch that is being written.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Outcome {
    /// None: the call takes no permission.
    pub permission: Option<Bit>,
    /// The key was good, the permission was missing.
    pub denied: bool,
}

/// The calls of one key, outcome, hour and address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub secret_id: Arc<str>,
    pub outcome: Outcome,
    /// Hours since 1970.
    pub hour: i64,
    /// None: all addresses beyond the first twenty.
    pub address: Option<IpAddr>,
    pub calls: i64,
    pub first_at: Millis,
    pub last_at: Millis,
    pub last_address: IpAddr,
}

impl Counted {
    /// Days since 1970.
    pub fn day(&self) -> i64 {
        self.hour / HOURS_A_DAY
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Recorder {
    shards: [Mutex<HashMap<Arc<str>, Cells>>; SHARDS],
    /// What was taken from there and is not known to be in the database. Whoever holds the outbox changes it.
    /// Locked before a shard, so that what is taken is seen in one of the two.
    waiting: Mutex<Vec<Counted>>,
    outbox: tokio::sync::Mutex<Outbox>,
}

/// See [`Recorder::pause`].
#[derive(Debug)]
pub struct Pause<'a> {
    _outbox: Option<tokio::sync::MutexGuard<'a, Outbox>>,
}

type Cells = HashMap<Cell, Tally>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Cell {
    outcome: Outcome,
    hour: i64,
    address: Option<IpAddr>,
}

#[derive(Debug, Clone, Copy)]
struct Tally {
    calls: i64,
    first_at: Millis,
    last_at: Millis,
    last_address: IpAddr,
}

/// How it gets to the database.
#[derive(Debug)]
struct Outbox {
    /// Named when it writes for the first time.
    writer: String,
    /// How many batches it has written.
    number: i64,
    /// Rows of the next batch: fewer while one is searched for that the database refuses.
    size: usize,
    /// What it refused since the program started: rows, and the calls they count.
    refused: (u64, i64),
}

impl Default for Outbox {
    fn default() -> Self {
        Self { writer: String::new(), number: 0, size: BATCH, refused: (0, 0) }
    }
}

impl Recorder {
    /// Counts one call of a key.
    pub fn count(&self, secret_id: &Arc<str>, outcome: Outcome, address: IpAddr, now: Millis) {
        let mut shard = self.shard(secret_id);
        let cells = match shard.get_mut(secret_id) {
            Some(cells) => cells,
            None => shard.entry(secret_id.clone()).or_default(),
        };
        let mut cell = Cell { outcome, hour: now / HOUR, address: Some(address) };
        if !cells.contains_key(&cell) && !has_place(cells, cell.hour, address) {
            cell.address = None;
        }
        let tally = cells.entry(cell).or_insert(Tally {
            calls: 0,
            first_at: now,
            last_at: now,
            last_address: address,
        });
        tally.calls += 1;
        // Also when the clock was set back: this is the last one all the same.
        tally.last_at = now;
        tally.last_address = address;
    }

    /// What a key did and is not known to be in the database.
    pub fn unsaved(&self, secret_id: &str) -> Vec<Counted> {
        let waiting = held(&self.waiting);
        let taken = waiting.iter().filter(|one| *one.secret_id == *secret_id).cloned();
        let shard = self.shard(secret_id);
        let known = shard.get_key_value(secret_id);
        let new = known.into_iter().flat_map(|(secret_id, cells)| counted(secret_id, cells));
        taken.chain(new).collect()
    }

    /// Nothing is written down as long as this is held: what is read meanwhile fits together. A database
    /// that takes long to write makes nobody wait; then what is on its way may be in both.
    pub async fn pause(&self) -> Pause<'_> {
        let outbox = tokio::time::timeout(PATIENCE, self.outbox.lock()).await;
        Pause { _outbox: outbox.ok() }
    }

    /// Writes down what was counted. Called every ten seconds, and before the program ends. A batch that
    /// could not be written is tried first the next time, under the same number; until then everything
    /// else waits where it is counted. A row that the database will never take is left out, and said.
    pub async fn save(&self, db: &Db, clock: &Clock) -> db::Result<()> {
        let mut taken = false;
        // One line at most each time, however many rows it is about.
        let mut refusal: Option<Refusal> = None;
        loop {
            let mut outbox = self.outbox.lock().await;
            if held(&self.waiting).is_empty() {
                if taken {
                    if let Some((secret_id, error)) = refusal {
                        let (rows, calls) = outbox.refused;
                        tracing::error!(
                            secret_id = &*secret_id,
                            "the database refuses some of the usage, which was left out: {error} \
                             (since the start {rows} rows, {calls} calls)"
                        );
                    }
                    return Ok(());
                }
                self.take();
                taken = true;
            }
            refusal = self.send_first(&mut outbox, db, clock).await?.or(refusal);
        }
    }

    /// Takes all that was counted, when what was taken before has arrived.
    fn take(&self) {
        let mut waiting = held(&self.waiting);
        let taken = self.shards.iter().map(|shard| std::mem::take(&mut *held(shard)));
        for (secret_id, cells) in taken.flatten() {
            waiting.extend(counted(&secret_id, &cells));
        }
    }

    /// The first rows of what waits.
    fn first(&self, rows: usize) -> Vec<Counted> {
        held(&self.waiting).iter().take(rows).cloned().collect()
    }

    /// Sends a batch. What the database refuses is narrowed down to one row, which is left out and
    /// returned. A refused batch was not written, so its number is still free.
    async fn send_first(
        &self,
        outbox: &mut Outbox,
        db: &Db,
        clock: &Clock,
    ) -> db::Result<Option<Refusal>> {
        if outbox.writer.is_empty() {
            outbox.writer = clock.new_id("writer");
        }
        let counted = self.first(outbox.size);
        let rows = counted.len();
        if rows == 0 {
            return Ok(None);
        }
        match db::usage::save(db, &outbox.batch(&counted), clock.now()).await {
            Ok(()) => {
                held(&self.waiting).drain(..rows);
                outbox.number += 1;
                outbox.size = (outbox.size * 2).min(BATCH);
            }
            Err(error) if !db::usage::is_refusal(&error) => return Err(error),
            Err(_) if rows > 1 => outbox.size = rows / 2,
            Err(error) => {
                let one = held(&self.waiting).remove(0);
                outbox.refused = (outbox.refused.0 + 1, outbox.refused.1 + one.calls);
                return Ok(Some((one.secret_id, error)));
            }
        }
        Ok(None)
    }

    fn shard(&self, secret_id: &str) -> MutexGuard<'_, HashMap<Arc<str>, Cells>> {
        // Identifiers end in random characters.
        let last = secret_id.as_bytes().last().copied().unwrap_or_default();
        held(&self.shards[usize::from(last) % SHARDS])
    }
}

impl Outbox {
    fn batch<'a>(&'a self, counted: &'a [Counted]) -> Batch<'a> {
        Batch { writer: &self.writer, number: self.number + 1, counted }
    }
}

/// The secret whose usage was refused, and why.
type Refusal = (Arc<str>, db::Error);

/// A batch on its way to the database.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Who writes it: one start of the program.
    pub writer: &'a str,
    /// The writer's first batch has 1, each later one 1 more.
    pub number: i64,
    pub counted: &'a [Counted],
}

fn counted(secret_id: &Arc<str>, cells: &Cells) -> impl Iterator<Item = Counted> {
    cells.iter().map(|(cell, tally)| Counted {
        secret_id: secret_id.clone(),
        outcome: cell.outcome,
        hour: cell.hour,
        address: cell.address,
        calls: tally.calls,
        first_at: tally.first_at,
        last_at: tally.last_at,
        last_address: tally.last_address,
    })
}

/// Whether an address is among the first twenty of this hour.
fn has_place(cells: &Cells, hour: i64, address: IpAddr) -> bool {
    let addresses = cells.keys().filter(|cell| cell.hour == hour).filter_map(|cell| cell.address);
    let addresses: HashSet<IpAddr> = addresses.collect();
    addresses.len() < ADDRESSES || addresses.contains(&address)
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic under this lock")
}

#[cfg(test)]
mod tests;
