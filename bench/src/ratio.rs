//! What a call costs: the highest offered rate of a route with 99 % of the answers within 10 ms, divided by
//! that of `GET /livez`, the same program's hello-world route. Both are found in the same run, in turns, so
//! that what else this machine does falls on both alike.

mod histogram;
pub(crate) mod load;
pub(crate) mod machine;
mod search;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use self::load::{Target, Trial};
use crate::admin::Admin;
use crate::http::{Connection, request};
use crate::service::Service;
use crate::{interruptible, say};

/// 99 % of the answers must arrive within this time of the instant their request was due.
const WITHIN: Duration = Duration::from_millis(10);
/// What is compared with the hello-world route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Route {
    /// `GET /v1/jobs/{id}` with a key
    Job,
    /// `GET /v1/boards/{token}/jobs` by a client that has the answer already: 304
    Board,
    /// `GET /v1/jobs?per_page=500` with a key, 500 jobs
    List,
    /// `GET /verify`, as a reverse proxy asks about `GET /v1/jobs/{id}`
    Verify,
}

impl Route {
    fn name(self) -> &'static str {
        match self {
            Self::Job => "GET /v1/jobs/{id}",
            Self::Board => "board, 304",
            Self::List => "list of 500 jobs",
            Self::Verify => "GET /verify",
        }
    }

    /// The ratio the project wants to keep.
    fn goal(self) -> f64 {
        match self {
            Self::Job => 0.6,
            Self::Board => 0.8,
            Self::List => 0.1,
            Self::Verify => 0.7,
        }
    }

    /// The request by a client that sends these headers too, and the status of its answers.
    async fn request(
        self,
        admin: &mut Admin,
        service: &Service,
        headers: &[(&str, &str)],
    ) -> Result<(Vec<u8>, u16)> {
        let address = service.address;
        let mut issued = admin.issue().await?;
        Ok(match self {
            Self::Job => (issued.call_with(address, headers), 200),
            Self::Board => {
                let path = "/v1/boards/acme/jobs";
                let mut connection = Connection::open(address).await?;
                let first = request(address, "GET", path, headers, None);
                let first = connection.exchange(&first).await?;
                let tag = first.header("etag").context("no ETag")?.to_owned();
                let known = [headers, &[("If-None-Match", tag.as_str())]].concat();
                (request(address, "GET", path, &known, None), 304)
            }
            Self::List => {
                let jobs = issued.jobs(address, 500).await?;
                admin.import(&serde_json::json!({ "jobs": jobs }).to_string()).await?;
                "/v1/jobs?per_page=500".clone_into(&mut issued.path);
                (issued.call_with(address, headers), 200)
            }
            Self::Verify => {
                let [authorization] = issued.headers();
                let asked = [("X-Original-Method", "GET"), ("X-Original-URI", &issued.path)];
                let headers = [authorization, asked[0], asked[1]];
                (request(address, "GET", "/verify", &headers, None), 200)
            }
        })
    }
}

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The program to measure
    #[arg(long, value_name = "PATH")]
    bin: PathBuf,
    /// What to compare with the hello-world route
    #[arg(long, value_enum, default_value = "job")]
    route: Route,
    /// Be a client that takes answers as gzip
    #[arg(long)]
    gzip: bool,
    /// How often both routes are measured
    #[arg(long, default_value_t = 3, value_name = "N")]
    rounds: usize,
    /// How long one rate is held
    #[arg(long, default_value_t = 3, value_name = "N")]
    seconds: u64,
    /// Hold this rate on both routes once instead of searching, and show the latencies
    #[arg(long, value_name = "PER SECOND")]
    rate: Option<f64>,
}

/// Runs the measurement and prints it. A ratio below the goal is not a failure: it depends on the machine.
pub(crate) async fn run(arguments: Arguments) -> Result<bool> {
    ensure!(arguments.rounds > 0 && arguments.seconds > 0, "there is nothing to measure");
    interruptible(measure(&arguments)).await?;
    Ok(true)
}

async fn measure(arguments: &Arguments) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = format!("sqlite:{}", folder.path().join("ratio.db").display());
    let pepper = folder.path().join("ratio.pepper");
    let service = Service::start(&arguments.bin, &database, &pepper).await?;
    let mut admin = Admin::sign_in(service.address).await?;
    let hello = request(service.address, "GET", "/livez", &[], None);
    let hello = Target::new("GET /livez", &service, (vec![hello], 200)).await?;
    let takes: &[(&str, &str)] = if arguments.gzip { &[("Accept-Encoding", "gzip")] } else { &[] };
    let (call, status) = arguments.route.request(&mut admin, &service, takes).await?;
    let call = Target::new(arguments.route.name(), &service, (vec![call], status)).await?;
    say::line(machine::describe());
    if arguments.gzip {
        say::line("The client takes answers as gzip.");
    }
    say::line(format!(
        "The load generator (one thread, {} keep-alive connections) and the service share it.",
        load::CONNECTIONS
    ));
    say::line(format!(
        "Open loop: a request is due at a fixed time; p99 from then to its checked answer ≤ {} ms.",
        WITHIN.as_millis()
    ));
    let hold = Duration::from_secs(arguments.seconds);
    if let Some(rate) = arguments.rate {
        for target in [&hello, &call] {
            say::line(format!("{}: {}", target.name, target.trial(rate, hold).await?));
        }
        return Ok(());
    }
    let mut ratios = Vec::new();
    for round in 1..=arguments.rounds {
        let (first, second) = (best(&hello, hold).await?, best(&call, hold).await?);
        let ratio = second.rate / first.rate;
        say::line(format!("round {round}: ratio {ratio:.2}{}", by_cost(&first, &second)));
        say::line(format!("  {:<18} {first}", hello.name));
        say::line(format!("  {:<18} {second}", call.name));
        ratios.push(ratio);
    }
    let median = median(&mut ratios).context("no round was measured")?;
    let goal = arguments.route.goal();
    let reached = if median >= goal { "reached" } else { "NOT reached" };
    say::line(format!("median ratio {median:.2}; the goal of {goal} is {reached}"));
    Ok(())
}

/// The trial at the highest rate that holds.
async fn best(target: &Target<'_>, hold: Duration) -> Result<Trial> {
    let mut best = None;
    let mut holds = async |rate: f64, hold: Duration| {
        let trial = target.trial(rate, hold).await?;
        let good = trial.p99 <= WITHIN;
        if good {
            best = Some(trial);
        }
        Ok(good)
    };
    let rate = search::highest(&mut holds, hold).await?;
    let best = best.context("no rate holds")?;
    ensure!((best.rate - rate).abs() < 1.0, "the search lost its best trial");
    Ok(best)
}

/// The same from the service's processor time per request. The generator's own cost, alike for both
/// routes, is not in it, so it is the lower of the two where both share the processors.
fn by_cost(first: &Trial, second: &Trial) -> String {
    let cost = |trial: &Trial| Some(trial.processor?.0.as_secs_f64());
    match (cost(first), cost(second)) {
        (Some(first), Some(second)) if second > 0.0 => {
            format!(" (by the service's processor time alone {:.2})", first / second)
        }
        _ => String::new(),
    }
}

/// The middle one; of an even number, the lower of the two.
fn median(ratios: &mut [f64]) -> Option<f64> {
    ratios.sort_unstable_by(f64::total_cmp);
    ratios.get(ratios.len().saturating_sub(1) / 2).copied()
}
