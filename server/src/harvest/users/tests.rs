//! Users: every filter against the obvious way to compute it, and the organisation's own fields.

use crate::db::recruiting::testing;
use crate::harvest::resources::model::{
    Model, Pages, Pairs, asked, flag, in_time, texts, times, words,
};
use crate::harvest::resources::testing::{is_not_found, ok, refused};
use crate::harvest::shapes::{HarvestUser, render};

#[test]
fn users_are_those_that_pass_every_filter_in_pages() {
    let data = testing::data();
    let users = data.users.iter();
    let any_case =
        users.clone().flat_map(|user| &user.emails).map(|email| Some(email.to_uppercase()));
    let asked_for = [
        times(users.clone().map(|user| (user.created_at, user.updated_at))),
        vec![
            texts("employee_id", users.clone().map(|user| user.employee_id.clone())),
            texts("email", any_case),
            words("user_attributes", &["true", "1", "false", "0"]),
        ],
    ];
    let passes = |user: &HarvestUser, pairs: &Pairs| {
        let email = |wanted: &str| {
            user.emails.iter().any(|email| email.to_lowercase() == wanted.to_lowercase())
        };
        in_time(pairs, user.created_at, user.updated_at)
            && asked(pairs, "employee_id").is_none_or(|it| user.employee_id.as_deref() == Some(it))
            && asked(pairs, "email").is_none_or(email)
    };
    let document = |user: &HarvestUser, pairs: &Pairs| {
        let mut document = render(user);
        if flag(pairs, "user_attributes") == Some(true) {
            let (fields, keyed) = (render(&user.custom_fields), render(&user.keyed_custom_fields));
            assert_eq!(document.pop(), Some('}'));
            document += &format!(",\"custom_fields\":{fields},\"keyed_custom_fields\":{keyed}}}");
        }
        document
    };
    let documents = |pairs: &Pairs| {
        let passing = data.users.iter().filter(|user| passes(user, pairs));
        passing.map(|user| document(user, pairs)).collect()
    };
    let documents = Box::new(documents);
    let path = "/v1/users".to_owned();
    Model { path, pages: Pages::Numbered, asked: asked_for.concat(), documents }.check(200);
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let db = testing::empty().await;
    let address = "/v1/users?created_after=x&user_attributes=2";
    assert_eq!(refused(&db, address).await, ["created_after", "user_attributes"]);
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
