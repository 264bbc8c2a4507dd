//! The file with the pepper: read, or made on a first start, whole or not at all.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::clock::Clock;
use crate::db::file::folder_of;
use crate::keys::Pepper;

/// Where the pepper is, or is to be.
#[derive(Debug, Clone)]
pub(super) struct PepperFile(PathBuf);

impl PepperFile {
    /// The first of these that is there, else the first of them.
    pub(super) fn among(candidates: Vec<PathBuf>) -> Self {
        let there = candidates.iter().find(|file| file.symlink_metadata().is_ok()).cloned();
        Self(there.or(candidates.into_iter().next()).unwrap_or_default())
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Whether something is there, whatever it is.
    pub(super) fn exists(&self) -> bool {
        self.0.symlink_metadata().is_ok()
    }

    /// Reads it; none: there is no such file. `is_used` says whether something was made with it.
    pub(super) fn read(&self, is_used: bool) -> anyhow::Result<Option<Pepper>> {
        let file = self.0.display();
        match std::fs::read(&self.0) {
            Ok(bytes) if bytes.len() >= Pepper::LENGTH => Ok(Some(Pepper::new(&bytes))),
            Ok(bytes) => {
                let advice = if is_used {
                    "restore it from where you keep a copy: no key can be checked without it"
                } else {
                    "nothing was made with it yet: delete it, and a new one is made"
                };
                let (length, needed) = (bytes.len(), Pepper::LENGTH);
                bail!(
                    "the pepper in {file} has {length} bytes, and {needed} are needed; a full disk can \
                     have cut it off while an older version wrote it; {advice}"
                )
            }
            Err(error) if error.kind() == ErrorKind::NotFound && !self.exists() => Ok(None),
            Err(error) => Err(error).with_context(|| format!("the pepper in {file} is unreadable")),
        }
    }

    /// Makes it, for its owner alone. Nothing is left behind when that fails. When somebody else was faster,
    /// it is theirs; the second part says whether it is ours.
    pub(super) fn make(&self, clock: &Clock) -> anyhow::Result<(Pepper, bool)> {
        let bytes = clock.random::<{ Pepper::LENGTH }>();
        let made = write_whole(&self.0, &bytes);
        match made {
            Ok(()) => Ok((Pepper::new(&bytes), true)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let theirs = self.read(false)?.context("it was made and removed again")?;
                Ok((theirs, false))
            }
            Err(error) => {
                let file = self.0.display();
                Err(error).with_context(|| format!("the pepper cannot be written to {file}"))
            }
        }
    }
}

/// Puts a new file in its place with everything in it, on the disk, before it has its name. The temporary
/// file is readable by its owner alone, and removed when anything fails.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = folder_of(path);
    let mut file = tempfile::Builder::new().prefix(".latchkey-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    sync_folder(folder).inspect_err(|_| drop(std::fs::remove_file(path)))
}

/// The name is on the disk too.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pepper_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b.db.pepper");
        let file = PepperFile::among(vec![path.clone()]);
        assert!(file.read(false).unwrap().is_none());
        let (made, ours) = file.make(&Clock::system()).unwrap();
        assert!(ours);
        let (again, ours) = file.make(&Clock::system()).unwrap();
        assert!(!ours);
        let seal = made.seal(&[]);
        assert_eq!(again.seal(&[]), seal);
        assert_eq!(file.read(true).unwrap().unwrap().seal(&[]), seal);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        let names: Vec<_> = folder.path().read_dir().unwrap().collect();
        assert_eq!(names.len(), 1, "no temporary file is left");
    }

    #[test]
    fn a_pepper_that_was_cut_off_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let file = PepperFile::among(vec![folder.path().join("pepper")]);
        std::fs::write(file.path(), "").unwrap();
        let said = |is_used| format!("{:#}", file.read(is_used).unwrap_err());
        assert!(said(false).contains("has 0 bytes") && said(false).contains("delete it"));
        assert!(said(true).contains("restore it"), "{}", said(true));
    }
}
