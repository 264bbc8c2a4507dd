//! Jobs: every filter, alone and together, against a model that looks at the objects themselves.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::db::Db;
use crate::db::recruiting::testing;
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

/// Every value worth asking for, with one that nothing has; times to the millisecond and beside it.
fn values(data: &Recruiting) -> Vec<(&'static str, Vec<String>)> {
    let beside = |at: fn(&Job) -> Stamp| -> Vec<String> {
        let near = |job| [-1, 0, 1].map(|step| Stamp(at(job).0 + step).to_string());
        data.jobs.iter().step_by(3).flat_map(near).collect()
    };
    let texts = |texts: Vec<Option<String>>| -> Vec<String> {
        texts.into_iter().flatten().chain(["none such".to_owned()]).collect()
    };
    let ids = |ids: Vec<i64>| ids.iter().chain([&1]).map(ToString::to_string).collect::<Vec<_>>();
    let openings = data.jobs.iter().flat_map(|job| &job.openings);
    let fields = data.custom_fields.iter();
    vec![
        ("created_after", beside(|job| job.created_at)),
        ("created_before", beside(|job| job.created_at)),
        ("updated_after", beside(|job| job.updated_at)),
        ("updated_before", beside(|job| job.updated_at)),
        ("status", ["open", "closed", "draft"].map(str::to_owned).to_vec()),
        ("requisition_id", texts(data.jobs.iter().map(|job| job.requisition_id.clone()).collect())),
        ("opening_id", texts(openings.map(|opening| opening.opening_id.clone()).collect())),
        ("department_id", ids(data.departments.iter().map(|d| d.id).collect())),
        (
            "external_department_id",
            texts(data.departments.iter().map(|d| d.external_id.clone()).collect()),
        ),
        ("office_id", ids(data.offices.iter().map(|o| o.id).collect())),
        ("external_office_id", texts(data.offices.iter().map(|o| o.external_id.clone()).collect())),
        (
            "custom_field_option_id",
            ids(fields.flat_map(|field| &field.custom_field_options).map(|o| o.id).collect()),
        ),
    ]
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

/// Follows `next` from the first page, as clients do.
async fn follow(db: &Db, first: String) -> Vec<String> {
    let mut bodies = Vec::new();
    let mut address = Some(first);
    while let Some(at) = address {
        let reply = ok(db, &at).await;
        bodies.push(reply.body.clone());
        address = reply.link_to("next");
        assert!(bodies.len() < 100, "the links go in a circle");
    }
    bodies
}

#[test]
fn filters_together_and_in_pages_give_what_passes_all_of_them() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let (db, data) = (runtime.block_on(testing::demo()), testing::data());
    let values = values(&data);
    let one = prop::sample::select(values).prop_flat_map(|(field, values)| {
        prop::sample::select(values).prop_map(move |value| (field, value))
    });
    let case = (prop::collection::vec(one, 0..4), 1..12_usize, any::<bool>());
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) };
    let checked = TestRunner::new(config).run(&case, |(mut pairs, per_page, skip_count)| {
        // Of a repeated parameter the last counts, so the model is given only that.
        let counts = |at: usize, (field, _): &(&str, String)| {
            pairs[at + 1..].iter().all(|(later, _)| later != field)
        };
        let filters: Vec<_> = pairs
            .iter()
            .enumerate()
            .filter(|(at, pair)| counts(*at, pair))
            .map(|(_, p)| p)
            .collect();
        let passing = data
            .jobs
            .iter()
            .filter(|job| filters.iter().all(|(field, value)| passes(&data, job, field, value)));
        let documents: Vec<String> = passing.map(render).collect();
        let mut expected: Vec<String> =
            documents.chunks(per_page).map(|page| format!("[{}]", page.join(","))).collect();
        if expected.is_empty() {
            expected.push("[]".to_owned());
        }
        pairs.push(("per_page", per_page.to_string()));
        pairs.push(("skip_count", skip_count.to_string()));
        let first = format!("/v1/jobs?{}", query(&pairs));
        prop_assert_eq!(runtime.block_on(follow(&db, first)), expected);
        Ok(())
    });
    checked.unwrap_or_else(|failure| panic!("{failure}"));
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
