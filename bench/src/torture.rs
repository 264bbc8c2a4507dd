//! The torture: the real program on real databases is killed, starved of disk, cut off from its database,
//! kept waiting by silent peers and flooded by strangers, and must keep what it promised. Linux only: the
//! faults are made with its own means (signals, limits, a small file system, `strace`).

mod change_log;
mod client;
mod cluster;
mod database;
mod disk;
mod fault;
mod instance;
mod kill;
mod order;
mod proxy;
mod replicas;
mod report;
mod signals;
mod silent;
mod stop;
mod strangers;
mod surfaces;
mod worker;

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::ValueEnum as _;
use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::task::LocalSet;

use self::cluster::Cluster;
use self::report::Report;
use crate::{interruptible, race};

/// Nothing takes this long but a program that hangs.
const PATIENCE: Duration = Duration::from_mins(20);

/// What to torture, and how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The program to test
    #[arg(long, value_name = "PATH")]
    bin: PathBuf,
    /// The folder of PostgreSQL's `initdb` and `postgres`: the torture kills a cluster of its own
    #[arg(long, value_name = "FOLDER")]
    postgres_programs: PathBuf,
    /// The program `strace`, which makes system calls fail
    #[arg(long, value_name = "PATH", default_value = "strace")]
    strace: PathBuf,
    /// A few minutes, as the test command has it
    #[arg(long)]
    short: bool,
    /// One scenario, can be repeated; all without
    #[arg(long, value_name = "NAME")]
    only: Vec<Scenario>,
    /// Where to write what was found, as Markdown
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Which random moments are chosen
    #[arg(long, default_value_t = 10, value_name = "N")]
    seed: u64,
}

/// What can be done to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Scenario {
    Kill,
    Disk,
    Database,
    Silent,
    Stop,
    Strangers,
    Replicas,
    Order,
    Race,
}

impl Scenario {
    fn title(self) -> &'static str {
        match self {
            Self::Kill => "killed at any moment, with a journal on the client's side",
            Self::Disk => "disk full, read-only, broken; and well again without a restart",
            Self::Database => "PostgreSQL gone and back, PostgreSQL silent",
            Self::Silent => "silent and slow clients",
            Self::Stop => "SIGTERM under load",
            Self::Strangers => "what strangers can make the program keep",
            Self::Replicas => "two replicas on one PostgreSQL",
            Self::Order => "an answer leaves after its change is on the disk",
            Self::Race => "callers race a revoke",
        }
    }
}

/// What every scenario is given.
struct World {
    bin: PathBuf,
    strace: PathBuf,
    short: bool,
    folder: TempDir,
    cluster: Mutex<Cluster>,
    random: RefCell<fastrand::Rng>,
}

impl World {
    /// How often, in the short and in the long form.
    fn times(&self, short: usize, long: usize) -> usize {
        if self.short { short } else { long }
    }

    /// A random moment up to `most` from now.
    fn moment(&self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.random.borrow_mut().u64(least..most))
    }
}

/// Runs the scenarios and says what came of them; true when nothing failed.
pub(crate) async fn run(arguments: Arguments) -> Result<bool> {
    let all = Box::pin(all(&arguments));
    LocalSet::new().run_until(interruptible(all)).await
}

async fn all(arguments: &Arguments) -> Result<bool> {
    let world = World {
        bin: arguments.bin.canonicalize().context("--bin names no program")?,
        strace: arguments.strace.clone(),
        short: arguments.short,
        folder: tempfile::tempdir()?,
        cluster: Mutex::new(Cluster::start(&arguments.postgres_programs).await?),
        random: RefCell::new(fastrand::Rng::with_seed(arguments.seed)),
    };
    let mut report = Report::default();
    for scenario in Scenario::value_variants() {
        let chosen = arguments.only.is_empty() || arguments.only.contains(scenario);
        if !chosen || (*scenario == Scenario::Race && arguments.short && arguments.only.is_empty())
        {
            continue;
        }
        report.begin(scenario.title());
        let work = tokio::time::timeout(PATIENCE, torture(*scenario, &world, &mut report));
        if let Err(error) = work.await.unwrap_or_else(|_| Err(anyhow::anyhow!("it hangs"))) {
            report.check("the scenario ends", false, format!("{error:#}"));
        }
    }
    let good = report.finish();
    if let Some(file) = &arguments.report {
        std::fs::write(file, report.markdown(arguments.short, arguments.seed))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(good)
}

async fn torture(scenario: Scenario, world: &World, report: &mut Report) -> Result<()> {
    match scenario {
        Scenario::Kill => kill::run(world, report).await,
        Scenario::Disk => disk::run(world, report).await,
        Scenario::Database => database::run(world, report).await,
        Scenario::Silent => silent::run(world, report).await,
        Scenario::Stop => stop::run(world, report).await,
        Scenario::Strangers => strangers::run(world, report).await,
        Scenario::Replicas => replicas::run(world, report).await,
        Scenario::Order => order::run(world, report).await,
        Scenario::Race => {
            let url = world.cluster.lock().await.url("postgres");
            let good = race::run(race::Arguments::new(&world.bin, url, 200)).await?;
            report.check("200 revokes and re-enables on each engine", good, "as printed above");
            Ok(())
        }
    }
}
