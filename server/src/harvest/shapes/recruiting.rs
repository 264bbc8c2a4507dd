//! A load of recruiting data: what an import or the demo brings in one go.

use super::{
    Board, CloseReason, CustomField, Department, HarvestUser, Job, JobStage, Office, Posting,
    UserRole,
};

/// Openings come inside their jobs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recruiting {
    pub boards: Vec<Board>,
    pub departments: Vec<Department>,
    pub offices: Vec<Office>,
    pub users: Vec<HarvestUser>,
    pub user_roles: Vec<UserRole>,
    pub custom_fields: Vec<CustomField>,
    pub close_reasons: Vec<CloseReason>,
    pub jobs: Vec<Job>,
    pub stages: Vec<JobStage>,
    pub postings: Vec<Posting>,
}
