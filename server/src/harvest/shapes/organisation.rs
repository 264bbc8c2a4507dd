//! What jobs refer to: boards, departments, offices, people, custom fields, close reasons
//! (harvest-shapes §8).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{JobDepartment, JobOffice, Person, Stamp, or_default, or_yes, yes};

/// A public job board. Harvest v1 tells nothing of it but its words around a post's full content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Board {
    pub id: i64,
    pub token: String,
    pub company_name: String,
    /// HTML before and after the text of every post.
    pub introduction: Option<String>,
    pub conclusion: Option<String>,
    pub job_board_url: Option<String>,
    pub job_posts_url: Option<String>,
    pub live: bool,
    pub created_at: Stamp,
    pub updated_at: Stamp,
}

/// An element of `GET /v1/departments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Department {
    pub id: i64,
    pub name: String,
    pub parent_id: Option<i64>,
    pub parent_department_external_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub child_ids: Vec<i64>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub child_department_external_ids: Vec<Option<String>>,
    pub external_id: Option<String>,
}

impl Department {
    pub fn in_job(&self) -> JobDepartment {
        JobDepartment {
            id: self.id,
            name: self.name.clone(),
            parent_id: self.parent_id,
            child_ids: self.child_ids.clone(),
            external_id: self.external_id.clone(),
        }
    }
}

/// An element of `GET /v1/offices`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Office {
    pub id: i64,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub location: OfficeLocation,
    pub primary_contact_user_id: Option<i64>,
    pub parent_id: Option<i64>,
    pub parent_office_external_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub child_ids: Vec<i64>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub child_office_external_ids: Vec<Option<String>>,
    pub external_id: Option<String>,
}

impl Office {
    pub fn in_job(&self) -> JobOffice {
        JobOffice {
            id: self.id,
            name: self.name.clone(),
            location: self.location.clone(),
            primary_contact_user_id: self.primary_contact_user_id,
            parent_id: self.parent_id,
            child_ids: self.child_ids.clone(),
            external_id: self.external_id.clone(),
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OfficeLocation {
    pub name: Option<String>,
}

/// An element of `GET /v1/users`: a colleague in the recruiting system, not an account of this console.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HarvestUser {
    pub id: i64,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub first_name: String,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub last_name: String,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub primary_email_address: String,
    pub updated_at: Stamp,
    pub created_at: Stamp,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub disabled: bool,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub site_admin: bool,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub emails: Vec<String>,
    pub employee_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub linked_candidate_ids: Vec<i64>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub offices: Vec<JobOffice>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub departments: Vec<JobDepartment>,
    /// The organisation's own fields, which are answered only when they are asked for.
    #[serde(default, deserialize_with = "or_default", skip_serializing)]
    pub custom_fields: Map<String, Value>,
    #[serde(default, deserialize_with = "or_default", skip_serializing)]
    pub keyed_custom_fields: Map<String, Value>,
}

impl HarvestUser {
    pub fn person(&self) -> Person {
        Person {
            id: self.id,
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            name: self.name.clone(),
            employee_id: self.employee_id.clone(),
        }
    }
}

/// Why an opening was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CloseReason {
    pub id: i64,
    pub name: String,
}

/// A role that people can have in a job: an element of `GET /v1/user_roles`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UserRole {
    pub id: i64,
    /// `interviewer` or `job_admin`.
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
}

/// The definition of a custom field: an element of `GET /v1/custom_fields/{field_type}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CustomField {
    pub id: i64,
    pub name: String,
    #[serde(default = "yes", deserialize_with = "or_yes")]
    #[schema(required = true)]
    pub active: bool,
    /// What carries it: `job`, `opening`, ….
    pub field_type: String,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub priority: i64,
    /// `short_text`, `single_select`, `currency_range`, ….
    pub value_type: String,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub private: bool,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub required: bool,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub require_approval: bool,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub trigger_new_version: bool,
    pub name_key: String,
    pub description: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub expose_in_job_board_api: bool,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub api_only: bool,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub offices: Vec<Value>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub departments: Vec<Value>,
    pub template_token_string: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub custom_field_options: Vec<CustomFieldOption>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CustomFieldOption {
    pub id: i64,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub priority: i64,
    pub external_id: Option<String>,
}
