//! The instructions of one decision on a call: finding the endpoint, reading and hashing the key, finding
//! it, counting the call against the limit and for the usage. Counted by callgrind, so it is the same number
//! in every run, whatever else the machine does.

use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use api::catalogue::Catalogue;
use api::credentials::ApiType;
use axum::http::{HeaderMap, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use server::clock::Clock;
use server::db::Db;
use server::keys::{ApiKey, Decision, Keys, Pepper};
use server::usage::{Outcome, Recorder};

use crate::keys::new_credential;
use crate::say;

/// The project's limit.
const GOAL: u64 = 15_000;

/// What to count.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many keys there are
    #[arg(long, default_value_t = 1000, value_name = "N")]
    keys: usize,
    /// Decide this many calls and count nothing: what callgrind runs
    #[arg(long, hide = true)]
    calls: Option<u64>,
}

/// Counts, or decides the calls that are counted.
pub(crate) async fn run(arguments: Arguments) -> Result<bool> {
    if let Some(calls) = arguments.calls {
        return decide(arguments.keys, calls).await.map(|()| true);
    }
    // The difference of two runs leaves out everything that is not a call.
    let (few, many) = (1_000, 11_000);
    let counted = callgrind(arguments.keys, many)? - callgrind(arguments.keys, few)?;
    let each = counted / (many - few);
    let reached = if each <= GOAL { "reached" } else { "NOT reached" };
    say::line(format!("{each} instructions a call; the goal of {GOAL} is {reached}"));
    Ok(each <= GOAL)
}

/// All instructions of a run that decides so many calls.
fn callgrind(keys: usize, calls: u64) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["instructions", "--keys", &keys.to_string(), "--calls", &calls.to_string()])
        .output()
        .context("valgrind does not start; Debian's package is `valgrind`")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the run under callgrind failed: {said}");
    let counted =
        said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    counted.context("callgrind says no number")
}

async fn decide(keys: usize, calls: u64) -> Result<()> {
    let clock = Clock::fixed(1_769_850_300_250);
    let db = Db::open("sqlite::memory:").await?;
    let pepper = Pepper::new(b"a pepper for counting");
    let catalogue = Catalogue::new();
    let all = catalogue.permissions.iter().map(|permission| permission.bit).collect();
    let mut headers = Vec::with_capacity(keys);
    let mut tx = db.write().await?;
    for _ in 0..keys {
        let key = ApiKey::make(&clock, ApiType::Harvest);
        let new = new_credential(&clock, &pepper, &key, "jobtarget", all);
        server::db::credentials::create(&mut tx, &new).await?;
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:", key.reveal())));
        headers.push(HeaderMap::from_iter([(header::AUTHORIZATION, basic.parse()?)]));
    }
    tx.commit().await?;
    let (keys, usage) = (Keys::open(&db, pepper, Some(50)).await?, Recorder::default());
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    for (call, headers) in (0..calls).zip(headers.iter().cycle()) {
        // A window of the limit for each turn of the keys.
        let now = clock.now() + 10_000 * i64::try_from(call)? / i64::try_from(headers.len())?;
        let path = "/v1/jobs/4001001";
        match keys.authorise(&Method::GET, path, headers, now).await? {
            Decision::Allowed { matched, key, .. } => {
                let outcome = Outcome { permission: Some(matched.bit), denied: false };
                usage.count(&key.secret_id, outcome, address, now);
            }
            other => anyhow::bail!("not allowed: {other:?}"),
        }
    }
    Ok(())
}
