//! The search for the highest rate that holds. It knows nothing of requests.

use std::time::Duration;

use anyhow::{Result, ensure};

/// Where the search begins, per second.
const START: f64 = 2_000.0;
/// A service that does not hold this is not worth a search.
const LEAST: f64 = 50.0;
/// The factor between two rates on the way up.
const STEP: f64 = 1.5;
/// How near the answer is to the first rate that does not hold.
const NEAR: f64 = 1.02;

/// The highest rate that `holds`: up in steps with short trials until one fails, then in halves with
/// trials of length `hold`. A rate fails when it fails twice in a row, because what else the machine does
/// can spoil a trial but never make one good.
pub(super) async fn highest(
    holds: &mut impl AsyncFnMut(f64, Duration) -> Result<bool>,
    hold: Duration,
) -> Result<f64> {
    let short = hold / 3;
    let mut fails = START;
    while twice(holds, fails, short).await? {
        fails *= STEP;
    }
    // Two steps below the first failure, held in full, is where the halving begins.
    let mut good = fails / (STEP * STEP);
    while !twice(holds, good, hold).await? {
        fails = good;
        good /= STEP;
        ensure!(good > LEAST, "not even {LEAST} requests per second hold");
    }
    while fails / good > NEAR {
        let middle = (good * fails).sqrt();
        if twice(holds, middle, hold).await? { good = middle } else { fails = middle }
    }
    Ok(good)
}

async fn twice(
    holds: &mut impl AsyncFnMut(f64, Duration) -> Result<bool>,
    rate: f64,
    hold: Duration,
) -> Result<bool> {
    Ok(holds(rate, hold).await? || holds(rate, hold).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn found(limit: f64, spoiled: usize) -> f64 {
        let mut trials = 0;
        let mut holds = async |rate: f64, _: Duration| {
            trials += 1;
            Ok(rate <= limit && trials % 5 != spoiled)
        };
        highest(&mut holds, Duration::ZERO).await.unwrap()
    }

    #[tokio::test]
    async fn it_finds_the_limit_wherever_it_is() {
        for limit in [99.0, 1_999.0, 2_000.0, 12_345.0, 250_000.0] {
            let found = found(limit, usize::MAX).await;
            assert!(found <= limit && found * NEAR >= limit, "{found} for {limit}");
        }
    }

    #[tokio::test]
    async fn one_spoiled_trial_changes_nothing() {
        let found = found(12_345.0, 3).await;
        assert!(found <= 12_345.0 && found * NEAR >= 12_345.0, "{found}");
    }

    #[tokio::test]
    async fn a_service_that_never_holds_is_an_error() {
        let mut never = async |_: f64, _: Duration| Ok(false);
        assert!(highest(&mut never, Duration::ZERO).await.is_err());
    }
}
