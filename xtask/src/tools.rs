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
/// Takes the page's WebAssembly apart. It goes with the `wasm_split_…` crates of Cargo.lock.
const WASM_SPLIT: &str = "0.2.4";
/// Bundles and minifies what trunk cannot.
const ESBUILD: &str = "0.28.2";

/// What building the page takes.
pub(crate) struct PageTools {
    pub(crate) trunk: PathBuf,
    pub(crate) wasm_split: PathBuf,
    pub(crate) wasm_bindgen: PathBuf,
    pub(crate) wasm_opt: PathBuf,
    pub(crate) esbuild: PathBuf,
    /// All versions in one line: another line means another result.
    pub(crate) versions: String,
}

impl PageTools {
    /// PATH with what trunk looks for before everything else.
    pub(crate) fn path(&self) -> Result<OsString> {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let folders = [&self.wasm_bindgen, &self.wasm_opt]
            .map(|program| program.parent().map(PathBuf::from).unwrap_or_default());
        let all = folders.into_iter().chain(std::env::split_paths(&old));
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
    let trunk = cargo::install(project, "trunk", "trunk", TRUNK, &[])?;
    let wasm_bindgen = cargo::install(project, "wasm-bindgen-cli", "wasm-bindgen", &bindgen, &[])?;
    let wasm_split = ("wasm_split_cli_support", "wasm-split-cli", ["--features", "build-binary"]);
    let (package, program, features) = wasm_split;
    let wasm_split = cargo::install(project, package, program, WASM_SPLIT, &features)?;
    let wasm_opt = npm::install(project, "binaryen", "wasm-opt", BINARYEN)?;
    let esbuild = npm::install(project, "esbuild", "esbuild", ESBUILD)?;
    Ok(PageTools {
        versions: format!(
            "trunk {TRUNK}, wasm-split {WASM_SPLIT}, wasm-bindgen {bindgen}, binaryen {BINARYEN}, \
             esbuild {ESBUILD}, {}",
            cargo::compiler(project)?
        ),
        trunk,
        wasm_split,
        wasm_bindgen,
        wasm_opt,
        esbuild,
    })
}
