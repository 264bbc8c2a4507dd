//! Loads: which rows of a kind are in use, and making others the ones in use. See migration 0006.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Row as _};

use crate::db::{Db, Result, Tx};

/// Rows that are deleted at once, so that nobody waits long behind it.
const AT_ONCE: i64 = 500;

/// What is loaded as one: a job with what belongs to it, a custom field with its options, ….
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Departments,
    Offices,
    Users,
    UserRoles,
    CustomFields,
    CloseReasons,
    Jobs,
    JobStages,
    JobPosts,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Departments,
        Self::Offices,
        Self::Users,
        Self::UserRoles,
        Self::CustomFields,
        Self::CloseReasons,
        Self::Jobs,
        Self::JobStages,
        Self::JobPosts,
    ];

    /// As it stands in the database, in reports and in the names of files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Departments => "departments",
            Self::Offices => "offices",
            Self::Users => "users",
            Self::UserRoles => "user_roles",
            Self::CustomFields => "custom_fields",
            Self::CloseReasons => "close_reasons",
            Self::Jobs => "jobs",
            Self::JobStages => "job_stages",
            Self::JobPosts => "job_posts",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Its own table first, then those of what belongs to it.
    fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Departments => &["departments_rows"],
            Self::Offices => &["offices_rows"],
            Self::Users => &["harvest_users_rows", "harvest_user_emails_rows"],
            Self::UserRoles => &["user_roles_rows"],
            Self::CustomFields => &["custom_fields_rows", "custom_field_options_rows"],
            Self::CloseReasons => &["close_reasons_rows"],
            Self::Jobs => &[
                "jobs_rows",
                "openings_rows",
                "job_departments_rows",
                "job_offices_rows",
                "job_custom_field_options_rows",
            ],
            Self::JobStages => &["job_stages_rows"],
            Self::JobPosts => &["job_posts_rows"],
        }
    }

    /// The columns in which two rows of one id differ, when they do.
    fn tell_apart(self) -> &'static str {
        match self {
            Self::UserRoles => "n.type <> o.type OR n.name <> o.name",
            Self::CloseReasons => "n.name <> o.name",
            Self::Users => "n.document <> o.document OR n.attributes <> o.attributes",
            Self::JobPosts => {
                "n.full_document <> o.full_document OR n.language <> o.language \
                 OR n.pay_ranges <> o.pay_ranges OR n.document <> o.document \
                 OR COALESCE(n.board_id, 0) <> COALESCE(o.board_id, 0)"
            }
            _ => "n.document <> o.document",
        }
    }
}

/// The load of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loads(BTreeMap<Kind, i64>);

impl Loads {
    pub fn of(&self, kind: Kind) -> i64 {
        self.0.get(&kind).copied().unwrap_or(0)
    }

    /// The same, with these kinds in another load.
    pub fn with(mut self, kinds: &[Kind], load: i64) -> Self {
        self.0.extend(kinds.iter().map(|kind| (*kind, load)));
        self
    }
}

/// The loads in use.
pub async fn in_use(tx: &mut Tx) -> Result<Loads> {
    let rows = sqlx::query("SELECT kind, load FROM loads").fetch_all(&mut **tx).await?;
    let mut loads = BTreeMap::new();
    for row in rows {
        let kind: String = row.try_get("kind")?;
        if let Some(kind) = Kind::from_name(&kind) {
            loads.insert(kind, row.try_get("load")?);
        }
    }
    Ok(Loads(loads))
}

/// Gives out the number of a new load: later ones are higher.
pub async fn give_out(tx: &mut Tx) -> Result<i64> {
    let row = sqlx::query("UPDATE loads SET load = load + 1 WHERE kind = 'next' RETURNING load")
        .fetch_one(&mut **tx)
        .await?;
    row.try_get("load")
}

/// How a load differs from the one in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub new: i64,
    pub changed: i64,
    pub gone: i64,
    pub same: i64,
}

/// Compares a load of a kind with the one in use.
pub async fn compare(db: &Db, kind: Kind, load: i64) -> Result<Counts> {
    let table = kind.tables()[0];
    let (name, differ) = (kind.as_str(), kind.tell_apart());
    let used = format!("(SELECT load FROM loads WHERE kind = '{name}')");
    let both = format!(
        "SELECT COUNT(*) AS all_rows, COUNT(o.id) AS known, \
         COUNT(CASE WHEN {differ} THEN 1 END) AS changed FROM {table} n \
         LEFT JOIN {table} o ON o.load = {used} AND o.id = n.id WHERE n.load = $1"
    );
    let both = sqlx::query(AssertSqlSafe(both)).bind(load).fetch_one(db.read_all()).await?;
    let before = format!("SELECT COUNT(*) AS before FROM {table} WHERE load = {used}");
    let before = sqlx::query(AssertSqlSafe(before)).fetch_one(db.read_all()).await?;
    let number = |name: &str| both.try_get::<i64, _>(name);
    let (all, known, changed) = (number("all_rows")?, number("known")?, number("changed")?);
    Ok(Counts {
        new: all - known,
        changed,
        gone: before.try_get::<i64, _>("before")? - known,
        same: known - changed,
    })
}

/// Makes a load the one in use, for these kinds. False: a later one is in use already, and nothing was
/// changed that may be committed.
pub async fn put_in_use(tx: &mut Tx, kinds: &[Kind], load: i64) -> Result<bool> {
    for kind in kinds {
        let done = sqlx::query("UPDATE loads SET load = $1 WHERE kind = $2 AND load < $1")
            .bind(load)
            .bind(kind.as_str())
            .execute(&mut **tx)
            .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Deletes the rows of loads that will never be used again: those before the ones in use, and this one if
/// it was given up. In small changes, so that nobody waits long.
pub async fn discard(db: &Db, given_up: Option<i64>) -> Result<()> {
    for kind in Kind::ALL {
        for table in kind.tables() {
            let name = kind.as_str();
            // SQLite has `rowid`, PostgreSQL has `ctid`; a row's key is what both have.
            let key = key_of(table);
            let sql = format!(
                "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} \
                 WHERE load < (SELECT load FROM loads WHERE kind = '{name}') OR load = $1 LIMIT $2)"
            );
            loop {
                let mut tx = db.write().await?;
                let done = sqlx::query(AssertSqlSafe(sql.clone()))
                    .bind(given_up.unwrap_or(-1))
                    .bind(AT_ONCE)
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
                if done.rows_affected() == 0 {
                    break;
                }
            }
        }
    }
    Ok(())
}

fn key_of(table: &str) -> &'static str {
    match table {
        "harvest_user_emails_rows" => "load, user_id, email",
        "job_departments_rows" => "load, job_id, department_id",
        "job_offices_rows" => "load, job_id, office_id",
        "job_custom_field_options_rows" => "load, job_id, option_id",
        _ => "load, id",
    }
}
