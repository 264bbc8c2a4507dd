//! Packages of Python, in environments of their own: exact versions, known by their digests.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::debian;
use crate::project::Project;
use crate::{command, say};

/// The version that the requirements were resolved on comes first: others may lack a built package.
const NAMES: [&str; 3] = ["python3.11", "python3.12", "python3"];

/// Installs what `clients/{name}/requirements.txt` lists, when it has changed, and answers the Python that
/// has it.
pub(crate) fn environment(project: &Project, name: &str) -> Result<PathBuf> {
    let list = project.root.join("clients").join(name).join("requirements.txt");
    let wanted = std::fs::read(&list)
        .with_context(|| format!("clients/{name}/requirements.txt is missing: restore it"))?;
    let folder = project.cache.join("tools").join(format!("clients-{name}"));
    let stamp = folder.join("requirements-of-this-install.txt");
    let installed = folder.join("bin/python");
    if installed.is_file() && std::fs::read(&stamp).is_ok_and(|stamped| stamped == wanted) {
        return Ok(installed);
    }
    let python = python(project)?;
    let log = project.cache.join(format!("logs/clients-{name}.log"));
    say::step(&format!("Python packages of clients/{name}"), "installed", || {
        let mut venv = project.command(&python);
        command::run_quietly(venv.args(["-m", "venv", "--clear"]).arg(&folder), &log)?;
        let mut pip = project.command(&installed);
        pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input"]);
        pip.args(["--require-hashes", "--requirement"]).arg(&list);
        command::run_quietly(&mut pip, &log)
    })?;
    std::fs::write(&stamp, wanted).context("cannot note what was installed for Python")?;
    Ok(installed)
}

/// A Python without packages that can make environments, installed first where that is possible.
pub(crate) fn python(project: &Project) -> Result<PathBuf> {
    if let Some(python) = find(project) {
        return Ok(python);
    }
    debian::install(project, &["python3", "python3-venv"])
        .context("Python 3.11 or newer with its modules `venv` and `ensurepip` is needed")?;
    match find(project) {
        Some(python) => Ok(python),
        None => bail!("Python was installed, but it cannot make environments"),
    }
}

fn find(project: &Project) -> Option<PathBuf> {
    let asks = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";
    NAMES.iter().filter_map(|name| command::find(name)).find(|python| {
        let mut asked = project.command(python);
        asked.args(["-c", asks]).stderr(std::process::Stdio::null());
        asked.status().is_ok_and(|status| status.success())
    })
}
