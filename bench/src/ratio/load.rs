//! One trial: requests are due at fixed times, whatever the answers do, and latency counts from the
//! instant a request was due. A service that stalls is charged for everything that had to wait, so there
//! is no coordinated omission.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::task::{JoinSet, LocalSet};

use super::histogram::Histogram;
use super::machine;
use crate::http::{Connection, Sample};
use crate::service::Service;

/// More than are ever busy at once at a rate that holds.
pub(crate) const CONNECTIONS: usize = 32;
/// A trial that is this late will not hold any more.
const HOPELESS: Duration = Duration::from_millis(200);

/// Answers that are this much later than the last request will not come any more.
const PATIENCE: Duration = Duration::from_secs(20);

/// A route under load.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    pub(crate) name: &'static str,
    service: &'a Service,
    /// Sent in turns; all have the same answer.
    requests: Rc<[Vec<u8>]>,
    sample: Rc<Sample>,
    idle: RefCell<Vec<Connection>>,
}

/// What came of a trial.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial {
    /// Requests per second that were due.
    pub(crate) rate: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    answers: u64,
    /// Processor time per request: the service's and the load generator's.
    pub(crate) processor: Option<(Duration, Duration)>,
}

impl<'a> Target<'a> {
    /// Connects, and keeps the first answer for comparison.
    pub(crate) async fn new(
        name: &'static str,
        service: &'a Service,
        (requests, status): (Vec<Vec<u8>>, u16),
    ) -> Result<Self> {
        let mut idle = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            idle.push(Connection::open(service.address).await?);
        }
        let sample =
            Rc::new(idle[0].sample(requests.first().context("no request")?, status).await?);
        Ok(Self { name, service, requests: requests.into(), sample, idle: idle.into() })
    }

    /// Offers `rate` requests per second for so long. The first fifth warms up and does not count.
    pub(crate) async fn trial(&self, rate: f64, hold: Duration) -> Result<Trial> {
        let schedule = Rc::new(Schedule::new(rate, hold));
        let mut workers = JoinSet::new();
        let before = self.processor_times();
        let trial = LocalSet::new();
        let trial = trial.run_until(async {
            for connection in self.idle.take() {
                let worker = Worker {
                    connection,
                    requests: self.requests.clone(),
                    sample: self.sample.clone(),
                    schedule: schedule.clone(),
                };
                workers.spawn_local(worker.work());
            }
            while let Some(connection) = workers.join_next().await {
                self.idle.borrow_mut().push(connection??);
            }
            anyhow::Ok(())
        });
        let done = tokio::time::timeout(hold + PATIENCE, trial).await;
        done.context("an answer under load is missing or too short")??;
        let used = before.zip(self.processor_times()).map(|(before, after)| {
            (after.0.saturating_sub(before.0), after.1.saturating_sub(before.1))
        });
        Ok(schedule.result(used))
    }

    /// The service's and our own.
    fn processor_times(&self) -> Option<(Duration, Duration)> {
        let service = machine::processor_time(self.service.process_id())?;
        Some((service, machine::processor_time(std::process::id())?))
    }
}

/// Which requests are due when, and how late their answers were.
#[derive(Debug)]
struct Schedule {
    start: Instant,
    rate: f64,
    total: u64,
    warm_up: u64,
    next: Cell<u64>,
    hopeless: Cell<bool>,
    latencies: RefCell<Histogram>,
}

impl Schedule {
    fn new(rate: f64, hold: Duration) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive number of requests, far below 2^52"
        )]
        let total = (rate * hold.as_secs_f64()) as u64;
        Self {
            start: Instant::now(),
            rate,
            total,
            warm_up: total / 5,
            next: Cell::new(0),
            hopeless: Cell::new(false),
            latencies: RefCell::new(Histogram::new()),
        }
    }

    /// The next request's number and when it is due.
    fn take(&self) -> Option<(u64, Instant)> {
        let number = self.next.get();
        if number >= self.total || self.hopeless.get() {
            return None;
        }
        self.next.set(number + 1);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let after = Duration::from_secs_f64(number as f64 / self.rate);
        Some((number, self.start + after))
    }

    fn record(&self, number: u64, latency: Duration) {
        if latency > HOPELESS {
            self.hopeless.set(true);
        }
        if number >= self.warm_up {
            self.latencies.borrow_mut().record(latency);
        }
    }

    fn result(&self, processor: Option<(Duration, Duration)>) -> Trial {
        let latencies = self.latencies.borrow();
        let hopeless = self.hopeless.get();
        let sent = u32::try_from(self.next.get().max(1)).unwrap_or(u32::MAX);
        Trial {
            rate: self.rate,
            p50: latencies.percentile(50),
            p99: if hopeless { Duration::MAX } else { latencies.percentile(99) },
            answers: latencies.total(),
            processor: processor.map(|(service, own)| (service / sent, own / sent)),
        }
    }
}

/// One connection, with at most one request under way.
struct Worker {
    connection: Connection,
    requests: Rc<[Vec<u8>]>,
    sample: Rc<Sample>,
    schedule: Rc<Schedule>,
}

impl Worker {
    async fn work(mut self) -> Result<Connection> {
        while let Some((number, due)) = self.schedule.take() {
            if due > Instant::now() {
                tokio::time::sleep_until(due.into()).await;
            }
            let turn = usize::try_from(number).unwrap_or_default() % self.requests.len();
            let alike = self.connection.repeat(&self.requests[turn], &self.sample).await?;
            ensure!(alike, "an answer under load is not like the first one");
            self.schedule.record(number, due.elapsed());
        }
        Ok(self.connection)
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, p50, p99, answers, processor } = self;
        write!(f, "{rate:>8.0}/s  p50 {}  p99 {}", milliseconds(*p50), milliseconds(*p99))?;
        if let Some((service, own)) = processor {
            let (service, own) = (service.as_micros(), own.as_micros());
            write!(f, "  processor time each: service {service} µs, generator {own} µs")?;
        }
        write!(f, "  ({answers} answers)")
    }
}

fn milliseconds(time: Duration) -> String {
    if time == Duration::MAX {
        "too long".to_owned()
    } else {
        format!("{:.2} ms", time.as_secs_f64() * 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_due_at_fixed_times() {
        let schedule = Schedule::new(100.0, Duration::from_millis(50));
        let due: Vec<_> = std::iter::from_fn(|| schedule.take()).collect();
        assert_eq!(due.len(), 5);
        assert_eq!(due[4], (4, schedule.start + Duration::from_millis(40)));
    }

    #[test]
    fn one_very_late_answer_ends_a_trial() {
        let schedule = Schedule::new(100.0, Duration::from_secs(1));
        schedule.record(50, HOPELESS + Duration::from_millis(1));
        assert!(schedule.take().is_none());
        assert_eq!(schedule.result(None).p99, Duration::MAX);
    }
}
