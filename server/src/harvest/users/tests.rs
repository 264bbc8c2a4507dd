//! Users: every filter against the obvious way to compute it, and the organisation's own fields.

use crate::db::recruiting::testing;
use crate::harvest::resources::testing::{is_not_found, ok, query, refused};
use crate::harvest::shapes::{HarvestUser, render};

type Test = Box<dyn Fn(&HarvestUser) -> bool>;

#[tokio::test]
async fn users_are_those_that_pass_every_filter() {
    let (db, data) = (testing::demo().await, testing::data());
    let middle = &data.users[data.users.len() / 2];
    let at = |stamp: i64| crate::clock::rfc3339(stamp);
    let (created, updated) = (middle.created_at.0, middle.updated_at.0);
    let employee_id = data.users.iter().find_map(|user| user.employee_id.clone()).expect("one");
    let email = middle.primary_email_address.clone();
    let cases: Vec<(&str, String, Test)> = vec![
        ("created_after", at(created), Box::new(move |user| user.created_at.0 >= created)),
        ("created_before", at(created), Box::new(move |user| user.created_at.0 < created)),
        ("updated_after", at(updated), Box::new(move |user| user.updated_at.0 >= updated)),
        ("updated_before", at(updated), Box::new(move |user| user.updated_at.0 < updated)),
        (
            "employee_id",
            employee_id.clone(),
            Box::new(move |user| user.employee_id.as_ref() == Some(&employee_id)),
        ),
        ("email", email.to_uppercase(), Box::new(move |user| user.emails.contains(&email))),
        ("email", "nobody@example.com".into(), Box::new(|_| false)),
    ];
    for (name, value, passes) in cases {
        let reply = ok(&db, &format!("/v1/users?{}", query(&[(name, value)]))).await;
        let wanted: Vec<String> =
            data.users.iter().filter(|user| passes(user)).map(render).collect();
        assert_eq!(reply.body, format!("[{}]", wanted.join(",")), "{name}");
    }
    assert_eq!(refused(&db, "/v1/users?created_after=x&user_attributes=2").await.len(), 2);
}

#[tokio::test]
async fn the_connection_test_of_most_connectors_works() {
    let db = testing::demo().await;
    let reply = ok(&db, "/v1/users?per_page=1").await;
    assert_eq!(reply.ids().len(), 1);
    assert_eq!(reply.links().len(), 2);
}

#[tokio::test]
async fn the_organisations_own_fields_come_when_they_are_asked_for() {
    let (db, data) = (testing::demo().await, testing::data());
    let user = &data.users[0];
    let plain = ok(&db, &format!("/v1/users/{}", user.id)).await;
    assert_eq!(plain.body, render(user));
    assert!(plain.json().get("custom_fields").is_none());
    for path in ["/v1/users/{}?user_attributes=true", "/v1/users?user_attributes=true&per_page=1"] {
        let json = ok(&db, &path.replace("{}", &user.id.to_string())).await.json();
        let user = if json.is_array() { &json[0] } else { &json };
        assert!(user["custom_fields"].is_object() && user["keyed_custom_fields"].is_object());
    }
    assert!(is_not_found(&db, "/v1/users/1").await);
}
