//! Reading the whole of a large table at a start, on SQLite. There a row is handed from one thread to another,
//! which takes microseconds each; thousands of rows as one text take one.

use sqlx::Row as _;

use super::{Db, Result};

/// A statement for [`each_line`]: `$line` of every row of `$table`, a page at a time in the order of rows.
macro_rules! select_lines {
    ($line:literal, $from:literal) => {
        concat!(
            "SELECT MAX(place) AS last, GROUP_CONCAT(line, CHAR(10)) AS lines \
             FROM (SELECT rowid AS place, ",
            $line,
            " AS line FROM ",
            $from,
            " AND rowid > $1 ORDER BY rowid LIMIT 5000)"
        )
    };
}
pub(super) use select_lines;

/// The fields of a line, with a space between two; the last one may hold spaces.
pub(super) fn fields<const N: usize>(line: &str) -> [&str; N] {
    let mut fields = line.splitn(N, ' ');
    std::array::from_fn(|_| fields.next().unwrap_or_default())
}

/// Gives every line that a statement of [`select_lines`] selects to `take`. Only for SQLite, and only while
/// nothing else writes.
pub(super) async fn each_line(
    db: &Db,
    sql: &'static str,
    mut take: impl FnMut(&str) -> Result<()>,
) -> Result<()> {
    let mut after = 0_i64;
    loop {
        let page = sqlx::query(sql).bind(after).fetch_one(db.read()).await?;
        let Some(last) = page.try_get("last")? else { return Ok(()) };
        after = last;
        let lines: String = page.try_get("lines")?;
        lines.split('\n').try_for_each(&mut take)?;
    }
}
