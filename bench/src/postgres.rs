//! A database of its own on a PostgreSQL server, made for a run and dropped after it.

use anyhow::{Context as _, Result};
use tokio_postgres::{Client, NoTls};

/// A fresh database. [`Database::drop_it`] removes it.
#[derive(Debug)]
pub(crate) struct Database {
    client: Client,
    name: String,
    /// Where the service finds it.
    pub(crate) url: String,
}

impl Database {
    /// Makes a database on the server of `server_url`, with the same user.
    pub(crate) async fn create(server_url: &str) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(server_url, NoTls)
            .await
            .context("the PostgreSQL server does not answer")?;
        // Ends with the client.
        tokio::spawn(connection);
        let name = format!("latchkey_race_{}", std::process::id());
        client.batch_execute(&format!("CREATE DATABASE {name}")).await?;
        let url = with_database(server_url, &name);
        Ok(Self { client, name, url })
    }

    /// Removes the database, also under processes that are still connected to it.
    pub(crate) async fn drop_it(self) -> Result<()> {
        let name = &self.name;
        let statement = format!("DROP DATABASE {name} WITH (FORCE)");
        self.client.batch_execute(&statement).await.with_context(|| format!("{name} is left over"))
    }
}

/// The same server, user and options, another database.
fn with_database(url: &str, name: &str) -> String {
    let (base, options) = url.split_once('?').unwrap_or((url, ""));
    let host = base.find("://").map_or(0, |scheme| scheme + 3);
    let end = base[host..].find('/').map_or(base.len(), |slash| host + slash);
    let question = if options.is_empty() { "" } else { "?" };
    format!("{}/{name}{question}{options}", &base[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_is_another() {
        for (server, url) in [
            ("postgres://a:b@h:5432/postgres", "postgres://a:b@h:5432/new"),
            ("postgres://h", "postgres://h/new"),
            ("postgres://u@/x?host=/tmp/a", "postgres://u@/new?host=/tmp/a"),
        ] {
            assert_eq!(with_database(server, "new"), url);
        }
    }
}
