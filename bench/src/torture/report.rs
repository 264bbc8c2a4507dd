//! What was tried and what came of it, on the screen and as `docs/torture.md`.

use std::fmt::Write as _;
use std::process::Command;

use server::clock::{Clock, rfc3339};

use crate::say;

/// Everything that was found so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    scenarios: Vec<Findings>,
}

#[derive(Debug)]
struct Findings {
    title: &'static str,
    checks: Vec<Check>,
}

#[derive(Debug)]
struct Check {
    what: String,
    good: bool,
    found: String,
}

impl Report {
    /// What follows belongs to this scenario.
    pub(super) fn begin(&mut self, title: &'static str) {
        say::line(format!("\n{title}"));
        self.scenarios.push(Findings { title, checks: Vec::new() });
    }

    /// Notes what was asked for, whether it was so, and what was found.
    pub(super) fn check(&mut self, what: impl Into<String>, good: bool, found: impl Into<String>) {
        let check = Check { what: what.into(), good, found: found.into() };
        let word = if good { "ok    " } else { "FAILED" };
        say::line(format!("  {word}  {}: {}", check.what, check.found));
        if let Some(findings) = self.scenarios.last_mut() {
            findings.checks.push(check);
        }
    }

    /// Prints how many checks passed; true when none failed.
    pub(super) fn finish(&self) -> bool {
        let (passed, failed) = self.count();
        say::line(format!("\n{passed} passed, {failed} failed"));
        failed == 0
    }

    fn count(&self) -> (usize, usize) {
        let checks = || self.scenarios.iter().flat_map(|findings| &findings.checks);
        let passed = checks().filter(|check| check.good).count();
        (passed, checks().count() - passed)
    }

    /// The whole of it as a document.
    pub(super) fn markdown(&self, short: bool, seed: u64) -> String {
        let (passed, failed) = self.count();
        let form = if short { "short" } else { "long" };
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let date = rfc3339(Clock::system().now());
        let date = date.split('T').next().unwrap_or_default();
        let mut text = format!(
            "# Torture\n\nWritten by `cargo xtask torture --report docs/torture.md`; what each scenario \
             does is said in\n[bench/README.md](../bench/README.md). Times depend on the machine and \
             on what else it does; what is judged is a\nratio within one run, or a bound far from \
             what is usual.\n\n{date}, commit {}, {} form, seed {seed}, {cores} processors, load \
             average {}: **{passed} passed, {failed} failed**.\n",
            commit(),
            form,
            load(),
        );
        for findings in &self.scenarios {
            // Writing to a `String` never fails.
            let _ = write!(
                text,
                "\n## {}\n\n| what was tried | | found |\n|---|---|---|\n",
                findings.title
            );
            for Check { what, good, found } in &findings.checks {
                let word = if *good { "ok" } else { "**FAILED**" };
                let _ = writeln!(text, "| {} | {word} | {} |", cell(what), cell(found));
            }
        }
        text
    }
}

/// One line of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The commit of the program, where the clone says so.
fn commit() -> String {
    let git = Command::new("git").args(["describe", "--always", "--dirty", "--exclude=*"]).output();
    let said = git.ok().filter(|output| output.status.success());
    said.map_or("unknown".to_owned(), |said| {
        String::from_utf8_lossy(&said.stdout).trim().to_owned()
    })
}

fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

/// The middle one.
pub(super) fn median<T: Ord + Copy>(values: &mut [T]) -> Option<T> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_of_the_table_and_counts() {
        let mut report = Report::default();
        report.begin("a scenario");
        report.check("one", true, "a|b\nc");
        report.check("two", false, "no");
        assert_eq!(report.count(), (1, 1));
        let text = report.markdown(true, 1);
        assert!(text.contains("| one | ok | a\\|b c |\n| two | **FAILED** | no |\n"), "{text}");
    }

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(&mut [3, 1, 2]), Some(2));
        assert_eq!(median::<u8>(&mut []), None);
    }
}
