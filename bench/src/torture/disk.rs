//! The disk is full, broken or read-only under the running program: reading and keys go on, changes are
//! refused honestly, and everything works again as soon as the disk does, without a restart.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use super::World;
use super::change_log::ChangeLog;
use super::client::{Client, Person};
use super::fault::{FileSize, Injection, SmallDisk};
use super::instance::{Instance, stop};
use super::report::Report;
use super::surfaces::{self, Key};
use super::worker::{Audit, Came, Worker};
use crate::service::Service;

/// A full disk has room for so many changes at most before one is refused: a log that is used again.
const UNTIL_REFUSED: usize = 3000;
/// Readiness says so, and a change is made again, within this time.
const NOTICED: Duration = Duration::from_secs(10);

/// What is wrong.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// No file may grow beyond 4 kB.
    FileSize,
    /// The file system is full.
    Full,
    /// These system calls fail like this.
    Calls(&'static str, &'static str),
    /// PostgreSQL is set read-only, as hosters do when a disk is nearly full.
    ReadOnly,
    /// PostgreSQL is a standby, which takes no changes, until it is promoted.
    Standby,
}

const FAULTS: [(&str, Fault); 8] = [
    ("SQLite, a limit on the size of files", Fault::FileSize),
    ("SQLite, file system full", Fault::Full),
    ("SQLite, writing fails with ENOSPC", Fault::Calls("pwrite64", "ENOSPC")),
    ("SQLite, writing fails with EIO", Fault::Calls("pwrite64", "EIO")),
    ("SQLite, writing fails with EROFS", Fault::Calls("pwrite64", "EROFS")),
    ("SQLite, fsync fails with EIO", Fault::Calls("fdatasync,fsync", "EIO")),
    ("PostgreSQL, set read-only", Fault::ReadOnly),
    ("PostgreSQL, a standby until it is promoted", Fault::Standby),
];

/// A fault that is there until it is lifted.
enum Held<'a> {
    FileSize(FileSize),
    Full(&'a SmallDisk),
    Calls(Injection),
    ReadOnly,
    Standby,
}

pub(super) async fn run(world: &World, report: &mut Report) -> Result<()> {
    for (number, (name, fault)) in FAULTS.into_iter().enumerate() {
        if let Err(error) = torture(world, report, number, name, fault).await {
            report.check(format!("{name}: ends"), false, format!("{error:#}"));
        }
    }
    Ok(())
}

async fn torture(
    world: &World,
    report: &mut Report,
    number: usize,
    name: &str,
    fault: Fault,
) -> Result<()> {
    let disk = match fault {
        Fault::Full if !rustix::process::geteuid().is_root() => {
            report.check(name, true, "not tried: only root can mount a small file system");
            return Ok(());
        }
        Fault::Full => Some(SmallDisk::new(16)?),
        _ => None,
    };
    let folder = format!("disk_{number}");
    let instance = match (&disk, fault) {
        (Some(disk), _) => Instance::inside(world, &folder, disk.path())?,
        (None, Fault::ReadOnly | Fault::Standby) => Instance::postgres(world, &folder).await?,
        (None, _) => Instance::sqlite(world, &folder)?,
    };
    // The kernel would end a process that goes beyond its limit and does not say that it knows.
    let mut service = instance.start_by(&["env", "--ignore-signal=XFSZ"]).await?;
    let mut person = Person::ada(service.address).await?;
    let kept = Key::issue(&mut person, "kept").await?;
    let revoked = Key::issue(&mut person, "revoked").await?;
    revoked.revoke(&mut person).await?.expect(200)?;
    let mut worker = Worker::new(number, 1);
    for _ in 0..20 {
        let came = worker.step(&mut person).await?;
        ensure!(matches!(came, Came::Acknowledged), "a change before the fault: {came:?}");
    }
    let held = begin(world, &service, disk.as_ref(), fault).await?;
    let during = during(&mut person, &mut worker, &kept, &revoked).await;
    lift(world, held).await?;
    during?.say(report, name);
    let after = after(&mut person, &mut worker, &kept).await?;
    report.check(
        format!("{name}: changes work again without a restart"),
        after <= NOTICED,
        format!("after {} ms", after.as_millis()),
    );
    let mut found = audit(&worker, &mut person).await?;
    stop(&mut service).await?;
    let service = instance.start().await?;
    let mut person = Person::ada(service.address).await?;
    found.push(audit(&worker, &mut person).await?.remove(0));
    let all: Audit = found.into_iter().sum();
    report.check(
        format!("{name}: nothing acknowledged is lost, nothing refused was done, before and after a restart"),
        all.lost + all.half_done + all.wrong_keys + worker.journal.lies + worker.journal.half_done == 0,
        format!(
            "{} acknowledged, {} refused; {} lost, {} done in part or although refused, {} keys wrong",
            worker.journal.acknowledged,
            worker.journal.refused,
            all.lost,
            all.half_done + worker.journal.lies + worker.journal.half_done,
            all.wrong_keys
        ),
    );
    instance.check_log(report, name);
    Ok(())
}

