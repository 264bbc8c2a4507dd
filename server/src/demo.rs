//! The recruiting data of the demo: Acme Robotics, its boards, people and forty jobs. Nothing in it is
//! random; the same moment gives the same data.

mod calendar;
mod custom_fields;
mod jobs;
mod organisation;
mod people;
mod postings;
mod roles;
mod text;

use anyhow::Context as _;

use crate::clock::Millis;
use crate::db::{Tx, recruiting};
use crate::harvest::shapes::Recruiting;

/// Loads the demo's recruiting data, which then ends at `now`.
pub async fn fill(tx: &mut Tx, now: Millis) -> anyhow::Result<()> {
    recruiting::load(tx, &recruiting(now)).await.context("the demo data does not load")
}

/// All of it, as an import would bring it.
pub fn recruiting(now: Millis) -> Recruiting {
    let roles = roles::all();
    let jobs = jobs::jobs(&roles, now);
    Recruiting {
        boards: organisation::boards(now),
        departments: organisation::departments(),
        offices: organisation::offices(),
        users: people::users(now),
        user_roles: organisation::user_roles(),
        custom_fields: custom_fields::definitions(),
        close_reasons: organisation::close_reasons(),
        stages: jobs::stages(&roles, &jobs),
        postings: postings::postings(&roles, &jobs, now),
        jobs,
    }
}

#[cfg(test)]
mod tests;
