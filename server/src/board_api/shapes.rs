//! The objects of the public Job Board API (job-board-api). The order of the fields is the order on the
//! wire; what is absent is `null`, unless it says otherwise.

use serde::Serialize;
use serde_json::Value;

use crate::harvest::shapes::{Choice, PayRange};

/// `GET /v1/boards/{token}`
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Board<'a> {
    pub name: &'a str,
    /// HTML.
    pub content: Option<&'a str>,
}

/// `GET /v1/boards/{token}/jobs`: the whole board, without pages.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Jobs {
    pub jobs: Vec<Job>,
    pub meta: Meta,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Meta {
    pub total: usize,
}

/// A published post. Its `id` is the post's in Harvest, its `internal_job_id` the job's.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = BoardJob)]
pub(super) struct Job {
    pub absolute_url: String,
    pub data_compliance: [DataCompliance; 1],
    pub internal_job_id: Option<i64>,
    pub location: Named,
    /// The job's custom fields that are meant for the public; null where the organisation has none.
    pub metadata: Option<Vec<Metadata>>,
    pub id: i64,
    pub updated_at: String,
    pub requisition_id: Option<String>,
    pub title: String,
    pub company_name: String,
    pub first_published: Option<String>,
    pub language: String,
    pub application_deadline: Option<String>,
    /// Left out of a list that does not ask for content.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub text: Option<Text>,
    /// Left out unless asked for.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub questions: Option<Form>,
    /// Left out unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_input_ranges: Option<Vec<PayRange>>,
}

/// What `content=true` adds, and what a single job always has.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = BoardText)]
pub(super) struct Text {
    /// HTML, entity-encoded once: clients decode it exactly once.
    #[schema(required = false)]
    pub content: String,
    #[schema(required = false)]
    pub departments: Vec<JobDepartment>,
    #[schema(required = false)]
    pub offices: Vec<JobOffice>,
}

/// What `questions=true` adds to a single job.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = BoardForm)]
pub(super) struct Form {
    #[schema(required = false)]
    pub questions: Vec<Question>,
    #[schema(required = false)]
    pub location_questions: Vec<Question>,
    /// Not asked here.
    #[schema(required = false)]
    pub compliance: Option<Value>,
    #[schema(required = false)]
    pub demographic_questions: Option<Value>,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = BoardQuestion)]
pub(super) struct Question {
    pub required: Option<bool>,
    pub label: String,
    pub description: Option<String>,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = BoardField)]
pub(super) struct Field {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub values: Vec<Choice>,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = BoardNamed)]
pub(super) struct Named {
    pub name: String,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = BoardMetadata)]
pub(super) struct Metadata {
    pub id: i64,
    pub name: String,
    pub value: Value,
    pub value_type: String,
}

/// Which consents an application takes. None: applications are not taken here.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = BoardDataCompliance)]
pub(super) struct DataCompliance {
    #[serde(rename = "type")]
    kind: &'static str,
    requires_consent: bool,
    requires_processing_consent: bool,
    requires_retention_consent: bool,
    retention_period: Option<i64>,
    demographic_data_consent_applies: bool,
}

impl DataCompliance {
    pub(super) const NONE: Self = Self {
        kind: "gdpr",
        requires_consent: false,
        requires_processing_consent: false,
        requires_retention_consent: false,
        retention_period: None,
        demographic_data_consent_applies: false,
    };
}

/// A department as it stands in a job.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = BoardJobDepartment)]
pub(super) struct JobDepartment {
    pub id: i64,
    pub name: String,
    pub child_ids: Vec<i64>,
    pub parent_id: Option<i64>,
}

/// An office as it stands in a job.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = BoardJobOffice)]
pub(super) struct JobOffice {
    pub id: i64,
    pub name: String,
    pub location: Option<String>,
    pub child_ids: Vec<i64>,
    pub parent_id: Option<i64>,
}

/// An element of `GET /v1/boards/{token}/departments`, and of an office.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = BoardDepartment)]
pub(super) struct Department {
    pub id: i64,
    pub name: String,
    #[serde(flatten)]
    pub place: Place<Department>,
    pub jobs: Vec<Job>,
}

/// An element of `GET /v1/boards/{token}/offices`.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = BoardOffice)]
pub(super) struct Office {
    pub id: i64,
    pub name: String,
    pub location: Option<String>,
    #[serde(flatten)]
    pub place: Place<Office>,
    pub departments: Vec<Department>,
}

/// Where a place stands among the others: by ids in a list, by itself in a tree.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[schema(as = BoardPlace)]
pub(super) enum Place<T> {
    Listed {
        parent_id: Option<i64>,
        child_ids: Vec<i64>,
    },
    InTree {
        #[schema(no_recursion)]
        children: Vec<T>,
    },
}

/// All departments of a board.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = BoardDepartments)]
pub(super) struct Departments {
    pub departments: Vec<Department>,
}

/// All offices of a board.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = BoardOffices)]
pub(super) struct Offices {
    pub offices: Vec<Office>,
}

/// The sections of prospect posts, of which this instance knows none.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
#[schema(as = BoardSections)]
pub(super) struct Sections {
    pub sections: Vec<Value>,
}

/// How this API says no.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = BoardError)]
pub(super) struct BoardError<'a> {
    pub status: u16,
    pub error: &'a str,
    /// Finds the request in the service's log, when the fault is ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}
