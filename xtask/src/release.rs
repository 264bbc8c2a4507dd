//! The release: `dist/` for a static host, and the binary with the same console inside.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::page::{self, Kind};
use crate::project::Project;
use crate::{command, say, tools};

/// Builds the release and answers the path of the binary.
pub(crate) fn build(project: &Project) -> Result<PathBuf> {
    let dist = page::build(project, Kind::Small)?;
    let start = std::time::Instant::now();
    let mut cargo = project.cargo("build");
    cargo.args(["--release", "--package", "server", "--bin", "latchkey"]);
    // `server/src/assets.rs` names this variable: another `dist/` means another binary.
    command::run(cargo.env("LATCHKEY_DIST", dist))?;
    let binary = project.target.join("release/latchkey");
    let megabytes = std::fs::metadata(&binary)?.len() / 1_000_000;
    say::line(format!(
        "{} ({megabytes} MB) is up to date after {}",
        binary.display(),
        say::duration(start.elapsed())
    ));
    Ok(binary)
}

/// Runs the load and race tools.
pub(crate) fn bench(project: &Project, args: &[String]) -> Result<()> {
    build(project)?;
    let mut cargo = project.cargo("run");
    command::run(cargo.args(["--release", "--quiet", "--package", "bench", "--"]).args(args))
}

/// Does to the release what the world does: kills it, fills its disk, falls silent.
pub(crate) fn torture(project: &Project, binary: &Path, args: &[String]) -> Result<()> {
    let programs = tools::postgres(project)?;
    let strace = tools::strace(project)?;
    let mut cargo = project.cargo("run");
    cargo.args(["--release", "--quiet", "--package", "bench", "--", "torture", "--bin"]);
    cargo.arg(binary).arg("--postgres-programs").arg(programs).arg("--strace").arg(strace);
    command::run(cargo.args(args))
}
