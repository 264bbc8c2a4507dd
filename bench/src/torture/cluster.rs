//! A PostgreSQL cluster of the torture's own, which it stops, kills and starts again.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use super::signals::{self, INTERRUPT, KILL};

/// PostgreSQL starts and stops within this time, also after a crash.
const PATIENCE: Duration = Duration::from_mins(1);

/// A cluster. Dropping it ends its processes and removes its files.
#[derive(Debug)]
pub(super) struct Cluster {
    programs: PathBuf,
    folder: TempDir,
    owner: Option<(u32, u32)>,
    pub(super) port: u16,
    server: Option<Child>,
}

impl Cluster {
    /// Makes a cluster with the settings of a fresh installation, on a free port, and starts it.
    pub(super) async fn start(programs: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("latchkey-torture-").tempdir()?;
        let owner = owner_for(folder.path())?;
        if let Some((user, group)) = owner {
            chown(folder.path(), Some(user), Some(group))?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let programs = programs.to_owned();
        let mut cluster = Self { programs, folder, owner, port, server: None };
        let mut initdb = cluster.program("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"]);
        let made = initdb.args(["--locale=C", "--pgdata=data"]).stdin(Stdio::null()).output()?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        cluster.begin().await?;
        Ok(cluster)
    }

    /// Where one of its databases is.
    pub(super) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes a database.
    pub(super) async fn create(&self, name: &str) -> Result<String> {
        self.sql(&format!("CREATE DATABASE {name}")).await?;
        Ok(self.url(name))
    }

    /// Does something as its superuser.
    pub(super) async fn sql(&self, statement: &str) -> Result<()> {
        Ok(self.connect().await?.batch_execute(statement).await?)
    }

    /// Starts PostgreSQL and waits until it takes connections.
    pub(super) async fn begin(&mut self) -> Result<()> {
        let log = std::fs::File::create(self.folder.path().join("log"))?;
        let mut postgres = self.program("postgres");
        postgres.args(["-D", "data", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        postgres.args(["-c", "unix_socket_directories=", "-c", "max_connections=200"]);
        postgres.args(["-c", "lc_messages=C"]);
        postgres.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.server = Some(postgres.spawn().context("cannot start postgres")?);
        let start = Instant::now();
        while self.connect().await.is_err() {
            let ended = self
                .server
                .as_mut()
                .is_none_or(|server| server.try_wait().is_ok_and(|status| status.is_some()));
            if ended || start.elapsed() > PATIENCE {
                bail!("PostgreSQL did not start; it said:\n{}", self.said());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Kills all of its processes at once.
    pub(super) fn kill(&mut self) -> Result<()> {
        let Some(mut server) = self.server.take() else { return Ok(()) };
        let backends = signals::children(server.id());
        // The first one first, or it would start what was killed again.
        signals::send(server.id(), KILL)?;
        for backend in &backends {
            signals::send(*backend, KILL)?;
        }
        server.wait()?;
        let start = Instant::now();
        while backends.iter().any(|backend| runs(*backend)) {
            ensure!(start.elapsed() < PATIENCE, "PostgreSQL's processes do not end");
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Stops it as an operator does: clients are sent away, everything is written down.
    pub(super) async fn stop(&mut self) -> Result<()> {
        let Some(mut server) = self.server.take() else { return Ok(()) };
        signals::send(server.id(), INTERRUPT)?;
        let start = Instant::now();
        while server.try_wait()?.is_none() {
            if start.elapsed() > PATIENCE {
                self.server = Some(server);
                bail!("PostgreSQL does not stop; it said:\n{}", self.said());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Starts it again as a standby that follows nobody: it is read only until it is promoted.
    pub(super) async fn become_standby(&mut self) -> Result<()> {
        self.stop().await?;
        let signal = self.folder.path().join("data/standby.signal");
        std::fs::write(&signal, "")?;
        if let Some((user, group)) = self.owner {
            chown(&signal, Some(user), Some(group))?;
        }
        self.begin().await
    }

    async fn connect(&self) -> Result<Client> {
        let (client, connection) = tokio_postgres::connect(&self.url("postgres"), NoTls).await?;
        // Ends with the client.
        tokio::spawn(connection);
        Ok(client)
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(self.folder.path()).env("LC_ALL", "C").env_remove("PGOPTIONS");
        // PostgreSQL refuses to run as root.
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Its files go too: nothing need be written down.
        let _ = self.kill();
    }
}

/// A process that has ended but was not waited for runs no more: its parent is gone with it.
fn runs(process_id: u32) -> bool {
    signals::status(process_id, "State:").is_some_and(|state| !state.starts_with('Z'))
}

/// Who the cluster belongs to: the current user, or for root somebody harmless.
fn owner_for(folder: &Path) -> Result<Option<(u32, u32)>> {
    if std::fs::metadata(folder)?.uid() != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").context("cannot read the list of users")?;
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2);
        Some((ids.next()?.parse().ok()?, ids.next()?.parse().ok()?))
    };
    let owner = ids("postgres").or_else(|| ids("nobody"));
    owner.map(Some).context("PostgreSQL does not run as root, and there is no user for it")
}
