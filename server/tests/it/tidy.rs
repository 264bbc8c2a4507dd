//! The invariants of ARCHITECTURE.md that can be seen in the text of the sources.

use std::fs;
use std::path::{Path, PathBuf};

struct Source {
    path: String,
    text: String,
}

/// Every file of these kinds that is ours.
fn sources(folders: &[&str], endings: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut found = Vec::new();
    for folder in folders {
        collect(&root.join(folder), endings, &mut found);
    }
    assert!(!found.is_empty(), "{folders:?}");
    let source = |path: PathBuf| Source {
        text: fs::read_to_string(&path).expect("a text file"),
        path: path.strip_prefix(root).expect("below the root").display().to_string(),
    };
    found.into_iter().map(source).collect()
}

fn collect(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|_| panic!("{}", folder.display())) {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "node_modules") {
                collect(&path, endings, found);
            }
        } else if path.extension().is_some_and(|it| endings.iter().any(|ending| it == *ending)) {
            found.push(path);
        }
    }
}

fn rust(folders: &[&str]) -> Vec<Source> {
    sources(folders, &["rs"])
}

/// Nobody but those allowed has this in their text.
fn only(sources: &[Source], text: &str, allowed: &[&str]) {
    for source in sources {
        let may = allowed.iter().any(|start| source.path.starts_with(start));
        assert!(may || !source.text.contains(text), "{} has {text:?}", source.path);
    }
}

#[test]
fn every_effect_has_one_door() {
    let page = rust(&["src"]);
    only(&page, "gloo_net", &["src/client"]);
    let server = rust(&["server/src"]);
    only(&server, "sqlx::", &["server/src/db", "server/src/error.rs"]);
    only(&server, "getrandom::", &["server/src/clock.rs"]);
    only(&server, "SystemTime::now", &[]);
}

#[test]
fn the_page_and_the_service_do_not_know_each_other() {
    only(&rust(&["src", "api/src"]), "server::", &[]);
    only(&rust(&["server/src", "api/src"]), "leptos", &[]);
    only(&rust(&["api/src"]), "std::fs", &[]);
}

#[test]
fn components_know_neither_pages_nor_the_network_nor_who_is_signed_in() {
    let components = rust(&["src/components"]);
    for text in ["crate::pages", "crate::client", "crate::session"] {
        only(&components, text, &[]);
    }
}

#[test]
fn a_plaintext_key_is_revealed_in_one_place() {
    only(
        &rust(&["server/src"]),
        ".reveal()",
        &["server/src/keys/", "server/src/credentials/change.rs"],
    );
    let page = rust(&["src"]);
    only(&page, "local_storage", &["src/layout/appearance.rs"]);
    only(&page, "session_storage", &[]);
}

#[test]
fn no_inline_style_or_script_can_slip_past_the_policy() {
    let page = sources(&["src"], &["rs"]);
    for text in ["style=\"", " style=", "style:", "inner_html"] {
        only(&page, text, &[]);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let index = fs::read_to_string(root.join("index.html")).expect("index.html");
    assert!(!index.contains("<style") && !index.contains(" onload="));
}

#[test]
fn the_service_answers_the_page_at_the_addresses_of_its_route_table_and_nowhere_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let routes = fs::read_to_string(root.join("src/routes.rs")).expect("the route table");
    let (_, table) = routes.split_once("match segments[..] {").expect("it matches segments");
    let (table, _) = table.split_once("_ =>").expect("all others are not found");
    let mut read: Vec<String> = table
        .split(['[', ']'])
        .skip(1)
        .step_by(2)
        .map(|pattern| {
            let segments = pattern.split(',').map(str::trim).filter(|segment| !segment.is_empty());
            let segment = |text: &str| match text.strip_prefix('"') {
                Some(text) => text.trim_end_matches('"').to_owned(),
                None => format!("{{{text}}}"),
            };
            segments.map(segment).collect::<Vec<_>>().join("/")
        })
        .collect();
    let mut answered = api::paths::SCREENS.map(str::to_owned).to_vec();
    read.sort();
    answered.sort();
    assert_eq!(read, answered);
}

#[test]
fn every_file_says_what_it_is_for() {
    for source in rust(&[
        "src",
        "api/src",
        "server/src",
        "server/tests",
        "xtask/src",
        "bench/src",
        "fuzz/src",
    ]) {
        assert!(source.text.starts_with("//!"), "{} starts without //!", source.path);
    }
}

#[test]
fn files_stay_short_enough_to_read_at_once() {
    let long = rust(&["src", "api/src", "server/src", "xtask/src", "bench/src", "fuzz/src"])
        .into_iter()
        .map(|source| (source.text.lines().count(), source.path))
        .filter(|(lines, _)| *lines > 420);
    assert_eq!(long.collect::<Vec<_>>(), [], "split these");
}

#[test]
fn lints_are_expected_with_a_reason_never_allowed() {
    for source in rust(&["src", "api/src", "server/src", "xtask/src", "bench/src", "fuzz/src"]) {
        assert!(!source.text.contains(&["#[", "allow("].concat()), "{}", source.path);
    }
}
