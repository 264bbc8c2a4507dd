//! Usage: what a credential's API key is used for, and what it tries without being allowed. Counts are at
//! most ten seconds old.

use serde::{Deserialize, Serialize};

use crate::permissions::PermissionId;

/// How long calls are counted by day.
pub const DAYS: i64 = 90;
/// How many addresses a key has in an hour before the others are counted together.
pub const ADDRESSES: usize = 20;

/// What is known of a credential's calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Usage {
    /// The first call that was accepted, ever; `null`: none yet.
    pub first_call_at: Option<String>,
    /// The last call that was accepted, ever.
    pub last_call_at: Option<String>,
    /// Where that call came from.
    pub last_call_address: Option<String>,
    /// One for each permission that was ever used, and one for each that was ever missing. Calls that take
    /// no permission first, then in the order of the catalogue.
    pub permissions: Vec<PermissionUsage>,
    /// The calls of the last seven days, most first.
    pub calls: Vec<CallCount>,
    /// The calls of the last 90 days, oldest first; days without any are left out.
    pub days: Vec<DayUsage>,
}

/// The calls of one permission, those that were accepted or those that were not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PermissionUsage {
    /// `null`: calls that take none, such as `GET /v1/me`.
    pub permission_id: Option<PermissionId>,
    /// The key was good, the permission was missing.
    pub denied: bool,
    pub last_call_at: String,
    /// Where that call came from.
    pub last_call_address: String,
    /// In the last 90 days, today included.
    pub calls_90d: u64,
}

/// The calls of one permission from one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallCount {
    /// `null`: calls that take none, such as `GET /v1/me`.
    pub permission_id: Option<PermissionId>,
    /// The key was good, the permission was missing.
    pub denied: bool,
    /// `null`: all addresses of an hour beyond its first 20.
    pub address: Option<String>,
    /// In this hour and the 24 before.
    pub calls_24h: u64,
    /// In this hour and the 168 before.
    pub calls_7d: u64,
}

/// The calls of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayUsage {
    /// Such as `2026-01-31`, UTC.
    pub day: String,
    pub calls: u64,
    pub denied: u64,
}
