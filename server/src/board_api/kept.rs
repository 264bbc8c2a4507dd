//! Answers of the Job Board API, kept until the data changes.
//!
//! On SQLite this process is the only one that changes the data, so the generation is a number in memory;
//! on PostgreSQL it is asked of the database for every call, which is one short query in place of many.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};

use crate::clock::Millis;
use crate::keys::hex;
use crate::packed::Packed;

/// About how much memory the answers may take, in bytes.
const CAPACITY: u64 = 64 * 1024 * 1024;
/// About how long an answer is, plain and packed.
const TYPICAL: u64 = 16 * 1024;

/// Which answer: of which data, to which question.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub generation: i64,
    pub question: String,
}

/// A complete answer.
#[derive(Debug)]
pub struct Rendered {
    pub body: Packed,
    /// Without quotes: a digest of the plain text.
    pub tag: String,
    /// The token it was asked for by answers until then; none: for ever.
    pub answers_until: Option<Millis>,
}

impl Rendered {
    pub(super) fn new(json: String, answers_until: Option<Millis>) -> Self {
        let digest = Sha256::digest(json.as_bytes());
        Self { tag: hex(&digest[..16]), body: Packed::new(json.into()), answers_until }
    }
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Arc<Rendered>> for Weight {
    fn weight(&self, key: &Key, answer: &Arc<Rendered>) -> u64 {
        (key.question.len() + answer.body.weight() + 256) as u64
    }
}

/// See the module.
#[derive(Debug)]
pub struct Kept(Cache<Key, Arc<Rendered>, Weight>);

impl Default for Kept {
    fn default() -> Self {
        let count = usize::try_from(CAPACITY / TYPICAL).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(count, CAPACITY, Weight))
    }
}

impl Kept {
    pub(super) fn get(&self, key: &Key, now: Millis) -> Option<Arc<Rendered>> {
        self.0.get(key).filter(|kept| kept.answers_until.is_none_or(|until| now < until))
    }

    pub(super) fn keep(&self, key: Key, answer: &Arc<Rendered>) {
        self.0.insert(key, answer.clone());
    }
}
