//! The public Job Board API: what an organisation publishes, for everyone.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use expect_test::expect;
use serde_json::{Value, json};

use crate::app::{Answer, World, request};

async fn get(world: &World, path: &str) -> Answer {
    world.send(request("GET", &format!("/v1/boards{path}")).body(Body::empty())).await
}

fn ids(list: &Value) -> Vec<i64> {
    list.as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_board_and_its_jobs_are_open_to_everyone() {
    let world = World::new().await;
    expect![[r#"
        200 OK
        content-type: application/json; charset=utf-8
        etag: "e6f7b4ad05a111f223d5e11e36510dca"
        cache-control: max-age=0, private, must-revalidate
        vary: Accept-Encoding
        access-control-allow-origin: *
        access-control-expose-headers: Content-Encoding, ETag, Last-Modified, Link, Retry-After
        x-content-type-options: nosniff
        content-length: 204

        {
          "name": "Acme Robotics",
          "content": "<p>Acme Robotics builds mobile robots that pick, carry and sort in warehouses. Four hundred people in Boston, Pittsburgh, San José, Munich and Delft work on them.</p>"
        }
    "#]].assert_eq(&get(&world, "/acme").await.exact());
    let jobs = get(&world, "/acme/jobs").await.json();
    let first = &jobs["jobs"][0];
    expect![[r#"
        {
          "absolute_url": "https://careers.acme-robotics.example/jobs/5001002",
          "data_compliance": [
            {
              "type": "gdpr",
              "requires_consent": false,
              "requires_processing_consent": false,
              "requires_retention_consent": false,
              "retention_period": null,
              "demographic_data_consent_applies": false
            }
          ],
          "internal_job_id": 4001002,
          "location": {
            "name": "Boston, Massachusetts, United States"
          },
          "metadata": [
            {
              "id": 3601001,
              "name": "Employment type",
              "value": "Full-time",
              "value_type": "single_select"
            },
            {
              "id": 3601002,
              "name": "Workplace",
              "value": "On site",
              "value_type": "single_select"
            },
            {
              "id": 3601005,
              "name": "Tools and languages",
              "value": [
                "SolidWorks",
                "Python"
              ],
              "value_type": "multi_select"
            },
            {
              "id": 3601006,
              "name": "Travel (days per month)",
              "value": null,
              "value_type": "number"
            },
            {
              "id": 3601010,
              "name": "Target start",
              "value": "2025-03-17",
              "value_type": "date"
            }
          ],
          "id": 5001002,
          "updated_at": "2025-07-23T09:59:53-04:00",
          "requisition_id": "ENG-HW-1019",
          "title": "Senior Mechanical Engineer, Actuators",
          "company_name": "Acme Robotics",
          "first_published": "2024-12-31T01:59:31-05:00",
          "language": "en",
          "application_deadline": null
        }"#]]
    .assert_eq(&format!("{first:#}"));
    assert_eq!(jobs["meta"]["total"], jobs["jobs"].as_array().unwrap().len());
    assert!(first.get("content").is_none());
}

#[tokio::test]
async fn a_single_job_says_everything_that_is_asked_for() {
    let world = World::new().await;
    let jobs = get(&world, "/acme/jobs?content=true&pay_transparency=true").await.json();
    let first = jobs["jobs"][0].clone();
    let id = first["id"].as_i64().unwrap();
    let plain = get(&world, &format!("/acme/jobs/{id}?pay_transparency=true")).await.json();
    assert_eq!(plain, first, "a single job always has its content");
    let whole = get(&world, &format!("/acme/jobs/{id}?questions=true")).await.json();
    assert!(whole.get("pay_input_ranges").is_none());
    let content = whole["content"].as_str().unwrap();
    assert!(content.starts_with("&lt;p&gt;Acme Robotics builds") && !content.contains('<'));
    assert!(content.ends_with("tell us what would help.&lt;/p&gt;"));
    let questions = &whole["questions"];
    expect![[r#"
        {
          "required": true,
          "label": "First Name",
          "description": null,
          "fields": [
            {
              "name": "first_name",
              "type": "input_text",
              "values": []
            }
          ]
        }"#]]
    .assert_eq(&format!("{:#}", questions[0]));
    expect![[r#"
        [
          {
            "id": 3101002,
            "name": "Hardware",
            "child_ids": [],
            "parent_id": 3101001
          }
        ]"#]]
    .assert_eq(&format!("{:#}", whole["departments"]));
}

#[tokio::test]
async fn the_board_shows_what_harvest_says_is_live_there_and_nothing_else() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("harvest", "custom_integration").await;
    let permissions = json!({ "permissions": ["job_posts:list", "jobs:list"] });
    ada.patch(&format!("/api/credentials/{id}"), 1, permissions).await;
    let posts = world.call("GET", "/v1/job_posts?live=true&active=true&per_page=500", &key).await;
    let posts = posts.json();
    let mut live: Vec<i64> = posts
        .as_array()
        .unwrap()
        .iter()
        .filter(|post| post["external"] == true)
        .map(|post| post["id"].as_i64().unwrap())
        .collect();
    live.sort_unstable();
    let mut shown = Vec::new();
    for board in ["/acme", "/acme-campus"] {
        let jobs = get(&world, &format!("{board}/jobs")).await.json();
        for job in jobs["jobs"].as_array().unwrap() {
            let post = posts.as_array().unwrap().iter().find(|post| post["id"] == job["id"]);
            assert_eq!(post.unwrap()["job_id"], job["internal_job_id"]);
        }
        shown.extend(ids(&jobs["jobs"]));
    }
    shown.sort_unstable();
    assert_eq!(shown, live);
}

#[tokio::test]
async fn every_job_is_filed_under_its_department_and_office_or_under_the_row_with_the_id_0() {
    let world = World::new().await;
    let jobs = ids(&get(&world, "/acme/jobs").await.json()["jobs"]);
    let departments = get(&world, "/acme/departments").await.json()["departments"].clone();
    let mut filed: Vec<i64> =
        departments.as_array().unwrap().iter().flat_map(|one| ids(&one["jobs"])).collect();
    filed.sort_unstable();
    assert_eq!(filed, jobs);
    let last = departments.as_array().unwrap().last().unwrap();
    assert_eq!((&last["id"], &last["name"]), (&json!(0), &json!("No Department")));

    let offices = get(&world, "/acme/offices").await.json()["offices"].clone();
    let in_office = |office: &Value| -> Vec<i64> {
        office["departments"].as_array().unwrap().iter().flat_map(|one| ids(&one["jobs"])).collect()
    };
    let mut filed: Vec<i64> = offices.as_array().unwrap().iter().flat_map(in_office).collect();
    filed.sort_unstable();
    filed.dedup();
    assert_eq!(filed, jobs);
    assert_eq!(offices.as_array().unwrap().last().unwrap()["name"], "No Office");

    for (path, all) in [("departments", &departments), ("offices", &offices)] {
        for one in all.as_array().unwrap() {
            let alone = get(&world, &format!("/acme/{path}/{}", one["id"])).await;
            assert_eq!(&alone.json(), one);
        }
        let trees = get(&world, &format!("/acme/{path}?render_as=tree")).await.json()[path].clone();
        let mut walked = Vec::new();
        walk(&trees, &mut walked);
        walked.sort_unstable();
        let mut listed = ids(all);
        listed.sort_unstable();
        assert_eq!(walked, listed, "{path}");
        let deep = &trees[0]["children"][0];
        let alone = get(&world, &format!("/acme/{path}/{}?render_as=tree", deep["id"])).await;
        assert_eq!(&alone.json(), deep);
        assert!(deep.get("parent_id").is_none() && deep.get("child_ids").is_none());
    }
}

fn walk(trees: &Value, ids: &mut Vec<i64>) {
    for tree in trees.as_array().unwrap() {
        ids.push(tree["id"].as_i64().unwrap());
        walk(&tree["children"], ids);
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_in_this_apis_own_words() {
    let world = World::new().await;
    let mut said = String::new();
    for path in [
        "",
        "/",
        "/nobody",
        "/nobody/jobs",
        "/nobody/jobs/1",
        "/acme/jobs/1",
        "/acme/jobs/one",
        "/acme/departments/1",
        "/acme/offices/1",
        "/acme/sections/1",
        "/acme/nothing",
    ] {
        let answer = get(&world, path).await;
        said += &format!("{path}: {} {}\n", answer.status.as_u16(), answer.body);
    }
    expect![[r#"
        : 404 {"status":404,"error":"Job board not found"}
        /: 404 {"message":"Resource not found"}
        /nobody: 404 {"status":404,"error":"Job board not found"}
        /nobody/jobs: 404 {"status":404,"error":"Job board not found"}
        /nobody/jobs/1: 404 {"status":404,"error":"Job not found"}
        /acme/jobs/1: 404 {"status":404,"error":"Job not found"}
        /acme/jobs/one: 404 {"status":404,"error":"Job not found"}
        /acme/departments/1: 404 {"status":404,"error":"Department not found"}
        /acme/offices/1: 404 {"status":404,"error":"Office not found"}
        /acme/sections/1: 404 {"status":404,"error":"Section not found"}
        /acme/nothing: 404 {"status":404,"error":"Resource not found"}
    "#]]
    .assert_eq(&said);
    assert_eq!(get(&world, "/acme/sections").await.json(), json!({ "sections": [] }));
}

#[tokio::test]
async fn trailing_slashes_any_case_and_unknown_parameters_are_accepted() {
    let world = World::new().await;
    let jobs = get(&world, "/acme/jobs").await;
    for path in ["/acme/jobs/", "/ACME/jobs", "/Acme//jobs?page=3&for=you&for=me", "/%61cme/jobs"] {
        assert_eq!(get(&world, path).await.body, jobs.body, "{path}");
    }
}

#[tokio::test]
async fn who_has_the_answer_already_is_told_so() {
    let world = World::new().await;
    let ask = async |method: &str, headers: &[(&str, &str)]| {
        let mut call = request(method, "/v1/boards/acme/jobs");
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        world.send(call.body(Body::empty())).await
    };
    let first = ask("GET", &[]).await;
    let tag = first.header("etag").unwrap().to_owned();
    assert!(tag.starts_with('"') && !tag.starts_with("W/"), "{tag} is strong");
    assert_eq!(first.header("cache-control"), Some("max-age=0, private, must-revalidate"));
    assert_eq!(first.header("vary"), Some("Accept-Encoding"));
    for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let again = ask("GET", &[("if-none-match", &known)]).await;
        assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{known}");
        assert_eq!(again.header("etag"), Some(tag.as_str()));
        assert_eq!(again.header("access-control-allow-origin"), Some("*"));
    }
    let other = ask("GET", &[("if-none-match", "\"x\"")]).await;
    assert_eq!(other.body, first.body);
    // Other bytes have another tag.
    let packed = ask("HEAD", &[("accept-encoding", "br, gzip")]).await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_ne!(packed.header("etag"), Some(tag.as_str()));
    assert_eq!(
        ask("HEAD", &[("accept-encoding", "gzip;q=0")]).await.header("content-encoding"),
        None
    );
}

#[tokio::test]
async fn whatever_host_it_is_asked_under_an_answer_is_the_same_but_for_that_host() {
    let world = World::new().await;
    let ada = world.ada().await;
    let no_address = json!({ "job_board_url": "", "job_posts_url": "" });
    let board = ada.get("/api/boards").await.json()["items"][0].clone();
    let path = format!("/api/boards/{}", board["board_id"].as_str().unwrap());
    assert_eq!(ada.patch(&path, 1, no_address).await.status, StatusCode::OK);
    let path = format!("/v1/boards/{}/jobs", board["token"].as_str().unwrap());
    let ask = async |method: &str, host: &str, headers: &[(&str, &str)]| {
        let mut call = Request::builder().method(method).uri(&path).header("host", host);
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        world.send(call.body(Body::empty())).await
    };
    let first = ask("GET", "latchkey.test", &[]).await;
    assert!(first.body.contains("\"http://latchkey.test/v1/boards/"), "{}", first.body);
    let mut tags = vec![first.header("etag").unwrap().to_owned()];
    for number in 0..5 {
        let host = format!("host{number}.test:8443");
        let expected = first.body.replace("http://latchkey.test/", &format!("http://{host}/"));
        let answer = ask("GET", &host, &[]).await;
        assert_eq!(answer.body, expected, "{host}");
        let length = expected.len().to_string();
        assert_eq!(answer.header("content-length"), Some(&*length), "{host}");
        let head = ask("HEAD", &host, &[]).await;
        assert_eq!(head.header("content-length"), Some(&*length), "{host}");
        let tag = answer.header("etag").unwrap();
        assert_eq!(head.header("etag"), Some(tag));
        let known = ask("GET", &host, &[("if-none-match", tag)]).await;
        assert_eq!((known.status, &*known.body), (StatusCode::NOT_MODIFIED, ""), "{host}");
        assert_eq!(known.header("etag"), Some(tag));
        tags.push(tag.to_owned());
        // Two hosts are kept packed; for a stranger's own nothing is packed.
        let packed = ask("HEAD", &host, &[("accept-encoding", "gzip")]).await;
        assert_eq!(packed.header("content-encoding").is_some(), number == 0, "{host}");
    }
    tags.sort_unstable();
    tags.dedup();
    assert_eq!(tags.len(), 6, "other bytes have another tag");
}

#[tokio::test]
async fn an_application_is_not_taken_and_only_a_job_board_key_is_told_so() {
    let world = World::new().await;
    let ada = world.ada().await;
    let (id, key) = ada.issue("job_board", "custom_integration").await;
    let (_, harvest) = ada.issue("harvest", "jobtarget").await;
    let path = "/v1/boards/acme/jobs/1";
    let answer = world.call("POST", path, &key).await;
    assert_eq!(answer.status, StatusCode::NOT_IMPLEMENTED);
    assert_eq!(
        answer.json(),
        json!({ "status": 501, "error": "Applications are not taken by this instance" })
    );
    assert_eq!(answer.header("access-control-allow-origin"), None, "reads only");
    assert_eq!(world.call("POST", path, &harvest).await.status, StatusCode::UNAUTHORIZED);
    ada.act(&format!("/api/credentials/{id}/revoke")).await;
    assert_eq!(world.call("POST", path, &key).await.status, StatusCode::UNAUTHORIZED);
    for (method, path, allow) in [
        ("DELETE", "/v1/boards/acme/jobs/1", "GET, HEAD, OPTIONS, POST"),
        ("PUT", "/v1/boards/acme", "GET, HEAD, OPTIONS"),
        ("POST", "/v1/boards/acme/jobs", "GET, HEAD, OPTIONS"),
    ] {
        let answer = world.call(method, path, &key).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        assert_eq!(answer.header("allow"), Some(allow));
    }
}

#[tokio::test]
async fn what_older_libraries_ask_for_is_answered_in_the_same_shapes() {
    let world = World::new().await;
    let job = ids(&get(&world, "/acme/jobs").await.json()["jobs"])[0];
    let office = ids(&get(&world, "/acme/offices").await.json()["offices"])[0];
    let department = ids(&get(&world, "/acme/departments").await.json()["departments"])[0];
    for (older, path) in [
        ("/acme/embed/jobs".to_owned(), "/acme/jobs".to_owned()),
        ("/acme/embed/jobs/?content=true".to_owned(), "/acme/jobs?content=true".to_owned()),
        (
            format!("/acme/embed/job?id={job}&questions=true"),
            format!("/acme/jobs/{job}?questions=true"),
        ),
        ("/acme/embed/departments".to_owned(), "/acme/departments".to_owned()),
        (
            format!("/acme/embed/department?id={department}"),
            format!("/acme/departments/{department}"),
        ),
        (
            "/acme/embed/offices?render_as=tree".to_owned(),
            "/acme/offices?render_as=tree".to_owned(),
        ),
        (format!("/acme/embed/office?id={office}"), format!("/acme/offices/{office}")),
    ] {
        let (older, answer) = (get(&world, &older).await, get(&world, &path).await);
        assert_eq!(older.status, StatusCode::OK, "{path}");
        assert_eq!(older.body, answer.body, "{path}");
        assert_eq!(older.header("access-control-allow-origin"), Some("*"));
    }
    for (path, error) in [
        ("/nobody/embed/jobs", "Could not find a job board with token 'nobody'"),
        ("/acme/embed/job?id=123", "Could not find a job with id '123' for acme"),
        ("/acme/embed/job", "Could not find a job with id '' for acme"),
        ("/acme/embed/office?id=x", "Could not find an office with id 'x' for acme"),
    ] {
        let answer = get(&world, path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(answer.json(), json!({ "error": error }), "{path}");
    }
    assert_eq!(get(&world, "/acme/embed/forest").await.status, StatusCode::NOT_FOUND);
}
