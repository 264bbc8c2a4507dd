//! The one place that prints, and how durations read.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks here")]

use std::fmt::Display;
use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::Result;

/// Prints one line.
pub(crate) fn line(text: impl Display) {
    println!("{text}");
}

/// Prints a heading over the output of other programs.
pub(crate) fn heading(text: impl Display) {
    println!("\n── {text} ──");
}

/// Says what begins, does it, and says what was done and for how long:
/// `trunk 0.21.14 … installed in 3 min 20 s`.
pub(crate) fn step<T>(what: &str, done: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    print!("{what} … ");
    // A lost line of progress must not fail the work.
    let _ = std::io::stdout().flush();
    let start = Instant::now();
    let result = work();
    match &result {
        Ok(_) => println!("{done} in {}", duration(start.elapsed())),
        Err(_) => println!("failed after {}", duration(start.elapsed())),
    }
    result
}

/// Prints an error with all of its causes.
pub(crate) fn failure(error: &anyhow::Error) {
    eprintln!("\nerror: {error:#}");
}

/// `0.4 s`, `12 s`, `3 min 20 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_speech() {
        assert_eq!(duration(Duration::from_millis(420)), "0.4 s");
        assert_eq!(duration(Duration::from_secs(12)), "12 s");
        assert_eq!(duration(Duration::from_secs(200)), "3 min 20 s");
    }
}
