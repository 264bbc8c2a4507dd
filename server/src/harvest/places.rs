//! `GET /v1/departments`, `GET /v1/offices` and one of each, as lists or as trees (harvest-shapes §8).

use serde_json::{Map, Value};

use super::call::{Answer, Call, Refusal};
use super::paging::{self, Page};
use super::query::Fields;
use super::tree::{Forest, Node};
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
        let (rows, forest) = forest(db, place).await?;
        let tops = tops(&rows, &forest, external_id);
        let count = i64::try_from(tops.len()).unwrap_or(i64::MAX);
        let skipped = usize::try_from(page.offset()).unwrap_or(usize::MAX);
        let shown = usize::try_from(page.limit()).unwrap_or(usize::MAX);
        let rows = tops.into_iter().skip(skipped).take(shown);
        let rows = rows.filter_map(|id| forest.branch(id)).collect();
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
        let (_, forest) = forest(db, place).await?;
        return Ok(Answer::One(forest.branch(id).ok_or(Refusal::NotFound)?.into()));
    }
    let document = places::read(db, place, id).await?.ok_or(Refusal::NotFound)?;
    Ok(Answer::One(document.into()))
}

fn as_tree(fields: &mut Fields<'_>) -> bool {
    fields.one_of("render_as", &["list", "tree"]) == Some("tree")
}

/// All places of one kind, each below its parent.
async fn forest(db: &Db, place: Place) -> Result<(Vec<PlaceRow>, Forest), Refusal> {
    let rows = places::all(db, place).await?;
    let nodes: Result<Vec<Node>, Refusal> = rows
        .iter()
        .map(|row| {
            let members = members(place, &row.document)?;
            Ok(Node { id: row.id, parent_id: row.parent_id, members })
        })
        .collect();
    let forest = Forest::new(nodes?);
    Ok((rows, forest))
}

/// Where the trees begin: those with this external id, or those that are in no other.
fn tops(rows: &[PlaceRow], forest: &Forest, external_id: Option<&str>) -> Vec<i64> {
    let Some(wanted) = external_id else { return forest.tops().collect() };
    let wanted = rows.iter().filter(|row| row.external_id.as_deref() == Some(wanted));
    wanted.map(|row| row.id).collect()
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
