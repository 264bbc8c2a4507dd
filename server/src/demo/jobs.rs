//! From roles to jobs, with their openings and stages.

use super::calendar::{DAY, between, days_before};
use super::custom_fields;
use super::organisation::{
    HIRED_BACKFILL, HIRED_NEW, NOT_HIRED, close_reasons, departments, offices,
};
use super::people::hiring_team;
use super::roles::{Role, State};
use super::text;
use crate::clock::Millis;
use crate::harvest::shapes::{
    Department, Job, JobStage, JobStatus, Office, Opening, OpeningStatus, Stamp,
};

const FIRST_JOB: i64 = 4_001_001;
const FIRST_OPENING: i64 = 6_001_001;
const FIRST_STAGE: i64 = 7_001_001;
const FIRST_APPLICATION: i64 = 8_101_407;

/// When a job was created, opened, closed and last touched.
struct Times {
    created: Stamp,
    opened: Option<Stamp>,
    closed: Option<Stamp>,
    updated: Stamp,
}

impl Times {
    fn of(role: &Role, id: i64, now: Millis) -> Self {
        let first = days_before(now, role.state.days(), id);
        let before = days_before(first.0, 1 + id % 9, id + 3);
        match role.state {
            State::Draft { .. } => Self {
                created: first,
                opened: None,
                closed: None,
                updated: between(first, Stamp(now), id),
            },
            State::Open { .. } => Self {
                created: before,
                opened: Some(first),
                closed: None,
                // Somebody touched it in its latest third.
                updated: between(Stamp(now - (now - first.0) / 3), Stamp(now), id),
            },
            State::Closed { closed, .. } => {
                let closed = days_before(now, closed, id + 1);
                let updated = between(closed, Stamp(closed.0 + 3 * DAY), id);
                Self { created: before, opened: Some(first), closed: Some(closed), updated }
            }
        }
    }
}

pub(super) fn jobs(roles: &[Role], now: Millis) -> Vec<Job> {
    let mut opening_ids = FIRST_OPENING..;
    let job = |(number, role): (usize, &Role)| {
        let index = i64::try_from(number).expect("forty");
        let id = FIRST_JOB + index;
        let times = Times::of(role, id, now);
        let requisition = requisition(role, index);
        let (custom_fields, keyed_custom_fields) = custom_fields::of_job(role, index, now);
        let openings = openings(role, requisition.as_deref(), &times, now, &mut opening_ids);
        // What happens to an opening happens to its job.
        let latest = openings.iter().map(|opening| opening.closed_at.unwrap_or(opening.opened_at));
        let updated_at = latest.fold(times.updated, Stamp::max);
        Job {
            id,
            name: role.title.into(),
            openings,
            requisition_id: requisition,
            notes: text::notes(role, index),
            confidential: index % 17 == 5,
            status: match role.state {
                State::Open { .. } => JobStatus::Open,
                State::Closed { .. } => JobStatus::Closed,
                State::Draft { .. } => JobStatus::Draft,
            },
            created_at: times.created,
            opened_at: times.opened,
            closed_at: times.closed,
            updated_at,
            is_template: Some(false),
            copied_from_id: (index % 11 == 7).then(|| id - 5),
            departments: departments()
                .iter()
                .filter(|department| department.id == role.department.id)
                .map(Department::in_job)
                .collect(),
            offices: offices()
                .iter()
                .filter(|office| role.offices.iter().any(|of_role| of_role.id == office.id))
                .map(Office::in_job)
                .collect(),
            custom_fields,
            keyed_custom_fields,
            hiring_team: hiring_team(role.department.key, number),
        }
    };
    roles.iter().enumerate().map(job).collect()
}

/// A draft has no number yet.
fn requisition(role: &Role, number: i64) -> Option<String> {
    let department = role.department.external_id.unwrap_or("ACME");
    match role.state {
        State::Draft { .. } => None,
        _ => Some(format!("{department}-{}", 1012 + number * 7)),
    }
}

/// Filled ones first, then those given up, then those that are open.
fn openings(
    role: &Role,
    requisition: Option<&str>,
    times: &Times,
    now: Millis,
    ids: &mut impl Iterator<Item = i64>,
) -> Vec<Opening> {
    let seats = role.seats;
    let start = times.opened.unwrap_or(times.created);
    let end = times.closed.unwrap_or(Stamp(now));
    let opening = |(place, id): (i64, i64)| {
        let filled = place < seats.filled;
        let open = place >= seats.filled + seats.given_up;
        let backfill = (id % 4) == 1;
        // The first opens with the job, the others on the way; the last to close closes the job.
        let opened_at = if place == 0 { start } else { between(start, end, id) };
        let closed_at = match times.closed {
            _ if open => None,
            Some(closed) if place == seats.filled + seats.given_up - 1 => Some(closed),
            _ => Some(between(opened_at, end, id + 500)),
        };
        let reason = match (filled, backfill) {
            (true, true) => HIRED_BACKFILL,
            (true, false) => HIRED_NEW,
            (false, _) => NOT_HIRED[usize::try_from(id).expect("positive") % NOT_HIRED.len()],
        };
        let (custom_fields, keyed_custom_fields) = custom_fields::of_opening(backfill);
        Opening {
            id,
            opening_id: requisition.map(|text| format!("{text}-{}", place + 1)),
            status: if open { OpeningStatus::Open } else { OpeningStatus::Closed },
            opened_at,
            closed_at,
            application_id: filled.then(|| FIRST_APPLICATION + (id - FIRST_OPENING) * 53),
            close_reason: (!open).then(|| close_reasons().swap_remove(reason)),
            custom_fields: Some(custom_fields),
            keyed_custom_fields: Some(keyed_custom_fields),
        }
    };
    (0..seats.open + seats.filled + seats.given_up).zip(ids).map(opening).collect()
}

pub(super) fn stages(roles: &[Role], jobs: &[Job]) -> Vec<JobStage> {
    let names = |role: &Role| match role.department.key {
        "hardware" | "firmware" | "software" | "perception" => {
            &["Application Review", "Recruiter Call", "Technical Interview", "On Site", "Offer"][..]
        }
        "internships" | "graduates" => {
            &["Application Review", "Online Exercise", "Interview Day", "Offer"]
        }
        "manufacturing" => &["Application Review", "Visit and Trial", "Offer"],
        _ => &["Application Review", "Recruiter Call", "Hiring Manager", "Panel", "Offer"],
    };
    let of_job = |(role, job): (_, &Job)| {
        let (id, created_at) = (job.id, job.created_at);
        names(role).iter().zip(0..).map(move |(name, priority)| (id, created_at, *name, priority))
    };
    let stages = roles.iter().zip(jobs).flat_map(of_job);
    stages
        .zip(FIRST_STAGE..)
        .map(|((job_id, created_at, name, priority), id)| JobStage {
            id,
            name: name.into(),
            created_at,
            updated_at: created_at,
            active: true,
            job_id,
            priority,
            interviews: vec![],
        })
        .collect()
}
