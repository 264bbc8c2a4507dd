//! Whether the database does what is promised of it: a read, and a write that is committed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::{Db, Result, Trouble, instance};

/// For the whole of it.
const WITHIN: Duration = Duration::from_secs(2);
/// For so long the outcome is given to everybody who asks: strangers may, and a write costs.
const KEEP: Duration = Duration::from_secs(1);
/// What is written.
const NAME: &str = "probe";

/// See the module; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Probe(Arc<Mutex<Option<Outcome>>>);

#[derive(Debug, Clone, Copy)]
struct Outcome {
    at: Instant,
    what: Result<(), Trouble>,
}

impl Probe {
    /// Whoever asks while it is being found out waits for the same answer.
    pub(super) async fn of(&self, db: &Db) -> Result<(), Trouble> {
        let mut known = self.0.lock().await;
        if let Some(known) = known.filter(|known| known.at.elapsed() < KEEP) {
            return known.what;
        }
        let what = match timeout(WITHIN, read_and_write(db)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                tracing::error!("the database cannot be used: {error}");
                Err(Trouble::of(&error).unwrap_or(Trouble::Damaged))
            }
            Err(_) => Err(Trouble::Busy),
        };
        *known = Some(Outcome { at: Instant::now(), what });
        what
    }
}

async fn read_and_write(db: &Db) -> Result<()> {
    let before = instance::read(db.read(), NAME).await?;
    let other = if before.as_deref() == Some("0") { "1" } else { "0" };
    let mut tx = db.write().await?;
    instance::save(&mut tx, NAME, other).await?;
    tx.commit().await
}