async fn begin<'a>(
    world: &World,
    service: &Service,
    disk: Option<&'a SmallDisk>,
    fault: Fault,
) -> Result<Held<'a>> {
    let process = service.process_id();
    Ok(match fault {
        Fault::FileSize => Held::FileSize(FileSize::begin(process, 4096)?),
        Fault::Full => {
            let disk = disk.context("no small file system")?;
            disk.fill()?;
            Held::Full(disk)
        }
        Fault::Calls(calls, error) => {
            Held::Calls(Injection::begin(&world.strace, process, calls, error).await?)
        }
        Fault::ReadOnly => {
            set_read_only(world, "SET default_transaction_read_only = on").await?;
            Held::ReadOnly
        }
        Fault::Standby => {
            world.cluster.lock().await.become_standby().await?;
            Held::Standby
        }
    })
}

async fn lift(world: &World, held: Held<'_>) -> Result<()> {
    match held {
        Held::FileSize(limit) => drop(limit),
        Held::Full(disk) => disk.empty()?,
        Held::Calls(injection) => injection.end().await?,
        Held::ReadOnly => set_read_only(world, "RESET default_transaction_read_only").await?,
        Held::Standby => world.cluster.lock().await.sql("SELECT pg_promote()").await?,
    }
    Ok(())
}

async fn set_read_only(world: &World, setting: &str) -> Result<()> {
    let cluster = world.cluster.lock().await;
    cluster.sql(&format!("ALTER SYSTEM {setting}")).await?;
    cluster.sql("SELECT pg_reload_conf()").await
}

/// What was seen while the disk was broken.
#[derive(Debug)]
struct During {
    /// What refused changes were answered, each once.
    refusals: Vec<u16>,
    refused: usize,
    slowest: Duration,
    reads: String,
    keys: [u16; 2],
    /// How long readiness took to say so; nothing when it did not.
    unready: Option<Duration>,
}

async fn during(
    person: &mut Person,
    worker: &mut Worker,
    kept: &Key,
    revoked: &Key,
) -> Result<During> {
    let (mut refusals, mut refused, mut slowest) = (Vec::new(), 0, Duration::ZERO);
    for _ in 0..UNTIL_REFUSED {
        let start = Instant::now();
        let came = worker.step(person).await?;
        match came {
            Came::Acknowledged => continue,
            Came::Refused(reply) => refusals.push(reply.status),
            Came::Silent => bail!("no answer at all"),
        }
        slowest = slowest.max(start.elapsed());
        worker.resolve(person).await.context("reading while changes are refused")?;
        refused += 1;
        if refused == 10 {
            break;
        }
    }
    refusals.sort_unstable();
    refusals.dedup();
    let unready = unready(person).await;
    let reads = surfaces::others(&surfaces::ask(person, kept).await, |a| a.status == 200);
    let address = person.address();
    let keys = [kept.call(address).await?, revoked.call(address).await?];
    Ok(During { refusals, refused, slowest, reads, keys, unready })
}

impl During {
    fn say(&self, report: &mut Report, name: &str) {
        let honest = self.refusals.iter().all(|status| matches!(status, 503 | 507));
        report.check(
            format!("{name}: changes are refused with 503 or 507"),
            self.refused > 0 && honest,
            format!(
                "{} refused with {:?}, the slowest after {} ms",
                self.refused,
                self.refusals,
                self.slowest.as_millis()
            ),
        );
        let found = if self.reads.is_empty() { "all of them" } else { &self.reads };
        report.check(format!("{name}: every surface reads"), self.reads.is_empty(), found);
        let [kept, revoked] = self.keys;
        report.check(
            format!("{name}: keys go on, revoked ones stay dead"),
            self.keys == [200, 401],
            format!("{kept} and {revoked}"),
        );
        report.check(
            format!("{name}: /readyz says so"),
            self.unready.is_some(),
            match self.unready {
                Some(time) => format!("503 after {} ms", time.as_millis()),
                None => format!("not within {} s", NOTICED.as_secs()),
            },
        );
    }
}

async fn unready(person: &Person) -> Option<Duration> {
    let start = Instant::now();
    let mut client = Client::new(person.address());
    while start.elapsed() < NOTICED {
        if client.get("/readyz", &[]).await.is_ok_and(|reply| reply.status == 503) {
            return Some(start.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    None
}

/// How long until changes were made again; from then on every kind of change must be, and keys follow.
async fn after(person: &mut Person, worker: &mut Worker, kept: &Key) -> Result<Duration> {
    let start = Instant::now();
    while !matches!(worker.step(person).await?, Came::Acknowledged) {
        worker.resolve(person).await?;
        ensure!(start.elapsed() < 3 * NOTICED, "changes are refused for ever");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let time = start.elapsed();
    for _ in 0..50 {
        let came = worker.step(person).await?;
        ensure!(matches!(came, Came::Acknowledged), "a change after the fault: {came:?}");
    }
    kept.revoke(person).await?.expect(200)?;
    let status = kept.call(person.address()).await?;
    ensure!(status == 401, "a key that was revoked after the fault answers {status}");
    Person::ada(person.address()).await?;
    let mut client = Client::new(person.address());
    while client.get("/readyz", &[]).await?.status != 200 {
        ensure!(start.elapsed() < 3 * NOTICED, "not ready again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(time)
}

async fn audit(worker: &Worker, person: &mut Person) -> Result<Vec<Audit>> {
    let log = ChangeLog::read(person).await?;
    Ok(vec![worker.audit(person, &log).await?])
}
