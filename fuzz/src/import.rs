//! A file of an import: it ends with an error that names file and line, or with things that come back the
//! same when what is answered of them is imported again. What is wrong with all of a file has no line.
//!
//! An input is the name of the file, a line break, and what is in it.

mod mutate;
mod seeds;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use server::db::recruiting::Kind;
use server::import::{Documents, ImportError, examine};

pub(crate) use mutate::mutate;
pub(crate) use seeds::write as write_seeds;

/// Said of a file that begins as UTF-32 does.
const UTF32: &str = "this is UTF-32: save it as UTF-8";

pub(crate) fn check(data: &[u8]) -> bool {
    let (name, content) = split(data);
    let name = String::from_utf8_lossy(name);
    let lines = content.split(|byte| *byte == b'\n').count();
    match read(&name, content) {
        Ok(documents) => {
            come_back_the_same(&documents);
            !documents.is_empty()
        }
        Err(ImportError::Data(fault)) if fault == format!("{name}: {UTF32}") => false,
        Err(ImportError::Data(fault)) => {
            let rest = fault.strip_prefix(&*name).and_then(|rest| rest.strip_prefix(", line "));
            let digits = rest.and_then(|rest| rest.split([',', ':']).next());
            let line = digits.and_then(|digits| digits.parse().ok());
            assert!(line.is_some_and(|line| (1..=lines).contains(&line)), "no line: {fault}");
            false
        }
        Err(other) => panic!("{other:?}"),
    }
}

/// Name and content of the file.
fn split(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    (&data[..end], data.get(end + 1..).unwrap_or_default())
}

/// In the folder in which a fuzzer is started nobody else writes.
fn read(name: &str, content: &[u8]) -> Result<Documents, ImportError> {
    let path = Path::new("input");
    write(path, content).expect("a folder to write to");
    examine(path, name)
}

/// A file that is emptied first is written to the disk when it is closed, which takes milliseconds.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).create(true).truncate(false).open(path)?;
    file.write_all(content)?;
    file.set_len(content.len() as u64)
}

fn come_back_the_same(documents: &Documents) {
    let mut kinds: BTreeMap<Kind, Vec<&str>> = BTreeMap::new();
    for (kind, document) in documents {
        kinds.entry(*kind).or_default().push(document);
    }
    for (kind, documents) in kinds {
        let file = format!("[{}]", documents.join(","));
        let again = read(&format!("{}.json", kind.as_str()), file.as_bytes());
        let again = again.unwrap_or_else(|error| panic!("{error}: {file}"));
        let again: Vec<&str> = again.iter().map(|(_, document)| &**document).collect();
        assert_eq!(again, documents);
    }
}
