//! `/api/change_log`: who did what, as far as this person may see it.

use api::change_log::{ChangeLogEntry, ChangeLogFilter, ExportFormat};
use api::{Page, paths};
use gloo_net::http::Method;

use super::Call;
use crate::error::Error;
use crate::query;

pub async fn list(filter: &ChangeLogFilter) -> Result<Page<ChangeLogEntry>, Error> {
    let path = paths::CHANGE_LOG.to_owned() + &written(filter, "");
    Call::new(Method::GET, path).read().await
}

/// The latest changes of one thing, as many as stand on its page; the change log has all of them.
pub async fn latest(subject: String) -> Result<Page<ChangeLogEntry>, Error> {
    let filter =
        ChangeLogFilter { subject: Some(subject), limit: Some(10), ..ChangeLogFilter::default() };
    list(&filter).await
}

/// Where the browser downloads what this filter leaves.
pub fn export_href(filter: &ChangeLogFilter, format: ExportFormat) -> String {
    let format = match format {
        ExportFormat::Csv => "csv",
        ExportFormat::Jsonl => "jsonl",
    };
    super::address(paths::CHANGE_LOG_EXPORT) + &written(filter, format)
}

fn written(filter: &ChangeLogFilter, format: &str) -> String {
    let limit = filter.limit.map_or_else(String::new, |limit| limit.to_string());
    query::write(&[
        ("format", format),
        ("who", filter.who.as_deref().unwrap_or_default()),
        ("what", filter.what.as_deref().unwrap_or_default()),
        ("subject", filter.subject.as_deref().unwrap_or_default()),
        ("from", filter.from.as_deref().unwrap_or_default()),
        ("to", filter.to.as_deref().unwrap_or_default()),
        ("cursor", filter.cursor.as_deref().unwrap_or_default()),
        ("limit", &limit),
    ])
}
