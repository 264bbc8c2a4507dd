//! Clients that others wrote, reverse proxies, and the checks of a tool that knows nothing of us but our
//! documents: all against the program itself, as Python tells them in `clients/`.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::project::Project;
use crate::{command, tools};

/// Existing integrations: published packages, unmodified.
pub(crate) fn integrations(project: &Project) -> Result<()> {
    let python = tools::python(project, "python")?;
    let node_tests = tools::clients_packages(project)?;
    let mut tests = script(project, &python, "python/tests.py")?;
    command::run(tests.env("LATCHKEY_NODE_TESTS", node_tests))
}

/// nginx, Caddy and HAProxy, as the document sets them up.
pub(crate) fn proxies(project: &Project) -> Result<()> {
    let (nginx, caddy) = (tools::nginx(project)?, tools::caddy(project)?);
    let (haproxy, libraries) = tools::haproxy(project)?;
    let python = tools::plain_python(project)?;
    let mut tests = script(project, &python, "proxies/tests.py")?;
    tests.env("LATCHKEY_NGINX", nginx).env("LATCHKEY_CADDY", caddy);
    tests.env("LATCHKEY_HAPROXY", haproxy).env("LATCHKEY_HAPROXY_LIBRARIES", libraries);
    command::run(&mut tests)
}

/// Both OpenAPI documents: what they say is what happens.
pub(crate) fn contract(project: &Project) -> Result<()> {
    let python = tools::python(project, "contract")?;
    command::run(&mut script(project, &python, "contract/run.py")?)
}

/// A script of `clients/`, which starts the program for itself: as it is when nothing is optimised, so that
/// an overflow is an error and a broken assumption too.
fn script(project: &Project, python: &Path, script: &str) -> Result<std::process::Command> {
    let mut cargo = project.cargo("build");
    command::run(cargo.args(["--package", "server", "--bin", "latchkey"]))?;
    let path: PathBuf = project.root.join("clients").join(script);
    let mut command = project.command(python);
    command.arg(path).env("LATCHKEY_BIN", project.target.join("debug/latchkey"));
    // Nothing is left in the clone.
    command.env("PYTHONDONTWRITEBYTECODE", "1").env_remove("PYTHONPATH");
    Ok(command)
}
