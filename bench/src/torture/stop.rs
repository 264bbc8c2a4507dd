//! SIGTERM while many call: whatever was accepted is answered, the program ends well, and it has counted
//! exactly the calls it answered.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use api::paths;
use api::usage::Usage;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::World;
use super::client::Person;
use super::instance::{Instance, stop};
use super::report::{Report, median};
use super::surfaces::Key;
use crate::http::request;

/// Clients that call without a pause.
const CALLERS: usize = 8;
/// Nothing takes this long but a program that hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// How the calls went.
#[derive(Debug, Clone, Copy, Default)]
struct Calls {
    answered: u64,
    /// The answer began and did not end.
    torn: u64,
    /// Answered by an error.
    wrong: u64,
    /// The connection was closed before an answer began. If the program has counted the call, it was
    /// accepted, and the counts differ.
    unanswered: u64,
}

/// What became of one call.
enum Came {
    Answered(u16),
    Torn,
    Unanswered,
}

pub(super) async fn run(world: &World, report: &mut Report) -> Result<()> {
    let rounds = world.times(8, 50);
    let instance = Instance::sqlite(world, "stop")?;
    let mut service = instance.start().await?;
    let mut person = Person::ada(service.address).await?;
    let key = Key::issue(&mut person, "stop").await?;
    let mut all = Calls::default();
    let (mut times, mut ended_badly) = (Vec::new(), 0);
    for round in 0..rounds {
        // Some are told to stop at the very moment they begin to listen.
        let pause = if round % 5 == 4 { Duration::ZERO } else { world.moment(10, 600) };
        let over = Rc::new(Cell::new(false));
        let calls = call(service.address, &key, &over);
        let stopping = async {
            tokio::time::sleep(pause).await;
            let stopped = stop(&mut service).await;
            over.set(true);
            stopped
        };
        let (calls, stopped) = tokio::join!(calls, stopping);
        let (time, well) = stopped?;
        times.push(time);
        ended_badly += usize::from(!well);
        all.add(calls?);
        service = instance.start().await?;
    }
    let mut person = person.at(service.address);
    let path = paths::with_id(paths::CREDENTIAL_USAGE, &key.id);
    let usage: Usage = person.get(&path).await?.expect(200)?.json()?;
    let counted: u64 = usage.days.iter().map(|day| day.calls).sum();
    say(report, rounds, &all, counted);
    let time = median(&mut times).context("no stops")?;
    let slowest = times.last().copied().unwrap_or_default();
    report.check(
        format!("{rounds} stops end the program, with status 0"),
        ended_badly == 0,
        format!(
            "{ended_badly} ended badly; {} ms (median), {} ms (slowest)",
            time.as_millis(),
            slowest.as_millis()
        ),
    );
    Ok(())
}

fn say(report: &mut Report, rounds: usize, all: &Calls, counted: u64) {
    let Calls { answered, torn, wrong, unanswered } = *all;
    report.check(
        format!("calls around {rounds} SIGTERMs: answers that began and did not end, or were errors"),
        torn + wrong == 0 && answered > 0,
        format!("{torn} torn, {wrong} wrong, of {answered} answered ({unanswered} met a closed connection)"),
    );
    report.check(
        "the program has counted exactly the calls it answered",
        counted == answered,
        format!("{counted} counted, {answered} answered"),
    );
}

impl Calls {
    fn add(&mut self, other: Self) {
        self.answered += other.answered;
        self.torn += other.torn;
        self.wrong += other.wrong;
        self.unanswered += other.unanswered;
    }
}

/// Calls until nobody listens any more and it is `over`.
async fn call(address: SocketAddr, key: &Key, over: &Rc<Cell<bool>>) -> Result<Calls> {
    let headers = [("Authorization", key.authorization.as_str())];
    let bytes = Rc::new(request(address, "GET", "/v1/jobs?per_page=20", &headers, None));
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let (bytes, over) = (bytes.clone(), over.clone());
        // Half of them take a new connection for every call.
        let keeps = number % 2 == 0;
        callers.spawn_local(async move {
            let mut calls = Calls::default();
            let mut kept = None;
            while !over.get() {
                let stream = match kept.take() {
                    Some(stream) => Ok(stream),
                    None => TcpStream::connect(address).await,
                };
                let Ok(stream) = stream else {
                    // Refused: nobody listens.
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    continue;
                };
                let (came, stream) = tokio::time::timeout(PATIENCE, one(stream, &bytes))
                    .await
                    .context("a call is not answered")?;
                match came {
                    Came::Answered(200) => calls.answered += 1,
                    Came::Answered(_) => calls.wrong += 1,
                    Came::Torn => calls.torn += 1,
                    Came::Unanswered => calls.unanswered += 1,
                }
                kept = stream.filter(|_| keeps);
            }
            anyhow::Ok(calls)
        });
    }
    let mut all = Calls::default();
    while let Some(calls) = callers.join_next().await {
        all.add(calls??);
    }
    Ok(all)
}

/// One call; gives the connection back when it can be used again.
async fn one(mut stream: TcpStream, bytes: &[u8]) -> (Came, Option<TcpStream>) {
    if stream.write_all(bytes).await.is_err() {
        return (Came::Unanswered, None);
    }
    let mut answer = Vec::with_capacity(16 * 1024);
    let (mut length, mut closes) = (None, false);
    while length.is_none_or(|length| answer.len() < length) {
        match stream.read_buf(&mut answer).await {
            Ok(read) if read > 0 => {}
            _ if answer.is_empty() => return (Came::Unanswered, None),
            _ => return (Came::Torn, None),
        }
        if length.is_none()
            && let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")
        {
            let head = String::from_utf8_lossy(&answer[..end + 4]).into_owned();
            let body = crate::http::header(&head, "content-length");
            length = Some(end + 4 + body.and_then(|body| body.parse().ok()).unwrap_or(0));
            closes = crate::http::header(&head, "connection") == Some("close");
        }
    }
    let status =
        answer.get(9..12).and_then(|status| std::str::from_utf8(status).ok()?.parse().ok());
    (Came::Answered(status.unwrap_or(0)), Some(stream).filter(|_| !closes))
}
