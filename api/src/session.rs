//! Signing in and out, and who is signed in.

use serde::{Deserialize, Serialize};

use crate::credentials::ApiType;
use crate::users::{DeveloperPermission, Level, Person};

/// The longest password that is accepted, in characters.
pub const PASSWORD_MAX: usize = 128;

/// What a person types to sign in. `Debug` leaves the password out.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSession {
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 128))]
    pub password: String,
}

impl std::fmt::Debug for NewSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSession").field("email", &self.email).finish_non_exhaustive()
    }
}

/// What the page asks first: who is signed in, if anyone, and whether this is a demo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionState {
    /// The organisation this instance belongs to, such as `Acme Robotics`.
    pub organization: String,
    /// The data is made up and the passwords are public.
    pub demo: bool,
    /// `null` when nobody is signed in.
    pub session: Option<Session>,
}

/// Who is signed in and what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    pub user: Person,
    pub level: Level,
    pub developer_permissions: Vec<DeveloperPermission>,
    /// Who can grant a developer permission; filled only for someone who holds none.
    pub can_grant: Vec<Person>,
}

impl Session {
    pub fn holds(&self, permission: DeveloperPermission) -> bool {
        self.developer_permissions.contains(&permission)
    }

    /// The API types this person may issue credentials of and see; none without a developer permission.
    pub fn api_types(&self) -> &'static [ApiType] {
        api_types(&self.developer_permissions)
    }
}

/// The API types that these developer permissions open. The page offers no others, the service refuses
/// all others.
pub fn api_types(permissions: &[DeveloperPermission]) -> &'static [ApiType] {
    if permissions.contains(&DeveloperPermission::ManageAllApiCredentials) {
        &ApiType::ALL
    } else if permissions.contains(&DeveloperPermission::ManageJobBoardApiCredentials) {
        &[ApiType::JobBoard]
    } else {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_in_debug_output() {
        let typed = NewSession { email: "ada@example.com".into(), password: "secret".into() };
        assert!(!format!("{typed:?}").contains("secret"));
    }

    #[test]
    fn a_job_board_developer_is_offered_job_board_only() {
        use DeveloperPermission::{
            EditAdvancedPermissions as Edit, ManageAllApiCredentials as All,
            ManageJobBoardApiCredentials as Board,
        };
        assert_eq!(api_types(&[All, Board]), ApiType::ALL);
        assert_eq!(api_types(&[Board]), [ApiType::JobBoard]);
        assert_eq!(api_types(&[Edit]), []);
    }
}
