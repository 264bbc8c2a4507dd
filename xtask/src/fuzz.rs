//! `cargo xtask test --only fuzz`: every reader of a stranger's bytes, for a minute each. libFuzzer needs
//! nothing but flags that the stable compiler has; they are set for this build alone, in a target folder of
//! its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::project::Project;
use crate::{command, say, tools};

/// What is fuzzed: the modules of `fuzz/`.
const TARGETS: [&str; 6] = ["basic", "key", "forwarded", "query", "link", "import"];
const AT_ONCE: usize = 2;
/// For each, in seconds.
const TIME: u64 = 60;
/// An input that takes longer, in seconds, is a fault as well.
const SLOWEST: u32 = 30;
/// The longest input, in bytes. Longer ones take longer, and find no more.
const LONGEST: u32 = 1024;
const LONGEST_FILE: u32 = 6144;

/// What is repeated of a fault, at most.
const FAULT_LINES: usize = 12;

/// Counts every edge, and sees what is compared with what.
const FLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Builds the fuzzer, and gives every target its time.
pub(crate) fn run(project: &Project) -> Result<()> {
    tools::cpp_compiler(project)?;
    let program = build(project)?;
    for targets in TARGETS.chunks(AT_ONCE) {
        let fuzzers: Result<Vec<Fuzzer>> =
            targets.iter().map(|target| Fuzzer::start(project, &program, target)).collect();
        let reports: Vec<Result<String>> = fuzzers?.into_iter().map(Fuzzer::finish).collect();
        for report in reports {
            say::line(report?);
        }
    }
    Ok(())
}

fn build(project: &Project) -> Result<PathBuf> {
    // Only with a target named are the flags kept from build scripts and macros, which have no fuzzer.
    let host = tools::host(project)?;
    let folder = project.target.join("fuzz");
    let mut cargo = project.cargo("build");
    cargo.args(["--package", "fuzz", "--features", "libfuzzer", "--profile", "fuzz", "--target"]);
    cargo.arg(&host).env("CARGO_TARGET_DIR", &folder).env("RUSTFLAGS", FLAGS);
    command::run(cargo.env_remove("CARGO_ENCODED_RUSTFLAGS"))?;
    Ok(folder.join(host).join("fuzz/fuzz"))
}

/// A running fuzzer, which is stopped when nobody waits for it any more.
struct Fuzzer {
    target: &'static str,
    child: Child,
    /// Where it runs, and leaves what it found.
    folder: PathBuf,
}

impl Fuzzer {
    fn start(project: &Project, program: &Path, target: &'static str) -> Result<Self> {
        let folder = project.cache.join("fuzz").join(target);
        // What it learnt stays, so that the next run goes on from there.
        let [learnt, seeds] = ["corpus", "seeds"].map(|name| folder.join(name));
        fs::create_dir_all(&learnt)?;
        fs::create_dir_all(&seeds)?;
        for found in findings(&folder)? {
            fs::remove_file(found)?;
        }
        let longest = if target == "import" { LONGEST_FILE } else { LONGEST };
        let log = File::create(folder.join("log"))?;
        let mut fuzzer = project.command(program);
        fuzzer
            .arg(learnt)
            .args([&seeds, &project.root.join("fuzz/corpus").join(target)])
            .arg(format!("-max_total_time={TIME}"))
            .arg(format!("-timeout={SLOWEST}"))
            .arg(format!("-report_slow_units={SLOWEST}"))
            .arg(format!("-max_len={longest}"))
            .args(["-artifact_prefix=found-", "-print_final_stats=1"])
            .current_dir(&folder)
            .env("FUZZ_TARGET", target)
            .env("FUZZ_SEEDS", seeds)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let child = fuzzer.spawn().context("the fuzzer does not start")?;
        Ok(Self { target, child, folder })
    }

    /// Waits for its end; in one line what it did, or the input for which something does not hold.
    fn finish(mut self) -> Result<String> {
        let status = self.child.wait()?;
        let path = self.folder.join("log");
        let log = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
        let target = self.target;
        if let Some(found) = findings(&self.folder)?.first() {
            let input = STANDARD.encode(fs::read(found)?);
            bail!(
                "{}\nfor this input of `{target}`, in base64:\n{input}\n(as a file: {}; everything \
                 said: {}; copied to fuzz/corpus/{target} it is tried first)",
                fault(&log),
                found.display(),
                path.display()
            );
        }
        ensure!(status.success(), "the fuzzer of `{target}` broke off: see {}", path.display());
        let runs = last_number(&log, "stat::number_of_executed_units:").unwrap_or(0);
        let accepted = last_number(&log, "accepted ").unwrap_or(0);
        ensure!(accepted > 0, "`{target}` accepted none of {runs} inputs: that proves nothing");
        Ok(format!("{target:<8} {runs:>10} inputs, {:>7} a second", runs / TIME))
    }
}

impl Drop for Fuzzer {
    fn drop(&mut self) {
        // It has ended by itself unless another one could not be started.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is wrong, from the first sentence of it.
fn fault(log: &str) -> String {
    let begins = |line: &&str| line.contains(" panicked at ") || line.contains("ERROR:");
    let lines = log.lines().skip_while(|line| !begins(line));
    let lines = lines.take_while(|line| !line.starts_with("stack backtrace:"));
    lines.take(FAULT_LINES).collect::<Vec<_>>().join("\n")
}

/// The inputs that a fuzzer has left behind.
fn findings(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("found-") {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// The number behind the last occurrence of a word.
fn last_number(log: &str, word: &str) -> Option<u64> {
    log.rsplit_once(word)?.1.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_number_counts() {
        let log = "accepted 1 of 4096\naccepted 27 of 8192\nstat::number_of_executed_units: 9000\n";
        assert_eq!(last_number(log, "accepted "), Some(27));
        assert_eq!(last_number(log, "stat::number_of_executed_units:"), Some(9000));
        assert_eq!(last_number(log, "slowest:"), None);
    }

    #[test]
    fn every_target_has_its_seeds() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        for target in TARGETS {
            let seeds = fs::read_dir(root.join("fuzz/corpus").join(target)).expect("a folder");
            assert!(seeds.count() > 0, "{target}");
        }
    }
}
