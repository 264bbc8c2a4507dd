//! Thousands of clients that send nothing, or begin something and never go on, or never read what they
//! asked for: honest clients hardly notice, all of the others are sent away, and the program can be stopped.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use super::World;
use super::client::{Client, Person};
use super::instance::{Instance, stop};
use super::report::Report;
use super::surfaces::Key;

/// All silent clients are sent away within this time.
const SENT_AWAY: Duration = Duration::from_mins(1);
/// What is still open after so long is open for ever.
const HOPELESS: Duration = Duration::from_secs(100);
/// The slowest of a hundred honest answers may take so many times what it takes without silent clients.
const SLOWER: f64 = 3.0;
/// Honest clients, and how many calls each makes for one measurement.
const HONEST: usize = 4;
const CALLS: usize = 250;
/// A measurement may be spoilt by other work on the machine, never made good by it.
const TRIES: usize = 3;
/// Those that trickle send a byte so often.
const TRICKLE: Duration = Duration::from_secs(2);

/// How a client falls silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Nothing,
    OneByte,
    Http2Preface,
    Http2Settings,
    UnfinishedHeaders,
    TricklingHeaders,
    NoBody,
    TricklingBody,
    NeverReads,
    Idle,
}

const WAYS: [Way; 10] = [
    Way::Nothing,
    Way::OneByte,
    Way::Http2Preface,
    Way::Http2Settings,
    Way::UnfinishedHeaders,
    Way::TricklingHeaders,
    Way::NoBody,
    Way::TricklingBody,
    Way::NeverReads,
    Way::Idle,
];

