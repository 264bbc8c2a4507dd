//! Password links: one-time addresses at which a person chooses a password. The first Site Admin gets
//! theirs from the program; everybody else is handed one by an admin, who never sees the password.

use serde::{Deserialize, Serialize};

use crate::users::Person;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PasswordLinkKind {
    /// Creates the first Site Admin of an empty database. Good for 15 minutes.
    FirstSiteAdmin,
    /// Lets someone in who was added. Good for 72 hours.
    Invitation,
    /// Lets someone in who lost their password. Good for 72 hours.
    PasswordReset,
}

impl PasswordLinkKind {
    pub const ALL: [Self; 3] = [Self::FirstSiteAdmin, Self::Invitation, Self::PasswordReset];

    /// As it stands on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstSiteAdmin => "first_site_admin",
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A link as whoever made it sees it, this once. `Debug` leaves the token out.
///
/// Its address is the console's own, then `choose_password#` and the token: what stands behind `#` is
/// never sent to a server, and so is in no log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordLink {
    pub kind: PasswordLinkKind,
    pub token: String,
    pub expires_at: String,
    /// The request was made before, by its `Idempotency-Key`, and the link that it made was not used: this one
    /// took its place, and that one is dead.
    #[cfg_attr(not(feature = "openapi"), serde(skip_deserializing))]
    pub superseded: bool,
}

/// What someone asks who was handed a link. `Debug` leaves the token out.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordLinkToken {
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub token: String,
}

/// What a link is for, as whoever was handed it sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordLinkFacts {
    pub kind: PasswordLinkKind,
    /// Whose password it is; `null` for the first Site Admin, who does not exist yet.
    pub user: Option<Person>,
    pub expires_at: String,
}

/// The password someone chose at the address of a link. It ends the link, and signs them in. `Debug`
/// leaves token and password out.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChosenPassword {
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub token: String,
    #[cfg_attr(feature = "openapi", schema(min_length = 15, max_length = 128))]
    pub password: String,
    /// The first Site Admin says who they are; nobody else may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// See `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl std::fmt::Debug for PasswordLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordLink").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PasswordLinkToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordLinkToken").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ChosenPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChosenPassword").field("email", &self.email).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_token_nor_password_is_in_debug_output() {
        let link = PasswordLink {
            kind: PasswordLinkKind::Invitation,
            token: "secret".into(),
            expires_at: String::new(),
            superseded: false,
        };
        let chosen = ChosenPassword {
            token: "secret".into(),
            password: "secret".into(),
            name: None,
            email: None,
        };
        let token = PasswordLinkToken { token: "secret".into() };
        assert!(!format!("{link:?} {chosen:?} {token:?}").contains("secret"));
    }
}
