//! The search in the descriptions of credentials.
//!
//! No index of a database finds "contains this": with a million credentials, a search that finds nothing
//! looks at every one of them. On SQLite the descriptions, and what else narrows the list, are therefore
//! held in memory. As with the keys this is a table and not a cache: a change is committed, then the table
//! is changed, then the change is answered. On PostgreSQL other replicas change credentials too, so there
//! the database searches.

mod held;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, RwLock};

use api::credentials::{ApiType, CredentialFilter};

use self::held::{Held, Wanted};
use crate::db::credentials::{self, CredentialRow, Cursor};
use crate::db::{self, Db, Engine, whole};
use crate::error::Result;

/// See the module.
#[derive(Debug)]
pub struct Search {
    db: Db,
    held: RwLock<Held>,
    /// The credentials whose changes could not be read: until they can be, the database searches.
    behind: Mutex<Vec<String>>,
}

impl Search {
    /// Reads all descriptions into memory, where that is allowed.
    pub async fn open(db: &Db) -> db::Result<Self> {
        let mut held = Held::default();
        if db.engine() == Engine::Sqlite {
            whole::each_page_described(db, |some| held.put_all(some)).await?;
        }
        Ok(Self { db: db.clone(), held: RwLock::new(held), behind: Mutex::default() })
    }

    /// Up to `limit` credentials of `types`, in the order of the filter, behind `after`; and how many there
    /// are in all.
    pub async fn list(
        self: &Arc<Self>,
        types: &'static [ApiType],
        filter: CredentialFilter,
        after: Option<Cursor>,
        limit: i64,
    ) -> Result<(Vec<CredentialRow>, i64)> {
        let Some(needle) = credentials::needle(filter.q.as_deref()).filter(|_| self.knows_all())
        else {
            let total = credentials::count(&self.db, types, &filter).await?;
            let rows = credentials::list(&self.db, types, &filter, after.as_ref(), limit).await?;
            return Ok((rows, total));
        };
        let limit = usize::try_from(limit).unwrap_or_default();
        let wanted = Wanted { needle: needle.to_lowercase(), types, after, filter, limit };
        let search = self.clone();
        let find = move || search.held.read().expect("no panic under this lock").find(&wanted);
        let (ids, total) = tokio::task::spawn_blocking(find).await.map_err(anyhow::Error::from)?;
        Ok((credentials::list_of(&self.db, &ids).await?, total))
    }

    /// Makes memory say what the database says of this credential. Called after every change of one,
    /// before the change is answered, by one caller at a time. As long as the database does not answer, it
    /// is what searches.
    pub async fn refresh(&self, credential_id: &str) -> db::Result<()> {
        if self.db.engine() == Engine::Postgres {
            return Ok(());
        }
        let row = credentials::read(self.db.read(), credential_id).await;
        let row = row.inspect_err(|_| self.forget(credential_id))?;
        if let Some(row) = row {
            self.held.write().expect("no panic under this lock").put(row.into());
        }
        self.behind().retain(|known| *known != credential_id);
        Ok(())
    }

    /// Searches in the database until this credential is read again.
    pub fn forget(&self, credential_id: &str) {
        let mut behind = self.behind();
        if !behind.iter().any(|known| known == credential_id) {
            behind.push(credential_id.to_owned());
        }
    }

    fn knows_all(&self) -> bool {
        self.db.engine() == Engine::Sqlite && self.behind().is_empty()
    }

    fn behind(&self) -> MutexGuard<'_, Vec<String>> {
        self.behind.lock().expect("no panic under this lock")
    }
}
