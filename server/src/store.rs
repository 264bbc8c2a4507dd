//! Where the data is: the address of the database, the lock that keeps a second server away from its file,
//! and the pepper beside it. Whatever speaks against a start is found out before anything is made.

mod fresh;
mod lock;
mod pepper;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use self::fresh::{Fresh, Traces};
use self::pepper::PepperFile;
use crate::clock::Clock;
use crate::db::Db;
use crate::db::address::Address;
use crate::db::examine::{self, Found};
use crate::db::file::{Mode, SqliteFile, address_of, beside};
use crate::keys::Pepper;

/// What is said of a pepper that does not fit the database.
pub(crate) const IS_ANOTHER_PEPPER: &str = "is not the pepper that the keys in the database were made \
     with; give the right one with --pepper-file (every server on one database needs the same)";

/// Where the data is.
#[derive(Clone, Default, clap::Args)]
pub struct Store {
    /// sqlite:FILE or postgres://USER@HOST:PORT/NAME
    #[arg(
        long,
        env = "LATCHKEY_DATABASE",
        default_value = "sqlite:latchkey.db",
        hide_env_values = true
    )]
    pub database: String,
    /// The file with the pepper of the stored hashes [default: beside the database, made on first start]
    #[arg(long, env = "LATCHKEY_PEPPER_FILE", value_name = "FILE", hide_env_values = true)]
    pepper_file: Option<PathBuf>,
}

/// Without what is in the address, which can be a password.
impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { database: _, pepper_file } = self;
        f.debug_struct("Store").field("pepper_file", pepper_file).finish_non_exhaustive()
    }
}

/// What the data is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// By the one program that holds in memory what the database says.
    Alone,
    /// Beside a server that may be running.
    Beside,
    /// The same, and it has to be there already.
    Existing,
}

/// The data, opened.
#[derive(Debug)]
pub struct Opened {
    pub db: Db,
    pub pepper: Pepper,
    fresh: Fresh,
    /// The pepper's file, when it was made for a database that was there.
    new_pepper: Option<PathBuf>,
}

impl Opened {
    /// Another start was faster, and the database has its pepper: the one made here is no use.
    pub fn remove_new_pepper(&self) {
        if let Some(file) = &self.new_pepper {
            let _ = std::fs::remove_file(file);
        }
    }

    /// Nothing that was made on the way is removed any more.
    pub fn stays(self) {
        self.fresh.keep();
    }

    /// The same, and closes the database.
    pub async fn keep(self) {
        self.fresh.keep();
        self.db.close().await;
    }
}

/// The data, opened by somebody who changes nothing.
#[derive(Debug)]
pub struct Reading {
    pub db: Db,
    pub pepper: Pepper,
    traces: Option<Traces>,
}

impl Reading {
    /// Closes it, and leaves everything as it was found.
    pub async fn close(self) {
        self.db.close().await;
        drop(self.traces);
    }
}

impl Store {
    /// Opens the database, and reads the pepper or makes one on the first start. What was made is removed
    /// again when the answer is dropped and not [kept](Opened::keep).
    ///
    /// # Errors
    /// The reason, at once, and nothing was made.
    pub async fn open(&self, clock: &Clock, purpose: Purpose) -> anyhow::Result<Opened> {
        match SqliteFile::of(&self.database).map_err(anyhow::Error::msg)? {
            Some(file) => self.open_file(&file, clock, purpose).await,
            None => self.open_elsewhere(clock).await,
        }
    }

