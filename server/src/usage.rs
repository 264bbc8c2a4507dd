//! Usage: what keys are used for. `record` counts it; here it is read.

mod record;

use std::collections::BTreeMap;

use api::paths;
use api::permissions::PermissionId;
use api::usage::{CallCount, DayUsage, PermissionUsage, Usage};
use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::record::{Batch, Counted, HOUR, Outcome, Recorder};
use crate::clock::{Millis, date, rfc3339};
use crate::credentials::visible;
use crate::db::usage::{AddressRow, DayRow, LastRow};
use crate::error::Result;
use crate::openapi::{MayFail, NeedsThing, NeedsUser};
use crate::session::User;
use crate::{App, AppState, db};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read))
}

/// What a credential's API key is used for, and what it tried without being allowed.
#[utoipa::path(get, path = paths::CREDENTIAL_USAGE, tag = "credentials",
    operation_id = "read_credential_usage", params(("id" = String, Path)),
    security(("session" = [])),
    responses((status = 200, body = Usage), NeedsUser, NeedsThing, MayFail))]
async fn read(State(app): State<App>, user: User, Path(id): Path<String>) -> Result<Json<Usage>> {
    let types = user.require_api_types()?;
    visible(db::credentials::read(app.db.read(), &id).await?, types)?;
    let now = app.clock.now();
    let unsaved = last_unsaved(&app, &id).await?;
    let last = db::usage::list_last(&app.db, &id).await?;
    let days = db::usage::list_days(&app.db, &id, now).await?;
    let addresses = db::usage::list_addresses(&app.db, &id, now).await?;
    let accepted = || last.iter().filter(|row| !row.outcome.denied);
    let saved = accepted().map(|row| (row.last_at, row.last_address.clone()));
    let last_call = saved.chain(unsaved.clone()).max();
    let first_at = accepted().map(|row| row.first_at).chain(unsaved.map(|(at, _)| at)).min();
    Ok(Json(Usage {
        first_call_at: first_at.map(rfc3339),
        last_call_at: last_call.as_ref().map(|(at, _)| rfc3339(*at)),
        last_call_address: last_call.map(|(_, address)| address),
        permissions: permissions(&app, &last, &days),
        calls: addresses.into_iter().map(|row| call_count(&app, row)).collect(),
        days: by_day(&days),
    }))
}

/// The last call that this replica has not written down yet: whoever waits for the first one sees it now.
async fn last_unsaved(app: &AppState, credential_id: &str) -> db::Result<Option<(Millis, String)>> {
    let secrets = db::secrets::ids_of(&app.db, credential_id).await?;
    let last = secrets.iter().filter_map(|id| app.usage.last_call(id)).max();
    Ok(last.map(|(at, address)| (at, address.to_string())))
}

fn permissions(app: &AppState, last: &[LastRow], days: &[DayRow]) -> Vec<PermissionUsage> {
    let catalogue = &app.catalogue.catalogue.permissions;
    let place = |row: &LastRow| {
        let bit = row.outcome.permission;
        (
            bit.and_then(|bit| catalogue.iter().position(|known| known.bit == bit)),
            row.outcome.denied,
        )
    };
    let mut last: Vec<&LastRow> = last.iter().collect();
    last.sort_by_key(|row| place(row));
    let of_permission = last.into_iter().map(|row| {
        let calls = days.iter().filter(|day| day.outcome == row.outcome).map(|day| day.calls);
        PermissionUsage {
            permission_id: permission_id(app, row.outcome),
            denied: row.outcome.denied,
            last_call_at: rfc3339(row.last_at),
            last_call_address: row.last_address.clone(),
            calls_90d: calls.sum::<i64>().unsigned_abs(),
        }
    });
    of_permission.collect()
}

fn permission_id(app: &AppState, outcome: Outcome) -> Option<PermissionId> {
    let known = app.catalogue.catalogue.with_bit(outcome.permission?)?;
    Some(known.permission_id.clone())
}

fn call_count(app: &AppState, row: AddressRow) -> CallCount {
    CallCount {
        permission_id: permission_id(app, row.outcome),
        denied: row.outcome.denied,
        address: Some(row.address).filter(|address| !address.is_empty()),
        calls_24h: row.calls_24h.unsigned_abs(),
        calls_7d: row.calls_7d.unsigned_abs(),
    }
}

fn by_day(rows: &[DayRow]) -> Vec<DayUsage> {
    let mut days: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for row in rows {
        let (calls, denied) = days.entry(row.day).or_default();
        *(if row.outcome.denied { denied } else { calls }) += row.calls.unsigned_abs();
    }
    let days = days.into_iter();
    days.map(|(day, (calls, denied))| DayUsage { day: date(day), calls, denied }).collect()
}
