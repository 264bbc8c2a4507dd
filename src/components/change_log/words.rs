//! What an entry of the change log says, in words. No view, no browser.

use api::catalogue::Catalogue;
use api::change_log::{ActorKind, ChangeLogEntry, FieldChange, action_label};
use api::credentials::{ApiType, Status};
use api::permissions::PermissionId;
use api::users::{DeveloperPermission, Level, UserStatus};

/// How a field differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// One value in place of another, or of none.
    Value { before: Option<String>, after: Option<String> },
    /// What came to a list and what went; the rest of it stayed.
    List { added: Vec<String>, removed: Vec<String> },
}

/// The fields that hold a list, also while only one thing is in it.
const LISTS: [&str; 2] = ["permissions", "developer_permissions"];

/// How this field differs, in the words of the service.
pub fn difference(change: &FieldChange) -> Difference {
    let FieldChange { field, before, after } = change;
    if LISTS.contains(&field.as_str()) || before.len() > 1 || after.len() > 1 {
        let only = |one: &[String], other: &[String]| {
            one.iter().filter(|value| !other.contains(value)).cloned().collect()
        };
        Difference::List { added: only(after, before), removed: only(before, after) }
    } else {
        Difference::Value { before: before.first().cloned(), after: after.first().cloned() }
    }
}

/// A field as the console calls it.
pub fn field_label(field: &str) -> String {
    let known = match field {
        "api_type" => "API type",
        "key_hint" => "API key",
        "email" => "E-mail",
        "url" => "URL",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let words = field.strip_suffix("_at").unwrap_or(field).replace('_', " ");
    // Of ASCII, as all names of fields are: the tables of all other letters would be 20 kB.
    let mut label = words.replace("url", "URL");
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    label
}

/// A value as the console calls it; what it has no name for stands as it is.
pub fn value_label(catalogue: Option<&Catalogue>, field: &str, value: &str) -> String {
    let name = match field {
        "permissions" => catalogue
            .and_then(|catalogue| catalogue.permission(&PermissionId(value.to_owned())))
            .map(|permission| format!("{}: {}", permission.group, permission.label)),
        "partner" => catalogue
            .and_then(|catalogue| catalogue.partner(value))
            .map(|partner| partner.name.clone()),
        "developer_permissions" => {
            DeveloperPermission::from_name(value).map(|one| one.label().to_owned())
        }
        "api_type" => ApiType::from_name(value).map(|one| one.label().to_owned()),
        "level" => Level::from_name(value).map(|one| one.label().to_owned()),
        "status" => {
            let user = || UserStatus::from_name(value).map(UserStatus::label);
            Status::from_name(value).map(Status::label).or_else(user).map(str::to_owned)
        }
        "key_hint" => Some(format!("…{value}")),
        _ => None,
    };
    name.unwrap_or_else(|| value.to_owned())
}

/// What is different, in a few words: `Description, Permissions +2 −1`.
pub fn summary(changes: &[FieldChange]) -> String {
    let one = |change: &FieldChange| {
        let label = field_label(&change.field);
        match difference(change) {
            Difference::Value { .. } => label,
            Difference::List { added, removed } => {
                let count = |sign: char, values: &[String]| match values.len() {
                    0 => String::new(),
                    count => format!(" {sign}{count}"),
                };
                label + &count('+', &added) + &count('−', &removed)
            }
        }
    };
    changes.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Who did it, when that is not a person.
pub fn actor_kind(kind: ActorKind) -> Option<&'static str> {
    match kind {
        ActorKind::User => None,
        ActorKind::ApiKey => Some("API key"),
        ActorKind::System => Some("System"),
    }
}

/// Whether it has to be said what it was done to: not of someone who signed in as themselves.
pub fn names_its_subject(entry: &ChangeLogEntry) -> bool {
    let label = action_label(&entry.action);
    let own = entry.subject.id == entry.actor.id || entry.subject.name == entry.actor.name;
    needs_a_name(label) || entry.action == "user.update" || !own
}

/// Whether these words are half a sentence without what they are about.
pub fn needs_a_name(label: &str) -> bool {
    label.ends_with(" of") || label.ends_with(" for")
}

#[cfg(test)]
mod tests {
    use api::change_log::{Actor, Subject, SubjectKind};

    use super::*;

    fn change(field: &str, before: &[&str], after: &[&str]) -> FieldChange {
        let owned = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
        FieldChange { field: field.to_owned(), before: owned(before), after: owned(after) }
    }

    #[test]
    fn of_a_list_only_what_came_and_went_is_shown() {
        let list =
            change("permissions", &["jobs:list", "jobs:read"], &["jobs:read", "offers:list"]);
        let (added, removed) = (vec!["offers:list".to_owned()], vec!["jobs:list".to_owned()]);
        assert_eq!(difference(&list), Difference::List { added, removed });
        let first = change("permissions", &[], &["jobs:list"]);
        assert!(matches!(difference(&first), Difference::List { added, .. } if added.len() == 1));
    }

    #[test]
    fn one_value_takes_the_place_of_another_or_of_none() {
        let value = change("description", &["Old"], &["New"]);
        let (before, after) = (Some("Old".to_owned()), Some("New".to_owned()));
        assert_eq!(difference(&value), Difference::Value { before, after: after.clone() });
        let new = change("description", &[], &["New"]);
        assert_eq!(difference(&new), Difference::Value { before: None, after });
    }

    #[test]
    fn the_summary_names_the_fields_and_counts_their_lists() {
        let changes = [
            change("description", &["Old"], &["New"]),
            change("permissions", &["a", "b"], &["b", "c", "d"]),
            change("developer_permissions", &["a"], &[]),
        ];
        let said = "Description, Permissions +2 −1, Developer permissions −1";
        assert_eq!(summary(&changes), said);
        assert_eq!(summary(&[]), "");
    }

    #[test]
    fn fields_and_values_are_said_as_on_the_screens() {
        let catalogue = Catalogue::new();
        let said = |field, value| value_label(Some(&catalogue), field, value);
        assert_eq!(said("permissions", "jobs:list"), "Jobs: GET: List Jobs");
        assert_eq!(said("partner", "jobtarget"), "JobTarget");
        assert_eq!(said("level", "site_admin"), "Site Admin");
        assert_eq!(said("status", "revoked"), "Revoked");
        assert_eq!(said("status", "disabled"), "Disabled");
        assert_eq!(said("permissions", "gone:list"), "gone:list");
        assert_eq!(value_label(None, "permissions", "jobs:list"), "jobs:list");
        assert_eq!(field_label("api_type"), "API type");
        assert_eq!(field_label("job_board_url"), "Job board URL");
        assert_eq!(field_label("stored_at"), "Stored");
    }

    #[test]
    fn nobody_is_told_who_signed_in_as_themselves() {
        let entry = |action: &str, subject: &str| ChangeLogEntry {
            seq: 1,
            at: String::new(),
            actor: Actor { kind: ActorKind::User, id: "user_1".into(), name: "Ada".into() },
            address: String::new(),
            request_id: String::new(),
            action: action.into(),
            subject: Subject {
                kind: SubjectKind::Session,
                id: "x".into(),
                name: subject.to_owned(),
            },
            changes: Vec::new(),
        };
        assert!(!names_its_subject(&entry("session.create", "Ada")));
        assert!(names_its_subject(&entry("session.end", "Ada")));
        assert!(names_its_subject(&entry("user.update", "Ada")));
        assert!(names_its_subject(&entry("credential.revoke", "Key")));
    }
}
