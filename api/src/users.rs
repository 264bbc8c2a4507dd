//! People who use the console, and what they may do.

use serde::{Deserialize, Serialize};

use crate::credentials::{ApiType, Status};
use crate::error::FieldError;
use crate::password_links::PasswordLink;
use crate::text;

/// The longest name, in characters.
pub const NAME_MAX: usize = 100;
/// The longest e-mail address, in characters (RFC 5321 allows no more).
pub const EMAIL_MAX: usize = 254;

/// A user's general level, the lowest first. It grants nothing in the Dev Center; developer permissions do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Level {
    Basic,
    JobAdmin,
    SiteAdmin,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::Basic, Self::JobAdmin, Self::SiteAdmin];

    /// As the console shows it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Basic => "Basic",
            Self::JobAdmin => "Job Admin",
            Self::SiteAdmin => "Site Admin",
        }
    }

    /// As it stands on the wire, in the database and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::JobAdmin => "job_admin",
            Self::SiteAdmin => "site_admin",
        }
    }

    /// The level of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }
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

    /// As it stands on the wire, in the database and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ManageAllApiCredentials => "manage_all_api_credentials",
            Self::ManageJobBoardApiCredentials => "manage_job_board_api_credentials",
            Self::EditAdvancedPermissions => "edit_advanced_permissions",
        }
    }

    /// The permission of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == name)
    }
}

/// Whether someone like this may see who else uses the console: any Site Admin.
pub fn may_list_users(level: Level) -> bool {
    level == Level::SiteAdmin
}

/// Whether someone like this may add users and change what others may do: a Site Admin who holds
/// `Can edit another user’s advanced permissions`. Nobody may on their own account.
pub fn may_edit_users(level: Level, permissions: &[DeveloperPermission]) -> bool {
    may_list_users(level) && permissions.contains(&DeveloperPermission::EditAdvancedPermissions)
}

/// A user as others see them: enough to name and to reach them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    pub user_id: String,
    pub name: String,
    pub email: String,
}

/// Whether a user can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum UserStatus {
    /// Has a password and can sign in.
    Active,
    /// Was added, and has not chosen a password yet.
    Invited,
    /// Cannot sign in. The API keys this person made go on working.
    Disabled,
}

impl UserStatus {
    pub const ALL: [Self; 3] = [Self::Active, Self::Invited, Self::Disabled];

    /// As the console shows it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Invited => "Invited",
            Self::Disabled => "Disabled",
        }
    }

    /// As it stands on the wire and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Invited => "invited",
            Self::Disabled => "disabled",
        }
    }

    /// The status of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// A user as a Site Admin sees them, and as everyone sees themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    pub user_id: String,
    pub name: String,
    pub email: String,
    pub level: Level,
    pub developer_permissions: Vec<DeveloperPermission>,
    pub status: UserStatus,
    pub created_at: String,
    /// `null`: never.
    pub last_sign_in_at: Option<String>,
    /// Counts up with every change. It is the `ETag`, and a change names it in `If-Match`.
    pub version: u64,
}

/// Someone who is to use the console. They choose their password themselves, at the address of the link
/// that this answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewUser {
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 254))]
    pub email: String,
    pub level: Level,
    #[serde(default)]
    pub developer_permissions: Vec<DeveloperPermission>,
}

impl NewUser {
    /// What keeps this user from being added, other than an e-mail that is taken.
    pub fn check(&self) -> Vec<FieldError> {
        let rights = check_rights(self.level, &self.developer_permissions);
        [check_name(&self.name), check_email(&self.email), rights].into_iter().flatten().collect()
    }
}

/// The answer to adding a user: the only time the link is ever sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitedUser {
    pub user: User,
    pub link: PasswordLink,
}

/// What a Site Admin changed about somebody else. A field left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserChanges {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The complete new list, not a difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub developer_permissions: Option<Vec<DeveloperPermission>>,
}

/// What people change about themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountChanges {
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: String,
}

/// The order of users. A minus turns the order round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum UserSort {
    #[default]
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameDescending,
    #[serde(rename = "created_at")]
    CreatedAt,
    #[serde(rename = "-created_at")]
    CreatedAtDescending,
    #[serde(rename = "last_sign_in_at")]
    LastSignInAt,
    #[serde(rename = "-last_sign_in_at")]
    LastSignInAtDescending,
}

impl UserSort {
    /// As it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NameDescending => "-name",
            Self::CreatedAt => "created_at",
            Self::CreatedAtDescending => "-created_at",
            Self::LastSignInAt => "last_sign_in_at",
            Self::LastSignInAtDescending => "-last_sign_in_at",
        }
    }
}

