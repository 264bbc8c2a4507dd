//! Programs that Debian has: servers that tests start for themselves (PostgreSQL, nginx, Caddy, HAProxy),
//! `strace`, with which system calls are made to fail, and a C++ compiler, because libFuzzer is written in it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::debian;
use crate::command;
use crate::project::Project;

/// The folder of `initdb`, `postgres` and `pg_ctl`, installed first where that is possible.
pub(crate) fn postgres(project: &Project) -> Result<PathBuf> {
    if let Some(folder) = find(project) {
        return Ok(folder);
    }
    debian::install(project, &["postgresql"])
        .context("the tests need PostgreSQL's server programs (initdb, postgres, pg_ctl)")?;
    find(project).context("PostgreSQL was installed, but its programs are not where they should be")
}

/// `PgBouncer`, installed first where that is possible: the libraries it needs are not on every Debian.
pub(crate) fn pgbouncer(project: &Project) -> Result<PathBuf> {
    let find = || {
        let installed = PathBuf::from("/usr/sbin/pgbouncer");
        Some(installed).filter(|path| path.is_file()).or_else(|| command::find("pgbouncer"))
    };
    if let Some(program) = find() {
        return Ok(program);
    }
    debian::install(project, &["pgbouncer"]).context("the tests need PgBouncer")?;
    find().context("PgBouncer was installed, but is not where it should be")
}

/// nginx, which nobody but a test starts.
pub(crate) fn nginx(project: &Project) -> Result<PathBuf> {
    proxy(project, "nginx", "usr/sbin/nginx")
}

/// Caddy, likewise.
pub(crate) fn caddy(project: &Project) -> Result<PathBuf> {
    proxy(project, "caddy", "usr/bin/caddy")
}

/// HAProxy, likewise, and the folder with those of its libraries that not every Debian has; empty where it is
/// installed.
pub(crate) fn haproxy(project: &Project) -> Result<(PathBuf, PathBuf)> {
    let program = proxy(project, "haproxy", "usr/sbin/haproxy")?;
    if !program.starts_with(&project.cache) {
        return Ok((program, PathBuf::new()));
    }
    let libraries = HAPROXY_LIBRARIES.iter().map(|package| debian::unpack(project, package));
    let mut folders = Vec::new();
    for unpacked in libraries {
        let below = unpacked?.join("usr/lib");
        // One folder, named after the machine.
        folders.extend(std::fs::read_dir(below)?.flatten().map(|entry| entry.path()));
    }
    Ok((program, std::env::join_paths(folders)?.into()))
}

const HAPROXY_LIBRARIES: [&str; 3] =
    ["liblua5.3-0", "libopentracing-c-wrapper0", "libopentracing1"];

/// The program that is installed, else the one of Debian's package, which has it at `place`.
fn proxy(project: &Project, package: &str, place: &str) -> Result<PathBuf> {
    let installed = Path::new("/").join(place);
    let installed = Some(installed).filter(|path| path.is_file());
    if let Some(program) = installed.or_else(|| command::find(package)) {
        return Ok(program);
    }
    let folder = debian::unpack(project, package)
        .with_context(|| format!("the tests of reverse proxies need {package}"))?;
    Ok(folder.join(place))
}

/// Sees to it that there is a C++ compiler.
pub(crate) fn cpp_compiler(project: &Project) -> Result<()> {
    if std::env::var_os("CXX").is_some() || command::find("c++").is_some() {
        return Ok(());
    }
    debian::install(project, &["g++"]).context("fuzzing needs a C++ compiler")
}

/// `strace`, which makes system calls of a process fail. It starts nothing, so it can be installed.
pub(crate) fn strace(project: &Project) -> Result<PathBuf> {
    if let Some(program) = command::find("strace") {
        return Ok(program);
    }
    debian::install(project, &["strace"]).context("the torture needs strace")?;
    command::find("strace").context("strace was installed, but is not on PATH")
}

fn find(project: &Project) -> Option<PathBuf> {
    let configured = command::find("pg_config")
        .and_then(|path| command::read(project.command(path).arg("--bindir")).ok())
        .map(PathBuf::from);
    let on_path = command::find("initdb").and_then(|path| Some(path.parent()?.to_owned()));
    debian_folders().into_iter().chain(configured).chain(on_path).find(|folder| is_complete(folder))
}

/// Debian keeps the programs of every version beside each other, off PATH: newest first.
fn debian_folders() -> Vec<PathBuf> {
    let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> = versions
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_ctl"].iter().all(|program| folder.join(program).is_file())
}
