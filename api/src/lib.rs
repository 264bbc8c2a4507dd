//! The contract between the console (the page) and the service: what travels between them, the paths it
//! travels on, the checks both sides make, and the catalogue of Harvest endpoints.
//!
//! Serde alone: no IO, no clock, no randomness. It builds for the browser and for the server. Fields that the
//! page does not show yet are neither read nor sent by it (without the feature `openapi`, which the service
//! turns on): each costs its first load some bytes.

pub mod boards;
pub mod catalogue;
pub mod change_log;
pub mod credentials;
pub mod error;
pub mod import;
pub mod partners;
pub mod password_links;
pub mod paths;
pub mod permissions;
pub mod session;
pub mod text;
pub mod usage;
pub mod users;

use serde::{Deserialize, Serialize};

/// One page of a list. `next` is the opaque cursor of the following page, `null` on the last one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
    /// How many there are on all pages together.
    #[cfg_attr(not(feature = "openapi"), serde(skip_deserializing))]
    pub total: u64,
}
