//! Loading recruiting data: the only writer of the recruiting tables. The documents are rendered here,
//! from the shapes, so what is listed and what is embedded cannot differ.

mod job_posts;
mod jobs;
mod loads;
mod organisation;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use super::statement::Value;
use super::{Db, Result, Tx, instance};
use crate::harvest::shapes::Recruiting;

pub use job_posts::Words;
pub use loads::{Counts, Kind, Loads, compare, discard, give_out, in_use, put_in_use};

/// Writes data into the loads in use, in the caller's transaction: all of it or nothing. What is already
/// there under the same id is replaced, with everything that belongs to it; nothing else is touched.
pub async fn load(tx: &mut Tx, data: &Recruiting) -> Result<()> {
    let loads = in_use(tx).await?;
    organisation::boards(tx, data).await?;
    let words = job_posts::words(tx).await?;
    stage(tx, data, &words, &loads).await?;
    changed(tx).await
}

/// Writes data other than boards into these loads. Where they are not in use, nobody sees it yet.
pub async fn stage(tx: &mut Tx, data: &Recruiting, words: &Words, loads: &Loads) -> Result<()> {
    organisation::load(tx, data, loads).await?;
    jobs::load(tx, data, loads).await?;
    job_posts::load(tx, data, words, loads.of(Kind::JobPosts)).await
}

/// Where the number of changes is kept.
const VERSION: &str = "recruiting version";

/// Counts the changes of what this module and the boards hold, over all replicas.
pub async fn version(db: &Db) -> Result<i64> {
    let version = instance::read(db.read(), VERSION).await?;
    Ok(version.and_then(|version| version.parse().ok()).unwrap_or(0))
}

/// Counts one more, in the transaction of the change.
pub async fn changed(tx: &mut Tx) -> Result<()> {
    let version = instance::read(&mut **tx, VERSION).await?;
    let version: i64 = version.and_then(|version| version.parse().ok()).unwrap_or(0);
    instance::save(tx, VERSION, &(version + 1).to_string()).await
}

fn rows<T>(things: &[T], row: impl Fn(&T) -> Vec<Value>) -> Vec<Vec<Value>> {
    things.iter().map(row).collect()
}
