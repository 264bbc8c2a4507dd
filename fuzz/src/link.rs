//! The `Link` header: cut at commas as clients do, it leads to other pages of the very list that was
//! asked for.
//!
//! An input is a request in three lines: its target, its host, and words on what the list has
//! (`250 https skip next rows=3`).

use futures_util::FutureExt as _;
use http::request::Parts;
use http::{HeaderValue, Request, Uri, header};
use percent_encoding::percent_decode_str;
use server::client::{Client, TrustedProxies};
use server::harvest::call::{Answer, Call};
use server::harvest::paging::{Page, next_only, numbered};
use server::harvest::query::Query;
use url::Url;

use crate::query::decoded;

/// What the list has, and how it was asked for.
struct List {
    total: i64,
    /// The rows that were read; none: those that there are.
    rows: Option<i64>,
    skip_count: bool,
    next_only: bool,
}

pub(crate) fn check(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let mut lines = text.splitn(3, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (target, host, words) = (line(), line(), line());
    let Some(parts) = request(target, host, words) else { return false };
    let client = Client::of(&parts, &TrustedProxies::default());
    let call = Call {
        params: vec![],
        query: Query::parse(parts.uri.query().unwrap_or_default()),
        origin: client.origin(),
        path: parts.uri.path().to_owned(),
    };
    let page = Page::of(&call.query);
    assert!(page.number >= 1 && (1..=500).contains(&page.per_page), "{page:?}");
    let list = list(words);
    let links = links(&call, page, ask(&call, page, &list).as_deref());
    if list.rows.is_none() {
        assert_eq!(links, model(page, &list), "{page:?}");
    }
    !links.is_empty()
}

/// A request that gets as far as the resource.
fn request(target: &str, host: &str, words: &str) -> Option<Parts> {
    let uri: Uri = target.parse().ok().filter(|uri: &Uri| uri.path().starts_with('/'))?;
    let host = HeaderValue::from_str(host).ok()?;
    let scheme = if words.contains("https") { "https" } else { "http" };
    let request = Request::builder().uri(uri).header(header::HOST, host);
    let request = request.header("x-forwarded-proto", scheme).body(()).ok()?;
    Some(request.into_parts().0)
}

fn list(words: &str) -> List {
    let rows = words.split_once("rows=").and_then(|(_, rows)| rows.get(..3)?.trim().parse().ok());
    List {
        total: words.split(' ').find_map(|word| word.parse().ok()).unwrap_or(250).max(0),
        rows: rows.map(|rows: u16| rows.into()),
        skip_count: words.contains("skip"),
        next_only: words.contains("next"),
    }
}

fn ask(call: &Call, page: Page, list: &List) -> Option<String> {
    let there = list.rows.unwrap_or(list.total.saturating_sub(page.offset()));
    let rows = usize::try_from(there.clamp(0, page.limit())).expect("at most 501");
    let rows = vec![String::new(); rows];
    let answer = if list.next_only {
        next_only(call, page, rows)
    } else {
        let count = std::future::ready(Ok(list.total));
        let answer = numbered(call, page, list.skip_count, rows, count).now_or_never();
        answer.expect("nothing to wait for").expect("an answer")
    };
    match answer {
        Answer::List { link, .. } => link,
        Answer::One(_) => panic!("a list is no single thing"),
    }
}

/// Reads the header as clients do: the relations, and the pages they lead to.
fn links(call: &Call, page: Page, header: Option<&str>) -> Vec<(String, i64)> {
    let Some(header) = header else { return Vec::new() };
    assert!(HeaderValue::from_str(header).is_ok(), "no header: {header:?}");
    let read = |part: &str| {
        let (address, relation) =
            part.strip_prefix('<').and_then(|part| part.split_once(">; rel=\"")).expect("a link");
        let relation = relation.strip_suffix('"').expect("a relation").to_owned();
        (relation, page_of(call, page, address))
    };
    header.split(',').map(read).collect()
}

/// The page that an address leads to, of the list that was asked for and nothing else.
fn page_of(call: &Call, page: Page, address: &str) -> i64 {
    assert!(!address.contains(['<', '>', '"', ',', ' ']), "{address}");
    let place = address.strip_prefix(&call.origin).expect("the client's own origin");
    let (path, query) = place.split_once('?').expect("a query");
    let bytes = |text| percent_decode_str(text).collect::<Vec<u8>>();
    assert_eq!(bytes(path), bytes(&call.path));
    let mut pairs = decoded(query);
    if let Ok(origin) = Url::parse(&call.origin) {
        let url = Url::parse(address).expect("an address");
        assert_eq!(url.origin(), origin.origin());
        assert_eq!(url.query_pairs().into_owned().collect::<Vec<_>>(), pairs);
    }
    let is_page = |key: &str| key == "page" || key == "per_page";
    let (rows, number) = (pairs.pop().expect("per_page"), pairs.pop().expect("page"));
    assert_eq!(rows, ("per_page".to_owned(), page.per_page.to_string()));
    assert_eq!(number.0, "page");
    let others = call.query.pairs().filter(|(key, _)| !is_page(key));
    let others: Vec<_> = others.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    assert_eq!(pairs, others);
    number.1.parse().expect("a number")
}

/// The links of a page, said slowly.
fn model(page: Page, list: &List) -> Vec<(String, i64)> {
    let pages = i128::from(list.total) / i128::from(page.per_page)
        + i128::from(list.total % page.per_page > 0);
    let last = i64::try_from(pages).expect("no more than rows").max(1);
    let counted = !(list.skip_count || list.next_only);
    let before = if counted { (page.number - 1).min(last) } else { page.number - 1 };
    let links = [
        ("next", page.number + 1, page.number < last),
        ("prev", before, page.number > 1 && !list.next_only),
        ("last", last, counted),
    ];
    let links = links.into_iter().filter(|(.., there)| *there);
    links.map(|(relation, number, _)| (relation.to_owned(), number)).collect()
}
