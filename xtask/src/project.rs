//! Where things are: the clone, the cache outside of it, cargo's target folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// Over this many bytes the build cache of a continuous-integration machine is thrown away.
const CACHE_LIMIT: u64 = 20_000_000_000;

/// The clone this command was started in, and its caches.
pub(crate) struct Project {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Tools and build caches that outlive a clone.
    pub(crate) cache: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
    /// Whether this is an unattended run: then builds are cached outside the clone.
    ci: bool,
}

impl Project {
    /// Finds the clone from where cargo started this program.
    pub(crate) fn find() -> Result<Self> {
        let crate_folder = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = crate_folder.parent().context("xtask is not inside a workspace")?.to_owned();
        let cache = cache_folder().context(
            "no folder for tools: set LATCHKEY_CACHE (or HOME) to a folder that may be written",
        )?;
        std::fs::create_dir_all(&cache)
            .with_context(|| format!("cannot create the cache folder {}", cache.display()))?;
        let ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None if ci => cache.join("target"),
            None => root.join("target"),
        };
        if ci && folder_size(&target) > CACHE_LIMIT {
            std::fs::remove_dir_all(&target).context("cannot empty the build cache")?;
        }
        Ok(Self { root, cache, target, ci })
    }

    /// A cargo command in this workspace. Unattended, the lock file must be up to date.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut cargo = self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.arg(subcommand);
        if self.ci && subcommand != "fmt" {
            cargo.arg("--locked");
        }
        cargo
    }

    /// Any command, started at the root of the clone with this project's target folder.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        command
    }
}

fn cache_folder() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("LATCHKEY_CACHE")
        .or_else(|| Some(set("XDG_CACHE_HOME")?.join("latchkey")))
        .or_else(|| Some(set("HOME")?.join(".cache/latchkey")))?;
    // Commands run in several folders: a relative path would mean several caches.
    std::path::absolute(folder).ok()
}

fn folder_size(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(data) if data.is_dir() => folder_size(&entry.path()),
            Ok(data) => data.len(),
            Err(_) => 0,
        })
        .sum()
}
