//! A list, said slowly: everything is looked at, what passes is kept, cut into pages and linked. What a
//! resource answers is compared with it, whatever is asked for together.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

use super::testing::{ORIGIN, ok, query};
use crate::db::recruiting::testing;
use crate::harvest::shapes::Stamp;

/// Parameters of a call, in the order they are sent.
pub(in crate::harvest) type Pairs = Vec<(&'static str, String)>;

/// All documents for these parameters, in order. Of a repeated one it is given only the last.
type Documents<'d> = Box<dyn Fn(&Pairs) -> Vec<String> + 'd>;

/// How a list leads through its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::harvest) enum Pages {
    Numbered,
    OnlyNext,
    /// It comes in one piece, whatever is asked for.
    One,
}

/// What a list must answer.
pub(in crate::harvest) struct Model<'d> {
    pub(in crate::harvest) path: String,
    pub(in crate::harvest) pages: Pages,
    /// The parameters that narrow it or change it, each with the values worth asking for.
    pub(in crate::harvest) asked: Vec<(&'static str, Vec<String>)>,
    pub(in crate::harvest) documents: Documents<'d>,
}

impl Model<'_> {
    /// Asks the resource and the model the same, many times.
    pub(in crate::harvest) fn check(&self, cases: u32) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let db = runtime.block_on(testing::demo());
        let one = select(self.asked.clone())
            .prop_flat_map(|(name, values)| select(values).prop_map(move |value| (name, value)));
        let case = (prop::collection::vec(one, 0..4), 1..9_usize, 1..30_usize, any::<bool>());
        let config =
            ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) };
        let checked = TestRunner::new(config).run(&case, |(asked, page, per_page, skip_count)| {
            let mut sent = vec![("page", page.to_string()), ("per_page", per_page.to_string())];
            let mut kept = asked.clone();
            if skip_count {
                kept.push(("skip_count", "true".to_owned()));
            }
            sent.extend(kept.clone());
            let reply = runtime.block_on(ok(&db, &format!("{}?{}", self.path, query(&sent))));
            let documents = (self.documents)(&last_ones(asked));
            let (body, links) = self.page(&documents, (page, per_page), !skip_count);
            prop_assert_eq!(&reply.body, &body);
            let address = |number: usize| {
                let mut pairs = kept.clone();
                pairs.push(("page", number.to_string()));
                pairs.push(("per_page", per_page.to_string()));
                format!("{ORIGIN}{}?{}", self.path, query(&pairs))
            };
            let links: Vec<(String, String)> = links
                .into_iter()
                .map(|(relation, number)| (relation.to_owned(), address(number)))
                .collect();
            prop_assert_eq!(reply.links(), links);
            Ok(())
        });
        checked.unwrap_or_else(|failure| panic!("{}: {failure}", self.path));
    }

    /// The body of a page, and to which pages it leads.
    fn page(
        &self,
        documents: &[String],
        (number, per_page): (usize, usize),
        counted: bool,
    ) -> (String, Vec<(&'static str, usize)>) {
        let list = |documents: &[String]| format!("[{}]", documents.join(","));
        if self.pages == Pages::One {
            return (list(documents), Vec::new());
        }
        let pages: Vec<&[String]> = documents.chunks(per_page).collect();
        let last = pages.len().max(1);
        let mut links = Vec::new();
        if number < last {
            links.push(("next", number + 1));
        }
        if self.pages == Pages::Numbered && number > 1 {
            // Past the end the page before this one is as empty; the last one is not.
            links.push(("prev", if counted { last.min(number - 1) } else { number - 1 }));
        }
        if self.pages == Pages::Numbered && counted {
            links.push(("last", last));
        }
        (list(pages.get(number - 1).copied().unwrap_or_default()), links)
    }
}

/// Of every parameter the last one.
fn last_ones(pairs: Pairs) -> Pairs {
    let mut last = Pairs::new();
    for (name, value) in pairs {
        last.retain(|(known, _)| *known != name);
        last.push((name, value));
    }
    last
}

/// The value that is asked for.
pub(in crate::harvest) fn asked<'p>(pairs: &'p Pairs, name: &str) -> Option<&'p str> {
    pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

/// Whether a flag is asked for; `None`: nothing is said of it.
pub(in crate::harvest) fn flag(pairs: &Pairs, name: &str) -> Option<bool> {
    asked(pairs, name).map(|value| matches!(value, "true" | "1"))
}

/// Whether what was made and changed at these times passes the four filters of time.
pub(in crate::harvest) fn in_time(pairs: &Pairs, created_at: Stamp, updated_at: Stamp) -> bool {
    pairs.iter().all(|(name, value)| {
        let time = || Stamp::parse(value).expect("a time");
        match *name {
            "created_after" => created_at >= time(),
            "created_before" => created_at < time(),
            "updated_after" => updated_at >= time(),
            "updated_before" => updated_at < time(),
            _ => true,
        }
    })
}

/// The four filters of time: at some of these times, to the millisecond and beside it.
pub(in crate::harvest) fn times(
    at: impl Iterator<Item = (Stamp, Stamp)>,
) -> Vec<(&'static str, Vec<String>)> {
    let (created, updated): (Vec<Stamp>, Vec<Stamp>) = at.step_by(3).unzip();
    let beside = |stamps: &[Stamp]| -> Vec<String> {
        let near = |at: &Stamp| [-1, 0, 1].map(|step| Stamp(at.0 + step).to_string());
        stamps.iter().flat_map(near).collect()
    };
    vec![
        ("created_after", beside(&created)),
        ("created_before", beside(&created)),
        ("updated_after", beside(&updated)),
        ("updated_before", beside(&updated)),
    ]
}

/// A parameter with its values.
pub(in crate::harvest) fn words(
    name: &'static str,
    values: &[&str],
) -> (&'static str, Vec<String>) {
    (name, values.iter().map(|&value| value.to_owned()).collect())
}

/// A parameter with every text that something has, and one that nothing has.
pub(in crate::harvest) fn texts(
    name: &'static str,
    values: impl Iterator<Item = Option<String>>,
) -> (&'static str, Vec<String>) {
    (name, values.flatten().chain(["none such".to_owned()]).collect())
}

/// A parameter with every id, and one that nothing has.
pub(in crate::harvest) fn ids(
    name: &'static str,
    ids: impl Iterator<Item = i64>,
) -> (&'static str, Vec<String>) {
    (name, ids.chain([1]).map(|id| id.to_string()).collect())
}
