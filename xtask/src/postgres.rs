//! A PostgreSQL cluster of the tests' own: in a temporary folder, on a free port of the loopback
//! interface, gone when the tests are.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::{command, say, tools};

mod pooler;

pub(crate) use pooler::Pooler;

const PREFIX: &str = "latchkey-postgres-";
const PATIENCE: Duration = Duration::from_secs(30);

/// A running cluster; dropping it stops it and removes its files.
pub(crate) struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    owner: Option<(u32, u32)>,
    port: u16,
    server: Option<Child>,
}

impl Cluster {
    /// Makes and starts a cluster.
    pub(crate) fn start(project: &Project) -> Result<Self> {
        let programs = tools::postgres(project)?;
        remove_leftovers(&programs);
        say::step("a PostgreSQL cluster for the tests", "started", || Self::launch(programs))
    }

    /// Where to connect, as a superuser, without a password.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn launch(programs: PathBuf) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        let owner = owner_for(&folder)?;
        if let Some((user, group)) = owner {
            chown(&folder, Some(user), Some(group))?;
        }
        let mut cluster = Self { folder, programs, owner, port: 0, server: None };
        command::run_quietly(
            cluster
                .program("initdb")
                .args(["--username=postgres", "--auth=trust", "--no-sync"])
                .args(["--encoding=UTF8", "--locale=C", "--pgdata=data"]),
            &cluster.folder.join("initdb.log"),
        )?;
        cluster.serve()?;
        Ok(cluster)
    }

    fn serve(&mut self) -> Result<()> {
        let log = self.log();
        let output = fs::File::create(&log)?;
        self.port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut postgres = self.program("postgres");
        postgres.args(["-D", "data", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        // Nothing here outlives the tests: it need not survive a crash, and no socket file is needed.
        for setting in [
            "unix_socket_directories=",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=300",
            "lc_messages=C",
        ] {
            postgres.args(["-c", setting]);
        }
        postgres.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let server = self.server.insert(postgres.spawn().context("cannot start postgres")?);
        let start = Instant::now();
        loop {
            let text = fs::read_to_string(&log).unwrap_or_default();
            if text.contains("database system is ready to accept connections") {
                return Ok(());
            }
            if server.try_wait()?.is_some() || start.elapsed() > PATIENCE {
                bail!("PostgreSQL did not start; it said:\n{text}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn log(&self) -> PathBuf {
        self.folder.join("postgres.log")
    }

    fn program(&self, name: &str) -> Command {
        program(&self.programs, name, &self.folder, self.owner)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Failures here have nobody to go to; the next start removes what was left.
        let _ = stop(&self.programs, &self.folder, self.owner);
        if let Some(server) = &mut self.server {
            let _ = server.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn program(programs: &Path, name: &str, folder: &Path, owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(programs.join(name));
    command.current_dir(folder).env("LC_ALL", "C").env_remove("PGOPTIONS");
    // PostgreSQL refuses to run as root.
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    command
}

fn stop(programs: &Path, folder: &Path, owner: Option<(u32, u32)>) -> Result<()> {
    let mut stop = program(programs, "pg_ctl", folder, owner);
    stop.args(["stop", "--mode=immediate", "--silent", "--pgdata=data"]);
    command::run(stop.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()))
}

/// Who the cluster belongs to: the current user, or for root somebody harmless.
fn owner_for(folder: &Path) -> Result<Option<(u32, u32)>> {
    if fs::metadata(folder)?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("cannot read the list of users")?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| user_in(&users, name))
        .map(Some)
        .context("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`")
}

fn user_in(users: &str, name: &str) -> Option<(u32, u32)> {
    let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut ids = line.split(':').skip(2);
    Some((ids.next()?.parse().ok()?, ids.next()?.parse().ok()?))
}

/// Stops and removes the clusters of test runs that were killed.
fn remove_leftovers(programs: &Path) {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else {
            continue;
        };
        let runs = Path::new("/proc").join(process).exists();
        let Ok(data) = entry.metadata() else { continue };
        if runs || !Path::new("/proc/self").exists() || process.parse::<u32>().is_err() {
            continue;
        }
        let owner = (data.uid() != 0).then(|| (data.uid(), data.gid()));
        let me = fs::metadata("/proc/self").map_or(0, |me| me.uid());
        let _ = stop(programs, &entry.path(), owner.filter(|_| me == 0));
        let _ = fs::remove_dir_all(entry.path());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let users = "root:x:0:0::/root:/bin/sh\npostgres2:x:1:1::/:/\npostgres:x:101:104:a:/b:/c\n";
        assert_eq!(user_in(users, "postgres"), Some((101, 104)));
        assert_eq!(user_in(users, "nobody"), None);
    }
}
