//! Installs what is missing, once, into the cache outside the clone. Nothing is installed that the
//! machine already has, and no build downloads anything by itself.

mod browser;
mod cargo;
mod debian;
mod npm;
mod programs;
mod python;

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::project::Project;

pub(crate) use browser::{Browser, browser};
pub(crate) use cargo::host;
pub(crate) use npm::{clients_packages, end2end_packages};
pub(crate) use programs::{caddy, cpp_compiler, haproxy, nginx, pgbouncer, postgres, strace};
pub(crate) use python::{environment as python, python as plain_python};

/// Bundles the page. Later versions need a newer compiler than `rust-version`.
const TRUNK: &str = "0.21.14";
/// Holds `wasm-opt`; older ones do not know what today's compiler emits.
const BINARYEN: &str = "132.0.0";
/// Minifies what trunk cannot.
const ESBUILD: &str = "0.28.2";

/// What building the page takes.
pub(crate) struct PageTools {
    pub(crate) trunk: PathBuf,
    pub(crate) esbuild: PathBuf,
    /// The folders where trunk looks for `wasm-bindgen` and `wasm-opt`.
    folders: [PathBuf; 2],
    /// All versions in one line: another line means another result.
    pub(crate) versions: String,
}

impl PageTools {
    /// PATH with these tools before everything else.
    pub(crate) fn path(&self) -> Result<OsString> {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let all = self.folders.iter().cloned().chain(std::env::split_paths(&old));
        std::env::join_paths(all).context("a tool's folder has a name that PATH cannot hold")
    }
}

/// Installs everything that any command needs.
pub(crate) fn install_all(project: &Project) -> Result<()> {
    page(project)?;
    postgres(project)?;
    pgbouncer(project)?;
    cpp_compiler(project)?;
    end2end_packages(project)?;
    browser(project)?;
    python(project, "python")?;
    python(project, "contract")?;
    clients_packages(project)?;
    nginx(project)?;
    caddy(project)?;
    haproxy(project)?;
    strace(project)?;
    Ok(())
}

/// Installs what building the page takes.
pub(crate) fn page(project: &Project) -> Result<PageTools> {
    cargo::wasm_target(project)?;
    let bindgen = cargo::locked_version(project, "wasm-bindgen")?;
    let trunk = cargo::install(project, "trunk", "trunk", TRUNK)?;
    let wasm_bindgen = cargo::install(project, "wasm-bindgen-cli", "wasm-bindgen", &bindgen)?;
    let wasm_opt = npm::install(project, "binaryen", "wasm-opt", BINARYEN)?;
    let esbuild = npm::install(project, "esbuild", "esbuild", ESBUILD)?;
    let folder = |program: &PathBuf| program.parent().map(PathBuf::from).unwrap_or_default();
    Ok(PageTools {
        folders: [folder(&wasm_bindgen), folder(&wasm_opt)],
        versions: format!(
            "trunk {TRUNK}, wasm-bindgen {bindgen}, binaryen {BINARYEN}, esbuild {ESBUILD}, {}",
            cargo::compiler(project)?
        ),
        trunk,
        esbuild,
    })
}
