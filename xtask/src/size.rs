//! What the browser downloads, screen by screen. The limits are part of the tests: every kilobyte is paid by
//! every admin.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};

use crate::page::{self, Files};
use crate::project::Project;
use crate::say;

/// What a visit may download, in bytes of brotli: what it aims for, and more than what fails.
struct Budget {
    what: &'static str,
    goal: usize,
    limit: usize,
}

const FORM: Budget = Budget { what: "until the sign-in form works", goal: 170_000, limit: 195_000 };
const LIST: Budget =
    Budget { what: "from there until the list stands", goal: 75_000, limit: 95_000 };
const SCREEN: Budget = Budget { what: "another screen, first visit", goal: 45_000, limit: 75_000 };

/// How many requests there may be until the list stands: aimed for, and more than what fails.
const REQUESTS: (usize, usize) = (16, 22);
/// The calls of the API among them: who is signed in, signing in, the catalogue, the list.
const CALLS: usize = 4;

#[derive(Clone, Copy, Default)]
struct Sizes {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// Prints the size of every file of `dist/` and of every visit, and fails when one costs too much.
pub(crate) fn check(project: &Project) -> Result<()> {
    let files = page::read_folder(&project.root.join("dist"))?;
    ensure!(files.contains_key("index.html"), "there is no dist/: run `cargo xtask build` first");
    let names: BTreeSet<&str> =
        files.keys().map(String::as_str).filter(|name| !page::is_twin(name)).collect();
    say::line(format!("{:<44}{:>10}{:>10}{:>10}", "file", "raw", "gzip", "brotli"));
    for name in &names {
        say::line(row(name, sizes(&files, name)));
    }
    let groups = groups(&files)?;
    let parts: BTreeSet<&str> = groups.values().flatten().map(String::as_str).collect();
    let form: BTreeSet<&str> = names.difference(&parts).copied().collect();
    let list = groups.get("list").context("no part of the page is called `list`")?;
    let mut had: BTreeSet<&str> = form.clone();
    say::line("");
    let mut visits = vec![visit(&files, &FORM, "", &form)];
    let fetched: BTreeSet<&str> = list.iter().map(String::as_str).collect();
    visits.push(visit(&files, &LIST, "", &fetched));
    had.extend(&fetched);
    let requests = had.len() + CALLS;
    for (name, parts) in groups.iter().filter(|(name, _)| *name != "list") {
        let more = parts.iter().map(String::as_str).filter(|part| !had.contains(part)).collect();
        visits.push(visit(&files, &SCREEN, name, &more));
    }
    let (goal, limit) = REQUESTS;
    say::line(format!("requests until the list stands: {requests} (goal {goal}, limit {limit})"));
    ensure!(requests <= limit, "{requests} requests until the list stands, more than {limit}");
    visits.into_iter().collect()
}

/// Prints what a visit downloads; fails when it is too much.
fn visit(files: &Files, budget: &Budget, name: &str, fetched: &BTreeSet<&str>) -> Result<()> {
    let Budget { what, goal, limit } = budget;
    let brotli: usize = fetched.iter().map(|name| sizes(files, name).brotli).sum();
    let what = if name.is_empty() { (*what).to_owned() } else { format!("{what}: {name}") };
    say::line(format!("{what}: {brotli} in {} files (goal {goal}, limit {limit})", fetched.len()));
    ensure!(brotli <= *limit, "{what}: {brotli} bytes of brotli, more than {limit}");
    Ok(())
}

/// The parts that each group of screens needs, as `index.html` has them.
fn groups(files: &Files) -> Result<BTreeMap<String, Vec<String>>> {
    let page = String::from_utf8_lossy(&files["index.html"]);
    let parts = page.split("data-parts=\"").nth(1).and_then(|rest| rest.split('"').next());
    let parts = parts.context("index.html does not say what the page's parts are")?;
    let group = |text: &str| {
        let (name, parts) = text.split_once('=')?;
        Some((name.to_owned(), parts.split(' ').map(str::to_owned).collect()))
    };
    Ok(parts.split(';').filter_map(group).collect())
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
