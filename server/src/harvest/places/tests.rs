//! Departments and offices: lists, one of them, and the same as trees.

use serde_json::{Value, json};

use crate::db::recruiting::testing;
use crate::harvest::resources::testing::{get, is_not_found, ok, refused};
use crate::harvest::shapes::render;

#[tokio::test]
async fn lists_are_the_documents_in_ascending_id() {
    let (db, data) = (testing::demo().await, testing::data());
    let documents = |all: Vec<String>| format!("[{}]", all.join(","));
    let departments = ok(&db, "/v1/departments").await;
    assert_eq!(departments.body, documents(data.departments.iter().map(render).collect()));
    let offices = ok(&db, "/v1/offices").await;
    assert_eq!(offices.body, documents(data.offices.iter().map(render).collect()));
    for (path, count) in
        [("/v1/departments", data.departments.len()), ("/v1/offices", data.offices.len())]
    {
        let mut seen = 0;
        let mut address = Some(format!("{path}?per_page=3"));
        while let Some(at) = address {
            let page = ok(&db, &at).await;
            seen += page.ids().len();
            address = page.link_to("next");
        }
        assert_eq!(seen, count);
    }
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
