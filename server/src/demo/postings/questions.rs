//! What applicants are asked: the standard questions, and some of the organisation's own.

use crate::harvest::shapes::{Choice, Question};

/// Label, name, type, required: the questions every post has (harvest-shapes §3).
const STANDARD: [(&str, &str, &str, bool); 6] = [
    ("First Name", "first_name", "short_text", true),
    ("Last Name", "last_name", "short_text", true),
    ("Email", "email", "short_text", true),
    ("Phone", "phone", "short_text", false),
    ("Resume", "resume", "attachment", true),
    ("Cover Letter", "cover_letter", "attachment", false),
];

pub(super) fn questions(post_id: i64, department: &str) -> Vec<Question> {
    let standard = STANDARD.iter().map(|(label, name, kind, required)| Question {
        required: Some(*required),
        private: false,
        label: (*label).into(),
        name: (*name).into(),
        kind: (*kind).into(),
        values: vec![],
        description: None,
    });
    standard.chain(own(post_id, department)).collect()
}

fn own(post_id: i64, department: &str) -> Vec<Question> {
    // Ids of questions and answers follow from the post, so that no two posts share one.
    let id = post_id * 10;
    match department {
        "prospect" => vec![],
        "internships" | "graduates" => vec![
            several(id, "Which terms are you available?", &["Spring", "Summer", "Autumn"]),
            long(id + 1, "Which project are you proud of, and what was your part in it?"),
        ],
        "hardware" | "firmware" | "software" | "perception" => vec![
            permit(id),
            long(id + 1, "Tell us about something you built that other people use."),
            described(text(id + 2, "Link to code, a portfolio or a paper")),
        ],
        "sales" | "customer_success" => {
            vec![
                permit(id),
                one(id + 1, "How often can you travel?", &["Rarely", "Monthly", "Weekly"]),
            ]
        }
        _ => vec![permit(id)],
    }
}

fn question(id: i64, label: &str, kind: &str, required: bool, answers: &[&str]) -> Question {
    let values = answers.iter().zip(1..);
    Question {
        required: Some(required),
        private: false,
        label: label.into(),
        name: format!("question_{id}"),
        kind: kind.into(),
        values: values
            .map(|(label, place)| Choice { value: id * 10 + place, label: (*label).into() })
            .collect(),
        description: None,
    }
}

/// A yes or no is answered with 1 or 0.
fn permit(id: i64) -> Question {
    let label = "Are you allowed to work in the country of this role?";
    let answer = |value, label: &str| Choice { value, label: label.into() };
    Question {
        values: vec![answer(0, "No"), answer(1, "Yes")],
        ..question(id, label, "boolean", true, &[])
    }
}

fn text(id: i64, label: &str) -> Question {
    question(id, label, "short_text", false, &[])
}

fn long(id: i64, label: &str) -> Question {
    question(id, label, "long_text", false, &[])
}

fn one(id: i64, label: &str, answers: &[&str]) -> Question {
    question(id, label, "single_select", true, answers)
}

/// A question with several answers has brackets in its name.
fn several(id: i64, label: &str, answers: &[&str]) -> Question {
    let name = format!("question_{id}[]");
    Question { name, ..question(id, label, "multi_select", true, answers) }
}

fn described(question: Question) -> Question {
    let description = "<p>Anything we can look at. A link is enough.</p>";
    Question { description: Some(description.into()), ..question }
}
