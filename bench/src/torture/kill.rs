//! The program is killed at random moments while clients make changes; on PostgreSQL, the database is
//! killed too. What was acknowledged is there afterwards, what was not is there wholly or not at all.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::task::JoinSet;

use super::World;
use super::change_log::ChangeLog;
use super::client::{Client, Person};
use super::instance::{Instance, stop};
use super::report::{Report, median};
use super::worker::{Audit, Came, Journal, Worker};
use crate::service::Service;

/// Clients that make changes at the same time.
const WORKERS: usize = 6;
/// A database that was killed and started again is used again within this time.
const HEALTHY: Duration = Duration::from_secs(20);
/// After a kill the program is ready again within so many times what a start after a clean stop takes.
const SLOWER: f64 = 5.0;

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Program,
    Database,
    Both,
}

pub(super) async fn run(world: &World, report: &mut Report) -> Result<()> {
    let sqlite = Instance::sqlite(world, "kill_sqlite")?;
    let rounds = world.times(8, 150);
    torture(world, report, "SQLite", &sqlite, rounds, &[Victim::Program]).await?;
    let postgres = Instance::postgres(world, "kill_postgres").await?;
    let rounds = world.times(6, 45);
    let victims = [Victim::Program, Victim::Database, Victim::Both];
    torture(world, report, "PostgreSQL", &postgres, rounds, &victims).await
}

async fn torture(
    world: &World,
    report: &mut Report,
    engine: &str,
    instance: &Instance,
    rounds: usize,
    victims: &[Victim],
) -> Result<()> {
    let usual = usual_start(instance).await?;
    let seed = world.random.borrow_mut().u64(..);
    let mut workers: Vec<Worker> = (0..WORKERS).map(|number| Worker::new(number, seed)).collect();
    let mut times = Vec::new();
    let (mut service, _) = instance.start_ready().await?;
    for victim in victims.iter().cycle().take(rounds) {
        let mut person = signed_in(&service).await?;
        for worker in &mut workers {
            worker.resolve(&mut person).await.context("what became of a change")?;
        }
        let moment = world.moment(20, 400);
        let kill = async || {
            tokio::time::sleep(moment).await;
            if *victim != Victim::Program {
                world.cluster.lock().await.kill()?;
            }
            anyhow::Ok(())
        };
        // Ending the program is dropping it; the workers hold on to its address only.
        if *victim == Victim::Database {
            workers = work(workers, &person, kill).await?;
            world.cluster.lock().await.begin().await?;
            wait_until_ready(&service).await?;
        } else {
            let kill = async || {
                kill().await?;
                drop(service);
                anyhow::Ok(())
            };
            workers = work(workers, &person, kill).await?;
            if *victim == Victim::Both {
                world.cluster.lock().await.begin().await?;
            }
            let (again, time) = instance.start_ready().await?;
            service = again;
            times.push(time);
        }
    }
    let mut person = signed_in(&service).await?;
    for worker in &mut workers {
        worker.resolve(&mut person).await?;
    }
    let journal: Journal = workers.iter().map(|worker| worker.journal).sum();
    let audit = audit(&workers, &mut person).await?;
    say(report, engine, rounds, &journal, &audit);
    workers[0].plant();
    let planted = self::audit(&workers, &mut person).await?.lost;
    let found = format!("{} before, {planted} after", audit.lost);
    report.check(
        format!("{engine}: a planted change that was never made is found missing"),
        planted == audit.lost + 1,
        found,
    );
    instance.check_log(report, engine);
    let again = median(&mut times).context("nothing was killed")?;
    let ratio = again.as_secs_f64() / usual.as_secs_f64();
    report.check(
        format!("{engine}: ready again after a kill within {SLOWER} × an ordinary start"),
        ratio <= SLOWER,
        format!(
            "{} ms (median of {}), {ratio:.1} × the {} ms after a clean stop",
            again.as_millis(),
            times.len(),
            usual.as_millis()
        ),
    );
    Ok(())
}

/// How long the program takes to be ready after a clean stop.
async fn usual_start(instance: &Instance) -> Result<Duration> {
    // The first one fills the demo.
    stop(&mut instance.start().await?).await?;
    let mut times = Vec::new();
    for _ in 0..3 {
        let (mut service, time) = instance.start_ready().await?;
        times.push(time);
        stop(&mut service).await?;
    }
    median(&mut times).context("no start")
}

/// Lets all workers make changes until `kill` has been done and each has noticed.
async fn work(
    workers: Vec<Worker>,
    person: &Person,
    kill: impl AsyncFnOnce() -> Result<()>,
) -> Result<Vec<Worker>> {
    let over = Rc::new(Cell::new(false));
    let mut tasks = JoinSet::new();
    for mut worker in workers {
        let mut person = person.at(person.address());
        let over = over.clone();
        tasks.spawn_local(async move {
            while !over.get() {
                if !matches!(worker.step(&mut person).await?, Came::Acknowledged) {
                    break;
                }
            }
            anyhow::Ok(worker)
        });
    }
    kill().await?;
    over.set(true);
    let mut workers = Vec::new();
    while let Some(worker) = tasks.join_next().await {
        workers.push(worker??);
    }
    Ok(workers)
}

async fn audit(workers: &[Worker], person: &mut Person) -> Result<Audit> {
    let log = ChangeLog::read(person).await?;
    let mut audits = Vec::new();
    for worker in workers {
        audits.push(worker.audit(person, &log).await?);
    }
    Ok(audits.into_iter().sum())
}

fn say(report: &mut Report, engine: &str, rounds: usize, journal: &Journal, audit: &Audit) {
    let Journal { acknowledged, refused, silent, done_after_all, lies, half_done } = *journal;
    report.check(
        format!("{engine}: clients make changes around {rounds} kills"),
        acknowledged > rounds && refused + silent > 0,
        format!(
            "{acknowledged} acknowledged, {} not ({silent} without an answer, {done_after_all} of \
             all these done)",
            refused + silent
        ),
    );
    report.check(
        format!("{engine}: acknowledged changes lost"),
        audit.lost == 0,
        audit.lost.to_string(),
    );
    let half = half_done + audit.half_done;
    let found = format!("{half}, among {} credentials and users", audit.things);
    report.check(format!("{engine}: changes half done"), half == 0, found);
    report.check(
        format!("{engine}: changes done although the answer said that nothing was changed"),
        lies == 0,
        lies.to_string(),
    );
    report.check(
        format!("{engine}: keys that do not answer as their credential says"),
        audit.wrong_keys == 0,
        format!("{} of {}", audit.wrong_keys, audit.keys),
    );
}

/// The demo's admin, as soon as they can sign in.
async fn signed_in(service: &Service) -> Result<Person> {
    let start = Instant::now();
    loop {
        match Person::ada(service.address).await {
            Ok(person) => return Ok(person),
            Err(error) if start.elapsed() > HEALTHY => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn wait_until_ready(service: &Service) -> Result<()> {
    let mut client = Client::new(service.address);
    let start = Instant::now();
    while client.get("/readyz", &[]).await.map_or(0, |reply| reply.status) != 200 {
        ensure!(start.elapsed() < HEALTHY, "not ready {} s after the database", HEALTHY.as_secs());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
