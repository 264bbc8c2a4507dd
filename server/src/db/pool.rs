//! Connections to the database, each lent to one user at a time. Every wait has a bound, and a connection
//! that failed, or was left in the middle of something, is not used again.
//!
//! sqlx has a pool of its own. It gives a connection back after a ping that may wait for ever, uses one
//! again whose transaction SQLite ended by itself, and waits for a database that is known to be down.

use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::any::{AnyConnectOptions, AnyQueryResult, AnyRow};
use sqlx::{AnyConnection, ConnectOptions as _, Connection as _, Either, Executor as _};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use super::execute::Statement;
use super::trouble::Trouble;
use super::{Error, Result};

/// For a connection that is lent to somebody else.
const ACQUIRE: Duration = Duration::from_secs(3);
/// For a connection to be made.
const CONNECT: Duration = Duration::from_secs(2);
/// For a sign of life, and for an abandoned transaction to be undone.
const SETTLE: Duration = Duration::from_secs(1);
/// A connection that was idle for longer has to give one.
const FRESH: Duration = Duration::from_secs(1);
/// Between two attempts to reach a database that is down.
const PROBE: Duration = Duration::from_millis(250);
/// For everything to be given back and closed.
const CLOSE: Duration = Duration::from_secs(5);

/// Which database the connections lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// In the memory of the one connection, which therefore is never thrown away.
    Memory,
    File,
    Postgres,
}

/// See the module; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Pool(Arc<Inner>);

struct Inner {
    kind: Kind,
    options: AnyConnectOptions,
    /// What every connection does first.
    prepare: &'static str,
    size: u32,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Idle>>,
    health: Mutex<Health>,
}

/// Without the options: they have the address, and that can have a password.
impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, size, .. } = self;
        f.debug_struct("Pool").field("kind", kind).field("size", size).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Idle {
    connection: AnyConnection,
    since: Instant,
    /// Something may have been left in the middle.
    unclean: bool,
}

/// PostgreSQL: whether it is known to be down.
#[derive(Debug, Default)]
struct Health {
    down: bool,
    /// Somebody finds out when it is back.
    is_watched: bool,
}

/// A connection, for as long as this lives. Dropped after a failure it is closed, dropped inside a
/// transaction it rolls back first.
#[derive(Debug)]
pub(super) struct Lent {
    pool: Pool,
    connection: Option<AnyConnection>,
    permit: Option<OwnedSemaphorePermit>,
    in_transaction: bool,
    is_running: bool,
    has_failed: bool,
}

/// What a statement gives: counts of rows it changed, and rows.
pub(super) type Rows = Vec<Either<AnyQueryResult, AnyRow>>;

impl Pool {
    /// Makes the first connection, so that an address that leads nowhere is known at once.
    pub(super) async fn open(
        kind: Kind,
        options: AnyConnectOptions,
        size: u32,
        prepare: &'static str,
    ) -> Result<Self> {
        let pool = Self(Arc::new(Inner {
            kind,
            options,
            prepare,
            size,
            permits: Arc::new(Semaphore::new(size as usize)),
            idle: Mutex::default(),
            health: Mutex::default(),
        }));
        let connection = pool.0.connect().await?;
        pool.0.keep(connection, false);
        Ok(pool)
    }

    pub(super) fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Lends a connection.
    pub(super) async fn acquire(&self) -> Result<Lent> {
        self.0.refuse_while_down()?;
        let permit = timeout(ACQUIRE, self.0.permits.clone().acquire_owned()).await;
        let permit = permit.map_err(|_| Trouble::Busy.error())?.map_err(|_| Error::PoolClosed)?;
        let mut lent = Lent {
            pool: self.clone(),
            connection: None,
            permit: Some(permit),
            in_transaction: false,
            is_running: false,
            has_failed: false,
        };
        if !lent.take_idle().await {
            lent.connection = Some(self.connect().await?);
        }
        Ok(lent)
    }

    async fn connect(&self) -> Result<AnyConnection> {
        self.0.refuse_while_down()?;
        let connected = self.0.connect().await;
        if let Err(error) = &connected
            && Trouble::of(error) == Some(Trouble::Silent)
        {
            self.watch(Some(error));
        }
        connected
    }

    /// Finds out, until it works, whether the database can be reached: because it could not, or because a
    /// connection fell silent. As long as it is known to be down nobody waits for it.
    fn watch(&self, down: Option<&Error>) {
        if self.0.kind != Kind::Postgres {
            return;
        }
        let mut health = self.0.health();
        if let Some(error) = down
            && !health.down
        {
            tracing::error!("the database cannot be reached: {error}");
            health.down = true;
            self.0.idle().clear();
        }
        if !health.is_watched
            && let Ok(runtime) = Handle::try_current()
        {
            health.is_watched = true;
            runtime.spawn(reach(Arc::downgrade(&self.0)));
        }
    }

    /// Waits until what is lent is given back, within a bound, and closes everything.
    pub(super) async fn close(&self) {
        let closing = async {
            let all = self.0.permits.acquire_many(self.0.size).await;
            self.0.permits.close();
            drop(all);
            let idle = std::mem::take(&mut *self.0.idle());
            for idle in idle {
                let _ = idle.connection.close().await;
            }
        };
        if timeout(CLOSE, closing).await.is_err() {
            tracing::warn!("the database was left before everything was closed");
        }
        self.0.permits.close();
        self.0.idle().clear();
    }
}

impl Inner {
    async fn connect(&self) -> Result<AnyConnection> {
        let connecting = async {
            let mut connection = self.options.connect().await?;
            connection.execute(self.prepare).await?;
            Ok(connection)
        };
        timeout(CONNECT, connecting).await.unwrap_or_else(|_| Err(Trouble::Silent.error()))
    }