/// Which users to list. All fields together narrow the list; empty means all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct UserFilter {
    /// Part of the name or the e-mail, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<UserStatus>,
    /// Only those who hold this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub developer_permission: Option<DeveloperPermission>,
    /// In which order; by name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(not(feature = "openapi"), serde(skip_serializing))]
    pub sort: Option<UserSort>,
    /// `next` of the page before, in the same order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many at most, 1 to 200; 50 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 200))]
    pub limit: Option<u32>,
}

/// A credential that somebody made, as a Site Admin sees it who may not manage credentials: enough to
/// know that it goes on working when its maker is disabled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MadeCredential {
    pub credential_id: String,
    pub description: String,
    pub api_type: ApiType,
    pub status: Status,
    pub created_at: String,
}

/// The rule for a name: 1 to 100 characters of which some can be seen, on one line ([`text`]).
pub fn check_name(name: &str) -> Option<FieldError> {
    let fault = text::line_fault(name, "Enter a name.", NAME_MAX);
    fault.map(|fault| FieldError::new("/name", fault))
}

/// The rule for an e-mail address: something before and after one `@`, all of it visible and without
/// spaces, at most 254 characters ([`text`]). Only sending a message would show more, and nothing here does.
pub fn check_email(email: &str) -> Option<FieldError> {
    let email = email.trim();
    let fault = text::fault(email).filter(|_| !email.contains(['\t', '\n', '\r']));
    let detail = match email.split_once('@') {
        _ if fault.is_some() => fault.unwrap_or_default(),
        _ if email.is_empty() => "Enter an e-mail address.".to_owned(),
        _ if email.chars().count() > EMAIL_MAX => format!("Use at most {EMAIL_MAX} characters."),
        Some((local, host))
            if !local.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !email.contains(|c: char| c.is_whitespace() || text::is_invisible(c)) =>
        {
            return None;
        }
        _ => "Enter an e-mail address, such as ada@example.com.".to_owned(),
    };
    Some(FieldError::new("/email", detail))
}

/// The rule for level and developer permissions together.
pub fn check_rights(level: Level, permissions: &[DeveloperPermission]) -> Option<FieldError> {
    let edits = permissions.contains(&DeveloperPermission::EditAdvancedPermissions);
    (edits && level != Level::SiteAdmin).then(|| {
        let label = DeveloperPermission::EditAdvancedPermissions.label();
        FieldError::new("/developer_permissions", format!("Only a Site Admin can hold “{label}”."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_has_something_on_both_sides_of_one_at() {
        for good in ["ada@example.com", " ada@example.com ", "a.b+c@localhost", "zoë@exämple.de"]
        {
            assert_eq!(check_email(good), None, "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(EMAIL_MAX));
        for bad in
            ["", "ada", "@example.com", "ada@", "a b@c.d", "a@b@c", "a@b\n.c", "\u{200b}@b", &long]
        {
            assert_eq!(check_email(bad).expect(bad).pointer, "/email");
        }
    }

    #[test]
    fn only_a_site_admin_can_let_others_do_things() {
        use DeveloperPermission::{
            EditAdvancedPermissions as Edit, ManageAllApiCredentials as All,
        };
        assert!(may_edit_users(Level::SiteAdmin, &[All, Edit]));
        assert!(!may_edit_users(Level::SiteAdmin, &[All]));
        assert!(!may_edit_users(Level::JobAdmin, &[Edit]));
        assert!(check_rights(Level::JobAdmin, &[Edit]).is_some());
        assert!(check_rights(Level::SiteAdmin, &[Edit]).is_none());
    }

    #[test]
    fn names_on_the_wire_are_the_names_in_code() {
        fn written(value: impl Serialize) -> String {
            serde_json::to_string(&value).unwrap()
        }
        for level in Level::ALL {
            assert_eq!(written(level), format!("\"{}\"", level.as_str()));
            assert_eq!(Level::from_name(level.as_str()), Some(level));
        }
        for permission in DeveloperPermission::ALL {
            assert_eq!(written(permission), format!("\"{}\"", permission.as_str()));
            assert_eq!(DeveloperPermission::from_name(permission.as_str()), Some(permission));
        }
        for status in UserStatus::ALL {
            assert_eq!(written(status), format!("\"{}\"", status.as_str()));
            assert_eq!(UserStatus::from_name(status.as_str()), Some(status));
        }
    }
}
