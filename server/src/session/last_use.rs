//! When sessions were last used: noted in memory, and written down beside the requests. Whether somebody
//! may read never depends on whether the database can be written.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::timeout;

use super::user::alive_at;
use crate::App;
use crate::clock::Millis;
use crate::db::sessions::Alive;
use crate::db::{self, Tx};

/// The last use is written down at most this often.
pub(super) const TOUCH: Millis = 60 * 1000;
/// So many sessions are remembered while nothing can be written.
const MAX: usize = 10_000;
/// How long whoever wants to see all of it waits.
const PATIENCE: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Debug, Default)]
pub struct LastUses {
    /// By the hash of the session's token; in its order, so that two replicas do not block each other.
    waiting: Mutex<BTreeMap<String, Millis>>,
    writing: tokio::sync::Mutex<()>,
}

impl LastUses {
    /// Notes a use, and writes it down when the database takes it.
    pub(super) fn note(&self, app: &App, token_hash: &str, now: Millis) {
        let mut waiting = self.waiting();
        let known = waiting.get(token_hash).copied();
        let is_old = known.is_none_or(|at| at + TOUCH <= now || at > now);
        if !is_old || (known.is_none() && waiting.len() >= MAX) {
            return;
        }
        waiting.insert(token_hash.to_owned(), now);
        drop(waiting);
        let app = app.clone();
        tokio::spawn(async move { app.last_uses.write(&app).await });
    }

    /// The sessions that are alive now, when this one is among those asked for: a use that is not written
    /// down yet counts.
    pub(super) fn alive(&self, token_hash: &str, now: Millis) -> Alive {
        let alive = alive_at(now);
        let used = self.waiting().get(token_hash).copied();
        match used.filter(|used| *used > alive.used_after && *used <= now) {
            Some(_) => Alive { used_after: Millis::MIN, ..alive },
            None => alive,
        }
    }

    /// Waits, within a bound, until everything is written down.
    pub(crate) async fn settle(&self, app: &App) {
        let _ = timeout(PATIENCE, self.write(app)).await;
    }

    /// Writes everything down as part of a change that looks at all sessions.
    pub(super) async fn write_in(&self, tx: &mut Tx) -> db::Result<()> {
        let waiting = self.waiting().clone();
        for (token_hash, at) in &waiting {
            db::sessions::touch(tx, token_hash, *at).await?;
        }
        Ok(())
    }

    /// One at a time. What cannot be written waits for the next use.
    async fn write(&self, app: &App) {
        let _alone = self.writing.lock().await;
        let waiting = self.waiting().clone();
        if waiting.is_empty() {
            return;
        }
        let write = async {
            let mut tx = app.db.write().await?;
            for (token_hash, at) in &waiting {
                db::sessions::touch(&mut tx, token_hash, *at).await?;
            }
            tx.commit().await
        };
        match write.await {
            Ok(()) => self.waiting().retain(|hash, at| waiting.get(hash) != Some(at)),
            Err(error) => tracing::warn!("last uses of sessions are not written down: {error}"),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<String, Millis>> {
        self.waiting.lock().expect("no panic under this lock")
    }
}
