//! The program `bench`: `race` looks for a call that is answered after its key was revoked, `ratio` says
//! what a call costs, `import` what a large import does to everybody else, `keys` what a million keys do,
//! `instructions` counts those of one decision, and `torture` does to the program what the world does. All
//! but `instructions` start the real program themselves, on loopback, and end it.

mod admin;
mod http;
mod import;
mod instructions;
mod keys;
mod postgres;
mod race;
mod ratio;
mod say;
mod service;
#[cfg(target_os = "linux")]
mod torture;

use std::process::ExitCode;

use anyhow::bail;
use clap::Parser;

#[derive(Debug, Parser)]
#[command(about = "Proof under load: the race test of revoking, and the price of a call")]
enum Arguments {
    /// Callers hammer a key while it is revoked and re-enabled; no late answer may slip through
    Race(race::Arguments),
    /// The highest rate of an authenticated call, beside that of a hello-world route
    Ratio(ratio::Arguments),
    /// A large import while keys are revoked, and what a page of the result costs
    Import(import::Arguments),
    /// A million keys: memory, start, calls and the list, beside a thousand
    Keys(keys::Arguments),
    /// The instructions of one decision on a call, counted by callgrind
    Instructions(instructions::Arguments),
    /// Kills, full disks, silent peers, strangers: what was promised holds
    #[cfg(target_os = "linux")]
    Torture(torture::Arguments),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse() {
        Arguments::Race(arguments) => race::run(arguments).await,
        Arguments::Ratio(arguments) => ratio::run(arguments).await,
        Arguments::Import(arguments) => import::run(arguments).await,
        Arguments::Keys(arguments) => keys::run(arguments).await,
        Arguments::Instructions(arguments) => instructions::run(arguments).await,
        #[cfg(target_os = "linux")]
        Arguments::Torture(arguments) => torture::run(arguments).await,
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say::failure(&error);
            ExitCode::FAILURE
        }
    }
}

/// Runs `work` until it is done or somebody stops this program; either way its destructors run, so that
/// no process it started is left behind.
async fn interruptible<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<Option<()>>();
    tokio::select! {
        result = work => result,
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
        _ = terminated => bail!("terminated"),
    }
}