pub(super) async fn run(world: &World, report: &mut Report) -> Result<()> {
    let room = raise_file_limit()?;
    let count = world.times(1500, 4000).min(room / 2);
    let instance = Instance::sqlite(world, "silent")?;
    let mut service = instance.start().await?;
    let mut person = Person::ada(service.address).await?;
    let key = Key::issue(&mut person, "honest").await?;
    let process = service.process_id();
    let before = sockets(process)?;
    let alone = p99(service.address, &key).await?;
    let opened = Instant::now();
    let silent = open(service.address, count, &key).await?;
    let held = accepted(process, before + count).await?;
    report.check(
        format!("{count} clients connect, and are silent in {} ways", WAYS.len()),
        true,
        format!("the program has {} connections at once", held.saturating_sub(before)),
    );
    let (mut beside, mut usual) = (Duration::MAX, alone);
    let mut failed = None;
    for _ in 0..TRIES {
        match p99(service.address, &key).await {
            Ok(time) => beside = beside.min(time),
            Err(error) => failed = Some(error),
        }
    }
    let closed = loop {
        if sockets(process)? <= before + HONEST {
            break Some(opened.elapsed());
        }
        if opened.elapsed() > HOPELESS {
            break None;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    usual = usual.max(p99(service.address, &key).await?);
    let ratio = beside.as_secs_f64() / usual.as_secs_f64();
    report.check(
        format!("honest clients: p99 at most {SLOWER} × that without silent ones"),
        ratio <= SLOWER && failed.is_none(),
        match failed {
            Some(error) => format!("an honest client was not answered: {error:#}"),
            None => format!(
                "{ratio:.2} × ({:.1} ms beside {:.1} ms)",
                beside.as_secs_f64() * 1e3,
                usual.as_secs_f64() * 1e3
            ),
        },
    );
    let left = sockets(process)?.saturating_sub(before);
    report.check(
        format!("all silent clients are sent away within {} s", SENT_AWAY.as_secs()),
        closed.is_some_and(|time| time <= SENT_AWAY),
        match closed {
            Some(time) => format!("after {:.0} s", time.as_secs_f64()),
            None => format!("{left} are still there after {} s", HOPELESS.as_secs()),
        },
    );
    drop(silent);
    let again = open(service.address, count, &key).await?;
    accepted(process, before + count).await?;
    let stopped = stop(&mut service).await;
    let found = match &stopped {
        Ok((time, _)) => format!("after {:.1} s", time.as_secs_f64()),
        Err(error) => format!("{error:#}"),
    };
    report.check(format!("SIGTERM beside {count} silent clients"), stopped.is_ok(), found);
    drop(again);
    Ok(())
}

/// Raises this process's limit of open files, and with it that of the programs it starts.
fn raise_file_limit() -> Result<usize> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    Ok(limit.maximum.and_then(|most| usize::try_from(most).ok()).unwrap_or(20_000))
}

/// So many silent clients, from many addresses. They go on being silent until this is dropped.
async fn open(address: SocketAddr, count: usize, key: &Key) -> Result<JoinSet<Result<()>>> {
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let way = WAYS[number % WAYS.len()];
        let key = key.clone();
        let host = u8::try_from(2 + number / WAYS.len() % 100)?;
        tasks.spawn_local(async move {
            let socket = TcpSocket::new_v4()?;
            socket.bind(SocketAddr::from(([127, 0, 1, host], 0)))?;
            if way == Way::NeverReads {
                socket.set_recv_buffer_size(4096)?;
            }
            let stream = socket.connect(address).await?;
            be_silent(stream, way, &key).await
        });
        // The system queues so many connections only.
        if number % 100 == 99 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(tasks)
}

async fn be_silent(mut stream: TcpStream, way: Way, key: &Key) -> Result<()> {
    let authorization = format!("Host: x\r\nAuthorization: {}\r\n", key.authorization);
    let post = "POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 500\r\n\r\n";
    let begin = match way {
        Way::Nothing => String::new(),
        Way::OneByte => "G".to_owned(),
        Way::Http2Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        Way::Http2Settings => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0".to_owned(),
        Way::UnfinishedHeaders | Way::TricklingHeaders => {
            "GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: a".to_owned()
        }
        Way::NoBody | Way::TricklingBody => post.to_owned(),
        Way::NeverReads => {
            format!("GET /v1/jobs?per_page=500 HTTP/1.1\r\n{authorization}\r\n").repeat(40)
        }
        Way::Idle => "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
    };
    stream.write_all(begin.as_bytes()).await?;
    if !matches!(way, Way::TricklingHeaders | Way::TricklingBody) {
        return std::future::pending().await;
    }
    loop {
        tokio::time::sleep(TRICKLE).await;
        stream.write_all(b"a").await?;
    }
}

/// The sockets that the program has open once it has accepted everybody, or accepts no more.
async fn accepted(process_id: u32, all: usize) -> Result<usize> {
    let mut most = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let open = sockets(process_id)?;
        if open >= all || open <= most {
            return Ok(most.max(open));
        }
        most = open;
    }
}

/// The sockets that a process has open.
fn sockets(process_id: u32) -> Result<usize> {
    let files = std::fs::read_dir(format!("/proc/{process_id}/fd")).context("the program ended")?;
    let links = files.flatten().filter_map(|file| std::fs::read_link(file.path()).ok());
    Ok(links.filter(|link| link.to_string_lossy().starts_with("socket:")).count())
}

/// How long honest clients wait, but for the slowest hundredth: half of the calls over connections that are
/// kept, half over new ones.
async fn p99(address: SocketAddr, key: &Key) -> Result<Duration> {
    let mut tasks = JoinSet::new();
    for _ in 0..HONEST {
        let key = key.clone();
        tasks.spawn_local(async move {
            let mut times = Vec::with_capacity(CALLS);
            let mut kept = Client::new(address);
            for number in 0..CALLS {
                let headers = [("Authorization", key.authorization.as_str())];
                let start = Instant::now();
                let mut new = Client::new(address);
                let client = if number % 2 == 0 { &mut kept } else { &mut new };
                let reply = client.get("/v1/jobs?per_page=1", &headers).await?;
                times.push(start.elapsed());
                ensure!(reply.status == 200, "answered {}", reply.status);
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::new();
    while let Some(some) = tasks.join_next().await {
        times.extend(some??);
    }
    times.sort_unstable();
    times.get(times.len() * 99 / 100).copied().context("no calls")
}
