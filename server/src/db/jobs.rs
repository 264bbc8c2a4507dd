//! Reading jobs. A job is answered as the document it was loaded as; the columns beside it only choose.

use super::statement::Select;
use super::{Db, Result};

/// Which jobs to list; what is `None` is not asked for. Times are milliseconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    pub created_after: Option<i64>,
    pub created_before: Option<i64>,
    pub updated_after: Option<i64>,
    pub updated_before: Option<i64>,
    pub status: Option<&'static str>,
    pub requisition_id: Option<String>,
    /// The organisation's own number of one of its openings.
    pub opening_id: Option<String>,
    pub department_id: Option<i64>,
    pub external_department_id: Option<String>,
    pub office_id: Option<i64>,
    pub external_office_id: Option<String>,
    /// An option that is chosen in one of its custom fields.
    pub custom_field_option_id: Option<i64>,
}

impl JobFilter {
    fn on(&self, select: Select) -> Select {
        let text = |value: &Option<String>| value.clone();
        select
            .when("created_at >= $", self.created_after)
            .when("created_at < $", self.created_before)
            .when("updated_at >= $", self.updated_after)
            .when("updated_at < $", self.updated_before)
            .when("status = $", self.status)
            .when("requisition_id = $", text(&self.requisition_id))
            .when(
                "id IN (SELECT job_id FROM openings WHERE opening_id = $)",
                text(&self.opening_id),
            )
            .when(
                "id IN (SELECT job_id FROM job_departments WHERE department_id = $)",
                self.department_id,
            )
            .when(
                "id IN (SELECT job_id FROM job_departments JOIN departments ON \
                 departments.id = department_id WHERE departments.external_id = $)",
                text(&self.external_department_id),
            )
            .when("id IN (SELECT job_id FROM job_offices WHERE office_id = $)", self.office_id)
            .when(
                "id IN (SELECT job_id FROM job_offices JOIN offices ON \
                 offices.id = office_id WHERE offices.external_id = $)",
                text(&self.external_office_id),
            )
            .when(
                "id IN (SELECT job_id FROM job_custom_field_options WHERE option_id = $)",
                self.custom_field_option_id,
            )
    }
}

/// The documents of the jobs that pass, in ascending id.
pub async fn list(db: &Db, filter: &JobFilter, limit: i64, offset: i64) -> Result<Vec<String>> {
    filter
        .on(Select::new("SELECT document FROM jobs"))
        .add(" ORDER BY id LIMIT $", limit)
        .add(" OFFSET $", offset)
        .texts(db.read())
        .await
}

/// How many jobs pass.
pub async fn count(db: &Db, filter: &JobFilter) -> Result<i64> {
    filter.on(Select::new("SELECT COUNT(*) FROM jobs")).number(db.read()).await
}

/// The document of one job.
pub async fn read(db: &Db, id: i64) -> Result<Option<String>> {
    sqlx::query_scalar("SELECT document FROM jobs WHERE id = $1")
        .bind(id)
        .fetch_optional(db.read())
        .await
}

/// Whether there is such a job.
pub async fn exists(db: &Db, id: i64) -> Result<bool> {
    let found: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM jobs WHERE id = $1")
        .bind(id)
        .fetch_one(db.read())
        .await?;
    Ok(found > 0)
}
