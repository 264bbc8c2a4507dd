//! The database: SQLite inside this program, or PostgreSQL beside it. All SQL of Latchkey is in this
//! module and the ones below it; nothing here knows a status code or who is asking.
//!
//! One SQL text serves both engines. Where they must differ, they differ inside one function.

pub mod boards;
pub mod change_log;
pub mod credentials;
pub mod custom_fields;
pub mod harvest_users;
pub mod instance;
pub mod job_posts;
pub mod job_stages;
pub mod jobs;
pub mod openings;
pub mod password_links;
pub mod places;
pub mod recruiting;
pub mod secrets;
pub mod sessions;
mod statement;
pub mod usage;
pub mod users;
pub mod whole;

use std::str::FromStr as _;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{Any, AnyConnection, AnyPool, Executor as _};

/// What went wrong in the database. The cause is for the log, never for the client.
pub type Error = sqlx::Error;
pub type Result<T> = std::result::Result<T, Error>;

/// A change in the making. Dropped without [`commit`](sqlx::Transaction::commit), it never happened.
/// While one is open, read through it and not through [`Db::read`]: an in-memory database has one
/// connection, and the writer of a file waits for nobody.
pub type Tx = sqlx::Transaction<'static, Any>;

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
    readers: AnyPool,
    writer: AnyPool,
}

impl Db {
    /// Opens the database at `url` (`sqlite:FILE`, `sqlite::memory:` or `postgres://…`), creating the
    /// file and bringing the schema up to date as needed.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let db = if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = pool(url, 16, Engine::Postgres).await?;
            Self { engine: Engine::Postgres, readers: pool.clone(), writer: pool }
        } else if url.contains(":memory:") {
            let pool = pool("sqlite::memory:", 1, Engine::Sqlite).await?;
            Self { engine: Engine::Sqlite, readers: pool.clone(), writer: pool }
        } else if url.starts_with("sqlite:") {
            let url = if url.contains('?') { url.to_owned() } else { format!("{url}?mode=rwc") };
            let writer = pool(&url, 1, Engine::Sqlite).await?;
            let readers = pool(&url, 4, Engine::Sqlite).await?;
            Self { engine: Engine::Sqlite, readers, writer }
        } else {
            anyhow::bail!(
                "the database is given as sqlite:FILE or postgres://USER@HOST/NAME, not {url:?}"
            );
        };
        sqlx::migrate!()
            .run(&db.writer)
            .await
            .context("the database could not be brought up to date")?;
        Ok(db)
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// For reading outside of a change.
    pub fn read(&self) -> &AnyPool {
        &self.readers
    }

    /// Begins a change. On SQLite it takes the one write lock at once, so it never fails half way.
    pub async fn write(&self) -> Result<Tx> {
        match self.engine {
            Engine::Sqlite => self.writer.begin_with("BEGIN IMMEDIATE").await,
            Engine::Postgres => self.writer.begin().await,
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.readers.execute("SELECT 1").await.map(drop)
    }

    /// Does something to the database that only a test would.
    #[cfg(test)]
    pub(crate) async fn execute(&self, sql: &'static str) -> Result<()> {
        self.writer.execute(sql).await.map(drop)
    }

    /// Lets go of all connections; SQLite writes its log back into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

async fn pool(url: &str, connections: u32, engine: Engine) -> anyhow::Result<AnyPool> {
    let options = AnyConnectOptions::from_str(url).with_context(|| {
        format!("the database address cannot be read: {}", without_password(url))
    })?;
    AnyPoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(engine == Engine::Postgres)
        .after_connect(move |connection, _| Box::pin(prepare(connection, engine)))
        .connect_with(options)
        .await
        .with_context(|| format!("the database does not open: {}", without_password(url)))
}

/// What every connection needs before its first use.
async fn prepare(connection: &mut AnyConnection, engine: Engine) -> Result<()> {
    if engine == Engine::Sqlite {
        // FULL: a revoke that was answered survives a power cut.
        connection
            .execute(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                 PRAGMA busy_timeout = 5000; PRAGMA cache_size = -16000",
            )
            .await?;
    }
    Ok(())
}

/// The address as it may stand in a log.
fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}…{}", &url[..scheme + 3], &url[at..]),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_the_address_is_not_logged() {
        assert_eq!(without_password("postgres://me:secret@host/db"), "postgres://…@host/db");
        assert_eq!(without_password("sqlite:latchkey.db"), "sqlite:latchkey.db");
    }
}
