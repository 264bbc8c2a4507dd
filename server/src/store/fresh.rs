//! What a start makes, and what reading leaves behind: removed again when nothing comes of it.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::ensure;

use super::lock;
use crate::db::file::beside;

/// Makes an empty file that nobody else can read, and says so: one that is there already is left as it is.
pub(super) fn make(path: &Path) -> anyhow::Result<bool> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => {
            make_private(&file)?;
            Ok(true)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            ensure!(path.exists(), "it is a link to nothing");
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Files that a first start has made. Dropped without [`keep`](Self::keep), they are removed again.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    made: Vec<PathBuf>,
}

impl Fresh {
    /// This one was made, or is about to be.
    pub(super) fn add(&mut self, path: PathBuf) {
        self.made.push(path);
    }

    /// What was made stays.
    pub(super) fn keep(mut self) {
        self.made.clear();
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if self.made.is_empty() {
            return;
        }
        // SQLite's own thread may be making one of them at this moment.
        for _ in 0..5 {
            for file in &self.made {
                let _ = std::fs::remove_file(file);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// What SQLite makes beside a file it reads, and leaves there when it may not write. Dropped after SQLite has
/// closed the file, it removes what was not there before, unless somebody else has the file in use.
#[derive(Debug)]
pub(super) struct Traces {
    file: PathBuf,
    new: Vec<PathBuf>,
}

impl Traces {
    /// What is not there yet.
    pub(super) fn before(file: &Path) -> Self {
        let new = ["-wal", "-shm"].map(|ending| beside(file, ending));
        Self { file: file.to_owned(), new: new.into_iter().filter(|it| !it.exists()).collect() }
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        let Ok(file) = File::open(&self.file) else { return };
        if lock::try_lock(&file, &self.file).is_ok() {
            for trace in &self.new {
                let _ = std::fs::remove_file(trace);
            }
        }
    }
}

/// Whatever the umask is.
#[cfg(unix)]
fn make_private(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn make_private(_: &File) -> std::io::Result<()> {
    Ok(())
}
