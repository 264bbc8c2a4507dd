//! The frame of Acme Robotics: boards, departments, offices, close reasons.

use super::calendar::days_before;
use crate::clock::Millis;
use crate::harvest::shapes::{Board, CloseReason, Department, Office, OfficeLocation, UserRole};

/// The public board, and the one for students.
pub(super) const ACME: i64 = 3_001_001;
pub(super) const CAMPUS: i64 = 3_001_002;

/// A department or office: its id, the word the roles use, its name, its parent, its external id.
pub(super) struct Place {
    pub(super) id: i64,
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    parent_id: Option<i64>,
    pub(super) external_id: Option<&'static str>,
    /// Of an office: where it is.
    pub(super) location: Option<&'static str>,
}

const fn department(
    id: i64,
    key: &'static str,
    name: &'static str,
    parent_id: Option<i64>,
    external_id: Option<&'static str>,
) -> Place {
    Place { id, key, name, parent_id, external_id, location: None }
}

const ENGINEERING: Option<i64> = Some(3_101_001);
const OPERATIONS: Option<i64> = Some(3_101_006);
const COMMERCIAL: Option<i64> = Some(3_101_009);
const CORPORATE: Option<i64> = Some(3_101_013);
const EARLY_CAREERS: Option<i64> = Some(3_101_016);

pub(super) const DEPARTMENTS: &[Place] = &[
    department(3_101_001, "engineering", "Engineering", None, Some("ENG")),
    department(3_101_002, "hardware", "Hardware", ENGINEERING, Some("ENG-HW")),
    department(3_101_003, "firmware", "Firmware", ENGINEERING, Some("ENG-FW")),
    department(3_101_004, "software", "Software", ENGINEERING, Some("ENG-SW")),
    department(3_101_005, "perception", "Perception", ENGINEERING, Some("ENG-PER")),
    department(3_101_006, "operations", "Operations", None, Some("OPS")),
    department(3_101_007, "manufacturing", "Manufacturing", OPERATIONS, Some("OPS-MFG")),
    department(3_101_008, "supply_chain", "Supply Chain", OPERATIONS, Some("OPS-SC")),
    department(3_101_009, "commercial", "Commercial", None, Some("COM")),
    department(3_101_010, "sales", "Sales", COMMERCIAL, Some("COM-SAL")),
    department(3_101_011, "customer_success", "Customer Success", COMMERCIAL, Some("COM-CS")),
    department(3_101_012, "marketing", "Marketing", COMMERCIAL, None),
    department(3_101_013, "corporate", "Corporate", None, Some("COR")),
    department(3_101_014, "people", "People", CORPORATE, Some("COR-PPL")),
    department(3_101_015, "finance", "Finance", CORPORATE, Some("COR-FIN")),
    department(3_101_016, "campus", "Early Careers", None, Some("CAM")),
    department(3_101_017, "internships", "Internships", EARLY_CAREERS, Some("CAM-INT")),
    department(3_101_018, "graduates", "Graduate Programme", EARLY_CAREERS, None),
];

const fn office(
    id: i64,
    key: &'static str,
    name: &'static str,
    location: Option<&'static str>,
    parent_id: Option<i64>,
    external_id: Option<&'static str>,
) -> Place {
    Place { id, key, name, parent_id, external_id, location }
}

const AMERICA: Option<i64> = Some(3_201_001);
const EUROPE: Option<i64> = Some(3_201_005);

pub(super) const OFFICES: &[Place] = &[
    office(3_201_001, "america", "North America", None, None, Some("NA")),
    office(
        3_201_002,
        "boston",
        "Boston (headquarters)",
        Some("Boston, Massachusetts, United States"),
        AMERICA,
        Some("US-BOS"),
    ),
    office(
        3_201_003,
        "pittsburgh",
        "Pittsburgh",
        Some("Pittsburgh, Pennsylvania, United States"),
        AMERICA,
        Some("US-PIT"),
    ),
    office(
        3_201_004,
        "san_jose",
        "San José",
        Some("San José, California, United States"),
        AMERICA,
        Some("US-SJC"),
    ),
    office(3_201_005, "europe", "Europe", None, None, Some("EU")),
    office(3_201_006, "munich", "München", Some("Munich, Germany"), EUROPE, Some("DE-MUC")),
    office(3_201_007, "delft", "Delft", Some("Delft, Netherlands"), EUROPE, Some("NL-DFT")),
    office(3_201_008, "remote", "Remote", Some("Remote"), None, None),
];