    async fn open_file(
        &self,
        file: &SqliteFile,
        clock: &Clock,
        purpose: Purpose,
    ) -> anyhow::Result<Opened> {
        let shown = file.path().display();
        ensure!(file.mode != Mode::Read, "{shown} is to be written: leave ?mode=ro away");
        let real = file.real().with_context(|| format!("the folder of {shown} cannot be used"))?;
        let pepper_file = self.pepper_file(file, &real);
        let size = real.metadata().map_or(0, |metadata| metadata.len());
        let mut is_made = false;
        if size == 0 {
            let may = file.mode == Mode::Create && purpose != Purpose::Existing;
            ensure!(may, "there is no database {shown}; say which with --database");
            check_nothing_was_there(file, &real, &pepper_file)?;
            is_made = fresh::make(&real).with_context(|| format!("{shown} cannot be made"))?;
        }
        let locked = if purpose == Purpose::Alone || size == 0 {
            Some(lock::take(&real, file.path())?)
        } else {
            None
        };
        // Not before: of two that start first at once, the files are those of the one that has the lock.
        let mut fresh = Fresh::default();
        if size == 0 {
            let is_empty = real.metadata().is_ok_and(|metadata| metadata.len() == 0);
            ensure!(is_empty, "{shown} was just made by another latchkey; start again");
            let endings = ["-journal", "-wal", "-shm"].map(|ending| beside(&real, ending));
            let new = endings.into_iter().filter(|file| file.symlink_metadata().is_err());
            is_made.then(|| real.clone()).into_iter().chain(new).for_each(|file| fresh.add(file));
        }
        let found = if size == 0 { Found::default() } else { examine::sqlite(&real, true).await? };
        let pepper = read_pepper(&pepper_file, &found)?;
        ensure!(
            size == 0 || pepper.is_none() || found.schema.is_some(),
            "{shown} is empty, and beside it is the pepper of one that was not; restore the database"
        );
        if size > 0 {
            examine::check_writable(&real).await?;
        }
        let mut db = Db::open(&address_of(&real)).await?;
        if let Some(locked) = locked.filter(|_| cfg!(unix)) {
            let mark = u32::from_be_bytes(clock.random());
            db = db.watch((file.path(), &real), locked, mark).await?;
        }
        let mut new_pepper = None;
        let pepper = if let Some(pepper) = pepper {
            pepper
        } else {
            let (pepper, ours) = pepper_file.make(clock)?;
            let made = ours.then(|| pepper_file.path().to_owned());
            // A database that stays needs the pepper it was given.
            if size == 0 {
                if let Some(file) = made {
                    fresh.add(file);
                }
            } else {
                new_pepper = made;
            }
            pepper
        };
        if purpose == Purpose::Alone {
            let endings = ["", "-wal", "-shm"].map(|ending| beside(&real, ending));
            warn_of_readers(endings.iter().map(PathBuf::as_path).chain([pepper_file.path()]));
        }
        Ok(Opened { db, pepper, fresh, new_pepper })
    }

    /// Opens what is there, and changes nothing: no pepper is made, nothing migrated, and of what SQLite needs
    /// beside the file while it reads nothing stays.
    ///
    /// # Errors
    /// The reason, at once.
    pub async fn open_to_read(&self) -> anyhow::Result<Reading> {
        let Some(file) = SqliteFile::of(&self.database).map_err(anyhow::Error::msg)? else {
            ensure!(!self.address()?.is_memory(), "a database in memory is always empty");
            let found = examine::postgres(&self.database).await?;
            found.check_current()?;
            let pepper = read_pepper(&self.pepper_elsewhere(), &found)?;
            let pepper =
                pepper.context("there is no pepper; say where it is with --pepper-file")?;
            return Ok(Reading { db: Db::open(&self.database).await?, pepper, traces: None });
        };
        let shown = file.path().display();
        let real = file.real().with_context(|| format!("the folder of {shown} cannot be used"))?;
        ensure!(real.exists(), "there is no database {shown}; say which with --database");
        let pepper_file = self.pepper_file(&file, &real);
        let traces = Traces::before(&real);
        let found = examine::sqlite(&real, false).await?;
        found.check_current()?;
        let pepper = read_pepper(&pepper_file, &found)?;
        let pepper = pepper.with_context(|| {
            let pepper = pepper_file.path().display();
            format!("there is no pepper {pepper}; say where it is with --pepper-file")
        })?;
        let db = Db::open_to_read(&real).await?;
        Ok(Reading { db, pepper, traces: Some(traces) })
    }

    /// Where the pepper is, in words. Nothing is opened.
    pub fn pepper_place(&self) -> String {
        match SqliteFile::of(&self.database) {
            Ok(Some(file)) if self.pepper_file.is_none() => {
                let real = file.real().unwrap_or_else(|_| file.path().to_owned());
                format!("{}, beside the database", self.pepper_file(&file, &real).path().display())
            }
            _ if self.pepper_file.is_none() && self.address().is_ok_and(|it| it.is_memory()) => {
                "none, in memory".to_owned()
            }
            _ => self.pepper_elsewhere().path().display().to_string(),
        }
    }

