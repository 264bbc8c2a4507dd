//! What somebody without a key or a password can make the program keep: its memory and its log grow within
//! bounds, whatever is sent and however often.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use api::paths;
use base64::Engine as _;
use serde_json::json;
use tokio::task::JoinSet;

use super::World;
use super::client::Client;
use super::instance::Instance;
use super::report::Report;
use super::signals;
use crate::http::request;

/// The memory of the program grows by this at most, in kilobytes.
const GROWTH: u64 = 64 * 1024;
/// After sign-ins at the same time it holds this at most, in kilobytes.
const AFTER_SIGN_INS: u64 = 100 * 1024;
const SIGN_INS: usize = 64;
/// The log grows by this at most, in bytes; one line of it is at most so long.
const LOG: u64 = 4 * 1024 * 1024;
const LINE: usize = 4096;
/// Strangers that send at the same time.
const STRANGERS: usize = 8;
/// A header or a path of a stranger's, at its longest.
const LONG: usize = 6000;

pub(super) async fn run(world: &World, report: &mut Report) -> Result<()> {
    let count = world.times(20_000, 400_000);
    let instance = Instance::sqlite(world, "strangers")?;
    let service = instance.start().await?;
    let process = service.process_id();
    sign_ins(service.address).await?;
    let after = resident(process)?;
    report.check(
        format!("{SIGN_INS} sign-ins at the same time leave at most {} MiB", AFTER_SIGN_INS / 1024),
        after <= AFTER_SIGN_INS,
        format!("{} MiB", after / 1024),
    );
    // What an ordinary day takes is there before strangers come.
    flood(service.address, 2000, 1).await?;
    let (memory, log) = (resident(process)?, std::fs::metadata(&instance.log)?.len());
    let start = Instant::now();
    let seed = world.random.borrow_mut().u64(..);
    flood(service.address, count, seed).await?;
    let time = start.elapsed();
    let grown = resident(process)?.saturating_sub(memory);
    report.check(
        format!("{count} strangers' requests: memory grows by at most {} MiB", GROWTH / 1024),
        grown <= GROWTH,
        format!("{} MiB, in {} s", grown / 1024, time.as_secs()),
    );
    let written = std::fs::metadata(&instance.log)?.len() - log;
    report.check(
        format!("{count} strangers' requests: the log grows by at most {} MiB", LOG / 1024 / 1024),
        written <= LOG,
        format!("{} KiB", written / 1024),
    );
    let text = std::fs::read(&instance.log)?;
    let longest = text.split(|byte| *byte == b'\n').map(<[u8]>::len).max().unwrap_or(0);
    report.check(
        format!("no line of the log is longer than {LINE} bytes"),
        longest <= LINE,
        format!("{longest} bytes"),
    );
    let mut client = Client::new(service.address);
    let status = client.get("/readyz", &[]).await?.status;
    report.check("the program is ready afterwards", status == 200, status.to_string());
    Ok(())
}

/// What a process holds in memory, in kilobytes.
fn resident(process_id: u32) -> Result<u64> {
    let value = signals::status(process_id, "VmRSS:").context("the program ended")?;
    value.trim_end_matches("kB").trim().parse().context("no number of kilobytes")
}

/// Many guesses at once, each from another address.
async fn sign_ins(address: SocketAddr) -> Result<()> {
    let mut guesses = JoinSet::new();
    for number in 0..SIGN_INS {
        guesses.spawn_local(async move {
            let from = format!("198.51.100.{number}");
            let typed = json!({ "email": format!("{number}@example.com"), "password": "wrong" });
            let origin = format!("http://{address}");
            let headers = [("Origin", origin.as_str()), ("X-Forwarded-For", from.as_str())];
            let body = typed.to_string();
            let guess = request(address, "POST", paths::SESSION, &headers, Some(&body));
            Client::new(address).send(&guess).await.map(|reply| reply.status)
        });
    }
    while let Some(status) = guesses.join_next().await {
        let status = status??;
        ensure!(matches!(status, 401 | 429 | 503), "a guess was answered {status}");
    }
    Ok(())
}

async fn flood(address: SocketAddr, count: usize, seed: u64) -> Result<()> {
    let mut strangers = JoinSet::new();
    for number in 0..STRANGERS {
        let mut random = fastrand::Rng::with_seed(seed.wrapping_add(number as u64));
        strangers.spawn_local(async move {
            let mut client = Client::new(address);
            for _ in 0..count / STRANGERS {
                let request = strange(address, &mut random);
                let reply = client.send(&request).await?;
                ensure!(reply.status < 500 || reply.status == 503, "answered {}", reply.status);
            }
            anyhow::Ok(())
        });
    }
    while let Some(stranger) = strangers.join_next().await {
        stranger??;
    }
    Ok(())
}

/// A request as nobody has sent it before.
fn strange(address: SocketAddr, random: &mut fastrand::Rng) -> Vec<u8> {
    let word = word(random, 24);
    let from = format!("2001:db8:{:x}::{:x}", random.u16(..), random.u16(..));
    let from = ("X-Forwarded-For", from.as_str());
    let get = |path: &str, headers: &[(&str, &str)]| {
        request(address, "GET", path, &[&[from], headers].concat(), None)
    };
    match random.u8(..10) {
        0 | 1 => {
            let basic = base64::engine::general_purpose::STANDARD.encode(format!("{word}:"));
            get("/v1/jobs", &[("Authorization", &format!("Basic {basic}"))])
        }
        2 => get(&format!("/v1/boards/{word}/jobs?x={word}"), &[]),
        3 => get(&format!("/{word}/{word}"), &[]),
        4 => get("/v1/boards/acme/jobs", &[("X-Forwarded-Host", &format!("{word}.example.com"))]),
        5 => get(paths::SESSION, &[("Cookie", &format!("latchkey_session={word}; a={word}"))]),
        6 => {
            let uri = format!("/v1/{word}");
            get("/verify", &[("X-Original-URI", &uri), ("X-Original-Method", "GET")])
        }
        7 => {
            let headers =
                [from, ("Origin", "http://elsewhere.example"), ("Idempotency-Key", &word)];
            request(address, "POST", paths::CREDENTIALS, &headers, Some("{}"))
        }
        8 => sign_in(address, from, &word, random),
        _ => get(&format!("/v1/jobs/{}", self::word(random, LONG)), &[]),
    }
}

/// Now and then a guess that costs a password hash; mostly one that is refused before.
fn sign_in(
    address: SocketAddr,
    from: (&str, &str),
    word: &str,
    random: &mut fastrand::Rng,
) -> Vec<u8> {
    let origin = format!("http://{address}");
    let password = if random.u8(..50) == 0 { "guess".to_owned() } else { "x".repeat(200) };
    let typed = json!({ "email": format!("{word}@example.com"), "password": password });
    let headers = [("Origin", origin.as_str()), from];
    request(address, "POST", paths::SESSION, &headers, Some(&typed.to_string()))
}

/// Letters and digits, up to so many.
fn word(random: &mut fastrand::Rng, most: usize) -> String {
    let length = random.usize(most / 2..most);
    std::iter::repeat_with(|| random.alphanumeric()).take(length).collect()
}
