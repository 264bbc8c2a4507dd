//! `GET /v1/jobs/{id}/hiring_team` (harvest-shapes §8): who works on filling a job, by their ids.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::call::{Answer, Call, Refusal};
use super::shapes::{HarvestUser, Job, Person, ResponsiblePerson};
use crate::db::{self, Db, harvest_users, jobs};

/// `GET /v1/jobs/{id}/hiring_team`
pub async fn read(db: &Db, call: &Call) -> Result<Answer, Refusal> {
    let job = jobs::read(db, call.id()?).await?.ok_or(Refusal::NotFound)?;
    let job: Job = serde_json::from_str(&job).map_err(|error| db::Error::Decode(error.into()))?;
    let team = &job.hiring_team;
    let with_responsible = team.recruiters.iter().chain(&team.coordinators).map(|one| &one.person);
    let people = team.hiring_managers.iter().chain(&team.sourcers).chain(with_responsible);
    let gone = disabled(db, &people.map(|person| person.id).collect::<Vec<_>>()).await?;
    let member =
        |person: &Person| json!({ "user_id": person.id, "active": !gone.contains(&person.id) });
    let responsible = |one: &ResponsiblePerson| {
        let mut member = member(&one.person);
        member["responsible"] = Value::Bool(one.responsible);
        member
    };
    let answer = json!({
        "hiring_managers": team.hiring_managers.iter().map(member).collect::<Vec<_>>(),
        "recruiters": team.recruiters.iter().map(responsible).collect::<Vec<_>>(),
        "coordinators": team.coordinators.iter().map(responsible).collect::<Vec<_>>(),
        "sourcers": team.sourcers.iter().map(member).collect::<Vec<_>>(),
    });
    Ok(Answer::One(answer.to_string().into()))
}

/// Those of these people who are known to have left.
async fn disabled(db: &Db, ids: &[i64]) -> Result<HashSet<i64>, Refusal> {
    let users = harvest_users::read_all(db, ids).await?;
    let users: Vec<HarvestUser> = users
        .iter()
        .map(|user| serde_json::from_str(user))
        .collect::<Result<_, _>>()
        .map_err(|error| db::Error::Decode(error.into()))?;
    Ok(users.into_iter().filter(|user| user.disabled).map(|user| user.id).collect())
}
