//! The database: SQLite inside this program, or PostgreSQL beside it. All SQL of Latchkey is in this
//! module and the ones below it; nothing here knows a status code or who is asking.
//!
//! One SQL text serves both engines. Where they must differ, they differ inside one function.

pub mod address;
pub mod boards;
pub mod change_log;
pub mod credentials;
pub mod custom_fields;
pub mod examine;
mod execute;
pub mod file;
pub mod harvest_users;
pub mod idempotency;
pub mod instance;
pub mod job_posts;
pub mod job_stages;
pub mod jobs;
pub mod openings;
pub mod password_links;
pub mod places;
mod pool;
mod pooler;
mod probe;
pub mod recruiting;
pub mod secrets;
pub mod sessions;
mod statement;
mod trouble;
mod tx;
pub mod usage;
pub mod users;
mod watch;
pub mod whole;

use std::fs::File;
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::any::AnyConnectOptions;
use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, ConnectOptions as _, Connection as _, Executor as _};

use self::address::Address;
use self::pool::{Kind, Pool};
use self::probe::Probe;
pub use self::trouble::Trouble;
pub use self::tx::{Reader, Tx};
use self::watch::Watch;

/// What went wrong in the database. The cause is for the log, never for the client.
pub type Error = sqlx::Error;
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// For reading something.
const READ: Duration = Duration::from_secs(10);
/// For reading a whole table.
const READ_ALL: Duration = Duration::from_mins(10);

/// What every connection of SQLite does first. FULL: a revoke that was answered survives a power cut.
const SQLITE: &str = "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; \
                      PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                      PRAGMA cache_size = -16000";
/// What every connection of PostgreSQL does first, unless a pooler would show it to others. The program
/// gives up a little later, so that it hears why.
const POSTGRES: &str = "SET statement_timeout = 9500; SET lock_timeout = 2000; \
                        SET idle_in_transaction_session_timeout = 5000";
/// The same for one statement, and for one that may take long.
const AROUND: &str = "BEGIN; SET LOCAL statement_timeout = 9500; SET LOCAL lock_timeout = 2000";
const AROUND_ALL: &str = "BEGIN; SET LOCAL statement_timeout = 600000";

/// Which database this is. Almost nothing depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded: this process is the only writer, and what it holds in memory is the truth.
    Sqlite,
    /// Shared: other replicas write too, so nothing may be held in memory that could be stale.
    Postgres,
}

/// A handle to the database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    engine: Engine,
    readers: Reader,
    /// The same, for what takes long.
    patient: Reader,
    reading: Pool,
    writing: Pool,
    /// Statements are prepared once for each connection.
    prepared: bool,
    probe: Probe,
    /// Of a file that this process alone may serve.
    watch: Option<Arc<Watch>>,
}

