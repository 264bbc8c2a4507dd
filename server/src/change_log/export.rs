//! The change log as a file, read and sent in small parts: however long it is, it needs little memory.

use api::change_log::{ChangeLogEntry, ChangeLogFilter, ChangeLogSort, ExportFormat, FieldChange};
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

use super::scope;
use super::wire::entry;
use crate::App;
use crate::db::change_log::{Wanted, list};
use crate::session::User;

/// Entries that are read at once.
const PART: i64 = 500;

/// Which entries, and how they are written.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportFilter {
    #[param(inline)]
    pub format: ExportFormat,
    /// Who did it: part of their name in any case, or their id.
    who: Option<String>,
    /// Part of the name of what it was done to, in any case, or part of its id.
    q: Option<String>,
    /// What was done: an action such as `credential.revoke`, or a kind of thing such as `credential`.
    what: Option<String>,
    /// The id of what it was done to.
    subject: Option<String>,
    /// Not before this moment, RFC 3339.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Before this moment, RFC 3339.
    #[param(format = DateTime)]
    to: Option<String>,
}

impl ExportFilter {
    /// As the list is narrowed.
    pub(super) fn narrowed(self) -> ChangeLogFilter {
        let Self { format: _, who, q, what, subject, from, to } = self;
        ChangeLogFilter { who, q, what, subject, from, to, ..ChangeLogFilter::default() }
    }
}

/// The file, on its way.
pub(super) fn file(app: App, user: User, format: ExportFormat, wanted: Wanted) -> Response {
    let (media_type, disposition) = match format {
        ExportFormat::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"change_log.csv\""),
        ExportFormat::Jsonl => ("application/jsonl", "attachment; filename=\"change_log.jsonl\""),
    };
    let headers = [(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, disposition)];
    (headers, Body::from_stream(parts(app, user, format, wanted))).into_response()
}

/// Part after part; a part that cannot be read breaks the file off, which the client sees. So does whoever
/// reads it losing the right to see what it holds: a client may take hours for a file.
fn parts(
    app: App,
    user: User,
    format: ExportFormat,
    wanted: Wanted,
) -> impl futures_util::Stream<Item = anyhow::Result<Bytes>> {
    stream::try_unfold(Some(None), move |before: Option<Option<i64>>| {
        let (app, user, wanted) = (app.clone(), user.clone(), wanted.clone());
        async move {
            let Some(before) = before else { return Ok(None) };
            let scope = scope(&user.again(&app).await?);
            anyhow::ensure!(scope == wanted.scope, "what they may see is different now");
            let rows = list(&app.db, &wanted, ChangeLogSort::AtDescending, before, PART).await?;
            let more = i64::try_from(rows.len())? == PART;
            let next = rows.last().map(|row| row.seq).filter(|_| more);
            let entries: Vec<_> = rows.into_iter().map(entry).collect();
            let part = match format {
                ExportFormat::Csv => csv(&entries, before.is_none())?,
                ExportFormat::Jsonl => jsonl(&entries)?,
            };
            anyhow::Ok(Some((Bytes::from(part), next.map(Some))))
        }
    })
}

fn jsonl(entries: &[ChangeLogEntry]) -> anyhow::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut lines, entry)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

const COLUMNS: [&str; 13] = [
    "seq",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "address",
    "request_id",
    "action",
    "subject_kind",
    "subject_id",
    "subject_name",
    "before",
    "after",
];

fn csv(entries: &[ChangeLogEntry], with_columns: bool) -> anyhow::Result<Vec<u8>> {
    let mut file = Vec::new();
    if with_columns {
        // Without the mark Excel reads UTF-8 as the code page of whoever opens it.
        file.extend("\u{feff}".bytes());
    }
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
    if with_columns {
        writer.write_record(COLUMNS)?;
    }
    for entry in entries {
        let side = |values: fn(&FieldChange) -> &[String]| -> String {
            let fields = entry.changes.iter().filter(|change| !values(change).is_empty());
            let fields = fields.map(|one| format!("{}: {}", one.field, values(one).join(", ")));
            fields.collect::<Vec<_>>().join("; ")
        };
        let cells = [
            &entry.seq.to_string(),
            &entry.at,
            entry.actor.kind.as_str(),
            &entry.actor.id,
            &entry.actor.name,
            &entry.address,
            &entry.request_id,
            &entry.action,
            entry.subject.kind.as_str(),
            &entry.subject.id,
            &entry.subject.name,
            &side(|change| &change.before),
            &side(|change| &change.after),
        ];
        writer.write_record(cells.map(no_formula))?;
    }
    Ok(writer.into_inner()?)
}

/// A spreadsheet takes what starts like this for a formula, whoever wrote it.
fn no_formula(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, written) in [
            ("=HYPERLINK(\"https://evil.example\")", "'=HYPERLINK(\"https://evil.example\")"),
            ("@SUM(1)", "'@SUM(1)"),
            ("JobTarget", "JobTarget"),
            ("", ""),
        ] {
            assert_eq!(no_formula(cell), written);
        }
    }
}
