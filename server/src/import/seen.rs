//! What no import may bring: the same id twice.

use std::collections::HashSet;

/// The ids that were read, each with the name of what has it.
#[derive(Debug, Default)]
pub(super) struct Seen(HashSet<(&'static str, i64)>);

impl Seen {
    /// Refuses an id that another thing of the same name has.
    pub(super) fn once(&mut self, name: &'static str, id: i64) -> Result<(), String> {
        let is_new = self.0.insert((name, id));
        is_new.then_some(()).ok_or_else(|| format!("the id {id} stands in the {name} twice"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_refused_the_second_time() {
        let mut seen = Seen::default();
        assert_eq!(seen.once("jobs", 7), Ok(()));
        assert_eq!(seen.once("openings", 7), Ok(()));
        assert_eq!(seen.once("jobs", 7), Err("the id 7 stands in the jobs twice".to_owned()));
    }
}
