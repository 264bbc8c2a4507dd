//! Reading the stages of jobs.

use super::statement::Select;
use super::{Db, Result};

/// Which stages to list; what is `None` is not asked for. Times are milliseconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobStageFilter {
    pub created_after: Option<i64>,
    pub created_before: Option<i64>,
    pub updated_after: Option<i64>,
    pub updated_before: Option<i64>,
}

impl JobStageFilter {
    fn on(&self, select: Select) -> Select {
        select
            .when("created_at >= $", self.created_after)
            .when("created_at < $", self.created_before)
            .when("updated_at >= $", self.updated_after)
            .when("updated_at < $", self.updated_before)
    }
}

/// The documents of the stages that pass, in ascending id.
pub async fn list(
    db: &Db,
    filter: &JobStageFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<String>> {
    filter
        .on(Select::new("SELECT document FROM job_stages"))
        .add(" ORDER BY id LIMIT $", limit)
        .add(" OFFSET $", offset)
        .texts(db.read())
        .await
}

/// How many stages pass.
pub async fn count(db: &Db, filter: &JobStageFilter) -> Result<i64> {
    filter.on(Select::new("SELECT COUNT(*) FROM job_stages")).number(db.read()).await
}

/// The documents of a job's stages that pass, in the order candidates go through them.
pub async fn list_of_job(db: &Db, job_id: i64, filter: &JobStageFilter) -> Result<Vec<String>> {
    filter
        .on(Select::new("SELECT document FROM job_stages").when("job_id = $", Some(job_id)))
        .add(" ORDER BY priority, id LIMIT $", i64::MAX)
        .texts(db.read())
        .await
}

/// The document of one stage.
pub async fn read(db: &Db, id: i64) -> Result<Option<String>> {
    let select = Select::new("SELECT document FROM job_stages").when("id = $", Some(id));
    Ok(select.texts(db.read()).await?.pop())
}
