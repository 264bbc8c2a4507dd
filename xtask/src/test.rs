//! `cargo xtask test`: every check there is, in the order in which a mistake shows soonest.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::postgres::{Cluster, Pooler};
use crate::project::Project;
use crate::tools::{self, Browser};
use crate::{clients, command, fuzz, release, say, size};

/// One check: its name for `--only`, what it shows, and the work.
struct Step {
    name: &'static str,
    shows: &'static str,
    work: fn(&mut Run) -> Result<()>,
}

const STEPS: &[Step] = &[
    Step { name: "fmt", shows: "the code is formatted", work: |run| formatted(run.project) },
    Step { name: "clippy", shows: "no lint has a word to say", work: |run| lint(run.project) },
    Step { name: "unit", shows: "the rules hold", work: |run| unit(run.project) },
    Step {
        name: "it-sqlite",
        shows: "the service works on SQLite",
        work: |run| sqlite(run.project),
    },
    Step { name: "it-postgres", shows: "the service works on PostgreSQL", work: postgres },
    Step {
        name: "it-replicas",
        shows: "two replicas on one database are one service",
        work: replicas,
    },
    Step {
        name: "it-pooler",
        shows: "the service works behind a pooler in transaction mode",
        work: pooler,
    },
    Step {
        name: "contract",
        shows: "what the OpenAPI documents say is what happens",
        work: |run| clients::contract(run.project),
    },
    Step {
        name: "clients",
        shows: "existing integrations work unchanged",
        work: |run| clients::integrations(run.project),
    },
    Step {
        name: "proxies",
        shows: "nginx, Caddy and HAProxy ask as the document says",
        work: |run| clients::proxies(run.project),
    },
    Step { name: "fuzz", shows: "no input breaks a parser", work: |run| fuzz::run(run.project) },
    Step { name: "build", shows: "the release builds", work: |run| run.binary().map(drop) },
    Step { name: "size", shows: "the first load is small", work: measure },
    Step { name: "e2e", shows: "the articles can be followed in a browser", work: browser_tests },
    Step { name: "race", shows: "a revoked key is refused at once", work: race },
    Step { name: "torture", shows: "kills and faults break no promise", work: torture },
];

/// What the steps of one run share.
struct Run<'a> {
    project: &'a Project,
    binary: Option<PathBuf>,
    cluster: Option<Cluster>,
}

impl Run<'_> {
    fn binary(&mut self) -> Result<PathBuf> {
        if let Some(binary) = &self.binary {
            return Ok(binary.clone());
        }
        let binary = release::build(self.project)?;
        self.binary = Some(binary.clone());
        Ok(binary)
    }

    fn database(&mut self) -> Result<String> {
        Ok(self.cluster()?.url())
    }

    fn cluster(&mut self) -> Result<&Cluster> {
        if self.cluster.is_none() {
            self.cluster = Some(Cluster::start(self.project)?);
        }
        self.cluster.as_ref().context("it was started")
    }
}

/// The names that `--only` takes.
pub(crate) fn names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

/// Runs all steps, or the ones that `args` name, and stops at the first that fails.
pub(crate) fn test(project: &Project, args: &[String]) -> Result<()> {
    let steps = chosen(args)?;
    let mut run = Run { project, binary: None, cluster: None };
    let mut done: Vec<(&Step, Duration)> = Vec::new();
    for step in steps {
        say::heading(format!("{}: {}", step.name, step.shows));
        let start = Instant::now();
        let result = (step.work)(&mut run);
        let time = start.elapsed();
        if let Err(error) = result {
            summary(&done);
            say::line(format!("{:<12} FAILED after {}", step.name, say::duration(time)));
            say::line(format!("\n{} passed, 1 failed", done.len()));
            return Err(error.context(format!(
                "step `{0}` failed (to run it alone: cargo xtask test --only {0})",
                step.name
            )));
        }
        say::line(format!("{}: {}", step.name, say::duration(time)));
        done.push((step, time));
    }
    summary(&done);
    say::line(format!("\n{} passed, 0 failed", done.len()));
    Ok(())
}

fn summary(done: &[(&Step, Duration)]) {
    say::heading("summary");
    for (step, time) in done {
        say::line(format!("{:<12} {:>12}  {}", step.name, say::duration(*time), step.shows));
    }
}

