//! When things happened: days before the moment of the demo, at an hour and second that depend on what it
//! is, so that no two times are alike and none looks made up.

use crate::clock::Millis;
use crate::harvest::shapes::Stamp;

const HOUR: i64 = 3_600_000;
pub(super) const DAY: i64 = 24 * HOUR;

/// `days` before `now`, and up to ten hours earlier by `seed`. Never after `now`.
pub(super) fn days_before(now: Millis, days: i64, seed: i64) -> Stamp {
    Stamp(now - days * DAY - scatter(seed))
}

/// Some part of the way from `start` to `end`; the same part for the same seed.
pub(super) fn between(start: Stamp, end: Stamp, seed: i64) -> Stamp {
    let way = (end.0 - start.0).max(0);
    Stamp(start.0 + way / 1000 * (150 + scatter(seed) % 700) + scatter(seed) % (way / 1000).max(1))
}

/// Up to ten hours, different for neighbouring seeds. A multiplication by a prime, no dice.
fn scatter(seed: i64) -> i64 {
    (seed * 7_368_787 + 4_391).rem_euclid(10 * HOUR)
}
