//! Loading recruiting data: the only writer of the recruiting tables. The documents are rendered here,
//! from the shapes, so what is listed and what is embedded cannot differ.

mod job_posts;
mod jobs;
mod organisation;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use super::statement::Value;
use super::{Result, Tx};
use crate::harvest::shapes::Recruiting;

/// Writes a load, in the caller's transaction: all of it or nothing. What is already there under the same
/// id is replaced, with everything that belongs to it; nothing else is touched.
pub async fn load(tx: &mut Tx, data: &Recruiting) -> Result<()> {
    organisation::load(tx, data).await?;
    jobs::load(tx, data).await?;
    job_posts::load(tx, data).await
}

fn rows<T>(things: &[T], row: impl Fn(&T) -> Vec<Value>) -> Vec<Vec<Value>> {
    things.iter().map(row).collect()
}
