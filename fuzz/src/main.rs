//! libFuzzer around the properties. It is started by `cargo xtask test --only fuzz`, once for each target.
#![no_main]

use std::sync::LazyLock;

use fuzz::Target;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

static TARGET: LazyLock<Target> = LazyLock::new(Target::chosen);

fuzz_target!(init: TARGET.write_seeds(), |data: &[u8]| TARGET.check(data));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    TARGET.mutate(data, size, max_size, seed).unwrap_or_else(|| fuzzer_mutate(data, size, max_size))
});
