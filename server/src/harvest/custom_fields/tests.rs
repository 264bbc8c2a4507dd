//! Custom fields and their options, close reasons, roles, and who works on a job.

use serde_json::json;

use crate::db::recruiting::testing;
use crate::harvest::resources::testing::{is_not_found, ok, refused};
use crate::harvest::shapes::render;

#[tokio::test]
async fn the_fields_of_a_kind_of_thing_are_listed_with_only_next() {
    let (db, data) = (testing::demo().await, testing::data());
    for kind in ["job", "opening", "candidate", "nothing"] {
        let fields: Vec<_> =
            data.custom_fields.iter().filter(|field| field.field_type == kind).collect();
        let active: Vec<String> = fields.iter().filter(|f| f.active).map(render).collect();
        let reply = ok(&db, &format!("/v1/custom_fields/{kind}")).await;
        assert_eq!(reply.body, format!("[{}]", active.join(",")), "{kind}");
        assert_eq!(reply.link, None);
        let reply = ok(&db, &format!("/v1/custom_fields/{kind}?include_inactive=true")).await;
        assert_eq!(reply.ids().len(), fields.len());
    }
    let first = ok(&db, "/v1/custom_fields/job?per_page=1").await;
    assert!(first.links().iter().all(|(relation, _)| relation == "next"));
    assert!(first.link_to("next").is_some());
}

#[tokio::test]
async fn without_a_type_fields_of_all_types_are_listed() {
    let (db, data) = (testing::demo().await, testing::data());
    let documents: Vec<String> = data.custom_fields.iter().map(render).collect();
    let reply = ok(&db, "/v1/custom_fields?include_inactive=true").await;
    assert_eq!(reply.body, format!("[{}]", documents.join(",")));
    let types = reply
        .json()
        .as_array()
        .expect("an array")
        .iter()
        .map(|field| field["field_type"].clone())
        .collect::<Vec<_>>();
    assert!(types.contains(&json!("job")) && types.contains(&json!("opening")));
    let page = ok(&db, "/v1/custom_fields/?per_page=1").await;
    assert_eq!(
        page.link_to("next").expect("a page").split('?').next(),
        Some("https://console.example:8443/v1/custom_fields/")
    );
}

#[tokio::test]
async fn one_field_and_its_options_are_found_by_its_id() {
    let (db, data) = (testing::demo().await, testing::data());
    for field in &data.custom_fields {
        let path = format!("/v1/custom_field/{}", field.id);
        assert_eq!(ok(&db, &path).await.body, render(field));
        let options = ok(&db, &format!("{path}/custom_field_options")).await;
        let ids: Vec<i64> = field.custom_field_options.iter().map(|option| option.id).collect();
        assert_eq!(options.ids(), ids);
        for (kind, wanted) in [("all", &ids[..]), ("active", &ids[..]), ("inactive", &[])] {
            let path = format!("{path}/custom_field_options?type={kind}");
            assert_eq!(ok(&db, &path).await.ids(), wanted, "{kind}");
        }
    }
    let any = format!("/v1/custom_field/{}/custom_field_options", data.custom_fields[0].id);
    assert_eq!(refused(&db, &format!("{any}?type=deleted")).await, ["type"]);
    assert!(is_not_found(&db, "/v1/custom_field/1").await);
    assert!(is_not_found(&db, "/v1/custom_field/1/custom_field_options").await);
}

#[tokio::test]
async fn close_reasons_and_roles_are_short_lists() {
    let (db, data) = (testing::demo().await, testing::data());
    let reasons = ok(&db, "/v1/close_reasons?per_page=1").await;
    let documents: Vec<String> = data.close_reasons.iter().map(render).collect();
    assert_eq!((reasons.body, reasons.link), (format!("[{}]", documents.join(",")), None));
    let roles = ok(&db, "/v1/user_roles?per_page=1").await;
    assert_eq!(roles.body, format!("[{}]", render(&data.user_roles[0])));
    assert!(roles.link_to("next").is_some() && roles.link_to("last").is_none());
}

#[tokio::test]
async fn a_hiring_team_is_told_by_ids_and_who_of_it_is_still_there() {
    let (db, data) = (testing::demo().await, testing::data());
    for job in &data.jobs {
        let team = ok(&db, &format!("/v1/jobs/{}/hiring_team", job.id)).await.json();
        let active = |id: i64| !data.users.iter().any(|user| user.id == id && user.disabled);
        let managers: Vec<_> = job.hiring_team.hiring_managers.iter().collect();
        let wanted: Vec<_> = managers
            .iter()
            .map(|one| json!({ "user_id": one.id, "active": active(one.id) }))
            .collect();
        assert_eq!(team["hiring_managers"], json!(wanted));
        let wanted: Vec<_> = job
            .hiring_team
            .recruiters
            .iter()
            .map(|one| {
                let (id, responsible) = (one.person.id, one.responsible);
                json!({ "user_id": id, "active": active(id), "responsible": responsible })
            })
            .collect();
        assert_eq!(team["recruiters"], json!(wanted));
    }
    assert!(is_not_found(&db, "/v1/jobs/1/hiring_team").await);
}
