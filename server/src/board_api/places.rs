//! The departments and offices of a board with the jobs in them, as lists or as trees. Jobs without a
//! department or an office are filed under a row with the id 0.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::job::Published;
use super::shapes::{Department, Job, Office, Place};
use crate::db::places::PlaceRow;
use crate::harvest::shapes::{Department as HarvestDepartment, Office as HarvestOffice};
use crate::harvest::tree::{Forest, Node};

const NO_DEPARTMENT: &str = "No Department";
const NO_OFFICE: &str = "No Office";

/// What the places of a board are made of.
#[derive(Debug)]
pub(super) struct Filed<'a> {
    pub departments: Vec<HarvestDepartment>,
    pub offices: Vec<HarvestOffice>,
    pub published: &'a [Published],
}

/// The documents as the objects they were rendered from.
pub(super) fn parsed<T: serde::de::DeserializeOwned>(
    rows: &[PlaceRow],
) -> serde_json::Result<Vec<T>> {
    rows.iter().map(|row| serde_json::from_str(&row.document)).collect()
}

impl Filed<'_> {
    /// All departments in ascending id, and at last those jobs that are in none.
    pub(super) fn departments(&self) -> Vec<Department> {
        let mut all: Vec<Department> =
            self.departments.iter().map(|one| self.department(one)).collect();
        all.push(self.no_department(|_| true));
        all
    }

    fn department(&self, one: &HarvestDepartment) -> Department {
        let jobs = self.jobs(|published| published.department_ids.contains(&one.id));
        Department { jobs, ..listed(one) }
    }

    fn no_department(&self, and: impl Fn(&Published) -> bool) -> Department {
        Department {
            id: 0,
            name: NO_DEPARTMENT.to_owned(),
            place: Place::Listed { parent_id: None, child_ids: Vec::new() },
            jobs: self.jobs(|published| published.department_ids.is_empty() && and(published)),
        }
    }

    /// All offices in ascending id, each with the departments that have jobs there, and at last the jobs
    /// that are in none.
    pub(super) fn offices(&self) -> Vec<Office> {
        let mut all: Vec<Office> = self
            .offices
            .iter()
            .map(|one| Office {
                id: one.id,
                name: one.name.clone(),
                location: one.location.name.clone(),
                place: Place::Listed { parent_id: one.parent_id, child_ids: one.child_ids.clone() },
                departments: self.departments_in(|job| job.office_ids.contains(&one.id)),
            })
            .collect();
        all.push(Office {
            id: 0,
            name: NO_OFFICE.to_owned(),
            location: None,
            place: Place::Listed { parent_id: None, child_ids: Vec::new() },
            departments: self.departments_in(|job| job.office_ids.is_empty()),
        });
        all
    }

    /// The departments that have jobs there, with those jobs only.
    fn departments_in(&self, there: impl Fn(&Published) -> bool) -> Vec<Department> {
        let jobs = self.published.iter().filter(|job| there(job));
        let ids: BTreeSet<i64> = jobs.flat_map(|job| &job.department_ids).copied().collect();
        // In ascending id, as they are read.
        let known = ids.into_iter().filter_map(|id| {
            let at = self.departments.binary_search_by_key(&id, |one| one.id).ok()?;
            let jobs = self.jobs(|job| there(job) && job.department_ids.contains(&id));
            Some(Department { jobs, ..listed(&self.departments[at]) })
        });
        let mut found: Vec<Department> = known.collect();
        let rest = self.no_department(there);
        found.extend((!rest.jobs.is_empty()).then_some(rest));
        found
    }

    fn jobs(&self, passes: impl Fn(&Published) -> bool) -> Vec<Job> {
        self.published.iter().filter(|job| passes(job)).map(|one| one.job.clone()).collect()
    }
}

/// A department by itself.
fn listed(one: &HarvestDepartment) -> Department {
    Department {
        id: one.id,
        name: one.name.clone(),
        place: Place::Listed { parent_id: one.parent_id, child_ids: one.child_ids.clone() },
        jobs: Vec::new(),
    }
}

/// A place that can stand in a tree.
pub(super) trait Branch: Serialize {
    fn id(&self) -> i64;
    fn place(&mut self) -> &mut Place<Self>
    where
        Self: Sized;
}

impl Branch for Department {
    fn id(&self) -> i64 {
        self.id
    }

    fn place(&mut self) -> &mut Place<Self> {
        &mut self.place
    }
}

impl Branch for Office {
    fn id(&self) -> i64 {
        self.id
    }

    fn place(&mut self) -> &mut Place<Self> {
        &mut self.place
    }
}

/// The places as JSON under this name, or each inside the one above it.
pub(super) fn all<T: Branch>(name: &str, listed: Vec<T>, tree: bool) -> serde_json::Result<String> {
    let texts: Vec<String> = if tree {
        let forest = forest(listed)?;
        forest.tops().filter_map(|id| forest.branch(id)).collect()
    } else {
        listed.iter().map(serde_json::to_string).collect::<Result<_, _>>()?
    };
    Ok(format!("{{\"{name}\":[{}]}}", texts.join(",")))
}

/// The place of this id as JSON, in a tree with all that is below it.
pub(super) fn one<T: Branch>(
    mut listed: Vec<T>,
    id: i64,
    tree: bool,
) -> serde_json::Result<Option<String>> {
    if tree {
        return Ok(forest(listed)?.branch(id));
    }
    let at = listed.iter().position(|one| one.id() == id);
    at.map(|at| serde_json::to_string(&listed.swap_remove(at))).transpose()
}

fn forest<T: Branch>(listed: Vec<T>) -> serde_json::Result<Forest> {
    let nodes = listed.into_iter().map(|mut one| {
        let children = Place::InTree { children: Vec::new() };
        let parent_id = match std::mem::replace(one.place(), children) {
            Place::Listed { parent_id, .. } => parent_id,
            Place::InTree { .. } => None,
        };
        let members = match serde_json::to_value(&one)? {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        Ok(Node { id: one.id(), parent_id, members })
    });
    Ok(Forest::new(nodes.collect::<serde_json::Result<Vec<_>>>()?))
}
