//! Faults of the disk under a running process: a limit on the size of files, a full file system, system
//! calls that fail. Each can be lifted again, and is lifted when it is dropped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use rustix::process::{Resource, Rlimit, prlimit};
use tempfile::TempDir;

use super::signals::{self, TERMINATE};

/// `strace` has hold of a process, or has let go of it, within this time.
const PATIENCE: Duration = Duration::from_secs(20);

/// No file of the process may grow beyond a size.
#[derive(Debug)]
pub(super) struct FileSize {
    process_id: u32,
    before: Rlimit,
}

impl FileSize {
    /// Sets the limit, in bytes.
    pub(super) fn begin(process_id: u32, most: u64) -> Result<Self> {
        let pid = Some(signals::pid(process_id)?);
        // The hard limit stays, or nobody but root could lift the soft one again.
        let before = rustix::process::getrlimit(Resource::Fsize);
        let limit = Rlimit { current: Some(most), maximum: before.maximum };
        let before = prlimit(pid, Resource::Fsize, limit).context("cannot limit the file size")?;
        Ok(Self { process_id, before })
    }
}

impl Drop for FileSize {
    fn drop(&mut self) {
        // A process that has ended has no limits any more.
        if let Ok(pid) = signals::pid(self.process_id) {
            let _ = prlimit(Some(pid), Resource::Fsize, self.before);
        }
    }
}

/// A small file system in memory; only root can make one.
#[derive(Debug)]
pub(super) struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Makes one of so many megabytes.
    pub(super) fn new(megabytes: u32) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let size = std::ffi::CString::new(format!("size={megabytes}m,mode=0700"))?;
        let flags = MountFlags::NODEV | MountFlags::NOSUID;
        mount("latchkey-torture", folder.path(), "tmpfs", flags, Some(size.as_c_str()))
            .context("cannot mount a small file system")?;
        Ok(Self { folder })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Fills it to the last byte; [`Self::empty`] gives the room back.
    pub(super) fn fill(&self) -> Result<()> {
        use std::io::Write as _;
        let mut file = std::fs::File::options().append(true).create(true).open(self.filler())?;
        for size in [65_536, 4096] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        Ok(())
    }

    pub(super) fn empty(&self) -> Result<()> {
        Ok(std::fs::remove_file(self.filler())?)
    }

    fn filler(&self) -> PathBuf {
        self.folder.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Whoever still has a file open keeps it until it ends; the name is free at once.
        let _ = unmount(self.folder.path(), UnmountFlags::DETACH);
    }
}

/// System calls of a process fail, as `strace` makes them.
#[derive(Debug)]
pub(super) struct Injection {
    strace: Child,
    process_id: u32,
}

impl Injection {
    /// From now on these system calls (`fdatasync,fsync`) of the process fail with this error (`EIO`).
    pub(super) async fn begin(
        strace: &Path,
        process_id: u32,
        calls: &str,
        error: &str,
    ) -> Result<Self> {
        let mut command = Command::new(strace);
        command.args(["-f", "-q", "-o", "/dev/null", "-e", &format!("trace={calls}")]);
        command.args(["-e", &format!("inject={calls}:error={error}")]);
        Self::attach(command, process_id).await
    }

    /// Writes down these system calls of the process, with the first bytes of what is read and written.
    pub(super) async fn watch(
        strace: &Path,
        process_id: u32,
        calls: &str,
        file: &Path,
    ) -> Result<Self> {
        let mut command = Command::new(strace);
        command.args(["-f", "-q", "-s", "16", "-e", &format!("trace={calls}"), "-o"]).arg(file);
        Self::attach(command, process_id).await
    }

    async fn attach(mut command: Command, process_id: u32) -> Result<Self> {
        command.args(["-p", &process_id.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let strace = command.spawn().context("cannot start strace")?;
        let mut injection = Self { strace, process_id };
        let start = Instant::now();
        while !tracers(process_id).iter().all(|tracer| *tracer == injection.strace.id()) {
            if injection.strace.try_wait()?.is_some() || start.elapsed() > PATIENCE {
                bail!("strace does not get hold of the program");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(injection)
    }

    /// Lets go: every system call does again what it does.
    pub(super) async fn end(mut self) -> Result<()> {
        signals::send(self.strace.id(), TERMINATE)?;
        let start = Instant::now();
        while self.strace.try_wait()?.is_none() || tracers(self.process_id).iter().any(|t| *t > 0) {
            if start.elapsed() > PATIENCE {
                bail!("strace does not let go of the program");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

impl Drop for Injection {
    fn drop(&mut self) {
        // The kernel lets go of what a tracer held when it ends.
        let _ = self.strace.kill();
        let _ = self.strace.wait();
    }
}

/// Who traces each thread of a process; 0 is nobody.
fn tracers(process_id: u32) -> Vec<u32> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process_id}/task")) else {
        return Vec::new();
    };
    let numbers = threads.flatten().filter_map(|thread| thread.file_name().to_str()?.parse().ok());
    numbers.filter_map(|thread: u32| signals::status(thread, "TracerPid:")?.parse().ok()).collect()
}
