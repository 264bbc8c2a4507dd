//! Files as a client would have saved them of the demo, one thing of each kind.

use std::path::Path;
use std::{fs, io};

use serde_json::{Value, json};
use server::demo;
use server::harvest::shapes::{Posting, Recruiting, render};

/// In bytes; no time and no name is as long.
const LONG: usize = 60;

/// Writes them to the folder.
pub(crate) fn write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, content) in files(&demo::recruiting(1_700_000_000_000)) {
        fs::write(folder.join(name.replace('/', "-")), format!("{name}\n{content}"))?;
    }
    Ok(())
}

fn files(data: &Recruiting) -> Vec<(&'static str, Value)> {
    macro_rules! one {
        ($list:ident) => {
            first(data.$list.iter().map(|one| json_of(&render(one))))
        };
    }
    let jobs = one!(jobs);
    let posts = first(data.postings.iter().map(|one| json_of(&render(&one.post))));
    let openings: Vec<Value> = jobs.as_array().into_iter().flatten().flat_map(openings).collect();
    let board_jobs = first(data.postings.iter().map(board_job));
    let boards = first(data.boards.iter().map(|board| {
        let (name, words) = (&board.company_name, &board.introduction);
        json!({ "token": board.token, "name": name, "content": words, "jobs": board_jobs })
    }));
    let everything = json!({
        "boards": boards, "departments": one!(departments), "jobs": jobs, "openings": openings,
        "close_reasons": one!(close_reasons), "custom_fields": one!(custom_fields),
    });
    vec![
        ("departments.json", one!(departments)),
        ("offices.json", one!(offices)),
        ("users.json", one!(users)),
        ("user_roles.json", one!(user_roles)),
        ("custom_fields.json", one!(custom_fields)),
        ("close_reasons.json", one!(close_reasons)),
        ("job_stages.json", one!(stages)),
        ("job_posts.json", posts),
        ("boards/acme.json", boards[0].clone()),
        ("boards/acme/jobs.json", json!({ "jobs": board_jobs })),
        ("boards.json", boards),
        ("openings.json", json!(openings)),
        ("jobs.json", jobs),
        ("everything.json", everything),
    ]
}

fn first(all: impl Iterator<Item = Value>) -> Value {
    all.take(1).collect()
}

fn openings(job: &Value) -> Vec<Value> {
    let mut openings = job["openings"].as_array().cloned().unwrap_or_default();
    for opening in &mut openings {
        opening["job_id"] = job["id"].clone();
    }
    openings
}

fn board_job(posting: &Posting) -> Value {
    let pay = json_of(&render(&posting.pay_ranges));
    json!({ "id": posting.post.id, "language": posting.language, "pay_input_ranges": pay })
}

/// The document without its long texts, which only slow the fuzzer down.
fn json_of(text: &str) -> Value {
    let mut value = serde_json::from_str(text).unwrap_or_default();
    shorten(&mut value);
    value
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > LONG => "<p>Text.</p>".clone_into(text),
        Value::Array(list) => list.iter_mut().for_each(shorten),
        Value::Object(members) => members.values_mut().for_each(shorten),
        _ => {}
    }
}
