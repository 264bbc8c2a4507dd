//! What is in a database, found out before anything in it or beside it is made or changed.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{
    AnyConnection, AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _,
    SqliteConnection,
};

use super::Error;
use super::address::Address;
use super::file::{address_of, beside};

/// How the schema came to be what it is.
pub static MIGRATIONS: Migrator = sqlx::migrate!();

/// What a database says about itself.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Found {
    /// The last migration that was applied to it; none: it is empty.
    pub schema: Option<i64>,
    /// The fingerprint of the pepper that its hashes are made with; none: there is none yet.
    pub fingerprint: Option<String>,
}

impl Found {
    /// Refuses a database that a newer version has migrated.
    pub fn check_not_newer(&self) -> anyhow::Result<()> {
        let (schema, known) = (self.schema.unwrap_or_default(), newest());
        ensure!(
            schema <= known,
            "the database has the schema version {schema}, and this latchkey knows those up to {known}: \
             it was used by a newer one; use that"
        );
        Ok(())
    }

    /// Refuses a database that would have to be changed before it can be read.
    pub fn check_current(&self) -> anyhow::Result<()> {
        self.check_not_newer()?;
        let needed = newest();
        match self.schema {
            Some(schema) if schema == needed => Ok(()),
            Some(schema) => bail!(
                "the database has the schema version {schema}, and {needed} is needed: this command \
                 changes nothing; use the latchkey that wrote it, or let `latchkey serve` of this \
                 version bring it up to date"
            ),
            None => bail!("the database is empty"),
        }
    }
}

/// The last migration that this program knows.
fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Looks into an SQLite file that is there. `changes` is false for whoever may not even tidy up after
/// somebody who crashed.
pub async fn sqlite(file: &Path, changes: bool) -> anyhow::Result<Found> {
    let look = async || {
        let mut connection = if changes {
            SqliteConnection::connect_with(&options(file)).await?
        } else {
            connect_to_read(file).await?
        };
        let found = look_into_sqlite(&mut connection).await;
        let _ = connection.close().await;
        found
    };
    look().await.map_err(|error| explain(error.into(), file))
}

/// Opens a file to read it.
async fn connect_to_read(file: &Path) -> Result<SqliteConnection, Error> {
    let immutable = cannot_be_written(file).await?;
    let options = options(file).read_only(true).immutable(immutable);
    SqliteConnection::connect_with(&options).await
}

/// Whether SQLite finds no place for what it needs beside the file. Then nobody writes it either.
async fn cannot_be_written(file: &Path) -> Result<bool, Error> {
    let look = async || {
        let options = options(file).read_only(true);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        let read = connection.execute("SELECT 1 FROM sqlite_master").await;
        let _ = connection.close().await;
        read
    };
    match look().await {
        Ok(_) => Ok(false),
        Err(error) if reason(&error) == Some(14) && !beside(file, "-wal").exists() => Ok(true),
        Err(error) => Err(error),
    }
}

/// The address by which nothing can be changed in the file.
pub(super) async fn address_to_read(file: &Path) -> anyhow::Result<String> {
    let immutable = cannot_be_written(file).await.map_err(|error| explain(error.into(), file))?;
    let more = if immutable { "&immutable=true" } else { "" };
    Ok(address_of(file).replace("?mode=rw", "?mode=ro") + more)
}

async fn look_into_sqlite(connection: &mut SqliteConnection) -> Result<Found, Error> {
    let tables =
        connection.fetch_all("SELECT name FROM sqlite_master WHERE type = 'table'").await?;
    let tables: Vec<String> =
        tables.iter().map(|row| row.try_get("name")).collect::<Result<_, _>>()?;
    let mut found = Found::default();
    if tables.iter().any(|table| table == "_sqlx_migrations") {
        found.schema = connection.fetch_one(SCHEMA).await?.try_get("version")?;
    }
    if tables.iter().any(|table| table == "instance") {
        let row = connection.fetch_optional(FINGERPRINT).await?;
        found.fingerprint = row.map(|row| row.try_get("value")).transpose()?;
    }
    Ok(found)
}

