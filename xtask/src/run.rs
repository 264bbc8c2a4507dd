//! `cargo xtask run`: from a clone to a console in the browser.

use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};

use crate::page::{self, Kind};
use crate::project::Project;
use crate::{command, say};

/// Where the demo's database is, from the root of the clone: a path without spaces, wherever that is.
const DATABASE: &str = "sqlite:target/demo.db";

/// Builds, and becomes the server: a Ctrl-C reaches it alone and ends all there is.
pub(crate) fn run(project: &Project, mut args: Vec<String>) -> Result<()> {
    let dev = args.first().is_some_and(|arg| arg == "--dev");
    if dev {
        args.remove(0);
    }
    args.retain(|arg| arg != "--");
    page::build(project, if dev { Kind::Dev } else { Kind::Small })?;
    let mut cargo = project.cargo("build");
    command::run(cargo.args(["--package", "server", "--bin", "latchkey"]))?;
    std::fs::create_dir_all(project.root.join("target"))?;
    let args = complete(args);
    say::line(format!("starting `latchkey {}`; Ctrl-C ends it", args.join(" ")));
    let error = project.command(project.target.join("debug/latchkey")).args(&args).exec();
    Err(error).context("cannot start target/debug/latchkey")
}

/// Without a subcommand: the demo, on a database that is kept until `target/` is removed.
fn complete(args: Vec<String>) -> Vec<String> {
    if args.first().is_some_and(|arg| !arg.starts_with('-')) {
        return args;
    }
    let mut all = vec!["serve".to_owned(), "--demo".to_owned()];
    if !args.iter().any(|arg| arg == "--database" || arg.starts_with("--database=")) {
        all.extend(["--database".to_owned(), DATABASE.to_owned()]);
    }
    all.extend(args.into_iter().filter(|arg| arg != "--demo"));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(line: &str) -> String {
        complete(line.split_whitespace().map(str::to_owned).collect()).join(" ")
    }

    #[test]
    fn without_a_command_the_demo_runs_and_options_are_added_to_it() {
        assert_eq!(completed(""), "serve --demo --database sqlite:target/demo.db");
        assert_eq!(
            completed("--listen 127.0.0.1:0"),
            "serve --demo --database sqlite:target/demo.db --listen 127.0.0.1:0"
        );
        assert_eq!(completed("--database sqlite:x.db"), "serve --demo --database sqlite:x.db");
        assert_eq!(completed("credentials list"), "credentials list");
    }
}
