//! Jobs: every filter, alone and together, against a model that looks at the objects themselves.

use crate::db::recruiting::testing;
use crate::harvest::resources::model::{Model, Pages, Pairs, ids, texts, times, words};
use crate::harvest::resources::testing::{is_not_found, ok, query, refused};
use crate::harvest::shapes::{Job, Recruiting, Stamp, render};

/// Whether a job passes a filter, said slowly.
fn passes(data: &Recruiting, job: &Job, field: &str, value: &str) -> bool {
    let id = || value.parse::<i64>().expect("an id");
    let time = || Stamp::parse(value).expect("a time");
    match field {
        "created_after" => job.created_at >= time(),
        "created_before" => job.created_at < time(),
        "updated_after" => job.updated_at >= time(),
        "updated_before" => job.updated_at < time(),
        "status" => job.status.as_str() == value,
        "requisition_id" => job.requisition_id.as_deref() == Some(value),
        "opening_id" => job.openings.iter().any(|o| o.opening_id.as_deref() == Some(value)),
        "department_id" => job.departments.iter().any(|d| d.id == id()),
        "external_department_id" => {
            job.departments.iter().any(|d| d.external_id.as_deref() == Some(value))
        }
        "office_id" => job.offices.iter().any(|o| o.id == id()),
        "external_office_id" => job.offices.iter().any(|o| o.external_id.as_deref() == Some(value)),
        "custom_field_option_id" => data.custom_fields.iter().any(|field| {
            let names = field.custom_field_options.iter().filter(|option| option.id == id());
            let chosen = job.custom_fields.get(&field.name_key);
            names.into_iter().any(|option| match chosen {
                Some(serde_json::Value::Array(several)) => {
                    several.contains(&(&*option.name).into())
                }
                Some(one) => one == &*option.name,
                None => false,
            })
        }),
        _ => unreachable!("no filter {field}"),
    }
}

/// Every value worth asking for.
fn values(data: &Recruiting) -> Vec<(&'static str, Vec<String>)> {
    let (jobs, departments) = (data.jobs.iter(), data.departments.iter());
    let (offices, fields) = (data.offices.iter(), data.custom_fields.iter());
    let openings = jobs.clone().flat_map(|job| &job.openings);
    let options = fields.flat_map(|field| &field.custom_field_options);
    let others = vec![
        words("status", &["open", "closed", "draft"]),
        texts("requisition_id", jobs.clone().map(|job| job.requisition_id.clone())),
        texts("opening_id", openings.map(|opening| opening.opening_id.clone())),
        ids("department_id", departments.clone().map(|one| one.id)),
        texts("external_department_id", departments.map(|one| one.external_id.clone())),
        ids("office_id", offices.clone().map(|one| one.id)),
        texts("external_office_id", offices.map(|one| one.external_id.clone())),
        ids("custom_field_option_id", options.map(|option| option.id)),
    ];
    [times(jobs.map(|job| (job.created_at, job.updated_at))), others].concat()
}

#[tokio::test]
async fn every_filter_alone_gives_what_passes_it() {
    let (db, data) = (testing::demo().await, testing::data());
    for (field, values) in values(&data) {
        let mut chose = false;
        for value in values {
            let passing = data.jobs.iter().filter(|job| passes(&data, job, field, &value));
            let expected: Vec<i64> = passing.map(|job| job.id).collect();
            let query = query(&[(field, value)]);
            assert_eq!(ok(&db, &format!("/v1/jobs?{query}")).await.ids(), expected, "{query}");
            chose |= !expected.is_empty() && expected.len() < data.jobs.len();
        }
        assert!(chose, "no value of {field} chooses some jobs and not others");
    }
}

#[test]
fn filters_together_and_in_pages_give_what_passes_all_of_them() {
    let data = testing::data();
    let documents = |pairs: &Pairs| {
        let passing = data
            .jobs
            .iter()
            .filter(|job| pairs.iter().all(|(field, value)| passes(&data, job, field, value)));
        passing.map(render).collect()
    };
    let (path, documents) = ("/v1/jobs".to_owned(), Box::new(documents));
    Model { path, pages: Pages::Numbered, asked: values(&data), documents }.check(300);
}

#[tokio::test]
async fn a_page_past_the_end_is_empty_and_leads_back() {
    let db = testing::demo().await;
    let reply = ok(&db, "/v1/jobs/?per_page=25&page=9").await;
    assert_eq!(reply.body, "[]");
    assert_eq!(
        reply.link.as_deref(),
        Some(
            "<https://console.example:8443/v1/jobs/?page=2&per_page=25>; rel=\"prev\",\
             <https://console.example:8443/v1/jobs/?page=2&per_page=25>; rel=\"last\""
        )
    );
}

#[tokio::test]
async fn what_is_wrong_with_the_parameters_is_said_of_all_of_them() {
    let db = testing::empty().await;
    let address = "/v1/jobs?status=Open&created_after=yesterday&office_id=Delft&skip_count=maybe\
                   &department_id=1.0&custom_field_option_id=x&page=x&per_page=x&unknown=x";
    assert_eq!(
        refused(&db, address).await,
        [
            "created_after",
            "status",
            "department_id",
            "office_id",
            "custom_field_option_id",
            "skip_count"
        ]
    );
}

#[tokio::test]
async fn a_connector_that_asks_for_everything_since_1970_gets_everything() {
    let db = testing::demo().await;
    let address = "/v1/jobs?per_page=500&updated_after=1970-01-01T00%3A00%3A00.000Z";
    assert_eq!(ok(&db, address).await.ids().len(), 40);
}

#[tokio::test]
async fn a_job_is_the_same_alone_and_in_the_list() {
    let (db, data) = (testing::demo().await, testing::data());
    for job in &data.jobs {
        let alone = ok(&db, &format!("/v1/jobs/{}", job.id)).await;
        assert_eq!(alone.body, render(job));
    }
    assert!(is_not_found(&db, "/v1/jobs/1").await);
    assert!(is_not_found(&db, "/v1/jobs/first").await);
    assert!(is_not_found(&db, "/v1/jobs/99999999999999999999").await);
}
