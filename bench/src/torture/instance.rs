//! What outlives a process of the program: a database, its pepper, the log.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use super::World;
use super::client::Client;
use super::report::Report;
use super::signals::{self, TERMINATE};
use crate::service::{self, Service};

/// A program that was told to stop has this long; its own limit for running requests is ten seconds.
pub(super) const STOPPING: Duration = Duration::from_secs(20);
/// A healthy program is ready within this time.
const STARTING: Duration = Duration::from_secs(30);

/// A database and the files beside it; the program is started on it again and again.
#[derive(Debug)]
pub(super) struct Instance {
    bin: PathBuf,
    pub(super) database: String,
    pepper: PathBuf,
    /// What the program logs, of all its processes.
    pub(super) log: PathBuf,
}

impl Instance {
    /// An SQLite database in a folder of its own.
    pub(super) fn sqlite(world: &World, name: &str) -> Result<Self> {
        let folder = world.folder.path().join(name);
        std::fs::create_dir(&folder)?;
        Ok(Self::at(world, &folder, format!("sqlite:{}", folder.join("latchkey.db").display())))
    }

    /// A new database of the PostgreSQL cluster.
    pub(super) async fn postgres(world: &World, name: &str) -> Result<Self> {
        let url = world.cluster.lock().await.create(name).await?;
        Self::on(world, name, url)
    }

    /// A database that is reached by this address.
    pub(super) fn on(world: &World, name: &str, url: String) -> Result<Self> {
        let folder = world.folder.path().join(name);
        std::fs::create_dir(&folder)?;
        Ok(Self::at(world, &folder, url))
    }

    fn at(world: &World, folder: &Path, database: String) -> Self {
        let (pepper, log) = (folder.join("pepper"), folder.join("log"));
        Self { bin: world.bin.clone(), database, pepper, log }
    }

    /// An SQLite database in `folder`; the log stays elsewhere.
    pub(super) fn inside(world: &World, name: &str, folder: &Path) -> Result<Self> {
        let database = format!("sqlite:{}", folder.join("latchkey.db").display());
        Self::on(world, name, database)
    }

    /// Starts the program and waits until it listens.
    pub(super) async fn start(&self) -> Result<Service> {
        self.start_by(&[]).await
    }

    /// Starts the program by these words, such as those of `env`.
    pub(super) async fn start_by(&self, words: &[&str]) -> Result<Service> {
        let mut command = match words {
            [] => service::command(&self.bin),
            [first, rest @ ..] => {
                let mut command = service::command(Path::new(first));
                command.args(rest).arg(&self.bin);
                command
            }
        };
        service::serve(&mut command, &self.database, &self.pepper);
        let log = std::fs::File::options().create(true).append(true).open(&self.log)?;
        command.stderr(log);
        let said = || format!("what it said is the end of its log:\n{}", self.log_tail());
        Service::run(command).await.with_context(said)
    }

    /// Starts the program and says how long it took until `/readyz` said so.
    pub(super) async fn start_ready(&self) -> Result<(Service, Duration)> {
        let start = Instant::now();
        let service = self.start().await?;
        let mut client = Client::new(service.address);
        loop {
            if let Ok(reply) = client.get("/readyz", &[]).await
                && reply.status == 200
            {
                return Ok((service, start.elapsed()));
            }
            ensure!(start.elapsed() < STARTING, "not ready after {} s", STARTING.as_secs());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Proves the change log, and gives the place of the last entry.
    fn verify_log(&self) -> Result<u64> {
        let mut command = service::command(&self.bin);
        command.args(["verify-log", "--database", &self.database, "--pepper-file"]);
        let output = command.arg(&self.pepper).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let number = said.split(':').nth(1).and_then(|rest| rest.split_whitespace().next());
        number.and_then(|number| number.parse().ok()).context("verify-log says no number")
    }

    /// Notes whether the change log is what was written.
    pub(super) fn check_log(&self, report: &mut Report, name: &str) {
        let log = self.verify_log();
        let found = match &log {
            Ok(last) => format!("{last} entries, intact"),
            Err(error) => format!("{error:#}"),
        };
        report.check(format!("{name}: verify-log"), log.is_ok(), found);
    }

    /// Adds an admin who may do everything, on the command line.
    pub(super) fn create_admin(&self, email: &str, password: &str) -> Result<()> {
        use std::io::Write as _;
        use std::process::Stdio;
        let mut command = service::command(&self.bin);
        command.args(["create-admin", "--email", email, "--name", email, "--password-stdin"]);
        command.args(["--database", &self.database, "--pepper-file"]).arg(&self.pepper);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        child.stdin.take().context("no standard input")?.write_all(password.as_bytes())?;
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "create-admin: {}", said.trim());
        Ok(())
    }

    fn log_tail(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }
}

/// Tells the program to stop, and waits until it has: how long it took, and whether it ended well.
pub(super) async fn stop(service: &mut Service) -> Result<(Duration, bool)> {
    let start = Instant::now();
    signals::send(service.process_id(), TERMINATE)?;
    let status = service.ended(STOPPING).await?;
    Ok((start.elapsed(), status.success()))
}
