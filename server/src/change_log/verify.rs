//! Whether the change log is what was written: every entry is sealed, under the pepper, together with the
//! one before it.

use crate::db::change_log::{head, list_after};
use crate::db::{self, Db};
use crate::keys::Pepper;

/// Entries that are read at once.
const PART: i64 = 1000;

/// What the chain shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All of it is there, as it was written. The last entry's place and hash; 0 and nothing when there
    /// is none.
    Intact { last: i64, hash: String },
    /// The entry at this place is not the one that was written behind the one before it: it was altered,
    /// or one before it was altered or removed.
    Broken { seq: i64 },
    /// The last entries are missing: the log should end here.
    CutOff { at: i64, expected: i64 },
    /// The log does not contain an entry that it contained when somebody wrote down its hash.
    Replaced { seq: i64 },
}

/// Follows the chain from the first entry on. `anchor` is the place and hash of an entry, written down
/// earlier and kept elsewhere: whoever has both the database and the pepper could write a new chain, but
/// not one with that entry in it.
pub async fn verify(db: &Db, pepper: &Pepper, anchor: Option<(i64, &str)>) -> db::Result<Verdict> {
    let mut last = 0;
    let mut hash = String::new();
    let mut anchored = anchor.is_none();
    loop {
        let entries = list_after(db, last, PART).await?;
        let Some(end) = entries.last().map(|entry| entry.seq) else { break };
        for entry in entries {
            if entry.seq != last + 1 || !entry.follows(pepper, &hash) {
                return Ok(Verdict::Broken { seq: entry.seq });
            }
            (last, hash) = (entry.seq, entry.hash);
            anchored |= anchor == Some((last, hash.as_str()));
        }
        last = end;
    }
    let (expected, expected_hash) = head(db).await?.unwrap_or_default();
    Ok(match anchor {
        // Entries may have been added since this began.
        _ if expected < last || (expected == last && expected_hash != hash) => {
            Verdict::Broken { seq: last }
        }
        _ if expected > last && list_after(db, last, 1).await?.is_empty() => {
            Verdict::CutOff { at: last, expected }
        }
        Some((seq, _)) if !anchored => Verdict::Replaced { seq },
        _ => Verdict::Intact { last, hash },
    })
}
