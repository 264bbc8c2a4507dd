//! The one place that prints.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks here")]

use std::fmt::Display;

/// Prints one line.
pub(crate) fn line(text: impl Display) {
    println!("{text}");
}

/// Prints an error with all of its causes.
pub(crate) fn failure(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}
