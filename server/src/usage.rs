//! Usage: what keys are used for. `record` counts it; here it is read.

mod record;

use std::collections::BTreeMap;

use api::paths;
use api::permissions::PermissionId;
use api::usage::{CallCount, DayUsage, PermissionUsage, Usage};
use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::record::{Batch, Counted, HOUR, HOURS_A_DAY, Outcome, Recorder};
use crate::clock::{Millis, date, rfc3339};
use crate::credentials::visible;
use crate::db::usage::{AddressRow, DayRow, LastRow};
use crate::error::Result;
use crate::input::Id;
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
async fn read(State(app): State<App>, user: User, Id(id): Id) -> Result<Json<Usage>> {
    let types = user.require_api_types()?;
    visible(db::credentials::read(app.db.read(), &id).await?, types)?;
    let now = app.clock.now();
    let secrets = db::secrets::ids_of(&app.db, &id).await?;
    let pause = app.usage.pause().await;
    let mut counts = Counts {
        last: db::usage::list_last(&app.db, &id).await?,
        days: db::usage::list_days(&app.db, &id, now).await?,
        addresses: db::usage::list_addresses(&app.db, &id, now).await?,
    };
    // What this replica has not written down yet: whoever waits for the first call sees it now.
    for secret_id in secrets {
        for one in app.usage.unsaved(&secret_id) {
            counts.add(&one);
        }
    }
    drop(pause);
    Ok(Json(counts.usage(&app)))
}

/// All there is to say of a credential's calls.
struct Counts {
    last: Vec<LastRow>,
    days: Vec<DayRow>,
    addresses: Vec<AddressRow>,
}

impl Counts {
    fn add(&mut self, one: &Counted) {
        let last = LastRow::from(one);
        match self.last.iter_mut().find(|row| row.outcome == one.outcome) {
            Some(known) => known.merge(&last),
            None => self.last.push(last),
        }
        self.days.push(DayRow { outcome: one.outcome, day: one.day(), calls: one.calls });
        let address = one.address.map(|address| address.to_string()).unwrap_or_default();
        let is_same = |row: &&mut AddressRow| row.outcome == one.outcome && row.address == address;
        match self.addresses.iter_mut().find(is_same) {
            Some(known) => {
                known.calls_24h += one.calls;
                known.calls_7d += one.calls;
            }
            None => self.addresses.push(AddressRow {
                outcome: one.outcome,
                address,
                calls_24h: one.calls,
                calls_7d: one.calls,
            }),
        }
    }

    fn usage(mut self, app: &AppState) -> Usage {
        self.addresses.sort_by(|one, other| {
            let rest = (one.outcome, &one.address).cmp(&(other.outcome, &other.address));
            other.calls_7d.cmp(&one.calls_7d).then(rest)
        });
        let accepted = || self.last.iter().filter(|row| !row.outcome.denied);
        // What a clock that was ahead has written down is no later than now.
        let time = |at: Millis| rfc3339(at.min(app.clock.now()));
        let last_call = accepted().max_by_key(|row| (row.last_at, &row.last_address));
        Usage {
            first_call_at: accepted().map(|row| row.first_at).min().map(time),
            last_call_at: last_call.map(|row| time(row.last_at)),
            last_call_address: last_call.map(|row| row.last_address.clone()),
            permissions: permissions(app, &self.last, &self.days),
            calls: self.addresses.iter().map(|row| call_count(app, row)).collect(),
            days: by_day(&self.days),
        }
    }
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
            last_call_at: rfc3339(row.last_at.min(app.clock.now())),
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

fn call_count(app: &AppState, row: &AddressRow) -> CallCount {
    CallCount {
        permission_id: permission_id(app, row.outcome),
        denied: row.outcome.denied,
        address: Some(row.address.clone()).filter(|address| !address.is_empty()),
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