    /// SQLite's reason for a failed start, where there is one.
    pub fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        match SqliteFile::of(&self.database) {
            Ok(Some(file)) => examine::explain(error, file.path()),
            _ => error,
        }
    }

    async fn open_elsewhere(&self, clock: &Clock) -> anyhow::Result<Opened> {
        let in_memory = self.address()?.is_memory();
        let found =
            if in_memory { Found::default() } else { examine::postgres(&self.database).await? };
        // A database that is gone tomorrow needs no pepper that lasts.
        if in_memory && self.pepper_file.is_none() {
            let pepper = Pepper::new(&clock.random::<{ Pepper::LENGTH }>());
            let db = Db::open(&self.database).await?;
            return Ok(Opened { db, pepper, fresh: Fresh::default(), new_pepper: None });
        }
        let pepper_file = self.pepper_elsewhere();
        let pepper = read_pepper(&pepper_file, &found)?;
        let db = Db::open(&self.database).await?;
        let mut new_pepper = None;
        let pepper = if let Some(pepper) = pepper {
            pepper
        } else {
            let (pepper, ours) = pepper_file.make(clock)?;
            new_pepper = ours.then(|| pepper_file.path().to_owned());
            pepper
        };
        Ok(Opened { db, pepper, fresh: Fresh::default(), new_pepper })
    }

    fn address(&self) -> anyhow::Result<Address> {
        Address::parse(&self.database).map_err(anyhow::Error::msg)
    }

    /// Where the pepper of a database is that is no file.
    fn pepper_elsewhere(&self) -> PepperFile {
        let file = self.pepper_file.clone();
        PepperFile::among(vec![file.unwrap_or_else(|| PathBuf::from("latchkey.pepper"))])
    }

    /// Where the pepper of this database is: beside the file under the name that was given, or beside what
    /// that leads to, or where a version before percent-decoding put it.
    fn pepper_file(&self, file: &SqliteFile, real: &Path) -> PepperFile {
        let candidates = match &self.pepper_file {
            Some(file) => vec![file.clone()],
            None => [file.path(), real, &file.raw].map(|name| beside(name, ".pepper")).into(),
        };
        PepperFile::among(candidates)
    }
}

/// A pepper, or a log, beside a database that is not there: there was one.
fn check_nothing_was_there(
    file: &SqliteFile,
    real: &Path,
    pepper_file: &PepperFile,
) -> anyhow::Result<()> {
    let (shown, pepper) = (file.path().display(), pepper_file.path().display());
    if let Some(read) = pepper_file.read(false)? {
        drop(read);
        bail!(
            "there is no database {shown}, but its pepper {pepper}: there was something here. Restore \
             the database, or remove the pepper to start anew"
        );
    }
    for log in [file.path(), real].map(|name| beside(name, "-wal")) {
        let is_empty = log.metadata().map_or(0, |metadata| metadata.len()) == 0;
        ensure!(
            is_empty,
            "there is no database {shown}, but its log {}: there was something here. Restore the \
             database",
            log.display()
        );
    }
    Ok(())
}

/// Reads the pepper, and refuses one that is missing or is not the one that the hashes are made with.
fn read_pepper(file: &PepperFile, found: &Found) -> anyhow::Result<Option<Pepper>> {
    found.check_not_newer()?;
    let pepper = file.read(found.fingerprint.is_some())?;
    let Some(known) = &found.fingerprint else { return Ok(pepper) };
    let shown = file.path().display();
    let Some(pepper) = pepper else {
        bail!(
            "there is no pepper {shown}, and the keys in the database were made with one: restore it, \
             or say where it is with --pepper-file"
        )
    };
    ensure!(pepper.fingerprint() == *known, "{shown} {IS_ANOTHER_PEPPER}");
    Ok(Some(pepper))
}

/// What is made is its owner's alone. What was there is left as it is: somebody may want it so.
#[cfg(unix)]
fn warn_of_readers<'a>(files: impl Iterator<Item = &'a Path>) {
    use std::os::unix::fs::PermissionsExt as _;
    for file in files {
        let mode = file.metadata().map_or(0, |metadata| metadata.permissions().mode());
        if mode & 0o077 != 0 {
            let file = file.display();
            tracing::warn!(
                "{file} can be read by others (mode {:03o}); chmod 600 it",
                mode & 0o777
            );
        }
    }
}

#[cfg(not(unix))]
fn warn_of_readers<'a>(_: impl Iterator<Item = &'a Path>) {}
