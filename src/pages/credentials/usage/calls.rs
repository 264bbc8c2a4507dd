//! What a usage comes to: counts by endpoint and address, and words for them. Rules only: no view, no
//! browser.

use api::catalogue::Catalogue;
use api::permissions::{Bit, PermissionId, PermissionSet};
use api::usage::{CallCount, PermissionUsage, Usage};

/// What a call that takes no permission is called.
const NO_PERMISSION: &str = "No permission needed";

/// A line of a table of accepted calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub name: String,
    pub calls_24h: u64,
    pub calls_7d: u64,
}

/// The accepted calls of the last seven days by endpoint, most first; with `only`, those of these
/// permissions.
pub fn by_endpoint(
    usage: &Usage,
    catalogue: &Catalogue,
    only: Option<&PermissionSet>,
) -> Vec<Line> {
    lines(usage, catalogue, only, &|call| label(catalogue, call.permission_id.as_ref()))
}

/// The same calls by the address they came from.
pub fn by_address(usage: &Usage, catalogue: &Catalogue, only: Option<&PermissionSet>) -> Vec<Line> {
    lines(usage, catalogue, only, &|call| {
        call.address.clone().unwrap_or_else(|| "Other addresses".to_owned())
    })
}

fn lines(
    usage: &Usage,
    catalogue: &Catalogue,
    only: Option<&PermissionSet>,
    name: &dyn Fn(&CallCount) -> String,
) -> Vec<Line> {
    // `sort` is 3 kB of code for these few lines.
    let mut lines: Vec<Line> = Vec::new();
    for call in usage.calls.iter().filter(|call| !call.denied) {
        if !is_in(catalogue, only, call.permission_id.as_ref()) {
            continue;
        }
        let mut line =
            Line { name: name(call), calls_24h: call.calls_24h, calls_7d: call.calls_7d };
        if let Some(known) = lines.iter().position(|known| known.name == line.name) {
            let known = lines.remove(known);
            line.calls_24h += known.calls_24h;
            line.calls_7d += known.calls_7d;
        }
        let place = lines.iter().position(|other| other.calls_7d < line.calls_7d);
        lines.insert(place.unwrap_or(lines.len()), line);
    }
    lines
}

/// When the last accepted call came, and from where; with `only`, of these permissions.
pub fn last_call(
    usage: &Usage,
    catalogue: &Catalogue,
    only: Option<&PermissionSet>,
) -> Option<(String, String)> {
    if only.is_none() {
        return usage.last_call_at.clone().zip(usage.last_call_address.clone());
    }
    let accepted = usage.permissions.iter().filter(|one| !one.denied);
    let wanted = accepted.filter(|one| is_in(catalogue, only, one.permission_id.as_ref()));
    // RFC 3339 in one zone: the later is the greater.
    let last = wanted.max_by(|one, other| one.last_call_at.cmp(&other.last_call_at))?;
    Some((last.last_call_at.clone(), last.last_call_address.clone()))
}

fn is_in(catalogue: &Catalogue, only: Option<&PermissionSet>, id: Option<&PermissionId>) -> bool {
    only.is_none_or(|only| bit(catalogue, id).is_some_and(|bit| only.contains(bit)))
}

/// The permissions that were used in the last 90 days.
pub fn used(usage: &Usage, catalogue: &Catalogue) -> PermissionSet {
    let used = usage.permissions.iter().filter(|one| !one.denied && one.calls_90d > 0);
    used.filter_map(|one| bit(catalogue, one.permission_id.as_ref())).collect()
}

/// What was tried and is not granted, in the order of the catalogue.
pub fn missing<'a>(
    usage: &'a Usage,
    catalogue: &Catalogue,
    granted: &PermissionSet,
) -> Vec<(Bit, &'a PermissionUsage)> {
    let denied = usage.permissions.iter().filter(|one| one.denied);
    denied
        .filter_map(|one| Some((bit(catalogue, one.permission_id.as_ref())?, one)))
        .filter(|(bit, _)| !granted.contains(*bit))
        .collect()
}

/// What stands beside a permission: how it is used, or that it never was. Nothing where there is nothing to
/// say: it is not granted, or the key itself was never used.
pub fn beside(usage: &Usage, catalogue: &Catalogue, bit: Bit, granted: bool) -> String {
    let of_permission = |one: &&PermissionUsage| {
        !one.denied && self::bit(catalogue, one.permission_id.as_ref()) == Some(bit)
    };
    match usage.permissions.iter().find(of_permission) {
        Some(one) if one.calls_90d > 0 => format!("{} in 90 days", count(one.calls_90d)),
        Some(_) => "Not used in 90 days".to_owned(),
        None if granted && usage.first_call_at.is_some() => "Never used".to_owned(),
        None => String::new(),
    }
}

/// `1 call`, `12 calls`.
pub fn count(calls: u64) -> String {
    if calls == 1 { "1 call".to_owned() } else { format!("{calls} calls") }
}

/// A command line that makes the key's first call: a list it may read, or what it may do at all. The key
/// itself is not in it.
pub fn first_call(origin: &str, catalogue: &Catalogue, granted: &PermissionSet) -> String {
    let permissions = catalogue.permissions.iter().filter(|one| granted.contains(one.bit));
    let mut endpoints = permissions.flat_map(|permission| &permission.endpoints);
    let list = endpoints.find(|one| one.method == "GET" && !one.path.contains('{'));
    let path = list.map_or("/v1/me", |endpoint| &endpoint.path);
    format!("curl -u \"$API_KEY:\" {origin}{path}")
}

fn bit(catalogue: &Catalogue, id: Option<&PermissionId>) -> Option<Bit> {
    catalogue.permission(id?).map(|permission| permission.bit)
}

fn label(catalogue: &Catalogue, id: Option<&PermissionId>) -> String {
    let known = id.and_then(|id| catalogue.permission(id));
    known.map_or_else(|| NO_PERMISSION.to_owned(), |permission| permission.label.clone())
}

/// The bars of the last 90 days for `viewBox="0 0 90 24"`: pairs of the days since 1970 and their calls.
pub fn bars(days: &[(i64, u64)], today: i64) -> String {
    use std::fmt::Write as _;
    let most = days.iter().map(|(_, calls)| *calls).max().unwrap_or_default().max(1);
    days.iter().filter(|(_, calls)| *calls > 0).fold(String::new(), |mut path, (day, calls)| {
        let place = 89 - (today - day).clamp(0, 89);
        // One call is to be seen beside a million.
        let height = (calls * 24).div_ceil(most);
        let _ = write!(path, "M{place} 24h1v-{height}h-1z");
        path
    })
}

#[cfg(test)]
mod tests;
