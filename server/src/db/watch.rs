//! Whether the SQLite file that is open is still the one that the next start will open. What is written to a
//! file that was deleted, replaced or written over is lost, so nothing more may be promised: changes,
//! readiness and keys are refused until the program is started again.
//!
//! The files are known by device and inode. A copy written over the file keeps both; it is known by a mark
//! in the file's header (`user_version`). A new one is set at every start, and again whenever SQLite has
//! moved its log into the file: every older copy has another one, and a copy with the same one has the same
//! content, so that nothing is lost by it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use sqlx::{Connection as _, Executor as _, SqliteConnection};

use super::Result;
use super::examine::options;
use super::file::beside;

/// Between two looks, when nobody asks.
const EVERY: Duration = Duration::from_secs(1);

/// The part of the header that is looked at.
const HEADER: usize = 64;

/// See the module.
#[derive(Debug)]
pub(super) struct Watch {
    /// As the operator names it: what the next start will open.
    named: PathBuf,
    real: PathBuf,
    /// The open file. Opening it once more, and closing that, would end SQLite's locks.
    file: &'static File,
    known: [Option<Identity>; 3],
    mark: AtomicU32,
    /// The mark of before, as long as the new one may not have reached the file.
    previous: AtomicU32,
    is_gone: AtomicBool,
    changed_at: Mutex<Option<Identity>>,
    /// Open as long as this is: SQLite never takes its log away meanwhile.
    anchor: tokio::sync::Mutex<Option<SqliteConnection>>,
}

/// Device and inode; for the time of the last change, seconds and nanoseconds.
type Identity = (u64, u64);

impl Watch {
    /// Begins to watch a file that this process has locked. `mark` is any number that was not used before.
    pub(super) async fn begin(
        named: &Path,
        real: &Path,
        file: &'static File,
        mark: u32,
    ) -> anyhow::Result<Self> {
        let anchor = SqliteConnection::connect_with(&options(real)).await?;
        let watch = Self {
            named: named.to_owned(),
            real: real.to_owned(),
            file,
            known: [None; 3],
            mark: AtomicU32::new(mark_of(file)),
            previous: AtomicU32::new(0),
            is_gone: AtomicBool::new(false),
            changed_at: Mutex::new(None),
            anchor: tokio::sync::Mutex::new(Some(anchor)),
        };
        watch.set_mark(mark).await?;
        Ok(Self { known: watch.identities(), ..watch })
    }

    /// Whether it was found to be another file. As fast as a look at memory.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Relaxed)
    }

    /// Looks at the files now. Once one was found to be another, that stays so.
    pub(super) fn look(&self) -> bool {
        // A header that is being written this very moment is looked at again.
        let is_same = || self.identities() == self.known && (0..3).any(|_| self.has_mark());
        if !self.is_gone() && !is_same() {
            self.is_gone.store(true, Ordering::Relaxed);
            tracing::error!(
                "the database file {} was deleted or replaced while this was running: no change is \
                 accepted and no key let in any more, because it would be lost. Put the right file \
                 there, without the -wal and -shm of another one, and start again",
                self.named.display()
            );
        }
        !self.is_gone()
    }

    /// Looks every second, and sets a new mark after SQLite has written to the file.
    pub(super) async fn keep_looking(&self) {
        loop {
            tokio::time::sleep(EVERY).await;
            if self.anchor.lock().await.is_none() || !self.look() {
                return;
            }
            if *self.changed_at() != changed_at(self.file)
                && let Err(error) = self.set_mark(self.mark.load(Ordering::Relaxed) + 1).await
            {
                tracing::debug!("no new mark for the database file: {error}");
            }
        }
    }

    /// Lets go of the file.
    pub(super) async fn close(&self) {
        if let Some(anchor) = self.anchor.lock().await.take() {
            let _ = anchor.close().await;
        }
    }

    /// Writes a mark, unless the last one has not reached the file yet, and has it moved there.
    async fn set_mark(&self, mark: u32) -> Result<()> {
        let mut anchor = self.anchor.lock().await;
        let Some(anchor) = anchor.as_mut() else { return Ok(()) };
        let was = self.mark.load(Ordering::Relaxed);
        if mark_of(self.file) == was {
            // SQLite has a signed number there.
            let mark = mark & 0x7fff_ffff;
            self.previous.store(was, Ordering::Relaxed);
            self.mark.store(mark, Ordering::Relaxed);
            let text = format!("PRAGMA busy_timeout = 1000; PRAGMA user_version = {mark}");
            if let Err(error) = anchor.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(text))).await {
                self.mark.store(was, Ordering::Relaxed);
                return Err(error);
            }
        }
        anchor.execute("PRAGMA wal_checkpoint(PASSIVE)").await?;
        let mark = self.mark.load(Ordering::Relaxed);
        if mark_of(self.file) == mark {
            self.previous.store(mark, Ordering::Relaxed);
            *self.changed_at() = changed_at(self.file);
        }
        Ok(())
    }

    /// Whether the open file is an SQLite file with a log, and has the mark.
    fn has_mark(&self) -> bool {
        let header = header(self.file);
        let mark = mark_in(&header);
        let known = [&self.mark, &self.previous].map(|mark| mark.load(Ordering::Relaxed));
        header.starts_with(b"SQLite format 3\0")
            && header[18..20] == [2, 2]
            && known.contains(&mark)
    }

    /// Of the file under the name it was given, and of its log and the log's index.
    fn identities(&self) -> [Option<Identity>; 3] {
        [self.named.clone(), beside(&self.real, "-wal"), beside(&self.real, "-shm")]
            .map(|file| identity(&file))
    }

    fn changed_at(&self) -> MutexGuard<'_, Option<Identity>> {
        self.changed_at.lock().expect("no panic under this lock")
    }
}

fn header(file: &File) -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    read_at_start(file, &mut bytes);
    bytes
}

fn mark_of(file: &File) -> u32 {
    mark_in(&header(file))
}

fn mark_in(header: &[u8; HEADER]) -> u32 {
    u32::from_be_bytes([header[60], header[61], header[62], header[63]])
}

#[cfg(unix)]
fn read_at_start(file: &File, bytes: &mut [u8]) {
    // What cannot be read stays zero, and is not the mark.
    let _ = std::os::unix::fs::FileExt::read_exact_at(file, bytes, 0);
}

/// Elsewhere the files are not watched: there they cannot be replaced while they are open.
#[cfg(not(unix))]
fn read_at_start(_: &File, _: &mut [u8]) {}

#[cfg(not(unix))]
fn identity(_: &Path) -> Option<Identity> {
    None
}

#[cfg(not(unix))]
fn changed_at(_: &File) -> Option<Identity> {
    None
}

#[cfg(unix)]
fn identity(file: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    file.metadata().ok().map(|it| (it.dev(), it.ino()))
}

#[cfg(unix)]
fn changed_at(file: &File) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    file.metadata().ok().map(|it| (it.ctime().cast_unsigned(), it.ctime_nsec().cast_unsigned()))
}
