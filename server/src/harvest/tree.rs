//! Places inside places, as JSON. How deep they go is up to the data, so nothing here calls itself and
//! nothing nested is built: what is open stands in a list, and the text grows at its end.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

/// The member that holds what is below a place.
const CHILDREN: &str = "children";

/// A place as it is put into a forest.
#[derive(Debug)]
pub(crate) struct Node {
    pub id: i64,
    pub parent_id: Option<i64>,
    /// What it says of itself. Its children are written where `children` stands, or at the end.
    pub members: Map<String, Value>,
}

/// Places of one kind, each below its parent.
#[derive(Debug, Default)]
pub(crate) struct Forest {
    places: HashMap<i64, Place>,
    /// In the order they were given.
    ids: Vec<i64>,
    below: HashMap<i64, Vec<i64>>,
}

#[derive(Debug)]
struct Place {
    parent_id: Option<i64>,
    /// The text up to the first child, and the one behind the last.
    before: String,
    after: String,
}

impl Forest {
    pub(crate) fn new(nodes: impl IntoIterator<Item = Node>) -> Self {
        let mut forest = Self::default();
        for Node { id, parent_id, members } in nodes {
            if let Some(parent) = parent_id {
                forest.below.entry(parent).or_default().push(id);
            }
            let (before, after) = halves(&members);
            forest.ids.push(id);
            forest.places.insert(id, Place { parent_id, before, after });
        }
        forest
    }

    /// Those that are in no other, in the order they were given.
    pub(crate) fn tops(&self) -> impl Iterator<Item = i64> {
        self.ids.iter().copied().filter(|id| {
            self.places[id].parent_id.is_none_or(|parent| !self.places.contains_key(&parent))
        })
    }

    /// The JSON of a place with all that is below it; none when it is not there. A place that is its own
    /// ancestor is not written inside itself.
    pub(crate) fn branch(&self, id: i64) -> Option<String> {
        let mut text = self.places.get(&id)?.before.clone();
        let below = |id| self.below.get(&id).into_iter().flatten().copied();
        let mut above = HashSet::from([id]);
        let mut open = vec![(id, below(id))];
        while let Some((id, children)) = open.last_mut() {
            if let Some(child) = children.find(|child| !above.contains(child)) {
                if !text.ends_with('[') {
                    text.push(',');
                }
                text.push_str(&self.places[&child].before);
                above.insert(child);
                open.push((child, below(child)));
            } else {
                text.push_str(&self.places[id].after);
                above.remove(id);
                open.pop();
            }
        }
        Some(text)
    }
}

/// The text of a place up to its children, and behind them.
fn halves(members: &Map<String, Value>) -> (String, String) {
    let at = members.keys().position(|name| name == CHILDREN).unwrap_or(members.len());
    let member =
        |(name, value): (&String, &Value)| format!("{}:{value}", Value::from(name.as_str()));
    let before: String = members.iter().take(at).map(|it| member(it) + ",").collect();
    let after: String =
        members.iter().skip(at + 1).map(|it| ",".to_owned() + &member(it)).collect();
    (format!("{{{before}\"{CHILDREN}\":["), format!("]{after}}}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn forest(places: &[(i64, Option<i64>)]) -> Forest {
        Forest::new(places.iter().map(|&(id, parent_id)| {
            let Value::Object(members) = json!({ "id": id, "children": [], "jobs": ["[", ","] })
            else {
                unreachable!()
            };
            Node { id, parent_id, members }
        }))
    }

    #[test]
    fn children_stand_where_their_member_stands() {
        let forest = forest(&[(1, None), (2, Some(1)), (3, Some(1)), (4, Some(9))]);
        assert_eq!(forest.tops().collect::<Vec<_>>(), [1, 4]);
        let leaf = |id| json!({ "id": id, "children": [], "jobs": ["[", ","] });
        let tree = json!({ "id": 1, "children": [leaf(2), leaf(3)], "jobs": ["[", ","] });
        assert_eq!(forest.branch(1), Some(tree.to_string()));
        assert_eq!(forest.branch(5), None);
    }

    #[test]
    fn a_place_is_not_inside_itself() {
        let forest = forest(&[(1, Some(2)), (2, Some(1)), (3, Some(3))]);
        assert_eq!(forest.tops().count(), 0);
        assert_eq!(forest.branch(1).expect("there").matches("\"id\"").count(), 2);
        assert_eq!(forest.branch(3).expect("there").matches("\"id\"").count(), 1);
    }

    #[test]
    fn a_chain_of_any_length_is_written_without_a_stack() {
        let chain: Vec<_> = (1..=200_000).map(|id| (id, (id > 1).then(|| id - 1))).collect();
        let text = forest(&chain).branch(1).expect("there");
        assert_eq!(text.matches("\"id\"").count(), chain.len());
    }
}
