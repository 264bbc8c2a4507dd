//! A key that lists jobs from two places, read one job once long ago, and tried to list users.

use super::*;

const ADDRESS: &str = "203.0.113.9";

fn permission(id: Option<&str>, denied: bool, at: &str, calls_90d: u64) -> PermissionUsage {
    PermissionUsage {
        permission_id: id.map(|id| PermissionId(id.to_owned())),
        denied,
        last_call_at: at.to_owned(),
        last_call_address: ADDRESS.to_owned(),
        calls_90d,
    }
}

fn call(id: Option<&str>, address: Option<&str>, calls_24h: u64, calls_7d: u64) -> CallCount {
    CallCount {
        permission_id: id.map(|id| PermissionId(id.to_owned())),
        denied: id == Some("users:list"),
        address: address.map(str::to_owned),
        calls_24h,
        calls_7d,
    }
}

fn usage() -> Usage {
    Usage {
        first_call_at: Some("2026-01-01T00:00:00.000Z".to_owned()),
        last_call_at: Some("2026-01-31T09:00:00.000Z".to_owned()),
        last_call_address: Some(ADDRESS.to_owned()),
        permissions: vec![
            permission(None, false, "2026-01-31T09:00:00.000Z", 1),
            permission(Some("jobs:list"), false, "2026-01-31T08:00:00.000Z", 12),
            permission(Some("jobs:read"), false, "2025-01-01T00:00:00.000Z", 0),
            permission(Some("users:list"), true, "2026-01-31T08:30:00.000Z", 3),
        ],
        calls: vec![
            call(Some("jobs:list"), Some("203.0.113.9"), 2, 7),
            call(Some("users:list"), Some("203.0.113.9"), 3, 3),
            call(Some("jobs:list"), None, 0, 2),
            call(None, Some("203.0.113.9"), 1, 1),
        ],
        days: vec![],
    }
}

fn set(ids: &[&str]) -> PermissionSet {
    let ids: Vec<PermissionId> = ids.iter().map(|&id| PermissionId(id.to_owned())).collect();
    Catalogue::new().set_of(&ids).expect("known permissions")
}

fn bit_of(id: &str) -> Bit {
    set(&[id]).iter().next().expect("one permission")
}

fn line(name: &str, calls_24h: u64, calls_7d: u64) -> Line {
    Line { name: name.to_owned(), calls_24h, calls_7d }
}

#[test]
fn accepted_calls_are_summed_by_endpoint_and_by_address() {
    let catalogue = Catalogue::new();
    assert_eq!(
        by_endpoint(&usage(), &catalogue, None),
        [line("GET: List Jobs", 2, 9), line(NO_PERMISSION, 1, 1)]
    );
    assert_eq!(
        by_address(&usage(), &catalogue, None),
        [line("203.0.113.9", 3, 8), line("Other addresses", 0, 2)]
    );
}

#[test]
fn before_a_permission_goes_only_its_own_calls_count() {
    let catalogue = Catalogue::new();
    let only = set(&["jobs:read"]);
    assert_eq!(by_endpoint(&usage(), &catalogue, Some(&only)), []);
    let at = |only: &PermissionSet| last_call(&usage(), &catalogue, Some(only)).map(|(at, _)| at);
    assert_eq!(at(&only).as_deref(), Some("2025-01-01T00:00:00.000Z"));
    assert_eq!(at(&set(&["jobs:read", "jobs:list"])).as_deref(), Some("2026-01-31T08:00:00.000Z"));
    assert_eq!(at(&set(&["users:list"])), None, "it was never let in");
    let ever = last_call(&usage(), &catalogue, None);
    assert_eq!(ever, Some(("2026-01-31T09:00:00.000Z".to_owned(), ADDRESS.to_owned())));
}

#[test]
fn what_is_kept_is_what_was_used_in_90_days() {
    assert_eq!(used(&usage(), &Catalogue::new()), set(&["jobs:list"]));
}

#[test]
fn what_was_tried_is_missing_until_it_is_granted() {
    let catalogue = Catalogue::new();
    let usage = usage();
    let missing_now = |granted: &PermissionSet| {
        let missing = missing(&usage, &catalogue, granted);
        missing.into_iter().map(|(bit, one)| (bit, one.calls_90d)).collect::<Vec<_>>()
    };
    assert_eq!(missing_now(&set(&["jobs:list"])), [(bit_of("users:list"), 3)]);
    assert_eq!(missing_now(&set(&["users:list"])), []);
}

#[test]
fn beside_a_permission_stands_how_it_is_used() {
    let catalogue = Catalogue::new();
    let said = |id: &str, granted| beside(&usage(), &catalogue, bit_of(id), granted);
    assert_eq!(said("jobs:list", true), "12 calls in 90 days");
    assert_eq!(said("jobs:read", true), "Not used in 90 days");
    assert_eq!(said("job_posts:list", true), "Never used");
    assert_eq!(said("job_posts:list", false), "");
    let never = Usage::default();
    assert_eq!(beside(&never, &catalogue, bit_of("jobs:list"), true), "", "nor was any other");
    assert_eq!(count(1), "1 call");
}

#[test]
fn the_first_call_is_a_list_the_key_may_read() {
    let catalogue = Catalogue::new();
    let to = |ids: &[&str]| first_call("https://api.example.com", &catalogue, &set(ids));
    assert_eq!(
        to(&["jobs:read", "jobs:list"]),
        "curl -u \"$API_KEY:\" https://api.example.com/v1/jobs"
    );
    assert_eq!(to(&["jobs:read"]), "curl -u \"$API_KEY:\" https://api.example.com/v1/me");
}

#[test]
fn the_bars_end_today_and_the_smallest_is_seen() {
    assert_eq!(bars(&[], 100), "");
    assert_eq!(bars(&[(11, 1), (99, 0), (100, 1000)], 100), "M0 24h1v-1h-1zM89 24h1v-24h-1z");
}
