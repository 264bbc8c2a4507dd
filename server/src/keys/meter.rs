//! Counts a key's calls in the current ten seconds. Lock-free, shared by all requests of a key, and it
//! outlives a change of the key's permissions.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::Millis;

/// The length of the rate limit's window, in seconds.
pub const WINDOW_SECONDS: u32 = 10;
const WINDOW: Millis = WINDOW_SECONDS as Millis * 1000;

/// See the module.
#[derive(Debug, Default)]
pub struct Meter {
    /// The window's number in the upper 40 bits, the calls in it in the lower 24.
    window: AtomicU64,
}

/// How a call stands against the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub limit: u32,
    pub remaining: u32,
    pub exceeded: bool,
    /// When the window ends.
    pub reset: Millis,
    /// Whole seconds until then, at least 1: a client that waits so long is let in.
    pub retry_after: Millis,
}

impl Meter {
    /// Counts one call against `limit`.
    pub fn count(&self, limit: u32, now: Millis) -> Rate {
        const CALLS: u64 = (1 << 24) - 1;
        let number = u64::try_from(now / WINDOW).unwrap_or_default();
        let window = |held: u64| match held >> 24 {
            // Of calls that arrive together some are counted late, and clocks are set back a little: that
            // begins no window anew.
            counting if counting == number + 1 => counting,
            _ => number,
        };
        let calls_in = |held: u64| if held >> 24 == window(held) { held & CALLS } else { 0 };
        let count = |held| Some((window(held) << 24) | (calls_in(held) + 1).min(CALLS));
        let previous = self.window.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count);
        let previous = previous.unwrap_or_else(|held| held);
        let before = u32::try_from(calls_in(previous)).unwrap_or(u32::MAX);
        let reset = (i64::try_from(window(previous)).unwrap_or_default() + 1) * WINDOW;
        Rate {
            limit,
            remaining: limit.saturating_sub(before.saturating_add(1)),
            exceeded: before >= limit,
            reset,
            retry_after: ((reset - now + 999) / 1000).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_for_ten_seconds_and_then_starts_anew() {
        let meter = Meter::default();
        let now = 1_000_000_003_000;
        let remaining: Vec<u32> = (0..3).map(|_| meter.count(3, now).remaining).collect();
        assert_eq!(remaining, [2, 1, 0]);
        let refused = meter.count(3, now);
        assert!(refused.exceeded);
        assert_eq!((refused.retry_after, refused.reset), (7, 1_000_000_010_000));
        assert!(!meter.count(3, now + refused.retry_after * 1000).exceeded);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_begin_the_window_anew() {
        let meter = Meter::default();
        let now = 1_000_000_003_000;
        assert!(!meter.count(1, now).exceeded);
        let back = meter.count(1, now - 5000);
        assert!(back.exceeded);
        assert_eq!((back.retry_after, back.reset), (12, 1_000_000_010_000));
        assert!(!meter.count(1, now - 60_000).exceeded, "far back is another time");
    }

    #[test]
    fn the_wait_is_never_zero() {
        assert_eq!(Meter::default().count(1, 9_999).retry_after, 1);
        assert_eq!(Meter::default().count(1, 9_000).retry_after, 1);
    }
}
