//! Work that strangers can order and that keeps a processor busy: a few at a time, and never on the workers
//! that answer everybody.

use std::sync::LazyLock;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Who has had no turn after this time is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// Half of the processors, so that the other half is there for what is quickly done.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| {
    let processors = available_parallelism().map_or(1, std::num::NonZero::get);
    Semaphore::new((processors / 2).max(1))
});

/// So much was ordered that there was no turn in time.
#[derive(Debug, thiserror::Error)]
#[error("too much is being rendered already")]
pub struct Busy;

/// A turn at what takes long; over when it is dropped. Nobody who has one may ask for another.
pub(crate) async fn turn() -> Result<SemaphorePermit<'static>, Busy> {
    let turn = tokio::time::timeout(PATIENCE, TURNS.acquire()).await;
    turn.ok().and_then(Result::ok).ok_or(Busy)
}

/// Does this where it keeps nobody waiting. Fails when it panics.
pub(crate) async fn off_the_workers<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    Ok(tokio::task::spawn_blocking(work).await?)
}
