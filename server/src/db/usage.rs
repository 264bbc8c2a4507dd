//! Usage: what keys were used for, by permission, day, hour and address.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use api::permissions::Bit;
use api::usage::{ADDRESSES, DAYS};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::statement::{Table, Value, bring_back};
use super::{Db, Error, Result, Tx};
use crate::clock::{Millis, SKEW};
use crate::usage::{Batch, Counted, HOUR, HOURS_A_DAY, Outcome};

/// How long calls are counted by hour and address.
const HOURS: i64 = 7 * HOURS_A_DAY;

/// So many old rows are deleted at once.
const AT_ONCE: i64 = 1000;

/// Adds a batch, unless it was added before.
pub async fn save(db: &Db, batch: &Batch<'_>, now: Millis) -> Result<()> {
    let mut tx = db.write().await?;
    // The turn: replicas add one after the other.
    sqlx::query("UPDATE usage_writers SET at = $1 WHERE writer = ''")
        .bind(now)
        .execute(&mut *tx)
        .await?;
    let first_time = sqlx::query(
        "INSERT INTO usage_writers (writer, batch, at) VALUES ($1, $2, $3) \
         ON CONFLICT (writer) DO UPDATE SET batch = excluded.batch, at = excluded.at \
         WHERE usage_writers.batch < excluded.batch",
    )
    .bind(batch.writer)
    .bind(batch.number)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if first_time.rows_affected() == 0 {
        return Ok(());
    }
    let counted: Vec<Counted> = batch.counted.iter().map(|one| not_later(one, now)).collect();
    forget_future(&mut tx, &counted, now).await?;
    add_last(&mut tx, &counted).await?;
    add_days(&mut tx, &counted).await?;
    add_hours(&mut tx, &counted).await?;
    tx.commit().await
}

/// What was counted while the clock was ahead, counted now.
fn not_later(one: &Counted, now: Millis) -> Counted {
    Counted {
        hour: one.hour.min(now / HOUR),
        first_at: one.first_at.min(now),
        last_at: one.last_at.min(now),
        ..one.clone()
    }
}

/// A last use that was written down while a clock was ahead was no later than now: else no other would
/// ever be the last.
async fn forget_future(tx: &mut Tx, counted: &[Counted], now: Millis) -> Result<()> {
    let secrets: BTreeSet<&str> = counted.iter().map(|one| &*one.secret_id).collect();
    let secrets: Vec<&str> = secrets.into_iter().collect();
    let (most, of) = (now + SKEW, &secrets);
    bring_back(tx, ("usage_last", "last_at"), (now, most), ("secret_id", of)).await?;
    bring_back(tx, ("secrets", "last_used_at"), (now, most), ("id", of)).await
}

/// Whether the database refuses what it was given, as it will again: a secret that is not there, a value
/// that does not fit. Everything else may pass.
pub fn is_refusal(error: &Error) -> bool {
    match error {
        Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            // PostgreSQL: data exceptions, broken constraints, raised by a trigger. SQLite: too big,
            // constraint, mismatch, in the last byte of its code.
            match code.len() {
                5 => ["22", "23", "P0001"].iter().any(|class| code.starts_with(class)),
                _ => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 18..=20)),
            }
        }
        Error::Encode(_) => true,
        _ => false,
    }
}

