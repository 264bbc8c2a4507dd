//! Who a credential can be for, and which permissions a partner is known to ask for.
//!
//! A preset stands here only where the partner's complete list is publicly documented; every other
//! partner starts with no permission, and the page says so.

use serde::{Deserialize, Serialize};

use crate::permissions::PermissionId;

/// A partner's name in code and on the wire, such as `jobtarget`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct PartnerId(pub String);

/// Who a credential is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Partner {
    pub partner_id: PartnerId,
    /// As people know it, such as `JobTarget`.
    pub name: String,
    /// What a new Harvest credential for this partner may call; empty where that is not documented.
    pub preset: Vec<PermissionId>,
}

/// A vendor that is not in the list. Its keys get half of the others' rate limit.
pub const UNLISTED_VENDOR: &str = "unlisted_vendor";
/// The organisation's own program.
pub const CUSTOM_INTEGRATION: &str = "custom_integration";

type Row = (&'static str, &'static str, &'static [&'static str]);

/// Always offered, and always last: neither is a partner with needs we could know.
const UNLISTED: &[Row] =
    &[(UNLISTED_VENDOR, "Unlisted vendor", &[]), (CUSTOM_INTEGRATION, "Custom integration", &[])];

/// Listed partners by name. Sources: the vendor's and the partners' public set-up guides.
const LISTED: &[Row] = &[
    (
        "calendarhero",
        "CalendarHero",
        &[
            "candidates:list",
            "candidates.activity_feed.notes:create",
            "applications.scheduled_interviews:list",
            "scheduled_interviews:list",
            "scheduled_interviews:delete",
            "scheduled_interviews:create",
            "jobs:list",
            "job_stages:list",
            "users:list",
        ],
    ),
    ("candidate_fyi", "candidate.fyi", &[]),
    ("gem", "Gem", &[]),
    ("gem_scheduling", "Gem Scheduling", &[]),
    ("goodtime", "GoodTime", &[]),
    (
        "growhire",
        "Growhire",
        &[
            "jobs.openings:list",
            "applications:read",
            "applications:list",
            "applications:transfer_to_job",
            "applications:move",
            "jobs:list",
            "jobs:read",
            "candidates.activity_feed.notes:create",
            "candidates:list",
            "candidates:read",
            "job_posts:list",
            "jobs.job_posts:list",
            "jobs.job_post:read",
            "job_stages:list",
            "jobs.stages:list",
            "job_stages:read",
            "candidates.activity_feed:read",
        ],
    ),
    ("hired", "Hired", &[]),
    ("interview_schedule", "Interview Schedule", &[]),
    (
        "interviewplanner",
        "InterviewPlanner",
        &[
            "candidates.activity_feed:read",
            "applications:list",
            "candidates:list",
            "candidates.activity_feed.notes:create",
            "candidates.activity_feed.emails:create",
            "jobs:list",
            "job_posts:list",
            "job_stages:list",
            "offices:list",
            "applications.scheduled_interviews:list",
            "scheduled_interviews:delete",
            "scheduled_interviews:create",
            "scheduled_interviews:update",
            "users:list",
        ],
    ),
    (
        "jobtarget",
        "JobTarget",
        &[
            "jobs.openings:list",
            "job_posts:list",
            "jobs.job_post:read",
            "jobs.job_posts:list",
            "jobs:read",
            "jobs:list",
        ],
    ),
    (
        "jobvyne",
        "JobVyne",
        &[
            "applications:read",
            "applications:list",
            "applications.attachments:create",
            "candidates:read",
            "candidates:list",
            "candidates:create",
            "candidates.activity_feed.notes:create",
            "candidates.attachments:create",
            "candidates.applications:create",
            "prospects:create",
            "users:read",
            "users:list",
            "jobs:read",
            "jobs:list",
            "job_posts:list",
            "jobs.job_post:read",
            "jobs.job_posts:list",
            "job_stages:list",
            "jobs.stages:list",
            "job_stages:read",
            "custom_fields:list",
        ],
    ),
    ("join_com", "join.com", &[]),
    ("pin", "Pin", &[]),
    ("refapp", "Refapp", &["candidates:read", "users:read", "candidates.activity_feed:read"]),
    ("sapia_ai", "Sapia.ai", &[]),
    ("the_org", "The Org", &[]),
];

/// All partners in the order they are offered: the listed ones by name, then `Unlisted vendor` and
/// `Custom integration`.
pub fn partners() -> Vec<Partner> {
    LISTED
        .iter()
        .chain(UNLISTED)
        .map(|(partner_id, name, preset)| Partner {
            partner_id: PartnerId((*partner_id).to_owned()),
            name: (*name).to_owned(),
            preset: preset.iter().map(|id| PermissionId((*id).to_owned())).collect(),
        })
        .collect()
}
