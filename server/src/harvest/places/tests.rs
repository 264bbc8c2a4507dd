//! Departments and offices: lists, one of them, and the same as trees.

use serde_json::{Map, Value, json};

use crate::db::recruiting::testing;
use crate::harvest::resources::model::{Model, Pages, Pairs, asked, texts, words};
use crate::harvest::resources::testing::{get, is_not_found, ok, refused};
use crate::harvest::shapes::{Department, Office, render};

/// What the model knows of a place.
struct Known {
    id: i64,
    parent_id: Option<i64>,
    external_id: Option<String>,
    /// As it stands in a list, and what of it stands in a tree.
    document: String,
    members: Map<String, Value>,
}

/// The place with all that is below it, said slowly.
fn tree(all: &[Known], top: &Known) -> Value {
    let below = all.iter().filter(|one| one.parent_id == Some(top.id));
    let children: Vec<Value> = below.map(|one| tree(all, one)).collect();
    let mut members = top.members.clone();
    members.insert("children".to_owned(), json!(children));
    Value::Object(members)
}

fn check(path: &str, all: &[Known]) {
    let documents = |pairs: &Pairs| {
        let wanted = asked(pairs, "external_id");
        let as_tree = asked(pairs, "render_as") == Some("tree");
        let passing = all.iter().filter(|one| match wanted {
            Some(_) => one.external_id.as_deref() == wanted,
            None => !as_tree || one.parent_id.is_none(),
        });
        let document =
            |one| if as_tree { tree(all, one).to_string() } else { one.document.clone() };
        passing.map(document).collect()
    };
    let asked = vec![
        texts("external_id", all.iter().map(|one| one.external_id.clone())),
        words("render_as", &["list", "tree"]),
    ];
    let (path, documents) = (path.to_owned(), Box::new(documents));
    Model { path, pages: Pages::Numbered, asked, documents }.check(200);
}

#[test]
fn departments_are_listed_and_drawn_as_trees_in_pages() {
    let known = |one: &Department| {
        let value = json!({ "id": one.id, "name": one.name, "external_id": one.external_id });
        let Value::Object(members) = value else { unreachable!() };
        let (id, parent_id, external_id) = (one.id, one.parent_id, one.external_id.clone());
        Known { id, parent_id, external_id, document: render(one), members }
    };
    check("/v1/departments", &testing::data().departments.iter().map(known).collect::<Vec<_>>());
}

#[test]
fn offices_are_listed_and_drawn_as_trees_in_pages() {
    let known = |one: &Office| {
        let Ok(Value::Object(members)) = serde_json::to_value(one) else { unreachable!() };
        let (id, parent_id, external_id) = (one.id, one.parent_id, one.external_id.clone());
        Known { id, parent_id, external_id, document: render(one), members }
    };
    check("/v1/offices", &testing::data().offices.iter().map(known).collect::<Vec<_>>());
}

#[tokio::test]
async fn one_is_found_by_its_id_and_several_by_the_organisations_own() {
    let (db, data) = (testing::demo().await, testing::data());
    for department in &data.departments {
        let reply = ok(&db, &format!("/v1/departments/{}", department.id)).await;
        assert_eq!(reply.body, render(department));
        let Some(external_id) = &department.external_id else { continue };
        let reply = ok(&db, &format!("/v1/departments?external_id={external_id}")).await;
        assert_eq!(reply.ids(), [department.id]);
    }
    assert_eq!(ok(&db, "/v1/offices?external_id=none").await.body, "[]");
    for path in ["/v1/departments/1", "/v1/offices/x", "/v1/offices/1?render_as=tree"] {
        assert!(is_not_found(&db, path).await, "{path}");
    }
    assert_eq!(refused(&db, "/v1/offices?render_as=forest").await, ["render_as"]);
}

/// The ids of a tree in the order it is written.
fn walk(tree: &Value, ids: &mut Vec<i64>) {
    ids.push(tree["id"].as_i64().expect("an id"));
    for child in tree["children"].as_array().expect("children") {
        walk(child, ids);
    }
}

#[tokio::test]
async fn a_tree_holds_every_place_once_below_its_parent() {
    let (db, data) = (testing::demo().await, testing::data());
    for (path, all) in [
        ("/v1/departments", data.departments.iter().map(|d| (d.id, d.parent_id)).collect()),
        ("/v1/offices", data.offices.iter().map(|o| (o.id, o.parent_id)).collect::<Vec<_>>()),
    ] {
        let trees = ok(&db, &format!("{path}?render_as=tree")).await.json();
        let mut ids = Vec::new();
        trees.as_array().expect("an array").iter().for_each(|tree| walk(tree, &mut ids));
        ids.sort_unstable();
        assert_eq!(ids, all.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        for tree in trees.as_array().expect("an array") {
            let parent = all.iter().find(|(id, _)| *id == tree["id"]).expect("known").1;
            assert_eq!(parent, None, "a tree begins where nothing is above");
            let one = ok(&db, &format!("{path}/{}?render_as=tree", tree["id"])).await;
            assert_eq!(one.json(), *tree);
        }
    }
}

#[tokio::test]
async fn a_department_in_a_tree_says_little_and_an_office_what_it_says_in_a_list() {
    let db = testing::demo().await;
    let tree = ok(&db, "/v1/departments?render_as=tree&external_id=ENG-HW").await;
    assert_eq!(
        tree.json(),
        json!([{ "id": 3_101_002, "name": "Hardware", "external_id": "ENG-HW", "children": [] }])
    );
    let offices = ok(&db, "/v1/offices?render_as=tree&per_page=1").await;
    assert!(offices.json()[0]["location"].is_object() && offices.json()[0]["child_ids"].is_array());
    assert!(offices.link_to("last").is_some());
    assert!(get(&db, "/v1/offices?render_as=tree&page=99").await.is_ok());
}