async fn add_last(tx: &mut Tx, counted: &[Counted]) -> Result<()> {
    let mut last: BTreeMap<(&str, Outcome), LastRow> = BTreeMap::new();
    let mut used: BTreeMap<&str, (Millis, String)> = BTreeMap::new();
    for one in counted {
        let row = LastRow::from(one);
        if !one.outcome.denied {
            let at = used.entry(&one.secret_id).or_default();
            *at = at.clone().max((row.last_at, row.last_address.clone()));
        }
        last.entry((&one.secret_id, one.outcome))
            .and_modify(|known| known.merge(&row))
            .or_insert(row);
    }
    let rows = last.into_iter().map(|((secret_id, outcome), row)| {
        let times = [row.first_at.into(), row.last_at.into(), row.last_address.into()];
        key(secret_id, outcome).into_iter().chain(times).collect()
    });
    let table = Table {
        name: "usage_last",
        key: &["secret_id", "permission", "denied"],
        others: &["first_at", "last_at", "last_address"],
    };
    let update = "first_at = CASE WHEN excluded.first_at < usage_last.first_at \
                  THEN excluded.first_at ELSE usage_last.first_at END, \
                  last_address = CASE WHEN excluded.last_at >= usage_last.last_at \
                  THEN excluded.last_address ELSE usage_last.last_address END, \
                  last_at = CASE WHEN excluded.last_at >= usage_last.last_at \
                  THEN excluded.last_at ELSE usage_last.last_at END";
    table.merge(tx, update, rows.collect()).await?;
    for (secret_id, (at, address)) in used {
        sqlx::query(
            "UPDATE secrets SET last_used_at = $1, last_used_address = $2 \
             WHERE id = $3 AND (last_used_at IS NULL OR last_used_at <= $1)",
        )
        .bind(at)
        .bind(address)
        .bind(secret_id)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

async fn add_days(tx: &mut Tx, counted: &[Counted]) -> Result<()> {
    let mut days: BTreeMap<(&str, Outcome, i64), i64> = BTreeMap::new();
    for one in counted {
        *days.entry((&one.secret_id, one.outcome, one.day())).or_default() += one.calls;
    }
    let rows = days.into_iter().map(|((secret_id, outcome, day), calls)| {
        key(secret_id, outcome).into_iter().chain([day.into(), calls.into()]).collect()
    });
    let table = Table {
        name: "usage_days",
        key: &["secret_id", "permission", "denied", "day"],
        others: &["calls"],
    };
    table.merge(tx, "calls = usage_days.calls + excluded.calls", rows.collect()).await
}

async fn add_hours(tx: &mut Tx, counted: &[Counted]) -> Result<()> {
    let mut known: BTreeMap<(&str, i64), BTreeSet<String>> = BTreeMap::new();
    let mut hours: BTreeMap<(&str, i64, Outcome, String), i64> = BTreeMap::new();
    for one in counted {
        let of_hour = (&*one.secret_id, one.hour);
        let known = match known.entry(of_hour) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(addresses(tx, &one.secret_id, one.hour).await?),
        };
        let address = one.address.map(|address| address.to_string());
        let address = address.filter(|address| {
            known.contains(address) || known.len() < ADDRESSES && known.insert(address.clone())
        });
        let cell = (&*one.secret_id, one.hour, one.outcome, address.unwrap_or_default());
        *hours.entry(cell).or_default() += one.calls;
    }
    let rows = hours.into_iter().map(|((secret_id, hour, outcome, address), calls)| {
        key(secret_id, outcome)
            .into_iter()
            .chain([hour.into(), address.into(), calls.into()])
            .collect()
    });
    let table = Table {
        name: "usage_hours",
        key: &["secret_id", "permission", "denied", "hour", "address"],
        others: &["calls"],
    };
    table.merge(tx, "calls = usage_hours.calls + excluded.calls", rows.collect()).await
}

/// The addresses an hour of a secret has already.
async fn addresses(tx: &mut Tx, secret_id: &str, hour: i64) -> Result<BTreeSet<String>> {
    let rows = sqlx::query(
        "SELECT DISTINCT address FROM usage_hours \
         WHERE secret_id = $1 AND hour = $2 AND address <> ''",
    )
    .bind(secret_id)
    .bind(hour)
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(|row| row.try_get("address")).collect()
}

/// Deletes what is older than it is kept: days, hours, and writers that are long gone. In small changes, so
/// that no revoke waits long. The clock alone decides nothing: one that is ahead would delete everything at
/// once. So nothing goes that is not as much older than the newest count, and of days and hours only the
/// oldest day each time.
pub async fn prune(db: &Db, now: Millis) -> Result<()> {
    let (hour, day) = now_in_hours_and_days(now);
    let (oldest_hour, newest_hour) = reach(db, HOURS_REACH).await?.unwrap_or((hour, hour));
    let (oldest_day, newest_day) = reach(db, DAYS_REACH).await?.unwrap_or((day, day));
    let before_hour = (hour.min(newest_hour) - HOURS).min(oldest_hour + HOURS_A_DAY);
    let until_day = (day.min(newest_day) - DAYS).min(oldest_day);
    for (sql, before) in [
        (
            "DELETE FROM usage_hours WHERE (secret_id, hour, permission, denied, address) IN \
             (SELECT secret_id, hour, permission, denied, address FROM usage_hours \
              WHERE hour < $1 LIMIT $2)",
            before_hour,
        ),
        (
            "DELETE FROM usage_days WHERE (secret_id, permission, denied, day) IN \
             (SELECT secret_id, permission, denied, day FROM usage_days WHERE day <= $1 LIMIT $2)",
            until_day,
        ),
        (
            "DELETE FROM usage_writers WHERE writer IN \
             (SELECT writer FROM usage_writers WHERE writer <> '' AND at < $1 LIMIT $2)",
            until_day * HOURS_A_DAY * HOUR,
        ),
    ] {
        while delete_some(db, sql, before).await? > 0 {}
    }
    Ok(())
}

const HOURS_REACH: &str = "SELECT MIN(hour) AS oldest, MAX(hour) AS newest FROM usage_hours";
const DAYS_REACH: &str = "SELECT MIN(day) AS oldest, MAX(day) AS newest FROM usage_days";

/// The oldest and the newest that was counted.
async fn reach(db: &Db, sql: &'static str) -> Result<Option<(i64, i64)>> {
    let row = sqlx::query(sql).fetch_one(db.read()).await?;
    let ends: (Option<i64>, Option<i64>) = (row.try_get("oldest")?, row.try_get("newest")?);
    Ok(ends.0.zip(ends.1))
}

async fn delete_some(db: &Db, sql: &'static str, before: i64) -> Result<u64> {
    let mut tx = db.write().await?;
    let done = sqlx::query(sql).bind(before).bind(AT_ONCE).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}

/// The first and the last call of one outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRow {
    pub outcome: Outcome,
    pub first_at: Millis,
    pub last_at: Millis,
    pub last_address: String,
}

