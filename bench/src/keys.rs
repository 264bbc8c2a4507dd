//! A million keys beside a thousand: what they take in memory, how long the start takes, what a call costs
//! while the usage of ten thousand of them is written down, and how long the list of credentials takes.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use api::catalogue::Catalogue;
use api::credentials::ApiType;
use api::permissions::{PermissionId, PermissionSet};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use server::clock::Clock;
use server::db::Db;
use server::db::credentials::{self, NewCredentialRow};
use server::keys::{ApiKey, Pepper};

use crate::admin::Admin;
use crate::http::{Connection, request};
use crate::ratio::load::{Target, Trial};
use crate::ratio::machine;
use crate::service::Service;
use crate::{interruptible, say};

/// So many different keys call in turns.
const CALLERS: usize = 10_000;
/// How often each list is read.
const LISTS: usize = 300;
/// Goals: memory in MB, the start, and a page of the list.
const MEMORY: u64 = 400;
const START: Duration = Duration::from_secs(5);
const LIST: Duration = Duration::from_millis(20);

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The program to measure
    #[arg(long, value_name = "PATH")]
    bin: PathBuf,
    /// How many keys there are
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    keys: usize,
    /// Calls per second
    #[arg(long, default_value_t = 2000.0, value_name = "N")]
    rate: f64,
    /// How long the rate is held: several times the ten seconds between two batches of usage
    #[arg(long, default_value_t = 32, value_name = "N")]
    seconds: u64,
}

/// Measures and prints. A goal that is missed is not a failure: it depends on the machine.
pub(crate) async fn run(arguments: Arguments) -> Result<bool> {
    interruptible(measure(&arguments)).await?;
    Ok(true)
}

async fn measure(arguments: &Arguments) -> Result<()> {
    say::line(machine::describe());
    let few = with_keys(arguments, 1_000).await?;
    let many = with_keys(arguments, arguments.keys).await?;
    let ratio = many.as_secs_f64() / few.as_secs_f64();
    say::line(format!(
        "p99 of a call with {} keys is {ratio:.2} of that with 1000",
        arguments.keys
    ));
    Ok(())
}

/// Everything about one number of keys; gives the p99 of a call.
async fn with_keys(arguments: &Arguments, count: usize) -> Result<Duration> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("keys.db");
    let database = format!("sqlite:{}", file.display());
    let pepper = folder.path().join("keys.pepper");
    // The first start makes the database; what it takes without keys is what the rest is compared with.
    let service = Service::start(&arguments.bin, &database, &pepper).await?;
    let without = service.memory().now;
    drop(service);
    let callers = fill(&database, &pepper, count).await?;

    let start = Instant::now();
    let service = Service::start(&arguments.bin, &database, &pepper).await?;
    let start = start.elapsed();
    let memory = service.memory();
    let taken = memory.now.saturating_sub(without);
    say::line(format!(
        "{count} keys: {taken} MB more than none (goal {MEMORY}), {} MB at most; started in {:.2} s \
         (goal {})",
        memory.peak,
        start.as_secs_f64(),
        START.as_secs(),
    ));
    let p99 = calls(arguments, &service, callers).await?;
    lists(&service).await?;
    Ok(p99)
}

/// Adds so many credentials, and gives the headers of some of their keys.
async fn fill(database: &str, pepper: &Path, count: usize) -> Result<Vec<String>> {
    let clock = Clock::system();
    let db = Db::open(database).await?;
    let pepper = Pepper::new(&std::fs::read(pepper)?);
    let id = PermissionId("jobs:read".to_owned());
    let permissions = Catalogue::new().set_of(&[id]).ok().context("no such permission")?;
    let every = (count / CALLERS).max(1);
    let mut callers = Vec::with_capacity(CALLERS);
    let mut number = 0;
    while number < count {
        let mut tx = db.write().await?;
        for _ in 0..10_000.min(count - number) {
            let key = ApiKey::make(&clock, ApiType::Harvest);
            // One in a thousand is of a rare partner.
            let partner = if number % 1000 == 2 { "unlisted_vendor" } else { "jobtarget" };
            let mut new = new_credential(&clock, &pepper, &key, partner, permissions);
            new.description = format!("Key number {number}");
            credentials::create(&mut tx, &new).await?;
            if number % 1000 == 1 {
                let row = credentials::read(&mut *tx, &new.id).await?.context("just made")?;
                let row = credentials::CredentialRow { revoked_at: Some(clock.now()), ..row };
                credentials::update(&mut tx, &row).await?;
            } else if number % every == 0 {
                callers.push(format!("Basic {}", STANDARD.encode(format!("{}:", key.reveal()))));
            }
            number += 1;
        }
        tx.commit().await?;
    }
    db.close().await;
    Ok(callers)
}

/// A credential with this key.
pub(crate) fn new_credential(
    clock: &Clock,
    pepper: &Pepper,
    key: &ApiKey,
    partner: &str,
    permissions: PermissionSet,
) -> NewCredentialRow {
    NewCredentialRow {
        id: clock.new_id("cred"),
        api_type: ApiType::Harvest,
        partner: partner.to_owned(),
        description: "Bench".to_owned(),
        permissions,
        created_at: clock.now(),
        created_by: None,
        secret_id: clock.new_id("secret"),
        hash: pepper.hash(key),
        key_hint: key.hint().to_owned(),
    }
}

/// Calls at a fixed rate: of one key, whose usage is a row a batch, and of many, whose usage is a row each.
async fn calls(arguments: &Arguments, service: &Service, callers: Vec<String>) -> Result<Duration> {
    let mut admin = Admin::sign_in(service.address).await?;
    let path = admin.issue().await?.path;
    let call = |authorization: &String| {
        let headers = [("Authorization", authorization.as_str())];
        request(service.address, "GET", &path, &headers, None)
    };
    let calls: Vec<Vec<u8>> = callers.iter().map(call).collect();
    let one = vec![calls.first().context("no callers")?.clone()];
    let hold = Duration::from_secs(arguments.seconds);
    let mut all = None;
    for (what, calls) in [("one key", one), ("many keys", calls)] {
        let different = calls.len();
        let target = Target::new(what, service, (calls, 200)).await?;
        let trial: Trial = target.trial(arguments.rate, hold).await?;
        say::line(format!("  {different:>5} of them call: {trial}"));
        all = Some(trial.p99);
    }
    all.context("nothing was measured")
}

/// A page of the list, narrowed in every way there is.
async fn lists(service: &Service) -> Result<()> {
    let admin = Admin::sign_in(service.address).await?;
    let mut connection = Connection::open(service.address).await?;
    for query in [
        "",
        "?status=active",
        "?status=revoked",
        "?partner=unlisted_vendor",
        "?partner=unlisted_vendor&status=revoked",
        "?api_type=harvest&limit=200",
        "?q=number",
        "?q=number+1",
        "?q=number&status=revoked&partner=unlisted_vendor",
        "?q=no+such+key",
    ] {
        let path = format!("/api/credentials{query}");
        let page = admin.read_request(&path);
        let mut taken = Vec::with_capacity(LISTS);
        for _ in 0..LISTS {
            let start = Instant::now();
            let status = connection.exchange(&page).await?.status;
            taken.push(start.elapsed());
            ensure!(status == 200, "{path} answered {status}");
        }
        taken.sort_unstable();
        let at = |percent: usize| taken[(LISTS - 1) * percent / 100].as_secs_f64() * 1e3;
        say::line(format!(
            "  GET {path}: p50 {:.1} ms, p99 {:.1} ms (goal {})",
            at(50),
            at(99),
            LIST.as_millis()
        ));
    }
    Ok(())
}
