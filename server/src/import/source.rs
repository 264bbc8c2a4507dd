//! Where an import comes from: one file with everything, one file of a kind, or a folder of files as a
//! client saved the answers of the Harvest and Job Board APIs.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::db::recruiting::Kind;

/// Folders within the folder of an import: `boards/TOKEN/jobs.json`.
const DEEPEST: usize = 2;

/// One file, and what is in it.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub file: PathBuf,
    /// As errors name it.
    pub name: String,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// An object with one member for each kind.
    Everything,
    /// An array of this kind.
    Of(Kind),
    /// An array of openings, each with its `job_id`.
    Openings,
    /// An array of boards.
    Boards,
    /// What the Job Board API answers for the board of this token.
    Board(String),
    /// What it answers for the jobs of that board.
    BoardJobs(String),
}

/// The files of an import, boards first: posts need to know which board they are on.
pub(super) fn sources(path: &Path) -> anyhow::Result<Vec<Source>> {
    if !path.is_dir() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let content = content_of(Path::new(&name)).unwrap_or(Content::Everything);
        return Ok(vec![Source { file: path.to_owned(), name, content }]);
    }
    let mut found = collect(path)?;
    if found.is_empty() {
        bail!("there is no file of recruiting data in {}", path.display());
    }
    found.sort_by_key(|source| (!is_about_boards(&source.content), source.name.clone()));
    Ok(found)
}

pub(super) fn is_about_boards(content: &Content) -> bool {
    matches!(content, Content::Boards | Content::Board(_) | Content::BoardJobs(_))
}

/// The files of a folder and of those in it. No file that an import knows is deeper than `DEEPEST`, so
/// whatever is deeper, or leads back, is not looked at.
fn collect(root: &Path) -> anyhow::Result<Vec<Source>> {
    let (mut found, mut folders) = (Vec::new(), vec![(root.to_owned(), 0)]);
    while let Some((folder, depth)) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
        for entry in entries {
            let file = entry?.path();
            if file.is_dir() {
                if depth < DEEPEST {
                    folders.push((file, depth + 1));
                }
                continue;
            }
            let name = file.strip_prefix(root).unwrap_or(&file).to_owned();
            let is_json = name.extension().is_some_and(|it| it.eq_ignore_ascii_case("json"));
            match content_of(&name) {
                Some(content) => {
                    found.push(Source { name: name.display().to_string(), file, content });
                }
                None if is_json => bail!(
                    "{} is none of the files an import knows: jobs.json, job_posts.json, \
                     openings.json, departments.json, offices.json, users.json, user_roles.json, \
                     job_stages.json, close_reasons.json, custom_fields.json, boards.json, \
                     boards/TOKEN.json, boards/TOKEN/jobs.json",
                    name.display()
                ),
                None => {}
            }
        }
    }
    Ok(found)
}

/// What a file of this name holds.
pub(super) fn content_of(name: &Path) -> Option<Content> {
    let is_json = name.extension().is_some_and(|it| it.eq_ignore_ascii_case("json"));
    let stem = name.file_stem().filter(|_| is_json)?.to_str()?;
    let parents: Vec<&str> = name.parent()?.iter().filter_map(|part| part.to_str()).collect();
    match (&parents[..], stem) {
        ([], "boards") => Some(Content::Boards),
        ([], "openings") => Some(Content::Openings),
        ([], kind) => Kind::from_name(kind).map(Content::Of),
        (["boards"], token) => Some(Content::Board(token.to_owned())),
        (["boards", token], "jobs") => Some(Content::BoardJobs((*token).to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_name() {
        for (name, content) in [
            ("jobs.json", Some(Content::Of(Kind::Jobs))),
            ("users.JSON", Some(Content::Of(Kind::Users))),
            ("openings.json", Some(Content::Openings)),
            ("boards.json", Some(Content::Boards)),
            ("boards/acme.json", Some(Content::Board("acme".into()))),
            ("boards/acme/jobs.json", Some(Content::BoardJobs("acme".into()))),
            ("acme.json", None),
            ("boards/acme/offices.json", None),
            ("jobs.csv", None),
        ] {
            assert_eq!(content_of(Path::new(name)), content, "{name}");
        }
    }
}