impl Db {
    /// Opens the database at `url` (`sqlite:FILE`, `sqlite::memory:` or `postgres://…`), creating the
    /// file and bringing the schema up to date as needed.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let address = Address::parse(url)
            .map_err(|why| anyhow::anyhow!("the database (--database) is not known: {why}"))?;
        Self::connect(url, &address).await.map_err(|error| {
            // What sqlx and PostgreSQL say can repeat a part of the address.
            let said = address.hide(&format!("{error:#}"));
            anyhow::anyhow!("the database does not open ({address}): {said}")
        })
    }

    async fn connect(url: &str, address: &Address) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        if address.engine() == Engine::Postgres {
            Self::open_postgres(url).await
        } else if address.is_memory() {
            let pool = Pool::open(Kind::Memory, options("sqlite::memory:")?, 1, SQLITE).await?;
            migrate(&mut pool.acquire().await?).await?;
            Ok(Self::of(Engine::Sqlite, pool.clone(), pool, true))
        } else {
            let url = if url.contains('?') { url.to_owned() } else { format!("{url}?mode=rwc") };
            let options = options(&url)?;
            let writing = Pool::open(Kind::File, options.clone(), 1, SQLITE).await?;
            migrate(&mut writing.acquire().await?).await?;
            let reading = Pool::open(Kind::File, options, 4, SQLITE).await?;
            Ok(Self::of(Engine::Sqlite, reading, writing, true))
        }
    }

    async fn open_postgres(url: &str) -> anyhow::Result<Self> {
        let mut options = options(url)?;
        let pooled = pooler::is_named(&mut options)? || pooler::is_found(&options).await?;
        if pooled {
            tracing::info!("the database is behind a pooler: every statement in a transaction");
        }
        let mut connection = options.connect().await?;
        migrate_postgres(&mut connection).await.context(NOT_MIGRATED)?;
        connection.close().await?;
        let prepare = if pooled { "" } else { POSTGRES };
        let pool = Pool::open(Kind::Postgres, options, 16, prepare).await?;
        Ok(Self::of(Engine::Postgres, pool.clone(), pool, !pooled))
    }

    fn of(engine: Engine, reading: Pool, writing: Pool, prepared: bool) -> Self {
        let (around, around_all) = match engine {
            Engine::Sqlite => (None, None),
            Engine::Postgres => ((!prepared).then_some(AROUND), Some(AROUND_ALL)),
        };
        Self {
            engine,
            readers: Reader::new(&reading, READ, around, prepared),
            patient: Reader::new(&reading, READ_ALL, around_all, prepared),
            reading,
            writing,
            prepared,
            probe: Probe::default(),
            watch: None,
        }
    }

    /// Watches the file, which this process has locked by `file` and its operator calls `named`: whether it
    /// is still the one that the next start will open. Call it once, in a runtime.
    pub async fn watch(
        self,
        (named, real): (&Path, &Path),
        file: &'static File,
        mark: u32,
    ) -> anyhow::Result<Self> {
        let watch = Arc::new(Watch::begin(named, real, file, mark).await?);
        let looking = watch.clone();
        tokio::spawn(async move { looking.keep_looking().await });
        Ok(Self { watch: Some(watch), ..self })
    }

    /// Fails when what is held in memory may be another database's than the one under this name. Asks
    /// nobody.
    pub fn check_is_same(&self) -> Result<()> {
        match &self.watch {
            Some(watch) if watch.is_gone() => Err(Trouble::Replaced.error()),
            _ => Ok(()),
        }
    }

    /// Opens an SQLite file that is there and has the newest schema. Nothing can be changed through it.
    pub async fn open_to_read(file: &Path) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let options = options(&examine::address_to_read(file).await?)?;
        let pool = Pool::open(Kind::File, options, 1, "PRAGMA busy_timeout = 2000").await?;
        Ok(Self::of(Engine::Sqlite, pool.clone(), pool, true))
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// For reading outside of a change.
    pub fn read(&self) -> &Reader {
        &self.readers
    }

    /// For reading whole tables outside of a change.
    pub fn read_all(&self) -> &Reader {
        &self.patient
    }

    /// Begins a change. On SQLite it takes the one write lock at once, so it never fails half way.
    pub async fn write(&self) -> Result<Tx> {
        Tx::begin(&self.writing, self.prepared, self.watch.clone()).await
    }

    /// Whether it can be read and written now, by doing both.
    pub async fn probe(&self) -> Result<(), Trouble> {
        if self.watch.as_ref().is_some_and(|watch| !watch.look()) {
            return Err(Trouble::Replaced);
        }
        self.probe.of(self).await
    }

    /// Does something to the database that only a test would.
    #[cfg(test)]
    pub(crate) async fn execute(&self, sql: &'static str) -> Result<()> {
        self.readers.execute(sql).await.map(drop)
    }

    /// Lets go of all connections, within a bound; SQLite writes its log back into the file.
    pub async fn close(&self) {
        self.reading.close().await;
        self.writing.close().await;
        if let Some(watch) = &self.watch {
            watch.close().await;
        }
    }
}

const NOT_MIGRATED: &str = "the database could not be brought up to date";

async fn migrate(lent: &mut pool::Lent) -> anyhow::Result<()> {
    examine::MIGRATIONS.run(lent.connection()).await.context(NOT_MIGRATED)
}

/// In one transaction, and under a lock that ends with it: replicas that start together take turns, behind
/// a pooler too, where what others have prepared may be in the way.
async fn migrate_postgres(connection: &mut AnyConnection) -> anyhow::Result<()> {
    /// Any number: it names this lock.
    const LOCK: &str = "SET LOCAL lock_timeout = 300000; DEALLOCATE ALL; \
                        SELECT pg_advisory_xact_lock(7236115211)";
    let mut migrations = Migrator::with_migrations(examine::MIGRATIONS.iter().cloned().collect());
    migrations.set_locking(false);
    let mut tx = connection.begin().await?;
    tx.execute(LOCK).await?;
    migrations.run(&mut *tx).await?;
    tx.execute("DEALLOCATE ALL").await?;
    Ok(tx.commit().await?)
}

fn options(url: &str) -> anyhow::Result<AnyConnectOptions> {
    Ok(AnyConnectOptions::from_str(url)?)
}
