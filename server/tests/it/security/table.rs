//! The tables of docs/security.md have every requirement once, and every applicable one names tests, which
//! exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Chapters 6 to 8 of the OWASP ASVS 5.0.0: the requirements of the levels 1 and 2.
const LEVEL_1: &str = "6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 \
                       7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1";
const LEVEL_2: &str = "6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 \
                       6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 6.8.1 6.8.2 6.8.3 6.8.4 7.1.1 7.1.2 7.1.3 7.3.1 \
                       7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2 8.1.2 8.2.3 8.4.1";

/// So begins the proof of a requirement that is about something which is not there.
const DOES_NOT_APPLY: &str = "Does not apply: ";

/// The names of all tests: functions of Rust, titles of Playwright.
#[derive(Default)]
struct Tests(BTreeSet<String>);

impl Tests {
    fn of_rust(&mut self, text: &str) {
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with("#[") && line.ends_with("test]") {
                is_test = true;
            }
            let function = line.trim_start_matches("async ").strip_prefix("fn ");
            if let Some((name, _)) = function.and_then(|rest| rest.split_once('(')) {
                if is_test {
                    self.0.insert(name.to_owned());
                }
                is_test = false;
            }
        }
    }

    fn of_playwright(&mut self, text: &str) {
        let calls = text.split("test(").skip(1);
        let titles = calls.filter_map(|call| call.trim_start().strip_prefix('"'));
        self.0.extend(titles.filter_map(|rest| rest.split_once('"')).map(|(it, _)| it.to_owned()));
    }

    fn collect(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension().and_then(|ending| ending.to_str()) {
                _ if path.is_dir() => self.collect(&path),
                Some("rs") => self.of_rust(&fs::read_to_string(&path).unwrap()),
                Some("ts") => self.of_playwright(&fs::read_to_string(&path).unwrap()),
                _ => {}
            }
        }
    }
}

/// The cells of every row of the document that is about a requirement.
fn rows(document: &str) -> Vec<Vec<&str>> {
    let rows = document.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    let rows = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    rows.filter(|cells| cells[0].starts_with(|char: char| char.is_ascii_digit())).collect()
}

/// What is wrong with the tables, with these requirements of the levels 1 and 2.
fn faults(document: &str, levels: [&str; 2], tests: &Tests) -> Vec<String> {
    let mut faults = Vec::new();
    let rows = rows(document);
    let required = (1..).zip(levels).flat_map(|(level, ids)| {
        ids.split_whitespace().map(move |id| (id.to_owned(), level.to_string()))
    });
    let required: BTreeSet<(String, String)> = required.collect();
    let mut seen = BTreeSet::new();
    for cells in &rows {
        let [id, level, short, how, proof] = cells[..] else {
            faults.push(format!("{}: not five cells", cells[0]));
            continue;
        };
        let row = (id.to_owned(), level.to_owned());
        if !required.contains(&row) {
            faults.push(format!("{id}: not required at level {level}"));
        }
        if !seen.insert(row) {
            faults.push(format!("{id}: there twice"));
        }
        if short.is_empty() || how.is_empty() {
            faults.push(format!("{id}: says nothing"));
        }
        let named: Vec<&str> = proof.split('`').skip(1).step_by(2).collect();
        let unknown = named.iter().filter(|name| !tests.0.contains(**name));
        faults.extend(unknown.map(|name| format!("{id}: there is no test `{name}`")));
        match proof.strip_prefix(DOES_NOT_APPLY) {
            Some(reason) if reason.len() < 10 => faults.push(format!("{id}: no reason")),
            None if named.is_empty() => faults.push(format!("{id}: no test")),
            _ => {}
        }
    }
    faults.extend(required.difference(&seen).map(|(id, level)| format!("{id}: missing ({level})")));
    faults
}

#[test]
fn the_tables_are_complete_and_name_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let document = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let mut tests = Tests::default();
    for folder in ["server/src", "server/tests", "api/src", "src", "end2end/specs"] {
        tests.collect(&root.join(folder));
    }
    assert_eq!(faults(&document, [LEVEL_1, LEVEL_2], &tests), Vec::<String>::new());
}

#[test]
fn a_wrong_table_is_noticed() {
    let mut tests = Tests::default();
    tests.of_rust(
        "#[test]\nfn it_works() {}\nfn helper() {}\n#[tokio::test]\n#[ignore]\nasync fn it_waits() {}",
    );
    tests.of_playwright("test(\"a page opens\", async () => {});\n  test(\n    \"it closes\", f);");
    let right = "| id | level | in short | how | proof |\n|---|---|---|---|---|\n\
                 | 6.1.1 | 1 | Short | So | `it_works`, `a page opens` |\n\
                 | 6.1.2 | 2 | Short | So | `it_waits` and `it closes` |\n\
                 | 6.5.1 | 2 | Short | Not there | Does not apply: there is no such thing |\n";
    let faults = |document: &str| faults(document, ["6.1.1", "6.1.2 6.5.1"], &tests);
    assert_eq!(faults(right), Vec::<String>::new());
    for (found, replaced, said) in [
        ("it_works", "it_flies", "6.1.1: there is no test `it_flies`"),
        ("it_works", "helper", "6.1.1: there is no test `helper`"),
        ("it closes", "it locks", "6.1.2: there is no test `it locks`"),
        ("`it_waits` and `it closes`", "It is so.", "6.1.2: no test"),
        ("there is no such thing", "", "6.5.1: no test"),
        ("there is no such thing", "no.", "6.5.1: no reason"),
        ("| 6.5.1 | 2 |", "| 6.5.2 | 2 |", "6.5.2: not required at level 2"),
        ("| 6.5.1 | 2 |", "| 6.5.2 | 2 |", "6.5.1: missing (2)"),
        ("| 6.1.1 | 1 |", "| 6.1.1 | 2 |", "6.1.1: not required at level 2"),
        ("| 6.1.2 | 2 |", "| 6.1.1 | 1 |", "6.1.1: there twice"),
        ("| So | `it_works`", "| `it_works`", "6.1.1: not five cells"),
        ("| So | `it_works`", "|  | `it_works`", "6.1.1: says nothing"),
    ] {
        let wrong = right.replacen(found, replaced, 1);
        assert!(faults(&wrong).contains(&said.to_owned()), "{said}: {:?}", faults(&wrong));
    }
}
