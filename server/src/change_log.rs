//! Who did what: the list, and all of it as a file. Writing it is `change`'s, checking its chain
//! [`verify`]'s.

mod export;
pub mod verify;
mod wire;

use api::Page;
use api::change_log::{ChangeLogEntry, ChangeLogFilter};
use api::paths;
use api::session::api_types;
use api::users::{DeveloperPermission, may_edit_users};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::export::{ExportFilter, file};
use self::wire::{entry, moment};
use crate::App;
use crate::db::change_log::{Scope, StoredEntry, Wanted, count, list as read_list};
use crate::db::credentials::Cursor;
use crate::error::Result;
use crate::input::Parameters;
use crate::openapi::{MayFail, NeedsQuery, NeedsUser};
use crate::paging::{Limit, cursor_from_text, cursor_to_text};
use crate::session::User;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(export))
}

/// Who did what, newest first unless `sort` says otherwise, as far as this person may see it.
#[utoipa::path(get, path = paths::CHANGE_LOG, tag = "change_log",
    operation_id = "list_change_log", params(ChangeLogFilter), security(("session" = [])),
    responses((status = 200, body = Page<ChangeLogEntry>),
        NeedsQuery, NeedsUser, MayFail))]
async fn list(
    State(app): State<App>,
    user: User,
    Parameters(filter): Parameters<ChangeLogFilter>,
) -> Result<Json<Page<ChangeLogEntry>>> {
    let limit = Limit::of(filter.limit)?;
    let sort = filter.sort.unwrap_or_default();
    let after = filter.cursor.as_deref();
    let after = after.map(|text| cursor_from_text(sort.as_str(), text)).transpose()?;
    let wanted = wanted(&user, &filter)?;
    let total = count(&app.db, &wanted).await?;
    let after = after.map(|after| after.number);
    let rows = read_list(&app.db, &wanted, sort, after, limit.fetched()).await?;
    let cursor = |row: &StoredEntry| {
        cursor_to_text(sort.as_str(), &Cursor { number: row.seq, ..Cursor::default() })
    };
    Ok(Json(limit.page(rows, total, cursor, entry)))
}

/// All of it as a file, narrowed like the list, newest first.
#[utoipa::path(get, path = paths::CHANGE_LOG_EXPORT, tag = "change_log",
    operation_id = "export_change_log", params(ExportFilter), security(("session" = [])),
    responses((status = 200, description = "A file", content((String = "text/csv"),
            (String = "application/jsonl")),
            headers(("Content-Disposition" = String, description = "Its name"))),
        NeedsQuery, NeedsUser, MayFail))]
async fn export(
    State(app): State<App>,
    user: User,
    Parameters(filter): Parameters<ExportFilter>,
) -> Result<Response> {
    let format = filter.format;
    let wanted = wanted(&user, &filter.narrowed())?;
    Ok(file(app, user, format, wanted))
}

/// What a person may see of the log: see the table “Who may do what” in docs/security.md.
fn scope(user: &User) -> Scope {
    let held = &user.row.developer_permissions;
    if may_edit_users(user.row.level, held) {
        Scope::Everything
    } else if held.contains(&DeveloperPermission::ManageAllApiCredentials) {
        Scope::Credentials
    } else if api_types(held).is_empty() {
        Scope::Own
    } else {
        Scope::JobBoard
    }
}

fn wanted(user: &User, filter: &ChangeLogFilter) -> Result<Wanted> {
    // An action is written noun and verb, a kind of thing by its noun alone.
    let what = filter.what.clone().filter(|what| !what.is_empty());
    let (action, subject_kind) = match what {
        Some(action) if action.contains('.') => (Some(action), None),
        kind => (None, kind),
    };
    Ok(Wanted {
        scope: scope(user),
        viewer: user.row.id.clone(),
        who: filter.who.clone(),
        q: filter.q.clone(),
        action,
        subject_kind,
        subject_id: filter.subject.clone().filter(|id| !id.is_empty()),
        from: filter.from.as_deref().map(moment).transpose()?,
        to: filter.to.as_deref().map(moment).transpose()?,
    })
}
