//! Characters that reorder or hide the text around them: refused by name wherever people type, and all
//! that names and emoji need is taken.

use axum::http::StatusCode;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::app::World;

const REORDERING: &str = "Payroll \u{202e}evil key";

fn new_credential(description: &str) -> Value {
    json!({ "api_type": "job_board", "partner": "custom_integration", "description": description })
}

#[tokio::test]
async fn a_description_that_would_reorder_a_question_is_refused_by_the_name_of_the_character() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, _) = ada.issue("job_board", "custom_integration").await;
    for (text, named) in [
        (REORDERING, "U+202E"),
        ("\u{2067}x", "U+2067"),
        ("a\tb", "U+0009"),
        ("a\u{e0041}", "U+E0041"),
        ("\u{200b}", "Enter a description"),
        ("\u{2800} \u{fe0f}", "Enter a description"),
    ] {
        let created = ada.post("/api/credentials", new_credential(text)).await;
        let path = format!("/api/credentials/{id}");
        let renamed = ada.patch(&path, 1, json!({ "description": text })).await;
        for answer in [created, renamed] {
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{text:?}");
            let error = answer.json()["errors"][0].clone();
            assert_eq!(error["pointer"], "/description");
            assert!(error["detail"].as_str().unwrap().contains(named), "{error}");
        }
    }
}

#[tokio::test]
async fn names_addresses_and_imported_boards_are_no_way_around_it() {
    let world = World::new().await;
    let ada = world.ada().await;
    let user = |name: &str, email: &str| json!({ "name": name, "email": email, "level": "basic" });
    let with_version = |body: Value| (Some(1), body);
    for (path, pointer, (version, body)) in [
        ("/api/users", "/name", (None, user(REORDERING, "x@example.com"))),
        ("/api/users", "/email", (None, user("X", "\u{202e}x@example.com"))),
        ("/api/account", "/name", with_version(json!({ "name": REORDERING }))),
        (
            "/api/boards/3001001",
            "/job_board_url",
            with_version(json!({ "job_board_url": "https://a.example/\u{202e}" })),
        ),
        ("/api/import", "", (None, json!({ "boards": [{ "token": "t", "name": REORDERING }] }))),
    ] {
        let answer = match version {
            Some(version) => ada.patch(path, version, body).await,
            None => ada.post(path, body).await,
        };
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", answer.body);
        let error = answer.json()["errors"][0].clone();
        assert_eq!(error["pointer"], pointer, "{error}");
        assert!(error["detail"].as_str().unwrap().contains("U+202E"), "{error}");
    }
}

#[test]
fn no_rule_of_the_contract_takes_what_reorders_or_shows_nothing() {
    let odd = prop::sample::select(vec![
        '\u{0}', '\u{85}', '\u{2028}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
        '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
    ]);
    let ordinary = "[a-zà-ÿא-תا-ي 0-9]{1,8}";
    let text = (ordinary, odd, ordinary).prop_map(|(before, odd, after)| {
        (format!("{before}{odd}{after}"), format!("U+{:04X}", u32::from(odd)))
    });
    proptest!(ProptestConfig::with_cases(256), |((text, named) in text)| {
        for fault in [
            api::credentials::check_description(&text),
            api::users::check_name(&text),
            api::boards::check_company_name(&text),
        ] {
            prop_assert!(fault.is_some_and(|fault| fault.detail.contains(&named)), "{:?}", text);
        }
    });
}

#[test]
fn every_name_that_people_have_is_taken() {
    let word = prop_oneof![
        "[A-Za-zÀ-ÿ]{1,8}",
        "[א-ת]{1,8}",
        "[ا-ي]{1,4}\u{200c}?[ا-ي]{1,4}",
        "[a-z]\u{301}[a-z]{0,4}",
        "[一-十]{1,4}",
        prop::sample::select(vec![
            "👩\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "क्\u{200d}ष",
            "\u{200f}שלום",
            "👍🏽",
        ])
        .prop_map(str::to_owned),
    ];
    let text = prop::collection::vec(word, 1..6).prop_map(|words| words.join(" "));
    proptest!(ProptestConfig::with_cases(256), |(text in text)| {
        prop_assert_eq!(api::credentials::check_description(&text), None);
        prop_assert_eq!(api::users::check_name(&text), None);
    });
}
