//! The signals that tell the program to stop: caught before anything is promised. The first one ends it in
//! good order, a second one at once. A file that may not grow any more is an error of the write, and ends
//! nothing.

use anyhow::Context as _;
use tokio::sync::watch;

/// Catches SIGTERM, SIGINT (Ctrl+C) and SIGHUP, or what the system has of them; cheap to
/// clone.
#[derive(Debug, Clone)]
pub struct Signals {
    told: watch::Receiver<Option<u8>>,
}

impl Signals {
    /// From now on a signal is waited for, and nothing else happens at the first one.
    pub fn install() -> anyhow::Result<Self> {
        let mut caught = Caught::install().context("signals cannot be caught")?;
        let (sender, told) = watch::channel(None);
        tokio::spawn(async move {
            let number = caught.next().await;
            tracing::info!("told to stop; a second signal ends this at once");
            sender.send_replace(Some(number));
            std::process::exit(exit_code(caught.next().await));
        });
        Ok(Self { told })
    }

    /// Done when the operator, or the system, tells the program to stop. The code by which a command that
    /// was interrupted says so.
    pub async fn told(&self) -> i32 {
        let mut told = self.told.clone();
        match told.wait_for(Option::is_some).await.map(|number| *number) {
            Ok(number) => exit_code(number.unwrap_or_default()),
            // The task above never ends before it has told.
            Err(_) => std::future::pending().await,
        }
    }
}

/// As a shell has it.
fn exit_code(signal: u8) -> i32 {
    128 + i32::from(signal)
}

/// SIGXFSZ, which tokio has no name for; the same number on Linux, macOS and the BSDs.
#[cfg(unix)]
const FILE_LIMIT: i32 = 25;

#[cfg(unix)]
struct Caught(Vec<(u8, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl Caught {
    fn install() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut caught =
            vec![(15, signal(SignalKind::terminate())?), (2, signal(SignalKind::interrupt())?)];
        // `nohup` asks for it to be ignored.
        if !ignores_hangup() {
            caught.push((1, signal(SignalKind::hangup())?));
        }
        // The handler stays when this is dropped.
        drop(signal(SignalKind::from_raw(FILE_LIMIT))?);
        Ok(Self(caught))
    }

    async fn next(&mut self) -> u8 {
        let waiting = self.0.iter_mut().map(|(number, signal)| {
            Box::pin(async {
                signal.recv().await;
                *number
            })
        });
        futures_util::future::select_all(waiting).await.0
    }
}

/// Whether whoever started this had SIGHUP ignored. Where the system does not say, it is not.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|it| it & 1 == 1)
}

#[cfg(not(unix))]
struct Caught;

#[cfg(not(unix))]
impl Caught {
    fn install() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> u8 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => 2,
            Err(_) => std::future::pending().await,
        }
    }
}
