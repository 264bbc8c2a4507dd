//! The lock that keeps a second server away from an SQLite database.
//!
//! The file itself is locked (`flock`), not a name: symbolic and hard links, bind mounts, and every spelling
//! of a path lead to the same file, and there is no lock file that could be deleted. SQLite's own locks are
//! of another kind (`fcntl`), which does not see this one. They are lost, though, when the process closes any
//! descriptor of the file: so a lock is taken before SQLite opens the file, and ends with the process. Where
//! the two kinds do see each other (not on Linux), a file beside the database is locked.

use std::fs::File;
use std::path::Path;

use anyhow::{Context as _, ensure};

/// Locks the database at `path`, which its operator calls `shown`, until the process ends. It can be read
/// through this, too: nobody may open it again for that.
///
/// # Errors
/// When another process has it, or the file cannot be locked.
pub(super) fn take(path: &Path, shown: &Path) -> anyhow::Result<&'static File> {
    let shown = shown.display();
    let file = File::open(path).with_context(|| format!("cannot open {shown}"))?;
    try_lock(&file, path)
        .with_context(|| format!("another latchkey is using {shown}; stop it first"))?;
    check(&file, path).with_context(|| format!("{shown} cannot be used"))?;
    Ok(Box::leak(Box::new(file)))
}

#[cfg(target_os = "linux")]
pub(super) fn try_lock(file: &File, _: &Path) -> Result<(), std::fs::TryLockError> {
    file.try_lock()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn try_lock(_: &File, path: &Path) -> Result<(), std::fs::TryLockError> {
    let beside = File::create(crate::db::file::beside(path, ".lock"))?;
    Box::leak(Box::new(beside)).try_lock()
}

/// Refuses what was replaced between the look at its name and the lock, and a file with two names:
/// SQLite keeps its log beside one of them, and whoever opens the other does not see it.
#[cfg(unix)]
fn check(file: &File, path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let (locked, named) = (file.metadata()?, path.metadata()?);
    ensure!((locked.dev(), locked.ino()) == (named.dev(), named.ino()), "it was just replaced");
    ensure!(
        locked.nlink() == 1,
        "it has {} names (hard links), and what was written under one is not seen under the \
         others; remove the others, or copy the file",
        locked.nlink()
    );
    Ok(())
}

#[cfg(not(unix))]
fn check(_: &File, _: &Path) -> anyhow::Result<()> {
    Ok(())
}
