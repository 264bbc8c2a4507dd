//! Reading openings.

use super::statement::Select;
use super::{Db, Result};

/// The documents of a job's openings in ascending id; of one status (`open`, `closed`) or of any.
pub async fn list_of_job(
    db: &Db,
    job_id: i64,
    status: Option<&'static str>,
    limit: i64,
    offset: i64,
) -> Result<Vec<String>> {
    Select::new("SELECT document FROM openings")
        .when("job_id = $", Some(job_id))
        .when("status = $", status)
        .add(" ORDER BY id LIMIT $", limit)
        .add(" OFFSET $", offset)
        .texts(db.read())
        .await
}

/// The document of one opening of this job.
pub async fn read(db: &Db, job_id: i64, id: i64) -> Result<Option<String>> {
    let select = Select::new("SELECT document FROM openings")
        .when("job_id = $", Some(job_id))
        .when("id = $", Some(id));
    Ok(select.texts(db.read()).await?.pop())
}
