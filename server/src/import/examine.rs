//! What a file would bring, without a database: the property that fuzzing (`fuzz/`) checks is about this.

use std::path::Path;

use tokio::sync::mpsc;

use super::ImportError;
use super::passes::{Batch, Before, second_pass};
use super::source::{Content, Source, content_of};
use crate::db::recruiting::Kind;
use crate::harvest::shapes::{JobPost, render};

/// Documents as they would be kept, each with its kind.
pub type Documents = Vec<(Kind, String)>;

/// Batches that wait: more than any file has that a fuzzer writes.
const WAITING: usize = 1 << 16;

/// Reads a file as if it had this name in a folder that is imported. Openings without their job are left
/// out; an import refuses them when it has seen all files.
pub fn examine(file: &Path, name: &str) -> Result<Documents, ImportError> {
    let content = content_of(Path::new(name)).unwrap_or(Content::Everything);
    let sources = [Source { file: file.to_owned(), name: name.to_owned(), content }];
    let before = Before::default().first_pass(&sources, 0)?;
    let (sender, mut batches) = mpsc::channel(WAITING);
    second_pass(&sources, &mut before.openings.clone(), &sender)?;
    let mut documents = Documents::new();
    let fields = before.custom_fields.iter().flatten().map(render);
    documents.extend(fields.map(|document| (Kind::CustomFields, document)));
    while let Ok(batch) = batches.try_recv() {
        of_batch(batch, &before, &mut documents);
    }
    Ok(documents)
}

fn of_batch(Batch { data, posts, .. }: Batch, before: &Before, documents: &mut Documents) {
    let mut add = |kind, document| documents.push((kind, document));
    data.departments.iter().for_each(|one| add(Kind::Departments, render(one)));
    data.offices.iter().for_each(|one| add(Kind::Offices, render(one)));
    data.users.iter().for_each(|one| add(Kind::Users, render(one)));
    data.user_roles.iter().for_each(|one| add(Kind::UserRoles, render(one)));
    data.close_reasons.iter().for_each(|one| add(Kind::CloseReasons, render(one)));
    data.jobs.iter().for_each(|one| add(Kind::Jobs, render(one)));
    data.stages.iter().for_each(|one| add(Kind::JobStages, render(one)));
    for post in posts {
        add(Kind::JobPosts, of_post(post, before));
    }
}

/// The post; its full text is put together as well, and must be possible.
fn of_post(post: JobPost, before: &Before) -> String {
    let posting = before.boards.posting(post, None);
    let words = posting.board_id.and_then(|id| before.boards.words().remove(&id));
    let (introduction, conclusion) = words.unwrap_or_default();
    render(&posting.full(introduction.as_deref(), conclusion.as_deref()));
    render(&posting.post)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(name: &str, content: &str) -> String {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), content).expect("a file");
        examine(file.path(), name).expect_err("a fault").to_string()
    }

    #[test]
    fn a_number_comes_back_to_its_last_digit() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let numbers = "[0.30000000000000004,1.3333333333333335e+308,5e-324]";
        let stage = format!(
            r#"[{{"id":1,"name":"","created_at":"2024-01-02","updated_at":"2024-01-02",
                "active":true,"job_id":1,"priority":0,"interviews":{numbers}}}]"#
        );
        std::fs::write(file.path(), stage).expect("a file");
        let documents = examine(file.path(), "job_stages.json").expect("documents");
        assert!(documents[0].1.contains(numbers), "{documents:?}");
    }

    #[test]
    fn what_is_wrong_with_all_of_a_file_is_on_its_first_line() {
        let fault = fault("boards/a]me.json", "{}");
        assert!(fault.starts_with("boards/a]me.json, line 1: the board’s token"), "{fault}");
    }
}
