//! What an import of recruiting data did, or would do.

use serde::{Deserialize, Serialize};

/// The answer to an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportReport {
    /// Nothing was changed: this is what the import would do.
    pub dry_run: bool,
    /// One for each kind of thing that the import had.
    pub kinds: Vec<ImportCounts>,
}

/// How many things of one kind there were. Things are the same thing when they have the same id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportCounts {
    /// Such as `job_posts`.
    pub kind: String,
    pub new: u64,
    pub changed: u64,
    /// There before and not in the import: no longer answered.
    pub gone: u64,
    pub same: u64,
}

impl ImportReport {
    /// Whether the import changes anything at all.
    pub fn changes_something(&self) -> bool {
        self.kinds.iter().any(|kind| kind.new + kind.changed + kind.gone > 0)
    }
}
