//! Reading outside of a change, and a change: both run statements as sqlx's own pool and transaction do,
//! but every statement has a deadline.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{self, BoxFuture};
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryFutureExt as _, TryStreamExt as _};
use sqlx::any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::{Any, Describe, Either, Execute, Executor, SqlStr};
use tokio::time::Instant;

use super::execute::Statement;
use super::pool::{Kind, Lent, Pool, Rows};
use super::trouble::{Trouble, is_lost};
use super::watch::Watch;
use super::{Error, Result};

/// For a statement of a change. PostgreSQL is told to give up a little sooner, so that it says so.
const STATEMENT: Duration = Duration::from_secs(5);
/// For a change as a whole, from its beginning to its commit.
const CHANGE: Duration = Duration::from_secs(30);

/// What PostgreSQL is told with `BEGIN`: a pooler keeps nothing that is set outside of a transaction. Another
/// isolation would not see what others committed while this waited for its turn. A replica that froze in the
/// middle of a change loses it after five seconds. `READ WRITE` is not said: a standby refuses that as a thing
/// it cannot do at all instead of naming itself read-only, and whoever runs the database may have set it
/// read-only because its disk is nearly full.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; \
                     SET LOCAL lock_timeout = 2000; SET LOCAL statement_timeout = 4500; \
                     SET LOCAL idle_in_transaction_session_timeout = 5000";

/// A change in the making. Dropped without [`commit`](Self::commit), it never happened. While one is open,
/// read through it and not through [`Db::read`](super::Db::read): an in-memory database has one connection,
/// and the writer of a file waits for nobody.
#[derive(Debug)]
pub struct Tx(Session);

/// The connection of a change.
#[derive(Debug)]
pub struct Session {
    lent: Lent,
    prepared: bool,
    until: Instant,
    watch: Option<Arc<Watch>>,
}

impl Tx {
    /// Begins. Where the connection turns out to be lost, or another writer is in the way, it is tried once
    /// more: nothing was done yet.
    pub(super) async fn begin(
        pool: &Pool,
        prepared: bool,
        watch: Option<Arc<Watch>>,
    ) -> Result<Self> {
        check(watch.as_deref())?;
        let text = if pool.kind() == Kind::Postgres { BEGIN } else { "BEGIN IMMEDIATE" };
        let begin = async || {
            let mut lent = pool.acquire().await?;
            lent.begin(text, STATEMENT).await?;
            Ok(lent)
        };
        let mut begun: Result<Lent> = begin().await;
        if matches!(&begun, Err(error) if Trouble::of(error).is_some()) {
            begun = begin().await;
        }
        Ok(Self(Session { lent: begun?, prepared, until: Instant::now() + CHANGE, watch }))
    }

    /// Makes it so. After an error the outcome may not be known.
    pub async fn commit(mut self) -> Result<()> {
        let within = self.0.left();
        self.0.lent.commit(within).await?;
        // Not before: only what is in the right file after the commit may be promised.
        check(self.0.watch.as_deref())
    }
}

/// Fails when the file is another one than the next start will open.
fn check(watch: Option<&Watch>) -> Result<()> {
    let is_same = watch.is_none_or(Watch::look);
    is_same.then_some(()).ok_or_else(|| Trouble::Replaced.error())
}

impl Deref for Tx {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.0
    }
}

impl Session {
    fn left(&self) -> Duration {
        STATEMENT.min(self.until.saturating_duration_since(Instant::now()))
    }

    async fn all(&mut self, statement: Result<Statement>) -> Result<Rows> {
        let within = self.left();
        self.lent.all(statement?.prepared(self.prepared), within).await
    }

    async fn optional(&mut self, statement: Result<Statement>) -> Result<Option<AnyRow>> {
        Ok(first(self.all(statement).await?))
    }
}

/// Reads outside of a change; see [`Db::read`](super::Db::read).
#[derive(Debug, Clone)]
pub struct Reader {
    pool: Pool,
    within: Duration,
    /// What begins a transaction around every statement, where one is needed.
    around: Option<&'static str>,
    prepared: bool,
}

impl Reader {
    pub(super) fn new(
        pool: &Pool,
        within: Duration,
        around: Option<&'static str>,
        prepared: bool,
    ) -> Self {
        Self { pool: pool.clone(), within, around, prepared }
    }

    /// A connection that turns out to be lost is replaced once: a read can be repeated.
    async fn all(&self, statement: Result<Statement>) -> Result<Rows> {
        let statement = statement?.prepared(self.prepared);
        let again = (self.pool.kind() == Kind::Postgres).then(|| statement.again());
        let rows = self.all_once(statement).await;
        match again {
            Some(again) if is_lost(&rows) => self.all_once(again).await,
            _ => rows,
        }
    }

    async fn all_once(&self, statement: Statement) -> Result<Rows> {
        let mut lent = self.pool.acquire().await?;
        if let Some(text) = self.around {
            lent.begin(text, self.within).await?;
        }
        let rows = lent.all(statement, self.within).await?;
        if self.around.is_some() {
            lent.commit(self.within).await?;
        }
        Ok(rows)
    }

    async fn optional(&self, statement: Result<Statement>) -> Result<Option<AnyRow>> {
        Ok(first(self.all(statement).await?))
    }
}

fn first(rows: Rows) -> Option<AnyRow> {
    rows.into_iter().find_map(Either::right)
}

type Step = Either<AnyQueryResult, AnyRow>;

/// All of it, once it is there: nothing that is read here is long.
fn steps<'e>(rows: impl Future<Output = Result<Rows>> + Send + 'e) -> BoxStream<'e, Result<Step>> {
    let all = rows.map_ok(|rows| stream::iter(rows.into_iter().map(Ok)));
    stream::once(all).try_flatten().boxed()
}

/// Nothing here asks for it.
fn unsupported<T: Send + 'static>() -> BoxFuture<'static, Result<T>> {
    let error = Error::Protocol("statements are prepared when they are run".to_owned());
    Box::pin(future::err(error))
}

macro_rules! runs_statements {
    ($executor:ty) => {
        impl<'c> Executor<'c> for $executor {
            type Database = Any;

            fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Step>>
            where
                'c: 'e,
                E: 'q + Execute<'q, Any>,
            {
                steps(self.all(Statement::of(query)))
            }

            fn fetch_optional<'e, 'q: 'e, E>(
                self,
                query: E,
            ) -> BoxFuture<'e, Result<Option<AnyRow>>>
            where
                'c: 'e,
                E: 'q + Execute<'q, Any>,
            {
                Box::pin(self.optional(Statement::of(query)))
            }

            fn prepare_with<'e>(
                self,
                _: SqlStr,
                _: &'e [AnyTypeInfo],
            ) -> BoxFuture<'e, Result<AnyStatement>>
            where
                'c: 'e,
            {
                unsupported()
            }

            fn describe<'e>(self, _: SqlStr) -> BoxFuture<'e, Result<Describe<Any>>>
            where
                'c: 'e,
            {
                unsupported()
            }
        }
    };
}

runs_statements!(&'c Reader);
runs_statements!(&'c mut Session);
