//! Debian's packages, for whoever is root on Debian; everyone else is told what to install.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Result, bail};

use crate::project::Project;
use crate::{command, say};

static LISTS_ARE_FRESH: OnceLock<()> = OnceLock::new();

/// Installs Debian packages, or says in a sentence that they are missing.
pub(super) fn install(project: &Project, packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !can_install(project) {
        bail!("please install {names} (on Debian: `apt-get install {names}` as root)");
    }
    let apt = |arguments: &[&str]| {
        let mut apt: Command = project.command("apt-get");
        apt.args(["-o", "DPkg::Lock::Timeout=300"]).args(arguments);
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        let log = project.cache.join("logs/apt.log");
        command::run_quietly(&mut apt, &log)
    };
    if LISTS_ARE_FRESH.set(()).is_ok() {
        say::step("Debian's package lists", "updated", || apt(&["update"]))?;
    }
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(packages);
    say::step(&format!("Debian packages {names}"), "installed", || apt(&arguments))
}

fn can_install(project: &Project) -> bool {
    Path::new("/etc/debian_version").exists()
        && command::find("apt-get").is_some()
        && command::read(project.command("id").arg("-u")).is_ok_and(|user| user == "0")
}
