//! What must hold for any bytes that a stranger sends: one module and one property for each reader of
//! them. Every property compares with something obvious, so it finds wrong answers, not only panics.
//!
//! A property answers whether the reader accepted the input. `cargo xtask test` fails when a target never
//! saw an accepted one: such a target proves little.

mod basic;
mod forwarded;
mod import;
mod key;
mod link;
mod query;

use std::sync::atomic::{AtomicU64, Ordering};

/// How often the counts are said.
const EVERY: u64 = 1 << 12;

/// What is being fuzzed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The `Authorization` header.
    Basic,
    /// The API key in it.
    Key,
    /// What a proxy says of its client.
    Forwarded,
    /// The query of a Harvest call.
    Query,
    /// The `Link` header that answers one.
    Link,
    /// A file of recruiting data.
    Import,
}

impl Target {
    /// The one that the environment names.
    ///
    /// # Panics
    /// When it names none.
    pub fn chosen() -> Self {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        match name.as_str() {
            "basic" => Self::Basic,
            "key" => Self::Key,
            "forwarded" => Self::Forwarded,
            "query" => Self::Query,
            "link" => Self::Link,
            "import" => Self::Import,
            _ => {
                panic!("FUZZ_TARGET is basic, key, forwarded, query, link or import, not `{name}`")
            }
        }
    }

    /// Writes what the fuzzer may begin with, besides the files of `corpus/`, to the folder `$FUZZ_SEEDS`.
    ///
    /// # Panics
    /// When the folder cannot be written.
    pub fn write_seeds(self) {
        let Some(folder) = std::env::var_os("FUZZ_SEEDS") else { return };
        if self == Self::Import {
            import::write_seeds(folder.as_ref()).expect("a folder for seeds");
        }
    }

    /// Checks the target's property.
    pub fn check(self, data: &[u8]) {
        static SEEN: AtomicU64 = AtomicU64::new(0);
        static ACCEPTED: AtomicU64 = AtomicU64::new(0);
        let accepted = match self {
            Self::Basic => basic::check(data),
            Self::Key => key::check(data),
            Self::Forwarded => forwarded::check(data),
            Self::Query => query::check(data),
            Self::Link => link::check(data),
            Self::Import => import::check(data),
        };
        let accepted = ACCEPTED.fetch_add(accepted.into(), Ordering::Relaxed) + u64::from(accepted);
        let seen = SEEN.fetch_add(1, Ordering::Relaxed) + 1;
        if seen.is_multiple_of(EVERY) {
            say(accepted, seen);
        }
    }

    /// Changes an input in a way that keeps its shape; none: bytes may be changed at random.
    pub fn mutate(self, data: &mut [u8], size: usize, most: usize, seed: u32) -> Option<usize> {
        match self {
            Self::Import => import::mutate(data, size, most, seed),
            _ => None,
        }
    }
}

#[expect(clippy::print_stderr, reason = "the log of a run is its standard error")]
fn say(accepted: u64, seen: u64) {
    eprintln!("accepted {accepted} of {seen}");
}
