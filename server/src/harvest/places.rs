//! `GET /v1/departments`, `GET /v1/offices` and one of each, as lists or as trees (harvest-shapes §8).

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::call::{Answer, Call, Refusal};
use super::paging::{self, Page};
use super::query::Fields;
use super::shapes::render;
use crate::db::places::{self, Place, PlaceRow};
use crate::db::{self, Db};

/// `GET /v1/departments` and `GET /v1/offices`
pub async fn list(db: &Db, place: Place, call: &Call) -> Result<Answer, Refusal> {
    let mut fields = Fields::of(&call.query);
    let external_id = fields.text("external_id");
    let external_id = external_id.as_deref();
    let as_tree = as_tree(&mut fields);
    let skip_count = paging::skip_count(&mut fields);
    fields.check()?;
    let page = Page::of(&call.query);
    if as_tree {
        let tree = Tree::new(place, places::all(db, place).await?)?;
        let tops = tree.tops(external_id);
        let count = i64::try_from(tops.len()).unwrap_or(i64::MAX);
        let skipped = usize::try_from(page.offset()).unwrap_or(usize::MAX);
        let shown = usize::try_from(page.limit()).unwrap_or(usize::MAX);
        let rows = tops.into_iter().skip(skipped).take(shown);
        let rows = rows.map(|id| render(&tree.branch(id))).collect();
        return paging::numbered(call, page, skip_count, rows, async { Ok(count) }).await;
    }
    let rows = places::list(db, place, external_id, page.limit(), page.offset()).await?;
    let count = places::count(db, place, external_id);
    paging::numbered(call, page, skip_count, rows, count).await
}

/// `GET /v1/departments/{id}` and `GET /v1/offices/{id}`
pub async fn read(db: &Db, place: Place, call: &Call) -> Result<Answer, Refusal> {
    let id = call.id()?;
    let mut fields = Fields::of(&call.query);
    let as_tree = as_tree(&mut fields);
    fields.check()?;
    if as_tree {
        let tree = Tree::new(place, places::all(db, place).await?)?;
        let branch = tree.places.contains_key(&id).then(|| render(&tree.branch(id)));
        return Ok(Answer::One(branch.ok_or(Refusal::NotFound)?.into()));
    }
    let document = places::read(db, place, id).await?.ok_or(Refusal::NotFound)?;
    Ok(Answer::One(document.into()))
}

fn as_tree(fields: &mut Fields<'_>) -> bool {
    fields.one_of("render_as", &["list", "tree"]) == Some("tree")
}

/// All places of one kind, by id, with their children in ascending id.
struct Tree {
    places: HashMap<i64, (PlaceRow, Map<String, Value>)>,
    children: HashMap<i64, Vec<i64>>,
    /// In ascending id.
    ids: Vec<i64>,
}

impl Tree {
    fn new(place: Place, rows: Vec<PlaceRow>) -> Result<Self, Refusal> {
        let ids = rows.iter().map(|row| row.id).collect();
        let mut tree = Self { places: HashMap::new(), children: HashMap::new(), ids };
        for row in rows {
            if let Some(parent) = row.parent_id {
                tree.children.entry(parent).or_default().push(row.id);
            }
            let members = members(place, &row.document)?;
            tree.places.insert(row.id, (row, members));
        }
        Ok(tree)
    }

    /// Where the trees begin: those with this external id, or those that are in no other.
    fn tops(&self, external_id: Option<&str>) -> Vec<i64> {
        let is_top = |id: &&i64| {
            let (row, _) = &self.places[id];
            match external_id {
                Some(wanted) => row.external_id.as_deref() == Some(wanted),
                None => row.parent_id.is_none_or(|parent| !self.places.contains_key(&parent)),
            }
        };
        self.ids.iter().filter(is_top).copied().collect()
    }

    fn branch(&self, id: i64) -> Value {
        self.branch_below(id, &mut HashSet::new())
    }

    /// `above` keeps a place that is its own ancestor from being walked for ever.
    fn branch_below(&self, id: i64, above: &mut HashSet<i64>) -> Value {
        above.insert(id);
        let below: Vec<i64> = self.children.get(&id).into_iter().flatten().copied().collect();
        let below = below.into_iter().filter(|child| !above.contains(child)).collect::<Vec<_>>();
        let children = below.into_iter().map(|child| self.branch_below(child, above)).collect();
        above.remove(&id);
        let mut members = self.places[&id].1.clone();
        members.insert("children".to_owned(), Value::Array(children));
        Value::Object(members)
    }
}

/// What a place in a tree says of itself. A department leaves out what the tree shows.
fn members(place: Place, document: &str) -> Result<Map<String, Value>, Refusal> {
    let mut members: Map<String, Value> =
        serde_json::from_str(document).map_err(|error| db::Error::Decode(error.into()))?;
    if place == Place::Department {
        members.retain(|name, _| matches!(name.as_str(), "id" | "name" | "external_id"));
    }
    Ok(members)
}

#[cfg(test)]
mod tests;
