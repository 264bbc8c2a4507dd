//! The one door to time and randomness, so that a test can fix both.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

/// A moment: milliseconds since 1970, UTC.
pub type Millis = i64;

/// How far the clocks of two replicas may be apart. What was stored later than this from now was stored while
/// a clock was ahead: nothing follows from it.
pub const SKEW: Millis = 60 * 1000;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Tells the time and rolls the dice; cheap to clone.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Fixed(Arc<Fixed>),
}

#[derive(Debug)]
struct Fixed {
    now: AtomicI64,
    rolls: AtomicU64,
}

impl Clock {
    /// The machine's time, the system's random source.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// Stands still at `now` until told otherwise, and rolls the same dice in every run. For tests.
    pub fn fixed(now: Millis) -> Self {
        Self(Source::Fixed(Arc::new(Fixed { now: AtomicI64::new(now), rolls: AtomicU64::new(0) })))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    pub fn now(&self) -> Millis {
        match &self.0 {
            Source::System => jiff::Timestamp::now().as_millisecond(),
            Source::Fixed(fixed) => fixed.now.load(Ordering::SeqCst),
        }
    }

    /// Moves a fixed clock on; the system's does not listen.
    pub fn advance(&self, by: Millis) {
        if let Source::Fixed(fixed) = &self.0 {
            fixed.now.fetch_add(by, Ordering::SeqCst);
        }
    }

    /// Makes fixed dice roll on from another place, and says where they were; the system's do not listen.
    pub fn roll_from(&self, place: u64) -> u64 {
        match &self.0 {
            Source::System => 0,
            Source::Fixed(fixed) => fixed.rolls.swap(place, Ordering::SeqCst),
        }
    }

    /// Random bytes, fit for secrets.
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.0 {
            Source::System => getrandom::fill(&mut bytes).expect("the system has a random source"),
            Source::Fixed(fixed) => {
                for chunk in bytes.chunks_mut(32) {
                    let roll = fixed.rolls.fetch_add(1, Ordering::SeqCst);
                    chunk.copy_from_slice(&Sha256::digest(roll.to_be_bytes())[..chunk.len()]);
                }
            }
        }
        bytes
    }

    /// `length` random characters of `0-9A-Za-z`, each as likely as the other.
    pub fn base62(&self, length: usize) -> String {
        let mut text = String::with_capacity(length);
        while text.len() < length {
            // 248 is the largest multiple of 62 in a byte; what is above would favour some characters.
            let fair = self.random::<64>().into_iter().filter(|byte| *byte < 248);
            for byte in fair.take(length - text.len()) {
                text.push(char::from(BASE62[usize::from(byte % 62)]));
            }
        }
        text
    }

    /// A new identifier such as `cred_4fQz…`: opaque, unguessable, one word.
    pub fn new_id(&self, kind: &str) -> String {
        format!("{kind}_{}", self.base62(16))
    }
}

/// `2026-01-31T09:05:00.000Z`: how every time stands on the wire, always with milliseconds.
pub fn rfc3339(at: Millis) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// `2026-01-31`: a day, counted from 1970, UTC.
pub fn date(day: i64) -> String {
    rfc3339(day.saturating_mul(86_400_000)).chars().take("2026-01-31".len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_always_carry_three_decimals() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(1_454_517_998_046), "2016-02-03T16:46:38.046Z");
    }

    #[test]
    fn a_fixed_clock_repeats_itself_and_a_real_one_does_not() {
        let one = Clock::fixed(5).new_id("cred");
        assert_eq!(one, Clock::fixed(5).new_id("cred"));
        assert_eq!(one.len(), "cred_".len() + 16);
        assert_ne!(Clock::system().random::<16>(), Clock::system().random::<16>());
    }
}
