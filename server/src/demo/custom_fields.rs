//! The custom fields of Acme's jobs and openings, and what the roles hold in them.

use serde_json::{Map, Value, json};

use super::calendar::days_before;
use super::roles::{Role, State};
use crate::clock::Millis;
use crate::harvest::shapes::{CustomField, CustomFieldOption};

struct Definition {
    /// What carries it: `job` or `opening`.
    of: &'static str,
    key: &'static str,
    name: &'static str,
    value_type: &'static str,
    /// Shown to the public with a post.
    public: bool,
    options: &'static [&'static str],
}

const fn field(
    key: &'static str,
    name: &'static str,
    value_type: &'static str,
    public: bool,
    options: &'static [&'static str],
) -> Definition {
    Definition { of: "job", key, name, value_type, public, options }
}

const EMPLOYMENT: [&str; 4] = ["Full-time", "Part-time", "Contract", "Internship"];
const WORKPLACE: [&str; 3] = ["On site", "Hybrid", "Remote"];
pub(super) const HEADCOUNT: [&str; 2] = ["New headcount", "Backfill"];
const TOOLS: &[&str] = &[
    "C",
    "C++",
    "CAN",
    "CUDA",
    "Kafka",
    "Kubernetes",
    "MISRA",
    "PostgreSQL",
    "Python",
    "ROS 2",
    "Rust",
    "SolidWorks",
    "Altium",
    "TypeScript",
    "WebAssembly",
    "Yocto",
];

const FIELDS: &[Definition] = &[
    field("employment_type", "Employment type", "single_select", true, &EMPLOYMENT),
    field("workplace", "Workplace", "single_select", true, &WORKPLACE),
    field("salary_range", "Salary range", "currency_range", false, &[]),
    field("signing_bonus", "Signing bonus", "currency", false, &[]),
    field("tools", "Tools and languages", "multi_select", true, TOOLS),
    field("travel_days_per_month", "Travel (days per month)", "number", true, &[]),
    field("export_licence_needed", "Export licence needed", "yes_no", false, &[]),
    field("cost_centre", "Cost centre", "short_text", false, &[]),
    field("justification", "Justification", "long_text", false, &[]),
    field("target_start", "Target start", "date", true, &[]),
    field("hiring_plan", "Hiring plan", "url", false, &[]),
    Definition {
        of: "opening",
        key: "headcount",
        name: "Headcount",
        value_type: "single_select",
        public: false,
        options: &HEADCOUNT,
    },
];

pub(super) fn definitions() -> Vec<CustomField> {
    let mut option_ids = 3_701_001..;
    let mut options = |names: &[&str]| {
        names
            .iter()
            .zip(0..)
            .map(|(name, priority)| CustomFieldOption {
                id: option_ids.next().expect("an endless range"),
                name: (*name).into(),
                priority,
                external_id: None,
            })
            .collect()
    };
    FIELDS
        .iter()
        .zip(0..)
        .map(|(field, priority)| CustomField {
            id: 3_601_001 + priority,
            name: field.name.into(),
            active: true,
            field_type: field.of.into(),
            priority,
            value_type: field.value_type.into(),
            private: !field.public,
            required: field.key == "employment_type",
            require_approval: field.value_type.starts_with("currency"),
            trigger_new_version: field.value_type.starts_with("currency"),
            name_key: field.key.into(),
            description: None,
            expose_in_job_board_api: field.public,
            api_only: false,
            offices: vec![],
            departments: vec![],
            template_token_string: (field.of == "job")
                .then(|| format!("{{{{{}}}}}", field.key.to_uppercase())),
            custom_field_options: options(field.options),
        })
        .collect()
}

/// The value alone, and the value with the field's name and type; a field without a value is `null` in
/// both (harvest-shapes §1).
pub(super) type Both = (Map<String, Value>, Map<String, Value>);

fn both(of: &str, value: impl Fn(&str) -> Value) -> Both {
    let mut plain = Map::new();
    let mut keyed = Map::new();
    for field in FIELDS.iter().filter(|field| field.of == of) {
        let value = value(field.key);
        let described = match &value {
            Value::Null => Value::Null,
            value => json!({ "name": field.name, "type": field.value_type, "value": value }),
        };
        plain.insert(field.key.into(), value);
        keyed.insert(field.key.into(), described);
    }
    (plain, keyed)
}

pub(super) fn of_opening(backfill: bool) -> Both {
    both("opening", |_| json!(HEADCOUNT[usize::from(backfill)]))
}

pub(super) fn of_job(role: &Role, number: i64, now: Millis) -> Both {
    let remote = role.offices.iter().any(|office| office.key == "remote");
    let at_bench = matches!(role.department.key, "manufacturing" | "hardware" | "internships");
    both("job", |key| match key {
        "employment_type" => json!(employment(role)),
        "workplace" if remote => json!(WORKPLACE[2]),
        "workplace" => json!(WORKPLACE[usize::from(!at_bench)]),
        "salary_range" => role.pay.map_or(
            Value::Null,
            |pay| json!({ "min_value": pay.least, "max_value": pay.most, "unit": pay.unit }),
        ),
        "signing_bonus" => match role.pay {
            Some(pay) if number % 5 == 2 && !pay.hourly => {
                json!({ "amount": 2_500 * (1 + number % 4), "unit": pay.unit })
            }
            _ => Value::Null,
        },
        "tools" => json!(role.tools),
        "travel_days_per_month" => match role.department.key {
            "sales" | "customer_success" => json!(4 + number % 5),
            "manufacturing" | "finance" | "people" => json!(0),
            _ => Value::Null,
        },
        "export_licence_needed" => json!(role.tools.contains(&"CUDA")),
        "cost_centre" => json!(format!("{}-{:02}", 4000 + role.department.id % 100, number % 30)),
        "justification" if number % 3 == 0 => json!(format!("{} {}", role.summary, role.does[0])),
        "target_start" => match role.state {
            State::Draft { .. } => Value::Null,
            state => json!(date(now, state.days() - 75 - number % 20)),
        },
        "hiring_plan" if number % 2 == 0 => {
            json!(format!("https://wiki.acme-robotics.example/hiring/{}", 210 + number))
        }
        _ => Value::Null,
    })
}

fn employment(role: &Role) -> &'static str {
    match role.employment {
        "full-time" => EMPLOYMENT[0],
        "part-time" => EMPLOYMENT[1],
        "contract" => EMPLOYMENT[2],
        "intern" => EMPLOYMENT[3],
        other => panic!("no employment: {other:?}"),
    }
}

fn date(now: Millis, days: i64) -> String {
    days_before(now, days, 0).to_string()[.."2024-01-31".len()].to_owned()
}
