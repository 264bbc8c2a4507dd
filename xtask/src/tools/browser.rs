//! The browser that the tests drive: the machine's own Chromium before any other.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::debian;
use crate::project::Project;
use crate::{command, say};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Which browser the tests drive.
pub(crate) enum Browser {
    /// A program of this machine.
    Installed(PathBuf),
    /// The build that Playwright downloaded for itself.
    Playwrights,
}

/// Finds a Chromium, or installs one: `$LATCHKEY_CHROMIUM`, one on PATH, Debian's package, and last
/// Playwright's own download. Call it after the packages of end2end are installed.
pub(crate) fn browser(project: &Project) -> Result<Browser> {
    let chosen = std::env::var_os("LATCHKEY_CHROMIUM").filter(|value| !value.is_empty());
    if let Some(path) = chosen.map(PathBuf::from) {
        return Ok(Browser::Installed(path));
    }
    if let Some(path) = on_path() {
        return Ok(Browser::Installed(path));
    }
    if debian::install(project, &["chromium", "fonts-dejavu-core"]).is_ok()
        && let Some(path) = on_path()
    {
        return Ok(Browser::Installed(path));
    }
    let mut playwright = project.command("npx");
    playwright
        .args(["playwright", "install", "chromium"])
        .current_dir(project.root.join("end2end"));
    let log = project.cache.join("logs/playwright-browser.log");
    say::step("Playwright's Chromium", "there", || command::run_quietly(&mut playwright, &log))
        .context(
            "the browser tests need Chromium: install it, or set LATCHKEY_CHROMIUM to its path",
        )?;
    Ok(Browser::Playwrights)
}

fn on_path() -> Option<PathBuf> {
    NAMES.iter().find_map(|name| command::find(name))
}