fn chosen(args: &[String]) -> Result<Vec<&'static Step>> {
    let mut steps = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        ensure!(arg == "--only", "`test` takes `--only STEP` and nothing else, not `{arg}`");
        let name = args.next().context("`--only` needs the name of a step")?;
        let step = STEPS.iter().find(|step| step.name == name);
        steps.push(step.with_context(|| {
            format!("there is no step `{name}`; the steps are {}", names().join(", "))
        })?);
    }
    Ok(if steps.is_empty() { STEPS.iter().collect() } else { steps })
}

fn formatted(project: &Project) -> Result<()> {
    command::run(project.cargo("fmt").args(["--all", "--", "--check"]))
        .context("some files are not formatted: run `cargo xtask fmt`")
}

/// Clippy over everything, the page also as the WebAssembly that it becomes.
pub(crate) fn lint(project: &Project) -> Result<()> {
    tools::page(project)?;
    let clippy = |selection: &[&str]| {
        command::run(project.cargo("clippy").args(selection).args(["--", "--deny", "warnings"]))
    };
    clippy(&["--workspace", "--all-targets"])?;
    clippy(&["--package", "console", "--target", "wasm32-unknown-unknown"])
}

fn unit(project: &Project) -> Result<()> {
    let packages = ["api", "console", "xtask", "bench"];
    let selection = packages.iter().flat_map(|package| ["--package", package]);
    command::run(project.cargo("test").args(selection))
}

fn sqlite(project: &Project) -> Result<()> {
    let mut cargo = project.cargo("test");
    command::run(cargo.args(["--package", "server"]).env("LATCHKEY_TEST_DATABASE", "sqlite"))
}

/// The service's tests once more.
fn postgres(run: &mut Run) -> Result<()> {
    let url = run.database()?;
    let mut cargo = run.project.cargo("test");
    cargo.args(["--package", "server", "--lib", "--test", "it"]);
    command::run(cargo.env("LATCHKEY_TEST_DATABASE", url))
}

/// And on two replicas of one database, which take the requests in turn; what starts programs or breaks
/// connections of its own does so above already.
fn replicas(run: &mut Run) -> Result<()> {
    let url = run.database()?;
    let mut cargo = run.project.cargo("test");
    cargo.args(["--package", "server", "--test", "it", "--"]);
    cargo.args([
        "--skip",
        "program::",
        "--skip",
        "secrets::",
        "--skip",
        "postgres::",
        "--skip",
        "replicas::",
    ]);
    command::run(cargo.env("LATCHKEY_TEST_DATABASE", url).env("LATCHKEY_TEST_REPLICAS", "2"))
}

/// And a part of them through PgBouncer: whatever writes, and whatever reads in another way.
fn pooler(run: &mut Run) -> Result<()> {
    let project = run.project;
    let pooler = Pooler::before(run.cluster()?, project)?;
    let mut cargo = project.cargo("test");
    cargo.args(["--package", "server", "--test", "it", "--"]);
    cargo.args(["board_api", "change_log", "credentials", "db_story", "import", "users"]);
    command::run(cargo.env("LATCHKEY_TEST_DATABASE", pooler.url()))
}

fn measure(run: &mut Run) -> Result<()> {
    run.binary()?;
    size::check(run.project)
}

fn browser_tests(run: &mut Run) -> Result<()> {
    let binary = run.binary()?;
    playwright(run.project, binary, &[])
}

/// The browser tests alone, with Playwright's own arguments.
pub(crate) fn end_to_end(project: &Project, args: &[String]) -> Result<()> {
    playwright(project, release::build(project)?, args)
}

fn playwright(project: &Project, binary: PathBuf, args: &[String]) -> Result<()> {
    tools::end2end_packages(project)?;
    let mut playwright = project.command("node");
    playwright.arg("node_modules/@playwright/test/cli.js").arg("test").args(args);
    playwright.current_dir(project.root.join("end2end")).env("LATCHKEY_BIN", binary);
    if let Browser::Installed(path) = tools::browser(project)? {
        playwright.env("LATCHKEY_CHROMIUM", path);
    }
    command::run(&mut playwright)
}

fn race(run: &mut Run) -> Result<()> {
    let binary = run.binary()?;
    let url = run.database()?;
    let mut cargo = run.project.cargo("run");
    cargo.args(["--release", "--quiet", "--package", "bench", "--", "race", "--bin"]).arg(binary);
    command::run(cargo.args(["--postgres", &url]))
}

/// The short form: some minutes.
fn torture(run: &mut Run) -> Result<()> {
    let binary = run.binary()?;
    release::torture(run.project, &binary, &["--short".to_owned()])
}
