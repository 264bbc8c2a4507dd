//! The steps that the changes of a user have in common.

use api::paths;
use api::users::{DeveloperPermission, UserChanges, check_rights};
use axum::response::Response;
use serde_json::{Value, json};

use super::wire::answer;
use crate::App;
use crate::change::{Change, Subject};
use crate::db;
use crate::db::idempotency::Known;
use crate::db::users::{NewUserRow, UserRow};
use crate::error::{Error, Result};
use crate::session::User;

/// Adds a user and puts that on record. None: somebody has the e-mail already, and the change is of no more
/// use.
pub(crate) async fn add(change: &mut Change, new: &NewUserRow<'_>) -> db::Result<Option<UserRow>> {
    let now = change.now;
    if !db::users::create(&mut change.tx, new, now).await? {
        return Ok(None);
    }
    let row = db::users::read(&mut *change.tx, new.id).await?.ok_or(db::Error::RowNotFound)?;
    let after = json!({
        "email": row.email,
        "level": row.level,
        "developer_permissions": row.developer_permissions,
    });
    let subject = Subject { kind: "user", id: &row.id, name: &row.name };
    change.record("user.create", &subject, None, Some(after)).await?;
    Ok(Some(row))
}

/// The user of a link that a request made before, when that link is still there to be used: not used, too
/// old, or replaced.
pub(super) async fn unused(change: &mut Change, made: &Known) -> Result<UserRow> {
    let already = || Error::AlreadyMade(paths::with_id(paths::USER, &made.made_id));
    let now = change.now;
    let link = db::password_links::read(&mut *change.tx, &made.made_hash, now).await?;
    link.ok_or_else(already)?;
    db::users::read(&mut *change.tx, &made.made_id).await?.ok_or_else(already)
}

/// Begins a change of another user. Nobody changes what they may do themselves; and so there is always
/// somebody left who can: whoever does this.
pub(super) async fn begin(app: &App, user: User, id: &str) -> Result<(Change, User, UserRow)> {
    let (mut change, user) = app.change(user, User::require_editing_users).await?;
    let row = db::users::read(&mut *change.tx, id).await?.ok_or(Error::NotFound)?;
    if row.id != user.row.id {
        return Ok((change, user, row));
    }
    let others = db::users::who_can_grant(&mut *change.tx).await?;
    Err(if others.iter().any(|other| other.user_id != row.id) {
        Error::Forbidden("Nobody can change what they may do themselves. Ask another Site Admin.")
    } else {
        Error::LastEditor
    })
}

/// The user as they are after the changes, or which of these break a rule.
pub(super) fn apply(row: &UserRow, changes: &UserChanges) -> Result<UserRow> {
    let mut new = row.clone();
    new.level = changes.level.unwrap_or(row.level);
    match &changes.developer_permissions {
        Some(wanted) => {
            check_rights(new.level, wanted).map_or(Ok(()), |e| Err(Error::Invalid(vec![e])))?;
            let all = DeveloperPermission::ALL.into_iter();
            new.developer_permissions = all.filter(|one| wanted.contains(one)).collect();
        }
        // Another level takes away what only the old one could hold.
        None => new
            .developer_permissions
            .retain(|permission| check_rights(new.level, &[*permission]).is_none()),
    }
    Ok(new)
}

/// Whether the change gives the user something they did not have.
pub(super) fn gives(old: &UserRow, new: &UserRow) -> bool {
    let granted = |permission| !old.developer_permissions.contains(permission);
    new.level > old.level || new.developer_permissions.iter().any(granted)
}

/// Only what differs, as it was and as it is.
pub(super) fn difference(old: &UserRow, new: &UserRow) -> (Option<Value>, Option<Value>) {
    let (mut before, mut after) = (json!({}), json!({}));
    if old.level != new.level {
        before["level"] = json!(old.level);
        after["level"] = json!(new.level);
    }
    if old.developer_permissions != new.developer_permissions {
        before["developer_permissions"] = json!(old.developer_permissions);
        after["developer_permissions"] = json!(new.developer_permissions);
    }
    (Some(before), Some(after))
}

/// Writes the row and its change-log entry, and answers the user as they are then. Their sessions go on:
/// what they may do is read anew for every request.
pub(super) async fn save(
    mut change: Change,
    mut row: UserRow,
    action: &'static str,
    (before, after): (Option<Value>, Option<Value>),
) -> Result<Response> {
    let now = change.now;
    if !db::users::update(&mut change.tx, &row, now).await? {
        return Err(Error::Stale);
    }
    row.version += 1;
    let subject = Subject { kind: "user", id: &row.id, name: &row.name };
    change.record(action, &subject, before, after).await?;
    change.commit().await?;
    Ok(answer(row))
}
