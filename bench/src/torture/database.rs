//! PostgreSQL goes away and comes back, or says nothing any more: every surface answers soon that it
//! cannot, everything works again by itself, and the program can always be stopped.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::time::timeout;

use super::World;
use super::change_log::ChangeLog;
use super::client::Person;
use super::instance::{Instance, stop};
use super::proxy::Proxy;
use super::report::Report;
use super::surfaces::{self, Key};
use super::worker::{Came, Worker};
use crate::service::Service;

/// Once it is known that the database is away, an answer takes this long at most.
const KNOWN: Duration = Duration::from_secs(1);
/// It is known after so long.
const LEARNING: Duration = Duration::from_secs(10);
/// Everything works again so soon after the database does.
const HEALTHY: Duration = Duration::from_secs(2);
/// A change whose connection fell silent is answered within this time, and others go on.
const BOUND: Duration = Duration::from_secs(30);

pub(super) async fn run(world: &World, report: &mut Report) -> Result<()> {
    gone_and_back(world, report).await.context("gone and back")?;
    for share in [50, 90, 30].into_iter().take(world.times(1, 3)) {
        silent_in_a_change(world, report, share).await.context("silent in a change")?;
    }
    all_silent(world, report).await.context("all silent")
}

async fn gone_and_back(world: &World, report: &mut Report) -> Result<()> {
    let instance = Instance::postgres(world, "database_gone").await?;
    let service = instance.start().await?;
    let mut person = Person::ada(service.address).await?;
    let key = Key::issue(&mut person, "gone").await?;
    let mut worker = Worker::new(0, 1);
    for round in 0..world.times(2, 5) {
        for _ in 0..10 {
            let came = worker.step(&mut person).await?;
            ensure!(matches!(came, Came::Acknowledged), "a change in round {round}: {came:?}");
        }
        world.cluster.lock().await.stop().await?;
        // Nobody knows before somebody has asked.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let start = Instant::now();
        let first = surfaces::ask(&person, &key).await;
        let learnt = start.elapsed();
        let mut known = surfaces::ask(&person, &key).await;
        let began = Instant::now();
        // Over a connection of its own: the other one was not used for long, and may have been closed.
        person = person.at(service.address);
        let change = worker.step(&mut person).await?;
        let (status, retry_after) = match &change {
            Came::Refused(reply) => (reply.status, reply.header("retry-after").is_some()),
            Came::Acknowledged => (200, false),
            Came::Silent => (0, false),
        };
        let time = began.elapsed();
        known.push(surfaces::Answered { surface: "a change", status, retry_after, time });
        if round == 0 {
            let wrong = surfaces::others(&first, |a| a.status == 503);
            report.check(
                "PostgreSQL stopped: the first answers say 503",
                wrong.is_empty() && learnt < LEARNING,
                if wrong.is_empty() { format!("all, {} ms", learnt.as_millis()) } else { wrong },
            );
        }
        let wrong =
            surfaces::others(&known, |a| a.status == 503 && a.retry_after && a.time < KNOWN);
        let slowest = known.iter().map(|answer| answer.time).max().unwrap_or_default();
        report.check(
            format!(
                "PostgreSQL stopped ({round}): every surface says 503 with Retry-After within 1 s"
            ),
            wrong.is_empty(),
            if wrong.is_empty() {
                format!("the slowest {} ms", slowest.as_millis())
            } else {
                wrong
            },
        );
        world.cluster.lock().await.begin().await?;
        let back = Instant::now();
        let time = loop {
            let wrong = surfaces::others(&surfaces::ask(&person, &key).await, |a| a.status == 200);
            if wrong.is_empty() {
                break back.elapsed();
            }
            ensure!(back.elapsed() < 10 * HEALTHY, "not healthy again: {wrong}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        worker.resolve(&mut person).await?;
        report.check(
            format!("PostgreSQL back ({round}): every surface is healthy within 2 s"),
            time <= HEALTHY,
            format!("{} ms", time.as_millis()),
        );
    }
    let log = ChangeLog::read(&mut person).await?;
    let audit = worker.audit(&mut person, &log).await?;
    report.check(
        "PostgreSQL gone and back: nothing lost, nothing half done",
        audit.lost + audit.half_done + worker.journal.lies == 0,
        format!("{} of {} lost", audit.lost, worker.journal.acknowledged),
    );
    Ok(())
}

/// One connection falls silent in the middle of a revoke: after this share of its messages, in percent.
async fn silent_in_a_change(world: &World, report: &mut Report, share: u32) -> Result<()> {
    let proxy = Proxy::start(world.cluster.lock().await.port).await?;
    let instance = behind(world, &proxy, &format!("silent_{share}")).await?;
    let mut service = instance.start().await?;
    let mut person = Person::ada(service.address).await?;
    let mut other = person.at(service.address);
    let key = Key::issue(&mut person, "silent").await?;
    let mut beside = Worker::new(1, 2);
    let mut messages = 0;
    for _ in 0..3 {
        let before = proxy.messages();
        key.revoke(&mut person).await?.expect(200)?;
        messages = proxy.messages() - before;
        key.re_enable(&mut person).await?.expect(200)?;
        beside.step(&mut other).await?;
    }
    proxy.silence_one_after(messages * share / 100);
    let start = Instant::now();
    let one = async {
        let reply = timeout(2 * BOUND, key.revoke(&mut person)).await;
        (reply.ok().and_then(Result::ok).map(|reply| reply.status), start.elapsed())
    };
    let ((status, time), others) = tokio::join!(one, go_on(&mut beside, &mut other));
    let others = others?;
    let name = format!("a connection silent {share} % through a revoke");
    report.check(
        format!("{name}: the revoke is answered within {} s", BOUND.as_secs()),
        proxy.silenced() == 1 && matches!(status, Some(200 | 503)) && time <= BOUND,
        match status {
            Some(status) => format!("{status} after {:.1} s", time.as_secs_f64()),
            None => "no answer".to_owned(),
        },
    );
    report.check(
        format!("{name}: other changes go on"),
        others.is_some_and(|time| time <= BOUND),
        others.map_or("no".to_owned(), |time| format!("after {:.1} s", time.as_secs_f64())),
    );
    stopped(report, "while a connection is silent", &mut service).await;
    Ok(())
}

/// How long until a change of somebody else's is made.
async fn go_on(worker: &mut Worker, person: &mut Person) -> Result<Option<Duration>> {
    let start = Instant::now();
    // The first of the two has begun by then.
    tokio::time::sleep(Duration::from_millis(200)).await;
    while start.elapsed() < 2 * BOUND {
        match timeout(2 * BOUND, worker.step(person)).await {
            Ok(came) => match came? {
                Came::Acknowledged => return Ok(Some(start.elapsed())),
                _ => worker.resolve(person).await?,
            },
            Err(_) => break,
        }
    }
    Ok(None)
}

/// All connections are silent: everybody is told within a bound, and the program can be stopped.
async fn all_silent(world: &World, report: &mut Report) -> Result<()> {
    let proxy = Proxy::start(world.cluster.lock().await.port).await?;
    let instance = behind(world, &proxy, "all_silent").await?;
    let mut service = instance.start().await?;
    let mut person = Person::ada(service.address).await?;
    let key = Key::issue(&mut person, "silent").await?;
    proxy.silence_all(true);
    let start = Instant::now();
    let asked = timeout(4 * BOUND, surfaces::ask(&person, &key)).await;
    let time = start.elapsed();
    let wrong = asked.map_or("no answers".to_owned(), |answers| {
        surfaces::others(&answers, |a| a.status == 503 && a.time <= BOUND)
    });
    report.check(
        format!("PostgreSQL silent: every surface says 503 within {} s", BOUND.as_secs()),
        wrong.is_empty(),
        if wrong.is_empty() { format!("all {:.1} s", time.as_secs_f64()) } else { wrong },
    );
    stopped(report, "while PostgreSQL is silent", &mut service).await;
    Ok(())
}

async fn stopped(report: &mut Report, when: &str, service: &mut Service) {
    let outcome = stop(service).await;
    let found = match &outcome {
        Ok((time, _)) => format!("after {:.1} s", time.as_secs_f64()),
        Err(error) => format!("{error:#}"),
    };
    report.check(format!("SIGTERM {when} ends the program"), outcome.is_ok(), found);
}

async fn behind(world: &World, proxy: &Proxy, name: &str) -> Result<Instance> {
    let url = world.cluster.lock().await.create(name).await?;
    let port = world.cluster.lock().await.port;
    Instance::on(world, name, url.replace(&format!(":{port}/"), &format!(":{}/", proxy.port)))
}
