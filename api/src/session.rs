//! Signing in and out, and who is signed in.

use serde::{Deserialize, Serialize};

use crate::credentials::ApiType;
use crate::users::{DeveloperPermission, Level, Person, may_edit_users, may_list_users};

/// The longest password that is accepted, in characters.
pub const PASSWORD_MAX: usize = 128;
/// The shortest password that can be chosen, in characters.
pub const PASSWORD_MIN: usize = 15;

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
    /// Nobody can sign in yet: the first Site Admin is created at the address the program prints.
    pub needs_first_site_admin: bool,
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
    /// Who can grant a developer permission; filled only for someone who may not do anything in the Dev
    /// Center.
    pub can_grant: Vec<Person>,
}

impl Session {
    pub fn holds(&self, permission: DeveloperPermission) -> bool {
        self.developer_permissions.contains(&permission)
    }

    /// Whether this person may see who else uses the console.
    pub fn may_list_users(&self) -> bool {
        may_list_users(self.level)
    }

    /// Whether this person may add users and change what others may do.
    pub fn may_edit_users(&self) -> bool {
        may_edit_users(self.level, &self.developer_permissions)
    }

    /// The API types this person may issue credentials of and see; none without a developer permission.
    pub fn api_types(&self) -> &'static [ApiType] {
        api_types(&self.developer_permissions)
    }
}

/// The password of whoever is signed in, once more: what gives access to others asks for it when it was
/// last given more than ten minutes ago. `Debug` leaves it out.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Proof {
    #[cfg_attr(feature = "openapi", schema(max_length = 128))]
    pub password: String,
}

/// A new password for whoever is signed in. `Debug` leaves both out.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    #[cfg_attr(feature = "openapi", schema(max_length = 128))]
    pub current_password: String,
    #[cfg_attr(feature = "openapi", schema(min_length = 15, max_length = 128))]
    pub new_password: String,
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proof").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordChange").finish_non_exhaustive()
    }
}

/// One place where a person is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenSession {
    pub session_id: String,
    /// Such as `Firefox on Windows`, as far as the browser says.
    pub browser: String,
    pub address: String,
    pub created_at: String,
    /// At most a minute old.
    pub last_seen_at: String,
    /// The one that asks.
    pub current: bool,
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
        let proof = Proof { password: "secret".into() };
        let change =
            PasswordChange { current_password: "secret".into(), new_password: "secret".into() };
        assert!(!format!("{typed:?} {proof:?} {change:?}").contains("secret"));
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
