//! Tools that cargo compiles, and the compiler's own target for the page.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::{command, say};

const WASM: &str = "wasm32-unknown-unknown";

/// The compiler's name and version.
pub(super) fn compiler(project: &Project) -> Result<String> {
    command::read(project.command("rustc").arg("--version"))
}

/// The target that programs are compiled for when none is named.
pub(crate) fn host(project: &Project) -> Result<String> {
    let version = command::read(project.command("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not say what it compiles for")
}

/// Adds the WebAssembly target to the toolchain when it lacks it.
pub(super) fn wasm_target(project: &Project) -> Result<()> {
    let sysroot = command::read(project.command("rustc").args(["--print", "sysroot"]))?;
    if PathBuf::from(sysroot).join("lib/rustlib").join(WASM).join("lib").is_dir() {
        return Ok(());
    }
    if command::find("rustup").is_none() {
        bail!(
            "this Rust toolchain has no target {WASM}, and there is no rustup to add it: install it"
        );
    }
    let log = project.cache.join("logs/wasm-target.log");
    say::step(&format!("Rust target {WASM}"), "added", || {
        command::run_quietly(project.command("rustup").args(["target", "add", WASM]), &log)
    })
}

/// The version of a crate in `Cargo.lock`.
pub(super) fn locked_version(project: &Project, name: &str) -> Result<String> {
    let lock = std::fs::read_to_string(project.root.join("Cargo.lock"))
        .context("there is no Cargo.lock: restore it, the page's tools follow its versions")?;
    version_in(&lock, name).with_context(|| format!("Cargo.lock has no crate `{name}`"))
}

fn version_in(lock: &str, name: &str) -> Option<String> {
    let entry = lock.split(&format!("name = \"{name}\"\nversion = \"")).nth(1)?;
    Some(entry.split('"').next()?.to_owned())
}

/// Installs a program at an exact version and answers its path. Unoptimised: trunk alone would take a
/// quarter of an hour otherwise, and none of them does much work.
pub(super) fn install(
    project: &Project,
    package: &str,
    program: &str,
    version: &str,
    features: &[&str],
) -> Result<PathBuf> {
    let name = format!("{package}-{version}");
    let root = project.cache.join("tools").join(&name);
    let path = root.join("bin").join(program);
    if path.is_file() {
        return Ok(path);
    }
    let build = project.cache.join("build").join(&name);
    let log = project.cache.join("logs").join(format!("{name}.log"));
    let cargo_install = |locked: bool| {
        let mut cargo = project.command("cargo");
        cargo.args(["install", "--debug", package, "--version", version, "--root"]).arg(&root);
        cargo.args(features);
        if locked {
            cargo.arg("--locked");
        }
        // Backtraces and debug info of tools help nobody here, and cost hundreds of megabytes.
        cargo.env("CARGO_TARGET_DIR", &build).env("CARGO_PROFILE_DEV_DEBUG", "false");
        cargo.current_dir(&project.cache);
        command::run_quietly(&mut cargo, &log)
    };
    say::step(&format!("{package} {version}, compiled once"), "installed", || {
        // Some published lock files name versions that no longer resolve.
        cargo_install(true).or_else(|_| cargo_install(false))
    })?;
    // Left behind, it only costs room.
    let _ = std::fs::remove_dir_all(&build);
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_of_that_very_crate() {
        let lock = "name = \"wasm-bindgen-futures\"\nversion = \"0.4.5\"\n\n[[package]]\n\
                    name = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"…\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in(lock, "wasm"), None);
    }
}
