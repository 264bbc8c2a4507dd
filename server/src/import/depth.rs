//! How deep departments and offices may stand inside each other. What reads them walks them, so what has
//! no end, or none that anybody means, is refused where it comes in.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::read::Item;
use crate::db::recruiting::Kind;

/// The most levels of departments or offices.
const LEVELS_MAX: usize = 100;

/// Which place is in which other, of each kind.
#[derive(Debug, Default)]
pub(super) struct Parents(BTreeMap<Kind, BTreeMap<i64, Option<i64>>>);

/// A place that cannot be kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misplaced {
    pub place: (Kind, i64),
    pub reason: String,
}

/// The place that an item is, and the one it is in.
pub(super) fn place_of(item: &Item) -> Option<((Kind, i64), Option<i64>)> {
    match item {
        Item::Department(one) => Some(((Kind::Departments, one.id), one.parent_id)),
        Item::Office(one) => Some(((Kind::Offices, one.id), one.parent_id)),
        _ => None,
    }
}

impl Parents {
    pub(super) fn note(&mut self, item: &Item) {
        if let Some(((kind, id), parent_id)) = place_of(item) {
            self.0.entry(kind).or_default().insert(id, parent_id);
        }
    }

    /// A place that is inside itself, or deeper than anything may be.
    pub(super) fn misplaced(&self) -> Option<Misplaced> {
        self.0.iter().find_map(|(kind, parents)| {
            misplaced(parents).map(|(id, reason)| Misplaced { place: (*kind, id), reason })
        })
    }
}

fn misplaced(parents: &BTreeMap<i64, Option<i64>>) -> Option<(i64, String)> {
    let mut levels: HashMap<i64, usize> = HashMap::new();
    for &id in parents.keys() {
        let (mut path, mut on_path, mut next) = (Vec::new(), HashSet::new(), Some(id));
        while let Some(place) = next.filter(|it| !levels.contains_key(it)) {
            if !on_path.insert(place) {
                let reason = format!("the id {place} is inside itself: look at its `parent_id`");
                return Some((place, reason));
            }
            path.push(place);
            // A parent that is not there is none.
            next = parents[&place].filter(|parent| parents.contains_key(parent));
        }
        let mut level = next.map_or(0, |place| levels[&place]);
        for place in path.into_iter().rev() {
            level += 1;
            if level > LEVELS_MAX {
                let reason = format!(
                    "the id {place} is {level} levels deep by its `parent_id`; {LEVELS_MAX} is the most"
                );
                return Some((place, reason));
            }
            levels.insert(place, level);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(ids: impl Iterator<Item = i64>) -> BTreeMap<i64, Option<i64>> {
        let mut above = None;
        ids.map(|id| (id, above.replace(id))).collect()
    }

    #[test]
    fn a_hundred_levels_are_taken_and_no_more() {
        assert_eq!(misplaced(&chain(1..=100)), None);
        assert_eq!(misplaced(&chain((1..=100).rev())), None);
        for ids in [chain(1..=101), chain(1..=200_000)] {
            let (id, reason) = misplaced(&ids).expect("too deep");
            assert!(id == 101 && reason.contains("101 levels deep"), "{reason}");
        }
        assert_eq!(misplaced(&chain((1..=1850).rev())).map(|it| it.0), Some(1750));
    }

    #[test]
    fn a_circle_is_found_wherever_it_is_entered() {
        for circle in [vec![(1, 1)], vec![(1, 2), (2, 3), (3, 2)], vec![(1, 2), (2, 3), (3, 1)]] {
            let parents = circle.into_iter().map(|(id, parent)| (id, Some(parent))).collect();
            let (_, reason) = misplaced(&parents).expect("a circle");
            assert!(reason.contains("inside itself"), "{reason}");
        }
        assert_eq!(misplaced(&BTreeMap::from([(1, Some(9))])), None, "a parent that is not there");
    }
}
