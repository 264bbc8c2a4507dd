//! The Harvest objects this instance holds, as typed shapes. Documents are rendered from these and from
//! nothing else, so the order of the fields here is the order on the wire. An absent value is `null`,
//! never a missing key (harvest-shapes §1–8, harvest-protocol §8).

mod job_post;
mod organisation;
mod recruiting;
mod stamp;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

pub use job_post::{Choice, JobPost, Location, LocationType, PayRange, Posting, Question};
pub use organisation::{
    Board, CloseReason, CustomField, CustomFieldOption, Department, HarvestUser, Office,
    OfficeLocation, UserRole,
};
pub use recruiting::Recruiting;
pub use stamp::Stamp;

/// The JSON of a document.
///
/// # Panics
/// Never: the shapes hold only string keys and numbers that JSON can carry.
pub fn render(shape: &impl Serialize) -> String {
    serde_json::to_string(shape).expect("a shape is JSON")
}

/// `GET /v1/jobs/{id}`, and an element of `GET /v1/jobs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Job {
    pub id: i64,
    pub name: String,
    pub requisition_id: Option<String>,
    /// HTML.
    pub notes: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub confidential: bool,
    pub status: JobStatus,
    pub created_at: Stamp,
    pub opened_at: Option<Stamp>,
    pub closed_at: Option<Stamp>,
    pub updated_at: Stamp,
    pub is_template: Option<bool>,
    pub copied_from_id: Option<i64>,
    #[serde(default, deserialize_with = "without_nulls")]
    #[schema(required = true)]
    pub departments: Vec<JobDepartment>,
    #[serde(default, deserialize_with = "without_nulls")]
    #[schema(required = true)]
    pub offices: Vec<JobOffice>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub custom_fields: Map<String, Value>,
    /// The same fields as `{name, type, value}`.
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub keyed_custom_fields: Map<String, Value>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub hiring_team: HiringTeam,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub openings: Vec<Opening>,
}

/// Old accounts have a null where a department was.
fn without_nulls<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    list: D,
) -> Result<Vec<T>, D::Error> {
    let list = Option::<Vec<Option<T>>>::deserialize(list)?;
    Ok(list.into_iter().flatten().flatten().collect())
}

/// What a client saved of an older version or copied from the documentation leaves out, or has as null:
/// the usual value.
fn or_default<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(
    value: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(value)?.unwrap_or_default())
}

/// What is active unless it says otherwise: “false if it was deleted, true otherwise”.
fn or_yes<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    Ok(Option::deserialize(value)?.unwrap_or(yes()))
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    Open,
    Closed,
    Draft,
}

impl JobStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Draft => "draft",
        }
    }
}

/// A department as it stands in a job: without external ids of its relatives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JobDepartment {
    pub id: i64,
    pub name: String,
    pub parent_id: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub child_ids: Vec<i64>,
    pub external_id: Option<String>,
}

/// An office as it stands in a job: without external ids of its relatives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JobOffice {
    pub id: i64,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub location: OfficeLocation,
    pub primary_contact_user_id: Option<i64>,
    pub parent_id: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub child_ids: Vec<i64>,
    pub external_id: Option<String>,
}

/// Who works on filling a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HiringTeam {
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub hiring_managers: Vec<Person>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub recruiters: Vec<ResponsiblePerson>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub coordinators: Vec<ResponsiblePerson>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub sourcers: Vec<Person>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Person {
    pub id: i64,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub first_name: String,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub last_name: String,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub name: String,
    pub employee_id: Option<String>,
}

/// A recruiter or coordinator: the one who is responsible for new candidates, or one who helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResponsiblePerson {
    #[serde(flatten)]
    pub person: Person,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub responsible: bool,
}

/// One person to be hired for a job: an element of the job's `openings` and of
/// `GET /v1/jobs/{job_id}/openings`, which are the same text here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Opening {
    pub id: i64,
    /// The organisation's own number for it.
    pub opening_id: Option<String>,
    pub status: OpeningStatus,
    pub opened_at: Stamp,
    pub closed_at: Option<Stamp>,
    pub application_id: Option<i64>,
    pub close_reason: Option<CloseReason>,
    /// The last two are the exception: an organisation without fields for openings has no such keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Map<String, Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyed_custom_fields: Option<Map<String, Value>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OpeningStatus {
    Open,
    Closed,
}

impl OpeningStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// One step a candidate for a job goes through (`GET /v1/jobs/{id}/stages`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JobStage {
    pub id: i64,
    pub name: String,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    #[serde(default = "yes", deserialize_with = "or_yes")]
    #[schema(required = true)]
    pub active: bool,
    pub job_id: i64,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub priority: i64,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub interviews: Vec<Value>,
}
