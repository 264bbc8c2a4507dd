//! Paging against a model that cuts a list of numbers into chunks.

use std::cell::Cell;
use std::future::ready;

use proptest::prelude::*;

use super::*;
use crate::harvest::query::Query;

fn call(query: &str) -> Call {
    Call {
        params: vec![],
        query: Query::parse(query),
        origin: "https://console.example".into(),
        path: "/v1/jobs".into(),
    }
}

fn page(query: &str) -> (i64, i64) {
    let page = Page::of(&Query::parse(query));
    (page.number, page.per_page)
}

#[test]
fn a_page_out_of_range_is_clamped_and_one_that_is_no_number_is_the_default() {
    assert_eq!(page(""), (1, 100));
    assert_eq!(page("page=3&per_page=20"), (3, 20));
    assert_eq!(page("page=0&per_page=0"), (1, 1));
    assert_eq!(page("page=-7&per_page=-7"), (1, 1));
    assert_eq!(page("per_page=501"), (1, 500));
    assert_eq!(page("per_page=99999999999999999999999"), (1, 500));
    assert_eq!(page("per_page=-99999999999999999999999"), (1, 1));
    assert_eq!(page("page=two&per_page=1e3"), (1, 100));
    assert_eq!(page("page=1.5&per_page=-"), (1, 100));
    assert_eq!(page("page=&per_page="), (1, 100));
    assert_eq!(page("page=1&per_page=5&page=2&per_page=6"), (2, 6));
}

#[test]
fn the_offset_of_the_last_page_there_can_be_is_still_a_number() {
    let page = Page::of(&Query::parse("page=99999999999999999999&per_page=500"));
    assert!(page.offset() > 0);
    assert!(links(&call(""), page, Rest::Total(7)).is_some());
}

fn header(query: &str, rest: Rest) -> String {
    let call = call(query);
    links(&call, Page::of(&call.query), rest).unwrap_or_default()
}

#[test]
fn a_single_page_carries_only_last() {
    let alone = r#"<https://console.example/v1/jobs?page=1&per_page=100>; rel="last""#;
    assert_eq!(header("", Rest::Total(100)), alone);
    assert_eq!(header("", Rest::Total(0)), alone);
}

#[test]
fn a_page_in_the_middle_carries_next_then_prev_then_last() {
    assert_eq!(
        header("page=2&per_page=5", Rest::Total(11)),
        "<https://console.example/v1/jobs?page=3&per_page=5>; rel=\"next\",\
         <https://console.example/v1/jobs?page=1&per_page=5>; rel=\"prev\",\
         <https://console.example/v1/jobs?page=3&per_page=5>; rel=\"last\""
    );
}

#[test]
fn without_counting_there_is_no_last() {
    assert_eq!(header("skip_count=true", Rest::Uncounted { more: false }), "");
    assert_eq!(
        header("skip_count=true&per_page=5", Rest::Uncounted { more: true }),
        "<https://console.example/v1/jobs?skip_count=true&page=2&per_page=5>; rel=\"next\""
    );
}

#[test]
fn other_parameters_are_kept_and_pages_stand_once() {
    let query = "page=1&requisition_id=a%2Cb+%3Cc%3E&page=2&x=1&per_page=5&x=2&created_after=\
                 2024-01-02T03:04:05%2B02:00";
    assert_eq!(
        header(query, Rest::Total(11)).split(',').next_back().expect("last"),
        "<https://console.example/v1/jobs?requisition_id=a%2Cb+%3Cc%3E&x=1&x=2&\
         created_after=2024-01-02T03%3A04%3A05%2B02%3A00&page=3&per_page=5>; rel=\"last\""
    );
}

#[test]
fn no_comma_and_no_bracket_ever_stands_in_an_address() {
    let mut call = call("a=%3C,%3E");
    call.path = "/v1/jobs/,<>\"é".into();
    let link = link(&call, Page { number: 1, per_page: 5 }, 2, "next");
    assert_eq!(
        link,
        "<https://console.example/v1/jobs/%2C%3C%3E%22%C3%A9?a=%3C%2C%3E&page=2&per_page=5>; rel=\"next\""
    );
}

