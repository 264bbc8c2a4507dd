//! What is done after a commit: memory says what the database says, and the request knows that its change
//! was made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use crate::App;
use crate::db::{self, Engine, Trouble, change_log};

/// Between two attempts to read what changed, at first and at most.
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// What a change touched that is held in memory.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The credential whose key may open something else.
    pub(super) keys_of: Option<String>,
    /// The hash of a key that may be none any more: nothing else leads to it.
    pub(super) superseded: Option<String>,
    /// The credential that is found by something else.
    pub(super) credential: Option<String>,
    /// What was answered about recruiting data may not be true any more.
    pub(super) recruiting: bool,
}

impl Memory {
    /// Reads what the change left. On an error the keys it may have touched are refused.
    pub(super) async fn follow(&self, app: &App) -> db::Result<()> {
        if self.recruiting {
            app.answers.forget();
        }
        if let Some(hash) = &self.superseded {
            app.keys.forget_key(hash);
        }
        let keys = match &self.keys_of {
            Some(credential_id) => app.keys.refresh(credential_id).await,
            None => Ok(()),
        };
        let search = match &self.credential {
            Some(credential_id) => app.search.refresh(credential_id).await,
            None => Ok(()),
        };
        keys.and(search)
    }

    /// Believes nothing that the change may have touched.
    pub(super) fn forget(&self, app: &App) {
        if self.recruiting {
            app.answers.forget();
        }
        if let Some(credential_id) = &self.keys_of {
            app.keys.forget(credential_id);
        }
        if let Some(credential_id) = &self.credential {
            app.search.forget(credential_id);
        }
    }

    /// Reads it until that works, when no change is on its way.
    pub(super) async fn catch_up(self, app: App) {
        if app.db.engine() == Engine::Postgres {
            // Nothing is held there.
            return;
        }
        let mut wait = FIRST;
        loop {
            sleep(wait).await;
            let _turn = app.changing.clone().lock_owned().await;
            let following = async {
                // Not before: what is still on its way could be missed.
                change_log::begin(&app.db).await.map(drop)?;
                self.follow(&app).await
            };
            match following.await {
                Ok(()) | Err(db::Error::PoolClosed) => return,
                // Nothing is accepted any more until the program is started again.
                Err(error) if Trouble::of(&error) == Some(Trouble::Replaced) => return,
                Err(error) => tracing::warn!("memory does not follow a change yet: {error}"),
            }
            wait = LONGEST.min(wait * 2);
        }
    }
}

tokio::task_local! {
    static MADE: Made;
}

/// Whether a request has made its change. From then on no answer says that nothing was changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Made(Arc<AtomicBool>);

impl Made {
    /// Notices what the work, a request, changes.
    pub(crate) fn watch<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        MADE.scope(self.clone(), work)
    }

    /// Called by whoever made it. Outside of a request there is nobody to tell.
    pub(super) fn note() {
        let _ = MADE.try_with(|made| made.0.store(true, Ordering::SeqCst));
    }

    pub(crate) fn is_so(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use api::credentials::ApiType;
    use api::permissions::PermissionSet;

    use super::*;
    use crate::clock::Clock;
    use crate::db::Db;
    use crate::db::credentials::{self, NewCredentialRow};
    use crate::keys::{ApiKey, Pepper};
    use crate::settings::Settings;

    /// An app on this database, with a credential that memory does not know yet.
    async fn app_with_a_credential(db: &Db) -> (App, NewCredentialRow) {
        let (clock, pepper) = (Clock::fixed(1), Pepper::new(b"pepper"));
        let key = ApiKey::make(&clock, ApiType::Harvest);
        let new = NewCredentialRow {
            id: "cred_1".to_owned(),
            api_type: ApiType::Harvest,
            partner: "jobtarget".to_owned(),
            description: "a key".to_owned(),
            permissions: PermissionSet::EMPTY,
            created_at: 1,
            created_by: None,
            secret_id: "secret_1".to_owned(),
            hash: pepper.hash(&key),
            key_hint: key.hint().to_owned(),
        };
        let settings = Settings::for_tests(0, None);
        let app = App::new(db.clone(), clock, pepper, settings).await.expect("an app");
        let mut tx = db.write().await.expect("a change");
        credentials::create(&mut tx, &new).await.expect("a credential");
        tx.commit().await.expect("a commit");
        (app, new)
    }

    fn touched(new: &NewCredentialRow) -> Memory {
        let (keys_of, credential) = (Some(new.id.clone()), Some(new.id.clone()));
        Memory { keys_of, credential, ..Memory::default() }
    }

    #[tokio::test]
    async fn memory_that_could_not_follow_a_change_catches_up_by_itself() {
        let db = Db::open("sqlite::memory:").await.expect("a database");
        let (app, new) = app_with_a_credential(&db).await;
        let is_known = || app.keys.holds(&new.hash);
        touched(&new).follow(&app).await.expect("it can be read");
        assert!(is_known());
        db.execute("ALTER TABLE secrets RENAME TO hidden").await.expect("no secrets");
        touched(&new).follow(&app).await.expect_err("it cannot be read");
        assert!(!is_known(), "better refused than accepted wrongly");
        let catching_up = tokio::spawn(touched(&new).catch_up(app.clone()));
        db.execute("ALTER TABLE hidden RENAME TO secrets").await.expect("the secrets");
        catching_up.await.expect("it ends when it has caught up");
        assert!(is_known());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn memory_does_not_follow_a_change_that_may_not_be_in_the_database() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("latchkey.db");
        let db = Db::open(&format!("sqlite:{}", path.display())).await.expect("a database");
        let file = Box::leak(Box::new(std::fs::File::open(&path).expect("the file")));
        let db = db.watch((&path, &path), file, 7).await.expect("it is watched");
        let (app, new) = app_with_a_credential(&db).await;
        std::fs::remove_file(&path).expect("it is deleted");
        let catching_up = touched(&new).catch_up(app.clone());
        tokio::time::timeout(LONGEST, catching_up).await.expect("there is nothing to wait for");
        assert!(!app.keys.holds(&new.hash));
    }
}
