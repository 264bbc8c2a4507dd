//! People who use the console, and what they may do.

use serde::{Deserialize, Serialize};

/// A user's general level. It grants nothing in the Dev Center; developer permissions do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Level {
    Basic,
    JobAdmin,
    SiteAdmin,
}

/// What a user may do beyond their level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeveloperPermission {
    /// Everything in the Dev Center.
    ManageAllApiCredentials,
    /// The Dev Center, but only Job Board credentials.
    ManageJobBoardApiCredentials,
    /// May change what other users may do; for Site Admins only.
    EditAdvancedPermissions,
}

impl DeveloperPermission {
    pub const ALL: [Self; 3] = [
        Self::ManageAllApiCredentials,
        Self::ManageJobBoardApiCredentials,
        Self::EditAdvancedPermissions,
    ];

    /// As the console shows it, letter for letter.
    pub fn label(self) -> &'static str {
        match self {
            Self::ManageAllApiCredentials => "Can manage ALL organization’s API Credentials",
            Self::ManageJobBoardApiCredentials => "Can manage Job Board related API Credentials",
            Self::EditAdvancedPermissions => "Can edit another user’s advanced permissions",
        }
    }
}

/// A user as others see them: enough to name and to reach them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    pub user_id: String,
    pub name: String,
    pub email: String,
}
