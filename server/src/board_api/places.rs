//! The departments and offices of a board with the jobs in them, as lists or as trees. Jobs without a
//! department or an office are filed under a row with the id 0.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use serde_json::{Map, Value};

use super::job::Published;
use super::shapes::{Department, Job, Office, Place};
use crate::db::places::PlaceRow;
use crate::harvest::shapes::{Department as HarvestDepartment, Office as HarvestOffice};
use crate::harvest::tree::{Forest, Node};

const NO_DEPARTMENT: &str = "No Department";
const NO_OFFICE: &str = "No Office";

/// What the places of a board are made of: all of them, and the jobs, by where they are filed.
#[derive(Debug)]
pub(super) struct Filed {
    departments: Vec<HarvestDepartment>,
    offices: Vec<HarvestOffice>,
    published: Vec<Published>,
    /// Which of `published` are in a department, or in an office. Under 0: those that are in none.
    in_department: HashMap<i64, Vec<usize>>,
    in_office: HashMap<i64, Vec<usize>>,
}

/// The documents as the objects they were rendered from.
fn parsed<T: serde::de::DeserializeOwned>(rows: &[PlaceRow]) -> serde_json::Result<Vec<T>> {
    rows.iter().map(|row| serde_json::from_str(&row.document)).collect()
}

impl Filed {
    /// The rows are in ascending id.
    pub(super) fn new(
        departments: &[PlaceRow],
        offices: &[PlaceRow],
        published: Vec<Published>,
    ) -> serde_json::Result<Self> {
        Ok(Self {
            departments: parsed(departments)?,
            offices: parsed(offices)?,
            in_department: filed_by(&published, |job| &job.department_ids),
            in_office: filed_by(&published, |job| &job.office_ids),
            published,
        })
    }

    /// Whether there is a department of this id: whatever else is asked for takes no work.
    pub(super) fn has_department(&self, id: i64) -> bool {
        id == 0 || self.department_at(id).is_some()
    }

    pub(super) fn has_office(&self, id: i64) -> bool {
        id == 0 || self.office_at(id).is_some()
    }

    fn department_at(&self, id: i64) -> Option<&HarvestDepartment> {
        let at = self.departments.binary_search_by_key(&id, |one| one.id).ok()?;
        self.departments.get(at)
    }

    fn office_at(&self, id: i64) -> Option<&HarvestOffice> {
        let at = self.offices.binary_search_by_key(&id, |one| one.id).ok()?;
        self.offices.get(at)
    }

    /// All departments in ascending id, and at last those jobs that are in none.
    pub(super) fn departments(&self) -> Vec<Department> {
        let all = self.departments.iter().map(listed).chain([no_department()]);
        all.map(|one| self.with_jobs(one)).collect()
    }

    /// One of them.
    pub(super) fn department(&self, id: i64) -> Option<Department> {
        let one = if id == 0 { no_department() } else { listed(self.department_at(id)?) };
        Some(self.with_jobs(one))
    }

    fn with_jobs(&self, one: Department) -> Department {
        Department { jobs: self.jobs(at(&self.in_department, one.id)), ..one }
    }

    /// All offices in ascending id, each with the departments that have jobs there, and at last the jobs
    /// that are in none.
    pub(super) fn offices(&self) -> Vec<Office> {
        let all = self.offices.iter().map(listed_office).chain([no_office()]);
        all.map(|one| self.with_departments(one)).collect()
    }

    /// One of them.
    pub(super) fn office(&self, id: i64) -> Option<Office> {
        let one = if id == 0 { no_office() } else { listed_office(self.office_at(id)?) };
        Some(self.with_departments(one))
    }

    fn with_departments(&self, one: Office) -> Office {
        Office { departments: self.departments_in(one.id), ..one }
    }

    /// The departments that have jobs in this office, with those jobs only.
    fn departments_in(&self, office: i64) -> Vec<Department> {
        let mut filed: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for &job in at(&self.in_office, office) {
            for department in ids_or_none(&self.published[job].department_ids) {
                filed.entry(department).or_default().push(job);
            }
        }
        // In ascending id, as they are read, and last those of no department.
        let none =
            filed.remove(&0).map(|jobs| Department { jobs: self.jobs(&jobs), ..no_department() });
        let known = filed.into_iter().filter_map(|(id, jobs)| {
            Some(Department { jobs: self.jobs(&jobs), ..listed(self.department_at(id)?) })
        });
        known.chain(none).collect()
    }

    fn jobs(&self, numbers: &[usize]) -> Vec<Job> {
        numbers.iter().map(|&number| self.published[number].job.clone()).collect()
    }
}

/// The numbers of the jobs by the ids of where they are.
fn filed_by(
    published: &[Published],
    places: impl Fn(&Published) -> &Vec<i64>,
) -> HashMap<i64, Vec<usize>> {
    let mut filed: HashMap<i64, Vec<usize>> = HashMap::new();
    for (number, job) in published.iter().enumerate() {
        for id in ids_or_none(places(job)) {
            filed.entry(id).or_default().push(number);
        }
    }
    filed
}

/// Each id once; 0 where there is none.
fn ids_or_none(ids: &[i64]) -> BTreeSet<i64> {
    if ids.is_empty() { BTreeSet::from([0]) } else { ids.iter().copied().collect() }
}

fn at(filed: &HashMap<i64, Vec<usize>>, id: i64) -> &[usize] {
    filed.get(&id).map_or(&[], Vec::as_slice)
}

/// Where jobs are that are in no department.
fn no_department() -> Department {
    Department {
        id: 0,
        name: NO_DEPARTMENT.to_owned(),
        place: Place::Listed { parent_id: None, child_ids: Vec::new() },
        jobs: Vec::new(),
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

/// Where jobs are that are in no office.
fn no_office() -> Office {
    Office {
        id: 0,
        name: NO_OFFICE.to_owned(),
        location: None,
        place: Place::Listed { parent_id: None, child_ids: Vec::new() },
        departments: Vec::new(),
    }
}

/// An office by itself.
fn listed_office(one: &HarvestOffice) -> Office {
    Office {
        id: one.id,
        name: one.name.clone(),
        location: one.location.name.clone(),
        place: Place::Listed { parent_id: one.parent_id, child_ids: one.child_ids.clone() },
        departments: Vec::new(),
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

/// The place of this id as JSON, with all that is below it.
pub(super) fn branch<T: Branch>(listed: Vec<T>, id: i64) -> serde_json::Result<Option<String>> {
    Ok(forest(listed)?.branch(id))
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
