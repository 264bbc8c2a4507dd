//! A large import into a running service: how long it takes, how much memory the service has at most, how
//! long a revoke in the middle of it waits, and what the first page of a list costs afterwards.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::admin::{Admin, Issued};
use crate::http::{Connection, request};
use crate::service::Service;
use crate::{interruptible, say};

/// A revoke must be answered within this time, whatever is imported meanwhile.
const REVOKE: Duration = Duration::from_secs(1);
/// Pages that are read to see what one costs.
const PAGES: usize = 200;

/// What to import.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The program to measure
    #[arg(long, value_name = "PATH")]
    bin: PathBuf,
    /// How many job posts
    #[arg(long, default_value_t = 100_000, value_name = "N")]
    posts: usize,
    /// How many jobs
    #[arg(long, default_value_t = 100_000, value_name = "N")]
    jobs: usize,
}

/// Imports and prints. Fails when a revoke had to wait too long.
pub(crate) async fn run(arguments: Arguments) -> Result<bool> {
    interruptible(measure(&arguments)).await
}

async fn measure(arguments: &Arguments) -> Result<bool> {
    let folder = tempfile::tempdir()?;
    let database = format!("sqlite:{}", folder.path().join("import.db").display());
    let pepper = folder.path().join("import.pepper");
    let service = Service::start(&arguments.bin, &database, &pepper).await?;
    let mut admin = Admin::sign_in(service.address).await?;
    let issued = admin.issue().await?;
    let before = service.memory().now;

    let posts = issued.posts(service.address, arguments.posts).await?;
    let posts = json!({ "job_posts": posts }).to_string();
    let (time, waited) = import_while_revoking(&service, &issued, posts.clone()).await?;
    say::line(format!(
        "{} job posts, {} MB of JSON, imported in {:.1} s; the service had {} MB before and {} MB \
         at most",
        arguments.posts,
        posts.len() / 1_000_000,
        time.as_secs_f64(),
        before,
        service.memory().peak,
    ));
    drop(posts);
    let good = waited <= REVOKE;
    say::line(format!(
        "the slowest of all revokes and re-enables meanwhile: {} ms (at most {} ms are good)",
        waited.as_millis(),
        REVOKE.as_millis()
    ));

    for jobs in [1_000, arguments.jobs] {
        let data = json!({ "jobs": issued.jobs(service.address, jobs).await? }).to_string();
        let (time, _) = import_while_revoking(&service, &issued, data).await?;
        let counted = page(&service, &issued, "per_page=100").await?;
        let skipped = page(&service, &issued, "per_page=100&skip_count=true").await?;
        say::line(format!(
            "{jobs} jobs, imported in {:.1} s: the first page of 100 takes {:.2} ms, with \
             skip_count {:.2} ms (median of {PAGES})",
            time.as_secs_f64(),
            counted.as_secs_f64() * 1e3,
            skipped.as_secs_f64() * 1e3,
        ));
    }
    Ok(good)
}

/// Imports over one connection while a key is revoked and re-enabled over another; gives the time of the
/// import and of the slowest change.
async fn import_while_revoking(
    service: &Service,
    issued: &Issued,
    data: String,
) -> Result<(Duration, Duration)> {
    let mut importer = Admin::sign_in(service.address).await?;
    let mut admin = Admin::sign_in(service.address).await?;
    let start = Instant::now();
    let import = async {
        let report = importer.import(&data).await?;
        ensure!(report.changes_something(), "the import changed nothing");
        anyhow::Ok(start.elapsed())
    };
    let mut import = std::pin::pin!(import);
    let mut slowest = Duration::ZERO;
    loop {
        let change = async {
            let revoke = admin.revoke(issued).await?;
            let re_enable = admin.re_enable(issued).await?;
            tokio::time::sleep(Duration::from_millis(100)).await;
            anyhow::Ok((revoke.answered - revoke.sent).max(re_enable.answered - re_enable.sent))
        };
        let mut change = std::pin::pin!(change);
        tokio::select! {
            time = &mut import => {
                // The key is left as it was found.
                slowest = slowest.max(change.await?);
                return Ok((time?, slowest));
            }
            waited = &mut change => slowest = slowest.max(waited?),
        }
    }
}

/// The median time of the first page. Every address is another one, so that none was answered before.
async fn page(service: &Service, issued: &Issued, query: &str) -> Result<Duration> {
    let mut connection = Connection::open(service.address).await?;
    let mut times = Vec::with_capacity(PAGES);
    for number in 0..PAGES {
        let path = format!("/v1/jobs?{query}&number={number}");
        let call = request(service.address, "GET", &path, &issued.headers(), None);
        let start = Instant::now();
        let status = connection.exchange(&call).await?.status;
        times.push(start.elapsed());
        ensure!(status == 200, "answered {status}");
    }
    times.sort_unstable();
    times.get(PAGES / 2).copied().context("no page was read")
}
