//! The race test. Callers on keep-alive connections hammer a key while it is revoked and re-enabled: on
//! SQLite in one process, on PostgreSQL with two, where the callers are on the process that does not
//! revoke. A call sent after the revoke's answer arrived must be refused, and the other way round.

mod judge;

use std::cell::Cell;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::task::{JoinSet, LocalSet};

use self::judge::{Call, Outcome, Verdict, judge, only_state};
use crate::admin::{Admin, Change, Issued};
use crate::http::Connection;
use crate::postgres::Database;
use crate::service::Service;
use crate::{interruptible, say};

/// Connections that call all the time.
const CALLERS: usize = 8;
/// How long they go on between two changes.
const PAUSE: Duration = Duration::from_millis(8);
/// Nothing takes this long but a service that hangs.
const PATIENCE: Duration = Duration::from_mins(10);

/// What to race.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The program to test
    #[arg(long, value_name = "PATH")]
    bin: PathBuf,
    /// A PostgreSQL server whose user may create databases; without it only SQLite is tested
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// How often the key is revoked and re-enabled
    #[arg(long, default_value_t = 200, value_name = "N")]
    rounds: usize,
}

#[cfg(target_os = "linux")]
impl Arguments {
    /// Both engines, so many rounds.
    pub(crate) fn new(bin: &Path, postgres: String, rounds: usize) -> Self {
        Self { bin: bin.to_owned(), postgres: Some(postgres), rounds }
    }
}

/// Runs the race on each database and says what came of it; true when nothing failed.
pub(crate) async fn run(arguments: Arguments) -> Result<bool> {
    ensure!(arguments.rounds > 0, "a race takes at least one round");
    let mut checks = Vec::new();
    checks.extend(LocalSet::new().run_until(interruptible(on_sqlite(&arguments))).await?);
    match &arguments.postgres {
        Some(url) => {
            let database = Database::create(url).await?;
            let race = on_postgres(&arguments, &database.url);
            let outcome = LocalSet::new().run_until(interruptible(race)).await;
            database.drop_it().await?;
            checks.extend(outcome?);
        }
        None => say::line("PostgreSQL: not tested, for want of --postgres"),
    }
    let failed = checks.iter().filter(|good| !**good).count();
    say::line(format!("{} passed, {failed} failed", checks.len() - failed));
    Ok(failed == 0)
}

async fn on_sqlite(arguments: &Arguments) -> Result<[bool; 2]> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("race.db");
    let database = format!("sqlite:{}", file.display());
    let pepper = folder.path().join("race.pepper");
    let service = Service::start(&arguments.bin, &database, &pepper).await?;
    race("SQLite", arguments.rounds, service.address, service.address).await
}

async fn on_postgres(arguments: &Arguments, database: &str) -> Result<[bool; 2]> {
    let folder = tempfile::tempdir()?;
    let pepper = folder.path().join("race.pepper");
    // One after the other: the first fills the demo.
    let revoked_on = Service::start(&arguments.bin, database, &pepper).await?;
    let called_on = Service::start(&arguments.bin, database, &pepper).await?;
    let name = "PostgreSQL, two processes";
    race(name, arguments.rounds, revoked_on.address, called_on.address).await
}

/// Two checks: no answer was wrong, and the judge would have noticed one.
async fn race(
    name: &str,
    rounds: usize,
    revoked_on: SocketAddr,
    called_on: SocketAddr,
) -> Result<[bool; 2]> {
    let (calls, changes) = tokio::time::timeout(PATIENCE, hammer(rounds, revoked_on, called_on))
        .await
        .context("the service hangs")?
        .with_context(|| format!("the race on {name}"))?;
    let verdict = judge(&calls, &changes);
    report(name, rounds, &calls, &changes, &verdict);
    let notices = notices_a_late_answer(calls, &changes, &verdict);
    let answer = if notices { "yes" } else { "NO" };
    say::line(format!("  a late 2xx planted into this very history is noticed: {answer}"));
    Ok([verdict.is_good(), notices])
}

/// All calls and all changes of a race.
async fn hammer(
    rounds: usize,
    revoked_on: SocketAddr,
    called_on: SocketAddr,
) -> Result<(Vec<Call>, Vec<Change>)> {
    let mut admin = Admin::sign_in(revoked_on).await?;
    let issued = admin.issue().await?;
    let stop = Rc::new(Cell::new(false));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let mut caller = Caller::open(&issued, called_on).await?;
        let stop = stop.clone();
        callers.spawn_local(async move {
            while !stop.get() {
                caller.call().await?;
            }
            anyhow::Ok(caller.calls)
        });
    }
    // Calls at once after each change, however busy the others are.
    let mut first = Caller::open(&issued, called_on).await?;
    first.call().await?;
    let mut changes = Vec::with_capacity(2 * rounds);
    for _ in 0..rounds {
        changes.push(admin.revoke(&issued).await?);
        first.call().await?;
        tokio::time::sleep(PAUSE).await;
        changes.push(admin.re_enable(&issued).await?);
        first.call().await?;
        tokio::time::sleep(PAUSE).await;
    }
    stop.set(true);
    let mut calls = first.calls;
    while let Some(caller) = callers.join_next().await {
        calls.extend(caller??);
    }
    Ok((calls, changes))
}

