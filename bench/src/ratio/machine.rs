//! What the numbers were measured on, and how much processor time a process has used.

use std::thread::available_parallelism;
use std::time::Duration;

/// One line about this machine.
pub(crate) fn describe() -> String {
    let cores = available_parallelism().map_or(0, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split(':').nth(1));
    let model = model.map_or("unknown processor", str::trim);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    let system = std::env::consts::OS;
    format!("machine: {cores} cores, {model}, {system}; load average before: {load}")
}

/// Processor time of a process since its start, where the system tells.
pub(crate) fn processor_time(process_id: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process_id}/stat")).ok()?;
    // The name, in parentheses, may hold anything; user and system time are the 12th and 13th after it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    // Linux tells in hundredths of a second, whatever its clock.
    Some(Duration::from_millis(ticks * 10))
}
