//! Where the data is: the address of the database, the lock that keeps a second server away from its file,
//! and the pepper beside it.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::clock::Clock;
use crate::db::Db;
use crate::keys::Pepper;

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

impl Store {
    /// Opens the database, and reads the pepper or makes one on the first start.
    pub async fn open(&self, clock: &Clock) -> anyhow::Result<(Db, Pepper)> {
        let db = Db::open(&self.database).await?;
        Ok((db, self.pepper(clock)?))
    }

    /// Where the pepper is, in words. Nothing is opened.
    pub fn pepper_place(&self) -> String {
        match (&self.pepper_file, self.database_file()) {
            (Some(file), _) => file.display().to_string(),
            (None, Some(database)) => format!("{}.pepper, beside the database", database.display()),
            (None, None) if self.database.starts_with("sqlite:") => "none, in memory".to_owned(),
            (None, None) => "latchkey.pepper".to_owned(),
        }
    }

    /// Refuses while a server runs on an SQLite database: what it holds in memory would not follow.
    pub fn lock(&self) -> anyhow::Result<Option<File>> {
        let Some(database) = self.database_file() else { return Ok(None) };
        let name = format!("{}.lock", database.display());
        let file = File::create(&name).with_context(|| format!("cannot write {name}"))?;
        file.try_lock().with_context(|| {
            format!("another latchkey is using {}; stop it first", database.display())
        })?;
        Ok(Some(file))
    }

    /// Refuses a database file that is not there: opening would make an empty one.
    pub fn require_existing(&self) -> anyhow::Result<()> {
        match self.database_file() {
            Some(file) if !file.exists() => {
                anyhow::bail!("there is no database {}; say which with --database", file.display())
            }
            _ => Ok(()),
        }
    }

    /// The file of an SQLite database.
    pub fn database_file(&self) -> Option<&Path> {
        let name = self.database.strip_prefix("sqlite:")?;
        let name = name.strip_prefix("//").unwrap_or(name).split('?').next()?;
        (name != ":memory:").then_some(Path::new(name))
    }

    /// Reads the pepper, or makes one on the first start.
    pub fn pepper(&self, clock: &Clock) -> anyhow::Result<Pepper> {
        let file = match (&self.pepper_file, self.database_file()) {
            (Some(file), _) => file.clone(),
            (None, Some(database)) => PathBuf::from(format!("{}.pepper", database.display())),
            // A database that is gone tomorrow needs no pepper that lasts.
            (None, None) if self.database.starts_with("sqlite:") => {
                return Ok(Pepper::new(&clock.random::<{ Pepper::LENGTH }>()));
            }
            (None, None) => PathBuf::from("latchkey.pepper"),
        };
        read_or_make(&file, clock).with_context(|| format!("the pepper in {}", file.display()))
    }
}

fn read_or_make(file: &Path, clock: &Clock) -> anyhow::Result<Pepper> {
    use std::io::Write as _;
    match std::fs::read(file) {
        Ok(bytes) if bytes.len() >= Pepper::LENGTH => return Ok(Pepper::new(&bytes)),
        Ok(bytes) => anyhow::bail!("it has {} bytes; {} are needed", bytes.len(), Pepper::LENGTH),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let bytes = clock.random::<{ Pepper::LENGTH }>();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut made = options.open(file)?;
    made.write_all(&bytes)?;
    made.sync_all()?;
    Ok(Pepper::new(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pepper_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("a b.db").display());
        let store = Store { database, pepper_file: None };
        let first = store.pepper(&Clock::system()).unwrap().seal(&[]);
        assert_eq!(store.pepper(&Clock::system()).unwrap().seal(&[]), first);
        let file = folder.path().join("a b.db.pepper");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&file, "short").unwrap();
        assert!(store.pepper(&Clock::system()).is_err());
    }
}
