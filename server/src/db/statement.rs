//! Statements whose text depends on what is asked: lists with optional conditions, and writing many rows
//! at once. Only texts of this program get into the SQL; every value is bound.
//!
//! sqlx has a builder of its own, but with its `Any` driver it writes `?`, which PostgreSQL does not know.

use std::fmt::Write as _;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe};

use super::{Reader, Result, Tx};

/// A value to bind. The type stays known when there is none: PostgreSQL asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(Some(i64::from(value)))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<&Option<String>> for Value {
    fn from(value: &Option<String>) -> Self {
        Self::Text(value.clone())
    }
}

/// A `SELECT` in the making.
#[derive(Debug)]
pub(super) struct Select {
    sql: String,
    values: Vec<Value>,
    has_condition: bool,
}

impl Select {
    /// `SELECT … FROM …`, without conditions yet.
    pub(super) fn new(text: &'static str) -> Self {
        Self { sql: text.to_owned(), values: Vec::new(), has_condition: false }
    }

    /// Adds a condition when there is a value for it; `$` in the text is where the value goes.
    pub(super) fn when(mut self, text: &'static str, value: Option<impl Into<Value>>) -> Self {
        let Some(value) = value else { return self };
        self.begin_condition();
        self.add(text, value)
    }

    /// Adds a condition that takes no value, when there is one.
    pub(super) fn only(mut self, text: Option<&'static str>) -> Self {
        if let Some(text) = text {
            self.begin_condition();
            self.sql.push_str(text);
        }
        self
    }

    /// Adds the condition that the column is one of these.
    pub(super) fn among(mut self, column: &'static str, ids: &[impl Into<Value> + Clone]) -> Self {
        self.begin_condition();
        self.sql.push_str(column);
        self.sql.push_str(" IN (");
        for (position, id) in ids.iter().enumerate() {
            self.sql.push_str(if position == 0 { "" } else { ", " });
            self = self.add("$", id.clone());
        }
        self.sql.push(')');
        self
    }

    /// Whether there is one yet.
    pub(super) fn has_condition(&self) -> bool {
        self.has_condition
    }

    fn begin_condition(&mut self) {
        self.sql.push_str(if self.has_condition { " AND " } else { " WHERE " });
        self.has_condition = true;
    }

    /// Adds text; `$` in it is where the value goes.
    pub(super) fn add(mut self, text: &'static str, value: impl Into<Value>) -> Self {
        let (before, after) = text.split_once('$').expect("a place for the value");
        self.values.push(value.into());
        let place = self.values.len();
        write!(self.sql, "{before}${place}{after}").expect("a String takes all");
        self
    }

    /// All rows.
    pub(super) async fn rows(self, reader: &Reader) -> Result<Vec<AnyRow>> {
        self.query().fetch_all(reader).await
    }

    /// The first column of all rows.
    pub(super) async fn texts(self, reader: &Reader) -> Result<Vec<String>> {
        self.rows(reader).await?.iter().map(|row| sqlx::Row::try_get(row, 0)).collect()
    }

    /// The one number this selects.
    pub(super) async fn number(self, reader: &Reader) -> Result<i64> {
        sqlx::Row::try_get(&self.query().fetch_one(reader).await?, 0)
    }

    fn query(self) -> Query<'static, Any, AnyArguments> {
        bound(self.sql, self.values)
    }
}

fn bound(sql: String, values: Vec<Value>) -> Query<'static, Any, AnyArguments> {
    let query = sqlx::query(AssertSqlSafe(sql));
    values.into_iter().fold(query, |query, value| match value {
        Value::Integer(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
    })
}

/// A table and the columns a load writes.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) name: &'static str,
    /// Rows with the same values here are the same thing: the later replaces the earlier.
    pub(super) key: &'a [&'static str],
    pub(super) others: &'static [&'static str],
}

/// Values bound by one statement. SQLite knows `$7` by its name and looks for it among all the others, so
/// a statement ten times as long takes a hundred times as long; beyond this there is nothing to gain.
const VALUES_AT_ONCE: usize = 400;

