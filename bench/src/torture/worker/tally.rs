//! What is counted: how changes were answered, and what an audit found.

/// How many changes were answered how.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::torture) struct Journal {
    pub(in crate::torture) acknowledged: usize,
    /// Answered by an error of the server's.
    pub(in crate::torture) refused: usize,
    /// Not answered at all.
    pub(in crate::torture) silent: usize,
    /// Not acknowledged, but done.
    pub(in crate::torture) done_after_all: usize,
    /// Done, although the answer said that nothing was changed.
    pub(in crate::torture) lies: usize,
    /// Neither as before nor as after the change.
    pub(in crate::torture) half_done: usize,
}

/// What an audit found.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::torture) struct Audit {
    pub(in crate::torture) things: usize,
    pub(in crate::torture) keys: usize,
    /// Changes that were acknowledged, and are not there.
    pub(in crate::torture) lost: usize,
    /// Changes without their entry in the change log, entries without their change.
    pub(in crate::torture) half_done: usize,
    /// Keys that do not answer as their state says.
    pub(in crate::torture) wrong_keys: usize,
}

/// How many of the changes that must be there are missing, and how many are there that must not be.
pub(super) fn compare(done: &[&str], found: &[String]) -> (usize, usize) {
    let mut found = found.iter().peekable();
    let mut missing = 0;
    for action in done {
        if found.next_if(|found| found == action).is_none() {
            missing += 1;
        }
    }
    (missing, found.count())
}

impl std::iter::Sum for Journal {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            acknowledged: sum.acknowledged + one.acknowledged,
            refused: sum.refused + one.refused,
            silent: sum.silent + one.silent,
            done_after_all: sum.done_after_all + one.done_after_all,
            lies: sum.lies + one.lies,
            half_done: sum.half_done + one.half_done,
        })
    }
}

impl std::iter::Sum for Audit {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            things: sum.things + one.things,
            keys: sum.keys + one.keys,
            lost: sum.lost + one.lost,
            half_done: sum.half_done + one.half_done,
            wrong_keys: sum.wrong_keys + one.wrong_keys,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(done: &[&str], found: &[&str]) -> (usize, usize) {
        let found: Vec<String> = found.iter().map(|&action| action.to_owned()).collect();
        compare(done, &found)
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_is_counted() {
        assert_eq!(compared(&["a", "b"], &["a", "b"]), (0, 0));
        assert_eq!(compared(&["a", "b", "c"], &["a", "c"]), (1, 0));
        assert_eq!(compared(&["a"], &["a", "b"]), (0, 1));
        assert_eq!(compared(&["a", "b"], &[]), (2, 0));
    }
}
