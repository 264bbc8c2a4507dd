//! The departments and offices of a board with the jobs in them, as lists or as trees. Jobs without a
//! department or an office are filed under a row with the id 0.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::job::Published;
use super::shapes::{Department, Job, Office, Place};
use crate::db::places::PlaceRow;
use crate::harvest::shapes::{Department as HarvestDepartment, Office as HarvestOffice};

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
        Department {
            id: one.id,
            name: one.name.clone(),
            place: Place::Listed { parent_id: one.parent_id, child_ids: one.child_ids.clone() },
            jobs: self.jobs(|published| published.department_ids.contains(&one.id)),
        }
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
        let mut found = Vec::new();
        for one in &self.departments {
            let jobs = self.jobs(|job| there(job) && job.department_ids.contains(&one.id));
            if !jobs.is_empty() {
                found.push(Department { jobs, ..self.department(one) });
            }
        }
        let rest = self.no_department(there);
        found.extend((!rest.jobs.is_empty()).then_some(rest));
        found
    }

    fn jobs(&self, passes: impl Fn(&Published) -> bool) -> Vec<Job> {
        self.published.iter().filter(|job| passes(job)).map(|one| one.job.clone()).collect()
    }
}

/// A place that can stand in a tree.
pub(super) trait Branch: Sized + Clone {
    fn id(&self) -> i64;
    fn place(&mut self) -> &mut Place<Self>;
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

/// The same places, each inside the one above it. Those that are in no other come in the order they had.
pub(super) fn trees<T: Branch>(listed: Vec<T>) -> Vec<T> {
    let ids: HashSet<i64> = listed.iter().map(Branch::id).collect();
    let mut tops = Vec::new();
    let mut below: HashMap<i64, Vec<i64>> = HashMap::new();
    let mut places: BTreeMap<i64, T> = BTreeMap::new();
    for mut one in listed {
        let parent = match one.place() {
            Place::Listed { parent_id, .. } => parent_id.filter(|parent| ids.contains(parent)),
            Place::InTree { .. } => None,
        };
        match parent {
            Some(parent) => below.entry(parent).or_default().push(one.id()),
            None => tops.push(one.id()),
        }
        places.insert(one.id(), one);
    }
    tops.into_iter().filter_map(|id| branch(id, &below, &mut places)).collect()
}

/// Takes a place and everything below it: each is taken once, so nothing can be inside itself.
fn branch<T: Branch>(
    id: i64,
    below: &HashMap<i64, Vec<i64>>,
    places: &mut BTreeMap<i64, T>,
) -> Option<T> {
    let mut one = places.remove(&id)?;
    let children = below.get(&id).into_iter().flatten();
    let children = children.filter_map(|child| branch(*child, below, places)).collect();
    *one.place() = Place::InTree { children };
    Some(one)
}

/// The place of this id, in a list or anywhere in trees.
pub(super) fn find<T: Branch>(mut places: Vec<T>, id: i64) -> Option<T> {
    loop {
        if let Some(at) = places.iter().position(|one| one.id() == id) {
            return Some(places.swap_remove(at));
        }
        let deeper = places.iter_mut().flat_map(|one| match one.place() {
            Place::InTree { children } => std::mem::take(children),
            Place::Listed { .. } => Vec::new(),
        });
        places = deeper.collect();
        if places.is_empty() {
            return None;
        }
    }
}