    fn refuse_while_down(&self) -> Result<()> {
        if self.health().down { Err(Trouble::Silent.error()) } else { Ok(()) }
    }

    fn keep(&self, connection: AnyConnection, unclean: bool) {
        if !self.permits.is_closed() {
            self.idle().push(Idle { connection, since: Instant::now(), unclean });
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().expect("no panic under this lock")
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().expect("no panic under this lock")
    }
}

/// Tries to connect until it works, or nobody has the pool any more.
async fn reach(pool: Weak<Inner>) {
    loop {
        let Some(pool) = pool.upgrade().filter(|pool| !pool.permits.is_closed()) else { return };
        match pool.connect().await {
            Ok(connection) => {
                let mut health = pool.health();
                if health.down {
                    tracing::info!("the database can be reached again");
                }
                *health = Health::default();
                drop(health);
                // Only where there is room for one more.
                if let Ok(_permit) = pool.permits.try_acquire()
                    && pool.idle().is_empty()
                {
                    pool.keep(connection, false);
                }
                return;
            }
            // It answers, and refuses: whoever needs a connection hears why.
            Err(error) if Trouble::of(&error) != Some(Trouble::Silent) => {
                *pool.health() = Health::default();
                return;
            }
            Err(error) => {
                let mut health = pool.health();
                if !health.down {
                    tracing::error!("the database cannot be reached: {error}");
                }
                health.down = true;
            }
        }
        drop(pool);
        sleep(PROBE).await;
    }
}

impl Lent {
    /// Takes a connection that was used before, if there is one that still works.
    async fn take_idle(&mut self) -> bool {
        let pool = self.pool.0.clone();
        loop {
            let idle = pool.idle().pop();
            let Some(Idle { connection, since, unclean }) = idle else { return false };
            self.connection = Some(connection);
            if unclean {
                self.in_transaction = true;
                // Fails when there is nothing to roll back.
                let _ = self.connection().execute("ROLLBACK").await;
                self.in_transaction = false;
            }
            if pool.kind != Kind::Postgres || since.elapsed() < FRESH {
                return true;
            }
            self.is_running = true;
            let ping = timeout(SETTLE, self.connection().ping()).await;
            self.is_running = false;
            if matches!(ping, Ok(Ok(()))) {
                return true;
            }
            // The others have been idle for longer.
            self.connection = None;
            pool.idle().clear();
        }
    }

    /// Runs a statement and reads all it gives.
    pub(super) async fn all(&mut self, statement: Statement, within: Duration) -> Result<Rows> {
        self.is_running = true;
        let running = self.connection().fetch_many(statement).try_collect();
        let outcome = timeout(within, running).await;
        self.finished(outcome.ok())
    }

    /// Begins a transaction by this text.
    pub(super) async fn begin(&mut self, text: &'static str, within: Duration) -> Result<()> {
        // Before it runs: whoever stops waiting for it does not know whether one was begun.
        self.in_transaction = true;
        self.all(text.into(), within).await.map(drop)
    }

    /// Commits. After an error the outcome is not known, unless a statement had failed before.
    pub(super) async fn commit(&mut self, within: Duration) -> Result<()> {
        if self.has_failed {
            let cause = "a statement of this change failed, so nothing of it is committed";
            return Err(Error::Protocol(cause.to_owned()));
        }
        self.all("COMMIT".into(), within).await?;
        self.in_transaction = false;
        Ok(())
    }

    fn finished<T>(&mut self, outcome: Option<Result<T>>) -> Result<T> {
        self.is_running = false;
        self.has_failed |= !matches!(outcome, Some(Ok(_)));
        if outcome.is_none() {
            self.pool.watch(None);
        }
        outcome.unwrap_or_else(|| Err(Trouble::Silent.error()))
    }

    /// The connection itself, for what has no bound.
    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        self.connection.as_mut().expect("it is taken out by the drop only")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let pool = self.pool.0.clone();
        let clean = !(self.in_transaction || self.is_running || self.has_failed);
        if clean || pool.kind == Kind::Memory {
            return pool.keep(connection, !clean);
        }
        // Closed by dropping it: nobody waits for a rollback on a connection that does not work.
        let gone = self.has_failed || (self.is_running && self.in_transaction);
        let Some(runtime) = Handle::try_current().ok().filter(|_| !gone) else { return };
        let (permit, in_transaction) = (self.permit.take(), self.in_transaction);
        runtime.spawn(async move {
            let settled = timeout(SETTLE, async {
                if in_transaction {
                    connection.execute("ROLLBACK").await.map(drop)
                } else {
                    connection.ping().await
                }
            });
            if matches!(settled.await, Ok(Ok(()))) {
                pool.keep(connection, false);
            }
            drop(permit);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_connection_whose_begin_nobody_waited_for_is_not_lent_in_a_transaction() {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}?mode=rwc", folder.path().join("a.db").display());
        let options = AnyConnectOptions::from_str(&url).expect("an address");
        let pool = Pool::open(Kind::File, options, 1, "").await.expect("a pool");
        for _ in 0..20 {
            let mut lent = pool.acquire().await.expect("a connection");
            // Nearly always it is left in the middle.
            let _ = lent.begin("BEGIN IMMEDIATE", SETTLE).now_or_never();
            drop(lent);
            let mut next = pool.acquire().await.expect("a connection");
            next.begin("BEGIN IMMEDIATE", SETTLE).await.expect("no transaction was open");
        }
    }
}
