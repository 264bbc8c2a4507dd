//! The judge of a race: given when each call and each change of the key began and ended, which answers
//! cannot be right? Whatever order the calls took inside the service, it gets no benefit of a doubt
//! except where the clock leaves one.

use std::time::Instant;

use crate::admin::Change;

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// 200 with the job.
    Accepted,
    /// The one 401.
    Refused,
    /// Anything else, by its status: right at no time.
    Other(u16),
}

/// A call: the instant before its first byte was written, and the one after its answer had arrived.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) sent: Instant,
    pub(super) answered: Instant,
    pub(super) outcome: Outcome,
}

/// What the judge found.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) calls: usize,
    pub(super) accepted: usize,
    pub(super) refused: usize,
    /// Calls that touched no change in time: only one answer to them is right.
    pub(super) decided: usize,
    /// Answers that cannot be right, by their place among the calls.
    pub(super) violations: Vec<usize>,
    /// States of the key, between two changes, that no decided call was made in.
    pub(super) unproven: usize,
}

impl Verdict {
    /// Every answer is right, and every state of the key was put to the test.
    pub(super) fn is_good(&self) -> bool {
        self.violations.is_empty() && self.unproven == 0
    }
}

/// Judges `calls` against `changes`, which are in order and alternate: revoke, re-enable, revoke, …
pub(super) fn judge(calls: &[Call], changes: &[Change]) -> Verdict {
    let mut verdict = Verdict { calls: calls.len(), ..Verdict::default() };
    let mut proven = vec![false; changes.len() + 1];
    for (place, call) in calls.iter().enumerate() {
        let state = only_state(call, changes);
        if let Some(state) = state {
            proven[state] = true;
            verdict.decided += 1;
        }
        let active = state.map(|state| state % 2 == 0);
        let right = match call.outcome {
            Outcome::Accepted => active != Some(false),
            Outcome::Refused => active != Some(true),
            Outcome::Other(_) => false,
        };
        verdict.accepted += usize::from(call.outcome == Outcome::Accepted);
        verdict.refused += usize::from(call.outcome == Outcome::Refused);
        if !right {
            verdict.violations.push(place);
        }
    }
    verdict.unproven = proven.iter().filter(|proven| !**proven).count();
    verdict
}

/// How many changes the service had made when it decided this call, if only one number is possible:
/// every change was answered before the call was sent, or sent after the call was answered.
pub(super) fn only_state(call: &Call, changes: &[Change]) -> Option<usize> {
    let surely = changes.partition_point(|change| change.answered <= call.sent);
    let perhaps = changes.partition_point(|change| change.sent < call.answered);
    (perhaps <= surely).then_some(surely)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Revoked from 10 to 20, re-enabled from 30 to 40.
    fn verdict(calls: &[(u64, u64, Outcome)]) -> Vec<usize> {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let change = |sent, answered| Change { sent: at(sent), answered: at(answered) };
        let calls: Vec<_> = calls
            .iter()
            .map(|&(sent, answered, outcome)| Call {
                sent: at(sent),
                answered: at(answered),
                outcome,
            })
            .collect();
        judge(&calls, &[change(10, 20), change(30, 40)]).violations
    }

    #[test]
    fn a_late_2xx_is_a_violation() {
        use Outcome::{Accepted, Refused};
        let calls = [
            (1, 9, Accepted),
            (5, 15, Accepted),
            (19, 25, Accepted),
            (20, 29, Accepted), // sent when the revoke was answered: late
            (21, 25, Refused),
            (22, 23, Accepted), // late
            (41, 45, Accepted),
        ];
        assert_eq!(verdict(&calls), [3, 5]);
    }

    #[test]
    fn a_401_for_an_active_key_is_a_violation() {
        use Outcome::Refused;
        let calls = [(1, 9, Refused), (5, 11, Refused), (25, 35, Refused), (40, 41, Refused)];
        assert_eq!(verdict(&calls), [0, 3]);
    }

    #[test]
    fn a_call_that_meets_a_change_may_go_either_way() {
        for outcome in [Outcome::Accepted, Outcome::Refused] {
            let calls = [(9, 11, outcome), (15, 16, outcome), (29, 41, outcome)];
            assert!(verdict(&calls).is_empty());
        }
    }

    #[test]
    fn any_other_answer_is_a_violation_at_any_time() {
        assert_eq!(verdict(&[(1, 2, Outcome::Other(500)), (9, 41, Outcome::Other(0))]), [0, 1]);
    }

    #[test]
    fn a_state_nobody_called_in_proves_nothing() {
        let start = Instant::now();
        let change = Change { sent: start, answered: start };
        let call = Call { sent: start, answered: start, outcome: Outcome::Refused };
        let verdict = judge(&[call], &[change]);
        assert_eq!((verdict.decided, verdict.unproven, verdict.is_good()), (1, 1, false));
    }
}
