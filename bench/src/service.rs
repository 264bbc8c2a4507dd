//! The real program, started for a run and ended with it.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::sync::oneshot;

/// How long the program may take until it listens; it fills the demo meanwhile.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running service with the demo's data and no rate limit. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Service {
    /// Starts `binary` on a free port of the loopback interface and waits until it listens.
    pub(crate) async fn start(binary: &Path, database: &str, pepper_file: &Path) -> Result<Self> {
        let mut command = command(binary);
        serve(&mut command, database, pepper_file);
        command.env("LATCHKEY_LOG", "warn");
        Self::run(command).await
    }

    /// Starts a `command` that [`serve`] was added to, and waits until it listens.
    pub(crate) async fn run(mut command: Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let binary = Path::new(command.get_program()).to_owned();
        let mut child =
            command.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
        let stdout = child.stdout.take().context("no standard output")?;
        // From here on the process is ended whatever happens.
        let mut service = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let (say, heard) = oneshot::channel();
        std::thread::spawn(move || listen_for_address(stdout, say));
        let address = tokio::time::timeout(PATIENCE, heard).await;
        let address = address.context("the service does not begin to listen")?;
        service.address = address
            .context("the service ended before it listened; its reason stands above")?
            .parse()
            .context("the service listens on no address")?;
        Ok(service)
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the program has ended by itself, `patience` at most.
    pub(crate) async fn ended(&mut self, patience: Duration) -> Result<ExitStatus> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if start.elapsed() > patience {
                bail!("the program still runs after {} s", patience.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// What the program holds in memory, where the system tells; else nothing.
    pub(crate) fn memory(&self) -> Memory {
        let status = format!("/proc/{}/status", self.process_id());
        let status = std::fs::read_to_string(status).unwrap_or_default();
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            kilobytes.unwrap_or(0_u64) / 1000
        };
        Memory { now: megabytes("VmRSS:"), peak: megabytes("VmHWM:") }
    }
}

/// In megabytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) now: u64,
    pub(crate) peak: u64,
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody left to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, with none of the settings of another instance on this machine.
pub(crate) fn command(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    let ours = |name: &OsStr| name.to_string_lossy().starts_with("LATCHKEY_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| ours(name)) {
        command.env_remove(name);
    }
    command
}

/// Lets `command` serve the demo on a free port of the loopback interface.
pub(crate) fn serve(command: &mut Command, database: &str, pepper_file: &Path) {
    command.args(["serve", "--demo", "--rate-limit", "0", "--listen", "127.0.0.1:0"]);
    command.args(["--database", database, "--pepper-file"]).arg(pepper_file);
}

/// Passes on the address, and reads the rest so that the service never waits for us.
fn listen_for_address(stdout: ChildStdout, say: oneshot::Sender<String>) {
    let mut say = Some(say);
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        if let Some(address) = line.strip_prefix("listening on http://")
            && let Some(say) = say.take()
        {
            // Nobody waits any more: the run was given up.
            let _ = say.send(address.to_owned());
        }
    }
}
