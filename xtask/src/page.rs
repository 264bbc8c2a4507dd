//! Builds the page into `dist/`: trunk compiles and bundles, `finish` makes it small and final.
//! Nothing is done when nothing that the result depends on has changed.

mod digest;
mod finish;
mod split;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::project::Project;
use crate::tools::PageTools;
use crate::{command, say, tools};

pub(crate) use finish::is_twin;
pub(crate) use split::split;

/// Everything that the page is made of, and what makes it.
const INPUTS: [&str; 10] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "api",
    "index.html",
    "public",
    "src",
    "style",
    "xtask/src/page",
];

/// How the page is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// For release: small, minified, compressed.
    Small,
    /// For work on the page: ten times the size, built again in seconds.
    Dev,
}

/// The files of a folder by their names inside it, with `/` between the parts.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Builds `dist/` if it is not up to date, and answers the digest of what is in it.
pub(crate) fn build(project: &Project, kind: Kind) -> Result<String> {
    let tools = tools::page(project)?;
    let dist = project.root.join("dist");
    let stamp = project.root.join("target/page.stamp");
    let inputs = inputs(project, kind, &tools)?;
    if let Ok(held) = std::fs::read_to_string(&stamp) {
        let made = digest::of(&read_folder(&dist)?);
        if held == format!("{inputs} {made}") {
            return Ok(made);
        }
    }
    let bundled = bundle(project, kind, &tools)?;
    let files = match kind {
        Kind::Small => say::step("the page's files", "minified and compressed", || {
            finish::finish(bundled, &tools.esbuild, &read_folder(&dist)?)
        })?,
        Kind::Dev => bundled,
    };
    write_folder(&dist, &files)?;
    let made = digest::of(&files);
    std::fs::write(&stamp, format!("{inputs} {made}")).context("cannot write the page's stamp")?;
    Ok(made)
}

/// The digest of all that the page is made from, and of how.
fn inputs(project: &Project, kind: Kind, tools: &PageTools) -> Result<String> {
    let mut files = Files::new();
    for name in INPUTS {
        let path = project.root.join(name);
        if path.is_dir() {
            let inside = read_folder(&path)?;
            files.extend(inside.into_iter().map(|(file, data)| (format!("{name}/{file}"), data)));
        } else {
            files.insert(name.to_owned(), read(&path)?);
        }
    }
    // The one setting of trunk that a deployment may want to change: where the page is mounted.
    let mounted = std::env::var("TRUNK_BUILD_PUBLIC_URL").unwrap_or_default();
    files.insert("how".to_owned(), format!("{kind:?} {mounted} {}", tools.versions).into_bytes());
    Ok(digest::of(&files))
}

/// Lets trunk compile and bundle, and answers the files it made.
fn bundle(project: &Project, kind: Kind, tools: &PageTools) -> Result<Files> {
    say::heading("the page");
    let (mode, profile) = match kind {
        Kind::Small => (&["--release"][..], "page"),
        Kind::Dev => (&[][..], "dev"),
    };
    // Trunk compiles offline, so that it cannot fetch tools; crates are fetched here.
    command::run(project.cargo("fetch").args(["--quiet", "--target", "wasm32-unknown-unknown"]))?;
    let mut trunk = project.command(&tools.trunk);
    trunk.arg("build").args(mode).args(["--log", "warn"]).env("RUST_BACKTRACE", "0");
    trunk.env("PATH", tools.path()?);
    // It would ask the world for a newer version, and it takes `NO_COLOR=1` for a mistake.
    trunk.env("TRUNK_SKIP_VERSION_CHECK", "true").env_remove("NO_COLOR");
    let start = std::time::Instant::now();
    command::run(&mut trunk).context("the page does not build")?;
    say::line(format!("built in {} (profile {profile})", say::duration(start.elapsed())));
    read_folder(&project.root.join("target/page"))
}

/// All files below a folder; none when there is no such folder.
pub(crate) fn read_folder(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    if folder.is_dir() {
        collect(folder, "", &mut files)
            .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    }
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, read(&entry.path())?);
        }
    }
    Ok(())
}

/// Makes a folder hold exactly these files; the ones that are right already are not touched, so that
/// nothing that depends on them is built again.
fn write_folder(folder: &Path, files: &Files) -> Result<()> {
    let old = read_folder(folder)?;
    for name in old.keys().filter(|name| !files.contains_key(*name)) {
        std::fs::remove_file(folder.join(name))?;
    }
    for (name, data) in files.iter().filter(|(name, data)| old.get(*name) != Some(data)) {
        let path: PathBuf = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(&path, data).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