const SCHEMA: &str = "SELECT MAX(version) AS version FROM _sqlx_migrations";
const FINGERPRINT: &str = "SELECT value FROM instance WHERE name = 'pepper'";

/// Looks into a PostgreSQL database.
pub async fn postgres(text: &str) -> anyhow::Result<Found> {
    let address = Address::parse(text).map_err(anyhow::Error::msg)?;
    look_into_postgres(text).await.map_err(|error| {
        let said = address.hide(&format!("{error:#}"));
        anyhow::anyhow!("the database does not open ({address}): {said}")
    })
}

async fn look_into_postgres(text: &str) -> anyhow::Result<Found> {
    sqlx::any::install_default_drivers();
    let mut options = super::options(text)?;
    super::pooler::is_named(&mut options)?;
    let mut connection = options.connect().await?;
    let mut found = Found::default();
    if has_table(&mut connection, HAS_SCHEMA).await? {
        found.schema = connection.fetch_one(sqlx::raw_sql(SCHEMA)).await?.try_get("version")?;
    }
    if has_table(&mut connection, HAS_INSTANCE).await? {
        let row = connection.fetch_optional(sqlx::raw_sql(FINGERPRINT)).await?;
        found.fingerprint = row.map(|row| row.try_get("value")).transpose()?;
    }
    let _ = connection.close().await;
    Ok(found)
}

const HAS_SCHEMA: &str = "SELECT 1 WHERE to_regclass('_sqlx_migrations') IS NOT NULL";
const HAS_INSTANCE: &str = "SELECT 1 WHERE to_regclass('instance') IS NOT NULL";

async fn has_table(connection: &mut AnyConnection, sql: &'static str) -> Result<bool, Error> {
    Ok(connection.fetch_optional(sqlx::raw_sql(sql)).await?.is_some())
}

/// Writes to an SQLite file, and refuses it with the reason when that does not work: a server that cannot
/// write is not ready. What it writes is what is there: a server that runs knows its file by it.
pub async fn check_writable(file: &Path) -> anyhow::Result<()> {
    let write = async || {
        let mut connection = SqliteConnection::connect_with(&options(file)).await?;
        let written = write_what_is_there(&mut connection).await;
        let _ = connection.close().await;
        written
    };
    write()
        .await
        .map_err(|error| explain(error.into(), file))
        .context("the database cannot be written")
}

async fn write_what_is_there(connection: &mut SqliteConnection) -> Result<(), Error> {
    connection.execute(sqlx::raw_sql("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE")).await?;
    let mark: i32 = connection.fetch_one("PRAGMA user_version").await?.try_get(0)?;
    let text = format!("PRAGMA user_version = {mark}; COMMIT");
    connection.execute(sqlx::raw_sql(AssertSqlSafe(text))).await.map(drop)
}

pub(super) fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(file).create_if_missing(false)
}

/// SQLite's number for what is wrong, without its details.
fn reason(error: &Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<i32>().ok().map(|code| code & 0xff)
}

/// Says what is to be done about SQLite's reason, where there is one in an error.
pub fn explain(error: anyhow::Error, file: &Path) -> anyhow::Error {
    let code = error.chain().find_map(|error| reason(error.downcast_ref::<Error>()?));
    let file = file.display();
    let advice = match code {
        Some(26) => {
            format!("{file} is not an SQLite database, or damaged; restore it from a backup")
        }
        Some(11) => format!("{file} is damaged; restore it from a backup"),
        Some(8 | 14) => format!(
            "{file} or its folder is read-only; a server writes the file, and its log in files beside it"
        ),
        Some(13) => format!("the disk with {file} is full"),
        Some(10) => format!("the disk with {file} fails"),
        Some(5 | 6) => format!("another program has locked {file}"),
        _ => return error,
    };
    if error.to_string() == advice { error } else { error.context(advice) }
}
