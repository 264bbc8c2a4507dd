//! Loading jobs with what belongs to them: departments, offices, chosen options, openings, stages.

use std::collections::{BTreeSet, HashMap};

use super::rows;
use super::{Kind, Loads};
use crate::db::statement::{Table, Value, delete};
use crate::db::{Result, Tx};
use crate::harvest::shapes::{Job, Recruiting, render};

/// What belongs to a job, and goes with it.
const BELONGING: [&str; 4] =
    ["job_departments_rows", "job_offices_rows", "job_custom_field_options_rows", "openings_rows"];

pub(super) async fn load(tx: &mut Tx, data: &Recruiting, loads: &Loads) -> Result<()> {
    let load = loads.of(Kind::Jobs);
    let ids: Vec<i64> = data.jobs.iter().map(|job| job.id).collect();
    for table in BELONGING {
        delete(tx, table, load, "job_id", &ids).await?;
    }
    jobs(tx, load, &data.jobs).await?;
    places(tx, load, &data.jobs).await?;
    options(tx, (load, loads.of(Kind::CustomFields)), &data.jobs).await?;
    openings(tx, load, &data.jobs).await?;
    stages(tx, loads.of(Kind::JobStages), data).await
}

async fn jobs(tx: &mut Tx, load: i64, jobs: &[Job]) -> Result<()> {
    let table = Table {
        name: "jobs_rows",
        key: &["id"],
        others: &["name", "requisition_id", "status", "created_at", "updated_at", "document"],
    };
    let jobs = rows(jobs, |job| {
        vec![
            job.id.into(),
            (&*job.name).into(),
            (&job.requisition_id).into(),
            job.status.as_str().into(),
            job.created_at.0.into(),
            job.updated_at.0.into(),
            render(job).into(),
        ]
    });
    table.write_load(tx, load, jobs).await
}

async fn places(tx: &mut Tx, load: i64, jobs: &[Job]) -> Result<()> {
    let departments = pairs(jobs, |job| job.departments.iter().map(|d| d.id).collect());
    Table { name: "job_departments_rows", key: &["job_id", "department_id"], others: &[] }
        .write_load(tx, load, departments)
        .await?;
    let offices = pairs(jobs, |job| job.offices.iter().map(|o| o.id).collect());
    Table { name: "job_offices_rows", key: &["job_id", "office_id"], others: &[] }
        .write_load(tx, load, offices)
        .await
}

/// A job's custom fields name the chosen options; their ids come from the definitions.
async fn options(tx: &mut Tx, (load, fields): (i64, i64), jobs: &[Job]) -> Result<()> {
    let known: HashMap<(String, String), i64> = sqlx::query_as::<_, (String, String, i64)>(
        "SELECT f.name_key, o.name, o.id FROM custom_field_options_rows o \
         JOIN custom_fields_rows f ON f.load = o.load AND f.id = o.custom_field_id \
         WHERE o.load = $1 AND f.field_type = 'job'",
    )
    .bind(fields)
    .fetch_all(&mut **tx)
    .await?
    .into_iter()
    .map(|(key, name, id)| ((key, name), id))
    .collect();
    let chosen = pairs(jobs, |job| chosen(job, &known));
    Table { name: "job_custom_field_options_rows", key: &["job_id", "option_id"], others: &[] }
        .write_load(tx, load, chosen)
        .await
}

fn chosen(job: &Job, known: &HashMap<(String, String), i64>) -> BTreeSet<i64> {
    let names = job.custom_fields.iter().flat_map(|(key, value)| {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        values.iter().filter_map(|value| value.as_str()).map(move |name| (key, name))
    });
    names.filter_map(|(key, name)| known.get(&(key.clone(), name.to_owned())).copied()).collect()
}

async fn openings(tx: &mut Tx, load: i64, jobs: &[Job]) -> Result<()> {
    let table = Table {
        name: "openings_rows",
        key: &["id"],
        others: &["job_id", "opening_id", "status", "close_reason_id", "document"],
    };
    let openings = jobs
        .iter()
        .flat_map(|job| job.openings.iter().map(move |opening| (job.id, opening)))
        .map(|(job_id, opening)| {
            vec![
                opening.id.into(),
                job_id.into(),
                (&opening.opening_id).into(),
                opening.status.as_str().into(),
                opening.close_reason.as_ref().map(|reason| reason.id).into(),
                render(opening).into(),
            ]
        })
        .collect();
    table.write_load(tx, load, openings).await
}

async fn stages(tx: &mut Tx, load: i64, data: &Recruiting) -> Result<()> {
    let table = Table {
        name: "job_stages_rows",
        key: &["id"],
        others: &["job_id", "priority", "created_at", "updated_at", "document"],
    };
    let stages = rows(&data.stages, |stage| {
        vec![
            stage.id.into(),
            stage.job_id.into(),
            stage.priority.into(),
            stage.created_at.0.into(),
            stage.updated_at.0.into(),
            render(stage).into(),
        ]
    });
    table.write_load(tx, load, stages).await
}

fn pairs(jobs: &[Job], of_job: impl Fn(&Job) -> BTreeSet<i64>) -> Vec<Vec<Value>> {
    jobs.iter()
        .flat_map(|job| of_job(job).into_iter().map(|id| vec![job.id.into(), id.into()]))
        .collect()
}