/// The relations and pages of a header.
fn read(link: Option<&str>) -> Vec<(String, i64)> {
    let part = |part: &str| {
        let (address, relation) = part.split_once(">; rel=\"").expect("a link");
        let (_, query) = address.split_once('?').expect("a query");
        let query = Query::parse(query);
        let page = query.get("page").expect("a page").parse().expect("a number");
        (relation.trim_end_matches('"').to_owned(), page)
    };
    link.map(|link| link.split(',').map(part).collect()).unwrap_or_default()
}

/// What a list of `total` rows answers, said slowly.
fn model(total: i64, number: i64, per_page: i64, counted: bool) -> (Vec<i64>, Vec<(String, i64)>) {
    let rows: Vec<i64> = (0..total).collect();
    let mut pages: Vec<Vec<i64>> =
        rows.chunks(usize::try_from(per_page).expect("small")).map(<[i64]>::to_vec).collect();
    if pages.is_empty() {
        pages.push(vec![]);
    }
    let last = i64::try_from(pages.len()).expect("small");
    let here = pages.into_iter().nth(usize::try_from(number - 1).expect("small"));
    let mut links = Vec::new();
    if number < last {
        links.push(("next".to_owned(), number + 1));
    }
    if number > 1 {
        // Past the end the page before this one is as empty; the last one is not.
        let before = if counted && number > last { last } else { number - 1 };
        links.push(("prev".to_owned(), before));
    }
    if counted {
        links.push(("last".to_owned(), last));
    }
    (here.unwrap_or_default(), links)
}

fn rows(total: i64, page: Page) -> Vec<String> {
    (0..total)
        .skip(usize::try_from(page.offset()).expect("small"))
        .take(usize::try_from(page.limit()).expect("small"))
        .map(|row| row.to_string())
        .collect()
}

fn list(answer: Answer) -> (Vec<i64>, Option<String>) {
    let Answer::List { body, link } = answer else { panic!("no list") };
    (serde_json::from_slice(&body).expect("numbers"), link)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn numbered_pages_are_the_chunks_of_the_list(
        total in 0..40_i64, number in 1..14_i64, per_page in 1..9_i64, skip_count: bool,
    ) {
        let counted = Cell::new(false);
        let count = async {
            counted.set(true);
            Ok(total)
        };
        let call = call(&format!("page={number}&per_page={per_page}"));
        let page = Page::of(&call.query);
        let answer = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
            .block_on(numbered(&call, page, skip_count, rows(total, page), count));
        let (rows, link) = list(answer.expect("an answer"));
        prop_assert_eq!((rows, read(link.as_deref())), model(total, number, per_page, !skip_count));
        prop_assert!(!(skip_count && counted.get()));
    }

    #[test]
    fn next_only_pages_are_the_same_chunks_with_only_next(
        total in 0..40_i64, number in 1..14_i64, per_page in 1..9_i64,
    ) {
        let call = call(&format!("page={number}&per_page={per_page}"));
        let page = Page::of(&call.query);
        let (rows, link) = list(next_only(&call, page, rows(total, page)));
        let (expected, links) = model(total, number, per_page, false);
        let next: Vec<_> = links.into_iter().filter(|(relation, _)| relation == "next").collect();
        prop_assert_eq!((rows, read(link.as_deref())), (expected, next));
    }
}

#[tokio::test]
async fn rows_are_counted_only_when_they_do_not_tell() {
    let asked = |query: &'static str, total: i64| async move {
        let asked = Cell::new(false);
        let call = call(query);
        let page = Page::of(&call.query);
        let count = async {
            asked.set(true);
            ready(Ok(total)).await
        };
        numbered(&call, page, false, rows(total, page), count).await.expect("an answer");
        asked.get()
    };
    assert!(!asked("", 40).await);
    assert!(!asked("", 0).await);
    assert!(!asked("page=4&per_page=12", 40).await);
    assert!(asked("per_page=39", 40).await);
    assert!(asked("page=2", 40).await);
}
