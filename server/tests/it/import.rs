//! Importing what a client saved of another system: all of it or nothing, again and again, with an error
//! that says where.

mod boards;
mod encodings;
mod faults;
mod nesting;
mod samples;

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};
use server::import::{By, Import};
use server::settings::Settings;

use crate::app::{Answer, Person, World, request};

const LISTS: [(&str, &str); 8] = [
    ("jobs", "/v1/jobs?per_page=500"),
    ("job_posts", "/v1/job_posts?per_page=500"),
    ("job_stages", "/v1/job_stages?per_page=500"),
    ("departments", "/v1/departments?per_page=500"),
    ("offices", "/v1/offices?per_page=500"),
    ("users", "/v1/users?per_page=500"),
    ("user_roles", "/v1/user_roles?per_page=500"),
    ("close_reasons", "/v1/close_reasons"),
];

/// An integrator with a key for all reads.
pub(crate) async fn integrator(ada: &Person<'_>) -> String {
    let (id, key) = ada.issue("harvest", "custom_integration").await;
    let catalogue = ada.get("/api/catalogue").await.json();
    let all = catalogue["permissions"].as_array().unwrap().iter();
    let reads: Vec<&Value> = all
        .map(|permission| &permission["permission_id"])
        .filter(|id| {
            id.as_str().unwrap().ends_with(":list") || id.as_str().unwrap().ends_with(":read")
        })
        .collect();
    let path = format!("/api/credentials/{id}");
    let answer = ada.patch(&path, 1, json!({ "permissions": reads })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    key
}

/// Everything a client can save of a system, in one document.
async fn saved(world: &World) -> Value {
    let ada = world.ada().await;
    let key = integrator(&ada).await;
    let mut all = json!({});
    for (kind, path) in LISTS {
        all[kind] = world.call("GET", path, &key).await.json();
    }
    let mut fields = Vec::new();
    for field_type in ["job", "opening", "candidate", "application", "offer"] {
        let path = format!("/v1/custom_fields/{field_type}?include_inactive=true&per_page=500");
        fields.extend(world.call("GET", &path, &key).await.json().as_array().unwrap().clone());
    }
    all["custom_fields"] = json!(fields);
    let mut boards = Vec::new();
    for token in ["acme", "acme-campus"] {
        let mut board = public(world, token).await;
        board["token"] = json!(token);
        let jobs = public(world, &format!("{token}/jobs?pay_transparency=true")).await;
        board["jobs"] = jobs["jobs"].clone();
        boards.push(board);
    }
    all["boards"] = json!(boards);
    all
}

async fn public(world: &World, path: &str) -> Value {
    let call = request("GET", &format!("/v1/boards/{path}"));
    world.send(call.body(Body::empty())).await.json()
}

async fn import(ada: &Person<'_>, data: &Value) -> Answer {
    ada.post("/api/import", data.clone()).await
}

fn count(report: &Value, kind: &str) -> (u64, u64, u64, u64) {
    let kinds = report["kinds"].as_array().unwrap();
    let one = kinds.iter().find(|one| one["kind"] == kind).unwrap_or_else(|| panic!("{report:#}"));
    let number = |name: &str| one[name].as_u64().unwrap();
    (number("new"), number("changed"), number("gone"), number("same"))
}

/// A demo from which all recruiting data was taken away.
async fn emptied() -> World {
    let world = World::new().await;
    let ada = world.ada().await;
    let mut nothing = json!({ "custom_fields": [] });
    for (kind, _) in LISTS {
        nothing[kind] = json!([]);
    }
    let report = import(&ada, &nothing).await;
    assert_eq!(report.status, StatusCode::OK, "{}", report.body);
    assert_eq!(count(&report.json(), "jobs"), (0, 0, 40, 0));
    world
}

#[tokio::test]
async fn what_a_client_saved_of_one_system_is_answered_by_another() {
    let source = World::new().await;
    let data = saved(&source).await;
    let target = emptied().await;
    let ada = target.ada().await;
    let key = integrator(&ada).await;
    assert_eq!(target.call("GET", "/v1/jobs", &key).await.json(), json!([]));
    let report = import(&ada, &data).await;
    assert_eq!(report.status, StatusCode::OK, "{}", report.body);
    assert_eq!(count(&report.json(), "jobs"), (40, 0, 0, 0));
    for (kind, path) in LISTS {
        assert_eq!(target.call("GET", path, &key).await.json(), data[kind], "{kind}");
    }
    let source_key = integrator(&source.ada().await).await;
    for path in [
        "/v1/jobs?custom_field_option_id=3601101",
        "/v1/jobs/4001005/openings",
        "/v1/jobs/4001005/hiring_team",
        "/v1/departments?render_as=tree",
        "/v1/custom_fields/job",
    ] {
        let there = source.call("GET", path, &source_key).await;
        assert_eq!(target.call("GET", path, &key).await.body, there.body, "{path}");
    }
    let jobs = "acme/jobs?content=true&pay_transparency=true";
    assert_eq!(public(&target, jobs).await, public(&source, jobs).await);

    // The same again changes nothing, and says so; nothing is put on record.
    let log = ada.get("/api/change_log").await.json()["items"][0]["seq"].clone();
    let again = import(&ada, &data).await.json();
    assert_eq!(count(&again, "jobs"), (0, 0, 0, 40));
    assert!(again["kinds"].as_array().unwrap().iter().all(|kind| kind["same"] != 0));
    assert_eq!(ada.get("/api/change_log").await.json()["items"][0]["seq"], log);
}

#[tokio::test]
async fn an_import_replaces_the_kinds_it_brings_and_no_others() {
    let world = World::new().await;
    let ada = world.ada().await;
    let key = integrator(&ada).await;
    let data = saved(&world).await;
    let posts = world.call("GET", "/v1/job_posts", &key).await.body;
    let mut jobs = data["jobs"].as_array().unwrap().clone();
    jobs.pop();
    jobs[0]["name"] = json!("Renamed");
    let mut added = jobs[1].clone();
    added["id"] = json!(7);
    added["openings"] = json!([]);
    added["departments"] = json!([null]);
    added["something_new"] = json!({ "of": "a later version" });
    jobs.push(added);
    let wanted = json!({ "jobs": jobs });

    let dry = ada.post("/api/import?dry_run=true", wanted.clone()).await.json();
    assert_eq!((count(&dry, "jobs"), &dry["dry_run"]), ((1, 1, 1, 38), &json!(true)));
    let first = world.call("GET", "/v1/jobs/4001001", &key).await.json();
    assert_ne!(first["name"], "Renamed");

    let report = import(&ada, &wanted).await.json();
    assert_eq!(count(&report, "jobs"), (1, 1, 1, 38));
    assert_eq!(world.call("GET", "/v1/jobs/4001001", &key).await.json()["name"], "Renamed");
    assert_eq!(world.call("GET", "/v1/jobs/7", &key).await.json()["departments"], json!([]));
    assert_eq!(world.call("GET", "/v1/jobs/4001040", &key).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.call("GET", "/v1/job_posts", &key).await.body, posts);
    let entry = ada.get("/api/change_log?what=board.import").await.json()["items"][0].clone();
    assert_eq!(entry["changes"][0]["after"], json!(["1 new, 1 changed, 1 gone"]));
}

#[tokio::test]
async fn what_an_admin_set_on_a_board_outlives_an_import() {
    let world = World::new().await;
    let ada = world.ada().await;
    let data = saved(&world).await;
    let changes = json!({
        "job_posts_url": "https://acme.example/:id",
        "token": { "token": "acme-careers" },
    });
    ada.patch("/api/boards/3001001", 1, changes).await;
    let board = json!({ "token": "ACME-careers", "name": "Acme", "content": "<p>New words.</p>" });
    let report = import(&ada, &json!({ "boards": [board] })).await;
    assert_eq!(report.status, StatusCode::OK, "{}", report.body);
    assert_eq!(count(&report.json(), "boards"), (0, 1, 0, 1));
    let after = ada.get("/api/boards/3001001").await.json();
    assert_eq!((&after["name"], &after["token"]), (&json!("Acme"), &json!("acme-careers")));
    assert_eq!(after["job_posts_url"], "https://acme.example/:id");
    // The new words stand around every post of that board, and of no other.
    let key = integrator(&ada).await;
    let posts = world.call("GET", "/v1/job_posts?full_content=true&per_page=500", &key).await;
    let jobs = &public(&world, "acme-careers/jobs?content=true").await["jobs"];
    let on_board =
        |post: &Value| jobs.as_array().unwrap().iter().any(|job| job["id"] == post["id"]);
    for post in posts.json().as_array().unwrap().iter().filter(|post| on_board(post)) {
        assert!(post["content"].as_str().unwrap().starts_with("<p>New words.</p>"));
    }
    // A board that was not there yet.
    let mut job = data["boards"][0]["jobs"][0].clone();
    job["language"] = json!("de");
    let id = job["id"].as_i64().unwrap();
    let board = json!({ "token": "deutsch", "name": "Acme Deutschland", "jobs": [job] });
    import(&ada, &json!({ "boards": [board] })).await;
    let jobs = public(&world, "deutsch/jobs").await["jobs"].clone();
    assert_eq!((&jobs[0]["id"], &jobs[0]["language"]), (&json!(id), &json!("de")));
    let missing = public(&world, &format!("acme-careers/jobs/{id}")).await;
    assert_eq!(missing["error"], "Job not found", "a post is on one board");
}

#[tokio::test]
async fn a_folder_of_saved_answers_is_imported_as_it_is() {
    let source = World::new().await;
    let data = saved(&source).await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, value: &Value| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, value.to_string()).unwrap();
    };
    for kind in LISTS.map(|(kind, _)| kind).into_iter().chain(["custom_fields"]) {
        write(&format!("{kind}.json"), &data[kind]);
    }
    for token in ["acme", "acme-campus"] {
        write(&format!("boards/{token}.json"), &public(&source, token).await);
        let jobs = public(&source, &format!("{token}/jobs?pay_transparency=true")).await;
        write(&format!("boards/{token}/jobs.json"), &jobs);
    }
    std::fs::write(folder.path().join("README.txt"), "saved on a Sunday").unwrap();
    let target = emptied().await;
    let path = folder.path();
    let import = Import { path, name: "saved", by: By::System, dry_run: false };
    target.app.import(import, std::sync::Arc::new(|_| {})).await.unwrap();
    let jobs = "acme-campus/jobs?content=true&pay_transparency=true";
    assert_eq!(public(&target, jobs).await, public(&source, jobs).await);
    assert_eq!(saved(&target).await["jobs"], data["jobs"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoke_in_the_middle_of_an_import_does_not_wait_for_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("latchkey.db").display());
    let world = World::on(&database, Settings::for_tests(0, None)).await;
    let ada = world.ada().await;
    let data = saved(&world).await;
    let (id, key) = ada.issue("harvest", "jobtarget").await;
    let many: Vec<Value> = (1..=4_000)
        .map(|id| {
            let mut post = data["job_posts"][0].clone();
            post["id"] = json!(id);
            post
        })
        .collect();
    let file = folder.path().join("job_posts.json");
    std::fs::write(&file, json!(many).to_string()).unwrap();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let begun = std::sync::Mutex::new(Some(begun));
    let app = world.app.clone();
    let importing = tokio::spawn(async move {
        let progress = move |_| {
            if let Some(begun) = begun.lock().unwrap().take() {
                begun.send(()).unwrap();
            }
        };
        let import = Import { path: &file, name: "many", by: By::System, dry_run: false };
        app.import(import, std::sync::Arc::new(progress)).await.unwrap()
    });
    begins.await.unwrap();
    let revoked = ada.act(&format!("/api/credentials/{id}/revoke")).await;
    assert_eq!(revoked.status, StatusCode::OK);
    assert!(!importing.is_finished(), "the import goes on");
    assert_eq!(world.call("GET", "/v1/jobs", &key).await.status, StatusCode::UNAUTHORIZED);
    // A second one waits for nobody: it is told so.
    let second = import(&ada, &json!({ "jobs": [] })).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    let report = importing.await.unwrap();
    assert_eq!(report.kinds[0].new, 4_000);
    world.app.db.close().await;
}

#[tokio::test]
async fn only_who_manages_all_credentials_imports() {
    let world = World::new().await;
    let none = json!({ "jobs": [] });
    for person in [world.cleo().await, world.ben().await] {
        assert_eq!(import(&person, &none).await.status, StatusCode::FORBIDDEN);
    }
    let anonymous = world.anonymous();
    assert_eq!(import(&anonymous, &none).await.status, StatusCode::UNAUTHORIZED);
    let ada = world.ada().await;
    let text = ada.request("POST", "/api/import").header("content-type", "text/plain");
    let answer = world.send(text.body(Body::from("{}"))).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
