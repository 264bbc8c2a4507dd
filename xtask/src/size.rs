//! What a first visit downloads. The limit is part of the tests: every kilobyte is paid by every admin.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use crate::page::{self, Files};
use crate::project::Project;
use crate::say;

/// More than this, in bytes of brotli, fails.
const LIMIT: usize = 200_000;
/// What the page aims for.
const GOAL: usize = 140_000;

#[derive(Clone, Copy, Default)]
struct Sizes {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// Prints the size of every file of `dist/`, and fails when the first visit costs too much.
pub(crate) fn check(project: &Project) -> Result<()> {
    let files = page::read_folder(&project.root.join("dist"))?;
    ensure!(files.contains_key("index.html"), "there is no dist/: run `cargo xtask build` first");
    let names: BTreeSet<&String> = files.keys().filter(|name| !page::is_twin(name)).collect();
    let mut total = Sizes::default();
    say::line(format!("{:<44}{:>10}{:>10}{:>10}", "file", "raw", "gzip", "brotli"));
    for name in names {
        let sizes = sizes(&files, name);
        total.raw += sizes.raw;
        total.gzip += sizes.gzip;
        total.brotli += sizes.brotli;
        say::line(row(name, sizes));
    }
    // All of it: each file is asked for on a first visit.
    say::line(row("first load", total));
    let brotli = total.brotli;
    say::line(if brotli <= GOAL {
        format!("within the goal of {GOAL} bytes of brotli")
    } else {
        format!("{} bytes over the goal of {GOAL}; the limit is {LIMIT}", brotli - GOAL)
    });
    ensure!(
        brotli <= LIMIT,
        "the first load is {brotli} bytes of brotli, more than {LIMIT}: make the page smaller"
    );
    Ok(())
}

fn sizes(files: &Files, name: &str) -> Sizes {
    let size = |name: &str| files.get(name).map(Vec::len);
    let raw = size(name).unwrap_or_default();
    let twin = |suffix: &str| size(&format!("{name}.{suffix}")).unwrap_or(raw);
    Sizes { raw, gzip: twin("gz"), brotli: twin("br") }
}

fn row(name: &str, sizes: Sizes) -> String {
    format!("{name:<44}{:>10}{:>10}{:>10}", sizes.raw, sizes.gzip, sizes.brotli)
}
