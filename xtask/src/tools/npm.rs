//! Tools and packages from npm: none of their install scripts is run, no browser is downloaded.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::debian;
use crate::project::Project;
use crate::{command, say};

/// The oldest Node.js that Playwright runs on.
const OLDEST_NODE: u32 = 20;

/// Installs a program at an exact version and answers its path.
pub(super) fn install(
    project: &Project,
    package: &str,
    program: &str,
    version: &str,
) -> Result<PathBuf> {
    let short = version.strip_suffix(".0.0").unwrap_or(version);
    let name = format!("{package}-{short}");
    let root = project.cache.join("tools").join(&name);
    let path = root.join("node_modules/.bin").join(program);
    if path.is_file() {
        return Ok(path);
    }
    std::fs::create_dir_all(&root)?;
    let mut npm = npm(project, "install")?;
    npm.current_dir(&root).arg("--prefix").arg(&root).arg(format!("{package}@{version}"));
    let log = project.cache.join("logs").join(format!("{name}.log"));
    say::step(&format!("{package} {short}"), "installed", || command::run_quietly(&mut npm, &log))?;
    Ok(path)
}

/// Installs the packages of the browser tests when their lock file has changed.
pub(crate) fn end2end_packages(project: &Project) -> Result<()> {
    let folder = project.root.join("end2end");
    let lock = std::fs::read(folder.join("package-lock.json"))
        .context("end2end/package-lock.json is missing: restore it")?;
    let stamp = folder.join("node_modules/.lock-of-this-install");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let mut npm = npm(project, "ci")?;
    npm.current_dir(&folder).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    let log = project.cache.join("logs/end2end.log");
    say::step("npm packages of end2end", "installed", || command::run_quietly(&mut npm, &log))?;
    std::fs::write(&stamp, lock).context("cannot note what was installed in end2end")
}

/// Installs the clients in JavaScript that others wrote when their lock file has changed, outside the clone,
/// and answers where the tests of them are, beside them.
pub(crate) fn clients_packages(project: &Project) -> Result<PathBuf> {
    let source = project.root.join("clients/node");
    let folder = project.cache.join("tools/clients-node");
    std::fs::create_dir_all(&folder)?;
    for name in ["package.json", "package-lock.json", ".npmrc", "tests.mjs"] {
        std::fs::copy(source.join(name), folder.join(name))
            .with_context(|| format!("cannot copy clients/node/{name}"))?;
    }
    let lock = std::fs::read(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.lock-of-this-install");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        node(project)?;
        return Ok(folder.join("tests.mjs"));
    }
    let mut npm = npm(project, "ci")?;
    npm.current_dir(&folder);
    let log = project.cache.join("logs/clients-node.log");
    say::step("npm packages of clients", "installed", || command::run_quietly(&mut npm, &log))?;
    std::fs::write(&stamp, lock).context("cannot note what was installed for clients/node")?;
    Ok(folder.join("tests.mjs"))
}

fn npm(project: &Project, subcommand: &str) -> Result<Command> {
    node(project)?;
    let mut npm = project.command("npm");
    npm.args([subcommand, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    Ok(npm)
}

/// Makes sure that there is a Node.js, and one that is new enough.
fn node(project: &Project) -> Result<()> {
    if command::find("node").is_none() || command::find("npm").is_none() {
        debian::install(project, &["nodejs", "npm"])
            .with_context(|| format!("Node.js {OLDEST_NODE} or newer with npm is needed"))?;
    }
    let version = command::read(project.command("node").arg("--version"))?;
    let major = version.trim_start_matches('v').split('.').next().unwrap_or_default();
    if major.parse::<u32>().is_ok_and(|major| major >= OLDEST_NODE) {
        return Ok(());
    }
    bail!("Node.js is {version}; {OLDEST_NODE} or newer is needed: install one and put it on PATH")
}