/// One keep-alive connection that makes the same call again and again.
struct Caller {
    connection: Connection,
    request: Vec<u8>,
    accepted: Vec<u8>,
    refused: Vec<u8>,
    calls: Vec<Call>,
}

impl Caller {
    /// Connects, and learns both right answers.
    async fn open(issued: &Issued, address: SocketAddr) -> Result<Self> {
        let mut connection = Connection::open(address).await?;
        let request = issued.call(address);
        let refused = connection.exchange(&issued.call_without_key(address)).await?;
        ensure!(refused.status == 401, "a call without a key answered {}", refused.status);
        let refused = refused.body.to_vec();
        let accepted = connection.exchange(&request).await?;
        ensure!(accepted.status == 200, "a call with the key answered {}", accepted.status);
        let accepted = accepted.body.to_vec();
        Ok(Self { connection, request, accepted, refused, calls: Vec::new() })
    }

    async fn call(&mut self) -> Result<()> {
        let sent = Instant::now();
        let answer = self.connection.exchange(&self.request).await?;
        let answered = Instant::now();
        let outcome = match answer.status {
            200 if answer.body == self.accepted => Outcome::Accepted,
            401 if answer.body == self.refused => Outcome::Refused,
            status => Outcome::Other(status),
        };
        self.calls.push(Call { sent, answered, outcome });
        Ok(())
    }
}

/// Whether one call that was rightly refused, had it been accepted, would be one violation more.
fn notices_a_late_answer(mut calls: Vec<Call>, changes: &[Change], verdict: &Verdict) -> bool {
    let late = calls.iter_mut().find(|call| {
        let revoked = only_state(call, changes).is_some_and(|state| state % 2 == 1);
        revoked && call.outcome == Outcome::Refused
    });
    let Some(late) = late else { return false };
    late.outcome = Outcome::Accepted;
    let planted = judge(&calls, changes).violations.len();
    planted == verdict.violations.len() + 1
}

fn report(name: &str, rounds: usize, calls: &[Call], changes: &[Change], verdict: &Verdict) {
    let Verdict { calls: made, accepted, refused, decided, violations, unproven } = verdict;
    let count = violations.len();
    let wrong = |outcome: Outcome| {
        violations.iter().filter(|place| calls[**place].outcome == outcome).count()
    };
    let (late, early) = (wrong(Outcome::Accepted), wrong(Outcome::Refused));
    say::line(format!(
        "{name}: {rounds} rounds, {made} calls, {accepted} accepted, {refused} refused, \
         {count} violations"
    ));
    if count > 0 {
        let other = count - late - early;
        say::line(format!(
            "  {late} accepted with a revoked key, {early} refused with an active one, \
             {other} answered neither way"
        ));
    }
    say::line(format!("  {decided} calls fell between two changes, so that one answer was right"));
    if let Some(soonest) = soonest_after_a_revoke(calls, changes) {
        let soonest = soonest.as_micros();
        say::line(format!(
            "  soonest call after a revoke's answer: {soonest} µs (median of rounds)"
        ));
    }
    if *unproven > 0 {
        say::line(format!("  FAILED: no such call in {unproven} of {} states", changes.len() + 1));
    }
    for call in violations.iter().take(5).map(|place| &calls[*place]) {
        let before = changes.iter().rev().find(|change| change.answered <= call.sent);
        let since = before.map_or(0, |change| (call.sent - change.answered).as_micros());
        let outcome = call.outcome;
        say::line(format!("  VIOLATION: {outcome:?}, sent {since} µs after a change's answer"));
    }
}

/// From the revoke's answer to the first byte of the next call.
fn soonest_after_a_revoke(calls: &[Call], changes: &[Change]) -> Option<Duration> {
    let mut sent: Vec<Instant> = calls.iter().map(|call| call.sent).collect();
    sent.sort_unstable();
    let mut gaps: Vec<Duration> = changes
        .iter()
        .step_by(2)
        .filter_map(|revoke| {
            let next = sent.partition_point(|sent| *sent < revoke.answered);
            Some(*sent.get(next)? - revoke.answered)
        })
        .collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).copied()
}
