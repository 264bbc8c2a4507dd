//! Credentials: what the console lists, creates, edits, revokes and re-enables.

use serde::{Deserialize, Serialize};

use crate::error::FieldError;
use crate::partners::PartnerId;
use crate::permissions::PermissionId;
use crate::text;

/// The longest description, in characters.
pub const DESCRIPTION_MAX: usize = 200;

/// Which API a credential opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ApiType {
    Harvest,
    JobBoard,
    CandidateIngestion,
}

impl ApiType {
    pub const ALL: [Self; 3] = [Self::Harvest, Self::JobBoard, Self::CandidateIngestion];

    /// As the console shows it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Harvest => "Harvest",
            Self::JobBoard => "Job Board",
            Self::CandidateIngestion => "Candidate Ingestion",
        }
    }

    /// As it stands on the wire, in the database and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Harvest => "harvest",
            Self::JobBoard => "job_board",
            Self::CandidateIngestion => "candidate_ingestion",
        }
    }

    /// The type of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|api_type| api_type.as_str() == name)
    }
}

/// Whether a credential's API key opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Status {
    Active,
    Revoked,
}

impl Status {
    pub const ALL: [Self; 2] = [Self::Active, Self::Revoked];

    /// As the console shows it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Revoked => "Revoked",
        }
    }

    /// As it stands on the wire and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Revoked => "revoked",
        }
    }

    /// The status of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// A credential as everyone who may manage it sees it. The API key is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credential {
    pub id: String,
    pub api_type: ApiType,
    pub partner: PartnerId,
    pub description: String,
    /// The API key's last four characters.
    pub key_hint: String,
    pub status: Status,
    /// When a person confirmed that the API key is stored; `null`: not stored yet.
    pub stored_at: Option<String>,
    pub created_at: String,
    pub created_by: String,
    /// The last call this API key was accepted for, at most 10 seconds old; `null`: never used.
    pub last_used_at: Option<String>,
    /// Where that call came from.
    pub last_used_address: Option<String>,
    pub revoked_at: Option<String>,
    /// What a Harvest key may call, in the order of the catalogue; empty for other types.
    pub permissions: Vec<PermissionId>,
    /// Counts up with every change. It is the `ETag`, and a change names it in `If-Match`.
    pub version: u64,
}

/// What the dialog `Create New Credential` asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewCredential {
    pub api_type: ApiType,
    /// One of the catalogue's partners.
    pub partner: PartnerId,
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub description: String,
}

impl NewCredential {
    /// What keeps this from being created, other than an unknown partner (which takes the catalogue).
    pub fn check(&self) -> Vec<FieldError> {
        check_description(&self.description).into_iter().collect()
    }
}

/// What a person changed. A field left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CredentialChanges {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub description: Option<String>,
    /// The complete new list, not a difference. Only Harvest credentials have permissions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<PermissionId>>,
}

impl CredentialChanges {
    /// What keeps this from being saved, other than unknown permissions (which take the catalogue).
    pub fn check(&self) -> Vec<FieldError> {
        self.description.as_deref().and_then(check_description).into_iter().collect()
    }
}

/// The rule for a description: 1 to 200 characters of which some can be seen, on one line ([`text`]).
pub fn check_description(description: &str) -> Option<FieldError> {
    let blank = "Enter a description, such as “JobTarget Harvest API Key”.";
    let fault = text::line_fault(description, blank, DESCRIPTION_MAX);
    fault.map(|fault| FieldError::new("/description", fault))
}

/// The answer to a creation: the only time the API key is ever sent. `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedCredential {
    pub credential: Credential,
    /// The plaintext key. Nobody, the service included, can see it again.
    pub api_key: String,
    /// The request was made before, by its `Idempotency-Key`, and nobody has seen the key that it made: this
    /// one took its place, and that one is dead.
    #[cfg_attr(not(feature = "openapi"), serde(skip_deserializing))]
    pub superseded: bool,
}

impl std::fmt::Debug for CreatedCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedCredential")
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

/// The order of credentials. A minus turns the order round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CredentialSort {
    #[serde(rename = "created_at")]
    CreatedAt,
    #[default]
    #[serde(rename = "-created_at")]
    CreatedAtDescending,
    #[serde(rename = "description")]
    Description,
    #[serde(rename = "-description")]
    DescriptionDescending,
}

impl CredentialSort {
    pub const ALL: [Self; 4] = [
        Self::CreatedAt,
        Self::CreatedAtDescending,
        Self::Description,
        Self::DescriptionDescending,
    ];

    /// As it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::CreatedAtDescending => "-created_at",
            Self::Description => "description",
            Self::DescriptionDescending => "-description",
        }
    }
}

/// Which credentials to list. All fields together narrow the list; empty means all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct CredentialFilter {
    /// Part of the description, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_type: Option<ApiType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerId>,
    /// In which order; the newest first when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(not(feature = "openapi"), serde(skip_serializing))]
    pub sort: Option<CredentialSort>,
    /// `next` of the page before, in the same order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many at most, 1 to 200; 50 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 200))]
    pub limit: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_one_line_of_text() {
        assert_eq!(check_description("JobTarget Harvest API Key"), None);
        assert_eq!(check_description(&"é".repeat(DESCRIPTION_MAX)), None);
        for refused in [
            "",
            "   ",
            "two\nlines",
            "\u{0}",
            "\u{200b}",
            "a\u{202e}b",
            &"x".repeat(DESCRIPTION_MAX + 1),
        ] {
            let error = check_description(refused).expect(refused);
            assert_eq!(error.pointer, "/description");
        }
    }

    #[test]
    fn a_key_is_not_in_debug_output() {
        let created = CreatedCredential {
            credential: Credential {
                id: "cred_1".into(),
                api_type: ApiType::Harvest,
                partner: PartnerId("jobtarget".into()),
                description: String::new(),
                key_hint: "9fQ2".into(),
                status: Status::Active,
                stored_at: None,
                created_at: String::new(),
                created_by: String::new(),
                last_used_at: None,
                last_used_address: None,
                revoked_at: None,
                permissions: vec![],
                version: 1,
            },
            api_key: "lkh_plaintext".into(),
            superseded: false,
        };
        assert!(!format!("{created:?}").contains("plaintext"));
    }

    #[test]
    fn names_on_the_wire_are_the_names_in_code() {
        for api_type in ApiType::ALL {
            assert_eq!(
                serde_json::to_string(&api_type).unwrap(),
                format!("\"{}\"", api_type.as_str())
            );
            assert_eq!(ApiType::from_name(api_type.as_str()), Some(api_type));
        }
    }
}
