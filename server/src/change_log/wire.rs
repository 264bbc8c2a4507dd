//! An entry as it is answered.

use api::change_log::{Actor, ActorKind, ChangeLogEntry, FieldChange, Subject, SubjectKind};
use serde_json::{Map, Value};

use crate::clock::{Millis, rfc3339};
use crate::db::change_log::StoredEntry;
use crate::error::{Error, Result};

pub(super) fn entry(stored: StoredEntry) -> ChangeLogEntry {
    let entry = stored.entry;
    ChangeLogEntry {
        seq: stored.seq.unsigned_abs(),
        at: rfc3339(entry.at),
        actor: Actor {
            kind: ActorKind::from_name(&entry.actor_kind).unwrap_or(ActorKind::System),
            id: entry.actor_id,
            name: entry.actor_name,
        },
        address: entry.address,
        request_id: entry.request_id,
        action: entry.action,
        subject: Subject {
            kind: SubjectKind::from_name(&entry.subject_kind).unwrap_or(SubjectKind::Session),
            id: entry.subject_id,
            name: entry.subject_name,
        },
        changes: changes(entry.before.as_deref(), entry.after.as_deref()),
    }
}

/// Field by field, in the order they were written.
fn changes(before: Option<&str>, after: Option<&str>) -> Vec<FieldChange> {
    let (before, after) = (object(before), object(after));
    let added = after.keys().filter(|field| !before.contains_key(*field));
    let fields = before.keys().chain(added);
    let changes = fields.map(|field| FieldChange {
        field: field.clone(),
        before: texts(before.get(field)),
        after: texts(after.get(field)),
    });
    changes.filter(|change| change.before != change.after).collect()
}

fn object(json: Option<&str>) -> Map<String, Value> {
    json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().map(text).collect(),
        Some(one) => vec![text(one)],
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A moment of a filter.
pub(super) fn moment(text: &str) -> Result<Millis> {
    let moment: jiff::Timestamp = text.parse().map_err(|_| {
        Error::Malformed(format!("“{text}” is not a moment such as 2026-01-31T09:05:00Z"))
    })?;
    Ok(moment.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_read_field_by_field() {
        let changes = changes(
            Some(r#"{"level":"basic","same":1,"gone":["a"]}"#),
            Some(r#"{"level":"site_admin","same":1,"new":null,"list":["x","y"],"number":3}"#),
        );
        let said: Vec<String> = changes
            .iter()
            .map(|change| format!("{} {:?} {:?}", change.field, change.before, change.after))
            .collect();
        assert_eq!(
            said,
            [
                r#"level ["basic"] ["site_admin"]"#,
                r#"gone ["a"] []"#,
                r#"list [] ["x", "y"]"#,
                r#"number [] ["3"]"#,
            ]
        );
        assert!(super::changes(None, None).is_empty());
    }
}
