//! The project's own automation: `cargo xtask <command>`. Every command installs what it needs first.
//! Nothing here is part of the product.

mod clients;
mod command;
mod fuzz;
mod page;
mod postgres;
mod project;
mod release;
mod run;
mod say;
mod size;
mod test;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::project::Project;

const HELP: &str = "\
cargo xtask <command>

  run [args]       build, start with the demo on an embedded database, print the address;
                   args go to `latchkey`; `run --dev` builds the page unoptimised (quick to rebuild)
  build            the release: target/release/latchkey with the console inside, and dist/
  test             everything: formatting, lints, every test on both databases, sizes, browsers
  test --only STEP one step of it, can be repeated; see the list below
  e2e [args]       the browser tests alone; args go to Playwright
  size             what a first visit of the console downloads, file by file
  bench [args]     the load and race tools against the release; args go to `bench`
  torture [args]   kills, full disks, silent peers, strangers against the release, at length;
                   `torture --report docs/torture.md` writes down what was found
  lint             clippy over everything, warnings are errors
  fmt              format everything
  setup            install what every command needs, and do nothing else

Tools and caches live outside the clone: $LATCHKEY_CACHE, else $XDG_CACHE_HOME/latchkey,
else ~/.cache/latchkey.";

fn main() -> ExitCode {
    match dispatch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::failure(&error);
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let project = Project::find()?;
    match command.as_str() {
        "run" => run::run(&project, rest),
        "build" => release::build(&project).map(drop),
        "test" => test::test(&project, &rest),
        "e2e" => test::end_to_end(&project, &rest),
        "size" => page::build(&project, page::Kind::Small).and_then(|_| size::check(&project)),
        "bench" => release::bench(&project, &rest),
        "torture" => {
            release::build(&project).and_then(|bin| release::torture(&project, &bin, &rest))
        }
        "lint" => test::lint(&project),
        "fmt" => command::run(project.cargo("fmt").arg("--all")),
        "split-page" => page::split(&project),
        "setup" => tools::install_all(&project),
        "" | "help" | "--help" | "-h" => {
            say::line(HELP);
            say::line(format!("\nSteps of `test`: {}.", test::names().join(", ")));
            Ok(())
        }
        other => bail!("there is no command `{other}`; `cargo xtask help` lists them"),
    }
}