/// The place of a word the roles use.
pub(super) fn place(places: &'static [Place], key: &str) -> &'static Place {
    places.iter().find(|place| place.key == key).unwrap_or_else(|| panic!("no place {key:?}"))
}

fn external_id(places: &[Place], id: Option<i64>) -> Option<String> {
    let place = places.iter().find(|place| Some(place.id) == id)?;
    place.external_id.map(str::to_owned)
}

fn children<'p>(places: &'p [Place], of: &Place) -> impl Iterator<Item = &'p Place> + use<'p> {
    let parent = Some(of.id);
    places.iter().filter(move |place| place.parent_id == parent)
}

pub(super) fn departments() -> Vec<Department> {
    let row = |place: &Place| Department {
        id: place.id,
        name: place.name.into(),
        parent_id: place.parent_id,
        parent_department_external_id: external_id(DEPARTMENTS, place.parent_id),
        child_ids: children(DEPARTMENTS, place).map(|child| child.id).collect(),
        child_department_external_ids: children(DEPARTMENTS, place)
            .map(|child| child.external_id.map(str::to_owned))
            .collect(),
        external_id: place.external_id.map(str::to_owned),
    };
    DEPARTMENTS.iter().map(row).collect()
}

pub(super) fn offices() -> Vec<Office> {
    let row = |place: &Place| Office {
        id: place.id,
        name: place.name.into(),
        location: OfficeLocation { name: place.location.map(str::to_owned) },
        primary_contact_user_id: super::people::contact_of(place.key),
        parent_id: place.parent_id,
        parent_office_external_id: external_id(OFFICES, place.parent_id),
        child_ids: children(OFFICES, place).map(|child| child.id).collect(),
        child_office_external_ids: children(OFFICES, place)
            .map(|child| child.external_id.map(str::to_owned))
            .collect(),
        external_id: place.external_id.map(str::to_owned),
    };
    OFFICES.iter().map(row).collect()
}

pub(super) fn boards(now: Millis) -> Vec<Board> {
    let board = |id, token: &str, name: &str, introduction: &str, url: Option<&str>| Board {
        id,
        token: token.into(),
        company_name: name.into(),
        introduction: Some(introduction.into()),
        conclusion: Some(CONCLUSION.into()),
        job_board_url: url.map(|url| format!("{url}/jobs")),
        job_posts_url: url.map(|url| format!("{url}/jobs/:id")),
        live: true,
        created_at: days_before(now, 1140, id),
        updated_at: days_before(now, 23, id),
    };
    let site = Some("https://careers.acme-robotics.example");
    vec![
        board(ACME, "acme", "Acme Robotics", INTRODUCTION, site),
        board(CAMPUS, "acme-campus", "Acme Robotics Campus", CAMPUS_INTRODUCTION, None),
    ]
}

const INTRODUCTION: &str = "<p>Acme Robotics builds mobile robots that pick, carry and sort in \
    warehouses. Four hundred people in Boston, Pittsburgh, San José, Munich and Delft work on them.</p>";
const CAMPUS_INTRODUCTION: &str = "<p>Acme Robotics builds mobile robots for warehouses. Students and \
    graduates work on real ones here, with a mentor beside them.</p>";
const CONCLUSION: &str = "<p>We welcome applications from everyone, and adapt the process to your \
    needs: tell us what would help.</p>";

pub(super) const HIRED_NEW: usize = 0;
pub(super) const HIRED_BACKFILL: usize = 1;
/// After the hires: why nobody was.
pub(super) const NOT_HIRED: [usize; 3] = [2, 3, 4];

pub(super) fn user_roles() -> Vec<UserRole> {
    [
        ("interviewer", "Interviewer"),
        ("job_admin", "Standard"),
        ("job_admin", "Private"),
        ("job_admin", "Hiring Manager"),
    ]
    .into_iter()
    .zip(3_451_001..)
    .map(|((kind, name), id)| UserRole { id, kind: kind.into(), name: name.into() })
    .collect()
}

pub(super) fn close_reasons() -> Vec<CloseReason> {
    [
        "Hired – New headcount",
        "Hired – Backfill",
        "Budget moved to another team",
        "Role redefined",
        "Hiring paused",
    ]
    .into_iter()
    .zip(3_401_001..)
    .map(|(name, id)| CloseReason { id, name: name.into() })
    .collect()
}
