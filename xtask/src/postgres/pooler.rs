//! `PgBouncer` before the tests' own cluster, in transaction mode: every transaction may be served by another
//! connection.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::chown;
use std::process::{Child, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::{Cluster, PATIENCE, program};
use crate::project::Project;
use crate::tools;

/// A running pooler; dropping it stops it.
pub(crate) struct Pooler {
    server: Child,
    port: u16,
}

impl Pooler {
    /// Starts one in the folder of the cluster.
    pub(crate) fn before(cluster: &Cluster, project: &Project) -> Result<Self> {
        let path = tools::pgbouncer(project)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let settings = cluster.folder.join("pgbouncer.ini");
        // Tests make a database each, and all of them share the cluster's connections.
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\n\
             listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = any\npool_mode = transaction\nmax_client_conn = 2000\n\
             default_pool_size = 8\nserver_idle_timeout = 2\n\
             ignore_startup_parameters = extra_float_digits\n",
            cluster.port
        );
        fs::write(&settings, text)?;
        if let Some((user, group)) = cluster.owner {
            chown(&settings, Some(user), Some(group))?;
        }
        let log = fs::File::create(cluster.folder.join("pgbouncer.log"))?;
        let folder = path.parent().context("PgBouncer is in no folder")?;
        let mut server = program(folder, "pgbouncer", &cluster.folder, cluster.owner);
        server.arg("pgbouncer.ini").stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut pooler = Self { server: server.spawn().context("cannot start PgBouncer")?, port };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if pooler.server.try_wait()?.is_some() || start.elapsed() > PATIENCE {
                let said = fs::read_to_string(cluster.folder.join("pgbouncer.log"));
                bail!("PgBouncer did not start; it said:\n{}", said.unwrap_or_default());
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        Ok(pooler)
    }

    /// Where to connect.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
