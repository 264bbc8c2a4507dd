//! Debian's packages, for whoever is root on Debian; everyone else is told what to install.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::{command, say};

static LISTS_ARE_FRESH: OnceLock<()> = OnceLock::new();

/// Installs Debian packages, or says in a sentence that they are missing.
pub(super) fn install(project: &Project, packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !can_install(project) {
        bail!("please install {names} (on Debian: `apt-get install {names}` as root)");
    }
    update(project)?;
    let mut install = apt(project);
    install.args(["install", "--yes", "--no-install-recommends"]).args(packages);
    say::step(&format!("Debian packages {names}"), "installed", || quietly(project, &mut install))
}

/// Unpacks a Debian package into the cache, and answers the folder. It is not installed: that would start
/// a service now, and again with the machine. The libraries it needs are ones every Debian has.
pub(super) fn unpack(project: &Project, package: &str) -> Result<PathBuf> {
    let folder = project.cache.join("tools").join(format!("debian-{package}"));
    if folder.is_dir() {
        return Ok(folder);
    }
    if !can_install(project) {
        bail!("please install {package} (on Debian: `apt-get install {package}` as root)");
    }
    update(project)?;
    let begun = folder.with_extension("begun");
    if begun.exists() {
        std::fs::remove_dir_all(&begun)?;
    }
    std::fs::create_dir_all(&begun)?;
    say::step(&format!("Debian package {package}"), "unpacked", || {
        let mut download = apt(project);
        quietly(project, download.current_dir(&begun).args(["download", package]))?;
        let mut files = std::fs::read_dir(&begun)?;
        let file = files.next().context("apt-get downloaded nothing")??.path();
        let mut extract = project.command("dpkg-deb");
        quietly(project, extract.arg("--extract").arg(&file).arg(&begun))?;
        std::fs::remove_file(file)?;
        Ok(())
    })?;
    // Under its name only when all of it is there.
    std::fs::rename(begun, &folder)?;
    Ok(folder)
}

/// Updates the lists of packages, once.
fn update(project: &Project) -> Result<()> {
    if LISTS_ARE_FRESH.set(()).is_ok() {
        let mut update = apt(project);
        update.arg("update");
        say::step("Debian's package lists", "updated", || quietly(project, &mut update))?;
    }
    Ok(())
}

fn apt(project: &Project) -> Command {
    let mut apt = project.command("apt-get");
    apt.args(["-o", "DPkg::Lock::Timeout=300"]).env("DEBIAN_FRONTEND", "noninteractive");
    apt
}

fn quietly(project: &Project, command: &mut Command) -> Result<()> {
    command::run_quietly(command, &project.cache.join("logs/apt.log"))
}

fn can_install(project: &Project) -> bool {
    Path::new("/etc/debian_version").exists()
        && command::find("apt-get").is_some()
        && command::read(project.command("id").arg("-u")).is_ok_and(|user| user == "0")
}
