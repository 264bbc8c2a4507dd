//! Signals to processes that this tool started, and to nobody else.

use std::path::Path;

use anyhow::{Context as _, Result};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

/// Tells a process to stop.
pub(super) const TERMINATE: Signal = Signal::TERM;
/// Ends a process without asking it.
pub(super) const KILL: Signal = Signal::KILL;
/// Tells PostgreSQL to end its clients' connections and stop.
pub(super) const INTERRUPT: Signal = Signal::INT;

/// Sends a signal. That the process has ended already is no error.
pub(super) fn send(process_id: u32, signal: Signal) -> Result<()> {
    match kill_process(pid(process_id)?, signal) {
        Err(Errno::SRCH) | Ok(()) => Ok(()),
        Err(error) => Err(error).with_context(|| format!("no signal to process {process_id}")),
    }
}

/// The number of a process, as system calls take it.
pub(super) fn pid(process_id: u32) -> Result<Pid> {
    let number = i32::try_from(process_id).ok();
    number.and_then(Pid::from_raw).with_context(|| format!("{process_id} is no process"))
}

/// The processes that this one has started and that still run.
pub(super) fn children(process_id: u32) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let numbers = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(|number| parent(*number) == Some(process_id)).collect()
}

/// The field `name` of a process's status, such as `PPid:`.
pub(super) fn status(process_id: u32, name: &str) -> Option<String> {
    let file = Path::new("/proc").join(process_id.to_string()).join("status");
    let text = std::fs::read_to_string(file).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(value.trim().to_owned())
}

fn parent(process_id: u32) -> Option<u32> {
    status(process_id, "PPid:")?.parse().ok()
}
