//! The change log as an admin reads it, by subject.

use std::collections::HashMap;

use anyhow::Result;
use api::Page;
use api::change_log::ChangeLogEntry;
use api::paths;

use super::client::Person;

/// What was done to each subject, in order.
#[derive(Debug, Default)]
pub(super) struct ChangeLog {
    by_subject: HashMap<String, Vec<String>>,
    /// All entries, oldest first.
    pub(super) entries: Vec<ChangeLogEntry>,
}

impl ChangeLog {
    /// Reads all of it, page by page.
    pub(super) async fn read(person: &mut Person) -> Result<Self> {
        let mut log = Self::default();
        let mut cursor = String::new();
        loop {
            let path = format!("{}?limit=200{cursor}", paths::CHANGE_LOG);
            let page: Page<ChangeLogEntry> = person.get(&path).await?.expect(200)?.json()?;
            log.entries.extend(page.items);
            let Some(next) = page.next else { break };
            cursor = format!("&cursor={next}");
        }
        log.entries.reverse();
        for entry in &log.entries {
            let actions = log.by_subject.entry(entry.subject.id.clone()).or_default();
            actions.push(entry.action.clone());
        }
        Ok(log)
    }

    /// What was done to this subject, in order.
    pub(super) fn of(&self, id: &str) -> &[String] {
        self.by_subject.get(id).map_or(&[], Vec::as_slice)
    }
}
