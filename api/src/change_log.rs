//! The change log: who did what, when, from where, and what it was before and after.

use serde::{Deserialize, Serialize};

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ActorKind {
    User,
    ApiKey,
    /// The command line, or the program itself.
    System,
}

impl ActorKind {
    pub const ALL: [Self; 3] = [Self::User, Self::ApiKey, Self::System];

    /// As it stands on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::ApiKey => "api_key",
            Self::System => "system",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What it was done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SubjectKind {
    Credential,
    User,
    Session,
    Board,
}

impl SubjectKind {
    pub const ALL: [Self; 4] = [Self::Credential, Self::User, Self::Session, Self::Board];

    /// Several of them, as the console shows it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Credential => "API credentials",
            Self::User => "Users",
            Self::Session => "Sessions",
            Self::Board => "Job boards",
        }
    }

    /// As it stands on the wire, in the database and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::User => "user",
            Self::Session => "session",
            Self::Board => "board",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What can be done, noun and verb, and how the console says it of something whose name follows.
pub const ACTIONS: [(&str, &str); 19] = [
    ("credential.create", "Created API credential"),
    ("credential.supersede_key", "Replaced the unseen key of"),
    ("credential.store", "Confirmed as stored"),
    ("credential.update", "Edited API credential"),
    ("credential.revoke", "Revoked API credential"),
    ("credential.re_enable", "Re-enabled API credential"),
    ("user.create", "Added user"),
    ("user.update", "Changed user"),
    ("user.disable", "Disabled user"),
    ("user.enable", "Enabled user"),
    ("user.create_password_link", "Made a password link for"),
    ("user.choose_password", "Chose a password by link"),
    ("user.change_password", "Changed the password"),
    ("session.create", "Signed in"),
    ("session.delete", "Signed out"),
    ("session.end", "Ended a session of"),
    ("board.update", "Edited job board"),
    ("board.end_old_token", "Ended an old token of"),
    ("board.import", "Imported recruiting data"),
];

/// How the console says an action; the action itself when it is none of [`ACTIONS`].
pub fn action_label(action: &str) -> &str {
    let known = ACTIONS.iter().find(|(name, _)| *name == action);
    known.map_or(action, |(_, label)| label)
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeLogEntry {
    /// Its place in the log, from 1 on, without gaps.
    pub seq: u64,
    pub at: String,
    pub actor: Actor,
    /// The client’s address; empty for the system.
    pub address: String,
    /// Finds the request in the service’s log; empty for the system.
    pub request_id: String,
    /// Noun and verb, such as `credential.revoke`.
    pub action: String,
    pub subject: Subject,
    /// What is different since.
    pub changes: Vec<FieldChange>,
}

/// Who did it, named as they were then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    pub kind: ActorKind,
    /// A user’s or a credential’s id; empty for the system.
    pub id: String,
    pub name: String,
}

/// What it was done to, named as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Subject {
    pub kind: SubjectKind,
    pub id: String,
    pub name: String,
}

/// A field as it was and as it is: one value, several of a list, or none where there was nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldChange {
    pub field: String,
    pub before: Vec<String>,
    pub after: Vec<String>,
}

/// The order of the change log. A minus turns the order round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ChangeLogSort {
    #[serde(rename = "at")]
    At,
    #[default]
    #[serde(rename = "-at")]
    AtDescending,
}

impl ChangeLogSort {
    /// As it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::At => "at",
            Self::AtDescending => "-at",
        }
    }
}

/// Which entries to list. All fields together narrow the list; empty means all that this
/// person may see.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ChangeLogFilter {
    /// Who did it: part of their name in any case, or their id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// Part of the name of what it was done to, in any case: a credential’s description, a user, a board;
    /// or part of its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// What was done: an action such as `credential.revoke`, or a kind of thing such as `credential`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// The id of what it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Not before this moment, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(format = DateTime))]
    pub from: Option<String>,
    /// Before this moment, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(format = DateTime))]
    pub to: Option<String>,
    /// In which order; the newest first when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(not(feature = "openapi"), serde(skip_serializing))]
    pub sort: Option<ChangeLogSort>,
    /// `next` of the page before, in the same order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many at most, 1 to 200; 50 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 200))]
    pub limit: Option<u32>,
}

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ExportFormat {
    /// One line for each entry, for spreadsheets. What a spreadsheet would take for a formula gets an
    /// apostrophe in front.
    Csv,
    /// One entry as JSON on each line, exactly as the API answers it.
    Jsonl,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_about_a_known_kind_of_thing_and_is_said_in_words() {
        for (action, label) in ACTIONS {
            let (kind, _) = action.split_once('.').unwrap();
            assert!(SubjectKind::from_name(kind).is_some(), "{action}");
            assert_eq!(action_label(action), label);
        }
        assert_eq!(action_label("key.turn"), "key.turn");
    }
}
