//! The people of Acme Robotics who work on hiring: the `users` of the Harvest API, not of the console.

use serde_json::Map;

use super::calendar::days_before;
use super::organisation::{DEPARTMENTS, OFFICES, departments, offices, place};
use crate::clock::Millis;
use crate::harvest::shapes::{
    Department, HarvestUser, HiringTeam, Office, Person, ResponsiblePerson,
};

/// First name, last name, department, office.
type Row = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const PEOPLE: &[Row] = &[
    ("Noor", "Aziz", "people", "boston"),
    ("Tomás", "Ferreira", "people", "boston"),
    ("Hannah", "Brandt", "people", "munich"),
    ("Grace", "Okafor", "people", "pittsburgh"),
    ("Lieke", "Visser", "people", "delft"),
    ("Miguel", "Santos", "campus", "boston"),
    ("Ingrid", "Solberg", "hardware", "boston"),
    ("Viktor", "Lindqvist", "hardware", "munich"),
    ("Amara", "Diallo", "firmware", "boston"),
    ("Petra", "Nováková", "firmware", "munich"),
    ("Wen", "Zhao", "software", "boston"),
    ("Jonas", "Keller", "software", "munich"),
    ("Priya", "Raman", "perception", "boston"),
    ("Emre", "Yıldız", "perception", "delft"),
    ("Darnell", "Brooks", "manufacturing", "pittsburgh"),
    ("Sofia", "Moretti", "supply_chain", "munich"),
    ("Caroline", "Hayes", "sales", "boston"),
    ("Felix", "Baumann", "customer_success", "munich"),
    ("Yuki", "Tanaka", "marketing", "san_jose"),
    ("Robert", "O’Neill", "finance", "boston"),
    ("Esther", "Mbeki", "campus", "pittsburgh"),
    ("Samuel", "Whitfield", "manufacturing", "pittsburgh"),
];

const FIRST_ID: i64 = 3_501_001;
/// Rows of the recruiters and of the coordinators.
const RECRUITERS: [usize; 3] = [0, 2, 3];
const COORDINATORS: [usize; 2] = [1, 4];
/// The one who has left.
const DISABLED: usize = 21;

fn id(row: usize) -> i64 {
    (FIRST_ID..).nth(row).expect("an endless range")
}

pub(super) fn users(now: Millis) -> Vec<HarvestUser> {
    PEOPLE.iter().enumerate().map(|(row, person)| user(now, row, person)).collect()
}

fn user(now: Millis, row: usize, (first, last, department, office): &Row) -> HarvestUser {
    let id = id(row);
    let address = format!("{}@acme-robotics.example", ascii(&format!("{first}.{last}")));
    let in_department = place(DEPARTMENTS, department).id;
    let in_office = place(OFFICES, office).id;
    HarvestUser {
        id,
        name: format!("{first} {last}"),
        first_name: (*first).into(),
        last_name: (*last).into(),
        primary_email_address: address.clone(),
        updated_at: days_before(now, 9 + id % 40, id),
        created_at: days_before(now, 500 + id % 400, id),
        disabled: row == DISABLED,
        site_admin: RECRUITERS[0] == row,
        emails: vec![address],
        employee_id: employee_id(row),
        linked_candidate_ids: vec![],
        offices: offices().iter().filter(|o| o.id == in_office).map(Office::in_job).collect(),
        departments: departments()
            .iter()
            .filter(|d| d.id == in_department)
            .map(Department::in_job)
            .collect(),
        custom_fields: Map::new(),
        keyed_custom_fields: Map::new(),
    }
}

/// An address has no accents.
fn ascii(name: &str) -> String {
    let plain = |letter| match letter {
        'á' | 'à' => 'a',
        'ı' => 'i',
        other => other,
    };
    name.to_lowercase()
        .chars()
        .map(plain)
        .filter(|letter| *letter == '.' || letter.is_ascii_alphabetic())
        .collect()
}

/// Two people joined after a merger and have none yet.
fn employee_id(row: usize) -> Option<String> {
    (row % 9 != 4).then(|| format!("AR{:04}", 118 + row * 37))
}

fn person(row: usize) -> Person {
    let (first, last, ..) = PEOPLE[row];
    Person {
        id: id(row),
        first_name: first.into(),
        last_name: last.into(),
        name: format!("{first} {last}"),
        employee_id: employee_id(row),
    }
}

/// Whom to ask about an office: the first of its people.
pub(super) fn contact_of(office: &str) -> Option<i64> {
    PEOPLE.iter().position(|(.., of)| *of == office).map(id)
}

/// Who hires for a department, in a job of this number.
pub(super) fn hiring_team(department: &str, number: usize) -> HiringTeam {
    // Interns and graduates are hired by the two who care for them.
    let department = match department {
        "internships" | "graduates" => "campus",
        other => other,
    };
    let managers: Vec<usize> =
        (0..PEOPLE.len()).filter(|row| PEOPLE[*row].2 == department && *row != DISABLED).collect();
    let chosen = managers[number % managers.len()];
    let responsible =
        |row: usize, responsible| ResponsiblePerson { person: person(row), responsible };
    let first = RECRUITERS[number % RECRUITERS.len()];
    let second = RECRUITERS[(number + 1) % RECRUITERS.len()];
    let mut recruiters = vec![responsible(first, true)];
    if number.is_multiple_of(4) {
        recruiters.push(responsible(second, false));
    }
    HiringTeam {
        hiring_managers: vec![person(chosen)],
        recruiters,
        coordinators: vec![responsible(COORDINATORS[number % COORDINATORS.len()], true)],
        sourcers: if number % 3 == 1 { vec![person(second)] } else { vec![] },
    }
}