impl From<&Counted> for LastRow {
    fn from(one: &Counted) -> Self {
        Self {
            outcome: one.outcome,
            first_at: one.first_at,
            last_at: one.last_at,
            last_address: one.last_address.to_string(),
        }
    }
}

impl LastRow {
    pub fn merge(&mut self, other: &Self) {
        self.first_at = self.first_at.min(other.first_at);
        if other.last_at >= self.last_at {
            self.last_at = other.last_at;
            self.last_address.clone_from(&other.last_address);
        }
    }
}

/// The calls of one outcome on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRow {
    pub outcome: Outcome,
    /// Days since 1970.
    pub day: i64,
    pub calls: i64,
}

/// The calls of one outcome from one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressRow {
    pub outcome: Outcome,
    /// Empty: all others.
    pub address: String,
    pub calls_24h: i64,
    pub calls_7d: i64,
}

/// The first and last calls of a credential, by outcome.
pub async fn list_last(db: &Db, credential_id: &str) -> Result<Vec<LastRow>> {
    let rows = sqlx::query(
        "SELECT l.permission, l.denied, l.first_at, l.last_at, l.last_address FROM usage_last l \
         JOIN secrets s ON s.id = l.secret_id WHERE s.credential_id = $1",
    )
    .bind(credential_id)
    .fetch_all(db.read())
    .await?;
    let mut last: BTreeMap<Outcome, LastRow> = BTreeMap::new();
    for row in &rows {
        let row = LastRow {
            outcome: outcome(row)?,
            first_at: row.try_get("first_at")?,
            last_at: row.try_get("last_at")?,
            last_address: row.try_get("last_address")?,
        };
        last.entry(row.outcome).and_modify(|known| known.merge(&row)).or_insert(row);
    }
    Ok(last.into_values().collect())
}

/// The calls of a credential in the last 90 days, by day and outcome, oldest first.
pub async fn list_days(db: &Db, credential_id: &str, now: Millis) -> Result<Vec<DayRow>> {
    let (_, today) = now_in_hours_and_days(now);
    let rows = sqlx::query(
        "SELECT d.permission, d.denied, d.day, CAST(SUM(d.calls) AS BIGINT) AS calls \
         FROM usage_days d JOIN secrets s ON s.id = d.secret_id \
         WHERE s.credential_id = $1 AND d.day > $2 AND d.day <= $3 \
         GROUP BY d.permission, d.denied, d.day ORDER BY d.day",
    )
    .bind(credential_id)
    .bind(today - DAYS)
    .bind(today)
    .fetch_all(db.read())
    .await?;
    let days = rows.iter().map(|row| {
        let outcome = outcome(row)?;
        Ok(DayRow { outcome, day: row.try_get("day")?, calls: row.try_get("calls")? })
    });
    days.collect()
}

/// The calls of a credential in the last seven days, by outcome and address.
pub async fn list_addresses(db: &Db, credential_id: &str, now: Millis) -> Result<Vec<AddressRow>> {
    let (hour, _) = now_in_hours_and_days(now);
    let rows = sqlx::query(
        "SELECT h.permission, h.denied, h.address, CAST(SUM(h.calls) AS BIGINT) AS calls_7d, \
         CAST(SUM(CASE WHEN h.hour >= $2 THEN h.calls ELSE 0 END) AS BIGINT) AS calls_24h \
         FROM usage_hours h JOIN secrets s ON s.id = h.secret_id \
         WHERE s.credential_id = $1 AND h.hour >= $3 AND h.hour <= $4 \
         GROUP BY h.permission, h.denied, h.address",
    )
    .bind(credential_id)
    .bind(hour - HOURS_A_DAY)
    .bind(hour - HOURS)
    .bind(hour)
    .fetch_all(db.read())
    .await?;
    let addresses = rows.iter().map(|row| {
        Ok(AddressRow {
            outcome: outcome(row)?,
            address: row.try_get("address")?,
            calls_24h: row.try_get("calls_24h")?,
            calls_7d: row.try_get("calls_7d")?,
        })
    });
    addresses.collect()
}

fn now_in_hours_and_days(now: Millis) -> (i64, i64) {
    (now / HOUR, now / HOUR / HOURS_A_DAY)
}

/// What a row of each table begins with.
fn key(secret_id: &str, outcome: Outcome) -> [Value; 3] {
    let permission = outcome.permission.map_or(-1, i64::from);
    [secret_id.into(), permission.into(), outcome.denied.into()]
}

fn outcome(row: &AnyRow) -> Result<Outcome> {
    let permission: i64 = row.try_get("permission")?;
    let denied: i64 = row.try_get("denied")?;
    Ok(Outcome { permission: Bit::try_from(permission).ok(), denied: denied == 1 })
}