impl Table<'_> {
    /// Writes the rows of a load, replacing those that are there. A row's values are in the order of `key`,
    /// then `others`; the load stands before both. One call must not hold the same row twice.
    pub(super) async fn write_load(
        &self,
        tx: &mut Tx,
        load: i64,
        rows: Vec<Vec<Value>>,
    ) -> Result<()> {
        let key: Vec<&'static str> = ["load"].into_iter().chain(self.key.iter().copied()).collect();
        let with_load = |row: Vec<Value>| [Value::from(load)].into_iter().chain(row).collect();
        let table = Table { name: self.name, key: &key, others: self.others };
        table.write(tx, rows.into_iter().map(with_load).collect()).await
    }

    /// Writes the rows, replacing those that are there. A row's values are in the order of `key`, then
    /// `others`. One call must not hold the same row twice.
    pub(super) async fn write(&self, tx: &mut Tx, rows: Vec<Vec<Value>>) -> Result<()> {
        let replaced: Vec<String> =
            self.others.iter().map(|column| format!("{column} = excluded.{column}")).collect();
        self.merge(tx, &replaced.join(", "), rows).await
    }

    /// Writes the rows; where one is there already, `update` says what becomes of its columns, and an empty
    /// one leaves them as they are. A row's values are in the order of `key`, then `others`. One call must
    /// not hold the same row twice.
    pub(super) async fn merge(
        &self,
        tx: &mut Tx,
        update: &str,
        rows: Vec<Vec<Value>>,
    ) -> Result<()> {
        let width = self.key.len() + self.others.len();
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let batch: Vec<Vec<Value>> = rows.by_ref().take(VALUES_AT_ONCE / width).collect();
            let sql = self.sql(batch.len(), update);
            bound(sql, batch.into_iter().flatten().collect())
                // Batches differ in length: kept statements would only fill the cache.
                .persistent(false)
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }

    fn sql(&self, rows: usize, update: &str) -> String {
        let width = self.key.len() + self.others.len();
        let columns: Vec<&str> = self.key.iter().chain(self.others).copied().collect();
        let places: Vec<String> = (0..rows)
            .map(|row| {
                let places: Vec<String> =
                    (1..=width).map(|place| format!("${}", row * width + place)).collect();
                format!("({})", places.join(", "))
            })
            .collect();
        let action =
            if update.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {update}") };
        format!(
            "INSERT INTO {} ({}) VALUES {} ON CONFLICT ({}) DO {action}",
            self.name,
            columns.join(", "),
            places.join(", "),
            self.key.join(", "),
        )
    }
}

/// Deletes the rows of a load whose `column` is one of these.
pub(super) async fn delete(
    tx: &mut Tx,
    table: &'static str,
    load: i64,
    column: &'static str,
    ids: &[i64],
) -> Result<()> {
    for ids in ids.chunks(VALUES_AT_ONCE) {
        let places = places(2, ids.len());
        let sql = format!("DELETE FROM {table} WHERE load = $1 AND {column} IN ({places})");
        bound(sql, [load].iter().chain(ids).map(|id| Value::from(*id)).collect())
            .persistent(false)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Sets a column to `now` where it is more than `most`, in the rows whose `key` is one of these.
pub(super) async fn bring_back(
    tx: &mut Tx,
    (table, column): (&'static str, &'static str),
    (now, most): (i64, i64),
    (key, ids): (&'static str, &[&str]),
) -> Result<()> {
    for ids in ids.chunks(VALUES_AT_ONCE) {
        let places = places(3, ids.len());
        let sql =
            format!("UPDATE {table} SET {column} = $1 WHERE {column} > $2 AND {key} IN ({places})");
        let times = [Value::from(now), Value::from(most)];
        bound(sql, times.into_iter().chain(ids.iter().map(|id| Value::from(*id))).collect())
            .persistent(false)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Places for so many values, from this one on.
fn places(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count).map(|place| format!("${place}")).collect();
    places.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_in_the_order_of_their_values() {
        let select = Select::new("SELECT document FROM jobs")
            .when("status = $", Some("open"))
            .when("created_at >= $", None::<i64>)
            .only(Some("id IS NOT NULL"))
            .when("created_at < $", Some(7))
            .add(" ORDER BY id LIMIT $", 3);
        assert_eq!(
            select.sql,
            "SELECT document FROM jobs WHERE status = $1 AND id IS NOT NULL AND created_at < $2 \
             ORDER BY id LIMIT $3"
        );
        assert_eq!(select.values, [Value::from("open"), Value::from(7), Value::from(3)]);
    }

    #[test]
    fn a_batch_is_one_statement() {
        let table = Table { name: "t", key: &["a"], others: &["b"] };
        assert_eq!(
            table.sql(2, "b = excluded.b"),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) \
             ON CONFLICT (a) DO UPDATE SET b = excluded.b"
        );
        let table = Table { name: "t", key: &["a", "b"], others: &[] };
        assert_eq!(
            table.sql(1, ""),
            "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a, b) DO NOTHING"
        );
    }
}
