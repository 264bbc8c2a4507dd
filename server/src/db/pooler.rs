//! PostgreSQL behind a pooler, such as PgBouncer, that gives a client another connection for every
//! transaction. What one prepares is then not there for the next, or somebody else's is.

use sqlx::any::AnyConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _};

use super::Result;

/// The parameter of the address that says it, where it cannot be found out: `pooler=transaction`.
pub(super) const PARAMETER: &str = "pooler";

/// Takes the parameter out of the options, and says what it says.
pub(super) fn is_named(options: &mut AnyConnectOptions) -> anyhow::Result<bool> {
    let url = &mut options.database_url;
    let (named, others): (Vec<_>, Vec<_>) =
        url.query_pairs().into_owned().partition(|(name, _)| name == PARAMETER);
    let Some((_, kind)) = named.last() else { return Ok(false) };
    anyhow::ensure!(kind == "transaction", "the database address takes `pooler=transaction`");
    if others.is_empty() {
        url.set_query(None);
    } else {
        url.query_pairs_mut().clear().extend_pairs(others);
    }
    Ok(true)
}

/// Whether two clients that are both connected are served by the same process of the server. A pooler that
/// is not busy with others gives the second one what the first one just gave back.
pub(super) async fn is_found(options: &AnyConnectOptions) -> Result<bool> {
    const WHO: &str = "SELECT CAST(pg_backend_pid() AS BIGINT) AS process";
    let (mut first, mut second) = (options.connect().await?, options.connect().await?);
    let mut found = false;
    for _ in 0..3 {
        let one: i64 = first.fetch_one(WHO).await?.try_get("process")?;
        let other: i64 = second.fetch_one(WHO).await?.try_get("process")?;
        found |= one == other;
    }
    first.close().await?;
    second.close().await?;
    Ok(found)
}
