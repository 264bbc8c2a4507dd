//! A database of its own for a test, with the demo's data in it.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::db::Db;
use crate::demo;
use crate::harvest::shapes::Recruiting;

/// 2026-01-15T12:00:00.000Z
pub(crate) const NOW: i64 = 1_768_478_400_000;

/// What [`demo`] holds.
pub(crate) fn data() -> Recruiting {
    demo::recruiting(NOW)
}

/// The demo's data, in SQLite, or in PostgreSQL when `LATCHKEY_TEST_DATABASE` names a server.
pub(crate) async fn demo() -> Db {
    let db = empty().await;
    let mut tx = db.write().await.expect("a change");
    demo::fill(&mut tx, NOW).await.expect("the demo loads");
    tx.commit().await.expect("the demo fits together");
    db
}

pub(crate) async fn empty() -> Db {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("LATCHKEY_TEST_DATABASE").unwrap_or_default();
    if !server.starts_with("postgres") {
        return Db::open("sqlite::memory:").await.expect("a database");
    }
    sqlx::any::install_default_drivers();
    let number = NUMBER.fetch_add(1, Ordering::SeqCst);
    let name = format!("lib_{}_{number}", std::process::id());
    let mut connection = sqlx::AnyConnection::connect(&server).await.expect("PostgreSQL answers");
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    connection.execute(create).await.expect("a database can be created");
    let (start, _) = server.rsplit_once('/').expect("an address with a database");
    Db::open(&format!("{start}/{name}")).await.expect("a database")
}
