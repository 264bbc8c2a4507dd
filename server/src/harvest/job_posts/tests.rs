//! Job posts: every filter against the objects themselves, and which text each endpoint gives.

use crate::db::recruiting::{self, testing};
use crate::harvest::resources::model::{Model, Pages, Pairs, flag, in_time, times, words};
use crate::harvest::resources::testing::{is_not_found, ok, refused};
use crate::harvest::shapes::{JobPost, Posting, Recruiting, render};

fn posts(data: &Recruiting) -> impl Iterator<Item = &JobPost> {
    data.postings.iter().map(|posting| &posting.post)
}

fn full(data: &Recruiting, posting: &Posting) -> JobPost {
    let board = data.boards.iter().find(|board| Some(board.id) == posting.board_id);
    let board = board.expect("a board");
    posting.full(board.introduction.as_deref(), board.conclusion.as_deref())
}

/// The documents of the posts that pass, in the style that was asked for.
fn documents<'d>(
    data: &Recruiting,
    postings: impl Iterator<Item = &'d Posting>,
    pairs: &Pairs,
) -> Vec<String> {
    let passing = postings.filter(|Posting { post, .. }| {
        in_time(pairs, post.created_at, post.updated_at)
            // Only the live ones can be asked for.
            && (flag(pairs, "live") != Some(true) || post.live)
            && flag(pairs, "active").is_none_or(|active| post.active == active)
            && flag(pairs, "internal").is_none_or(|internal| post.internal == internal)
    });
    let is_full = flag(pairs, "full_content") == Some(true);
    let document = |posting: &Posting| {
        if is_full { render(&full(data, posting)) } else { render(&posting.post) }
    };
    passing.map(document).collect()
}

fn either(name: &'static str) -> (&'static str, Vec<String>) {
    words(name, &["true", "false", "1", "0"])
}

#[test]
fn posts_are_those_that_pass_every_filter_in_the_style_that_was_asked_for_in_pages() {
    let data = testing::data();
    let asked = [
        times(posts(&data).step_by(2).map(|post| (post.created_at, post.updated_at))),
        ["live", "active", "internal", "full_content"].map(either).to_vec(),
    ];
    let documents = Box::new(|pairs: &Pairs| documents(&data, data.postings.iter(), pairs));
    let path = "/v1/job_posts".to_owned();
    Model { path, pages: Pages::Numbered, asked: asked.concat(), documents }.check(300);
}

#[test]
fn the_posts_of_a_job_come_in_one_piece() {
    let data = testing::data();
    for job in data.jobs.iter().step_by(13) {
        let documents = |pairs: &Pairs| {
            let of_job = data.postings.iter().filter(|one| one.post.job_id == Some(job.id));
            documents(&data, of_job, pairs)
        };
        let asked = ["active", "full_content"].map(either).to_vec();
        let (path, documents) = (format!("/v1/jobs/{}/job_posts", job.id), Box::new(documents));
        Model { path, pages: Pages::One, asked, documents }.check(30);
    }
}

#[tokio::test]
async fn filters_are_combined_as_distribution_partners_do() {
    let (db, data) = (testing::demo().await, testing::data());
    let reply =
        ok(&db, "/v1/job_posts?active=true&live=true&internal=false&full_content=true").await;
    let documents: Vec<String> = data
        .postings
        .iter()
        .filter(|posting| posting.post.live && posting.post.active && !posting.post.internal)
        .map(|posting| render(&full(&data, posting)))
        .collect();
    assert_eq!(reply.body, format!("[{}]", documents.join(",")));
    assert!(documents.len() > 20);
}

#[tokio::test]
async fn without_parameters_every_post_is_listed_the_deleted_and_those_without_a_job_too() {
    let (db, data) = (testing::demo().await, testing::data());
    let documents: Vec<String> = posts(&data).map(render).collect();
    assert_eq!(ok(&db, "/v1/job_posts").await.body, format!("[{}]", documents.join(",")));
}

#[tokio::test]
async fn full_content_is_the_text_between_the_words_of_the_board() {
    let (db, data) = (testing::demo().await, testing::data());
    let first = &data.postings[0];
    let path = format!("/v1/jobs/{}/job_posts", first.post.job_id.expect("a job"));
    let own = ok(&db, &path).await.json();
    let full = ok(&db, &format!("{path}?full_content=true")).await.json();
    let own = own[0]["content"].as_str().expect("a text");
    let full = full[0]["content"].as_str().expect("a text");
    assert_eq!(Some(own), first.post.content.as_deref());
    let board = data.boards.iter().find(|board| Some(board.id) == first.board_id).expect("a board");
    let introduction = board.introduction.as_deref().expect("a text");
    let conclusion = board.conclusion.as_deref().expect("a text");
    let rest = full.strip_prefix(introduction).and_then(|rest| rest.strip_prefix(own));
    let pay = rest.and_then(|rest| rest.strip_suffix(conclusion)).expect("the words of the board");
    assert!(pay.contains("68,000 – 86,000 EUR") || pay.contains(" USD"), "{pay}");
}

/// The post that stands for a job, said slowly.
fn main_of<'d>(data: &'d Recruiting, job_id: i64) -> &'d JobPost {
    let of_job: Vec<&JobPost> = posts(data).filter(|post| post.job_id == Some(job_id)).collect();
    let shown = of_job.iter().find(|post| post.live && post.external && post.active);
    let recent = |posts: Vec<&&'d JobPost>| {
        posts
            .into_iter()
            .max_by_key(|post| (post.live && post.external, post.created_at, post.id))
            .copied()
    };
    shown
        .copied()
        .or_else(|| recent(of_job.iter().filter(|post| post.active).collect()))
        .or_else(|| recent(of_job.iter().collect()))
        .expect("a post")
}

#[tokio::test]
async fn the_one_post_of_a_job_is_the_first_that_is_live_outside_else_the_latest() {
    let (db, data) = (testing::demo().await, testing::data());
    for job in &data.jobs {
        let reply = ok(&db, &format!("/v1/jobs/{}/job_post?content=1&questions=1", job.id)).await;
        assert_eq!(reply.body, render(main_of(&data, job.id)), "{}", job.name);
    }
}

#[tokio::test]
async fn texts_and_questions_of_the_one_post_are_null_unless_asked_for() {
    let (db, data) = (testing::demo().await, testing::data());
    let job = data.jobs[0].id;
    let post = main_of(&data, job).clone();
    let bare = JobPost { content: None, internal_content: None, questions: None, ..post.clone() };
    let path = format!("/v1/jobs/{job}/job_post");
    assert_eq!(ok(&db, &path).await.body, render(&bare));
    assert_eq!(ok(&db, &format!("{path}?content=false&questions=false")).await.body, render(&bare));
    let with_text = JobPost { questions: None, ..post.clone() };
    assert_eq!(ok(&db, &format!("{path}?content=true")).await.body, render(&with_text));
    let with_questions = JobPost { questions: post.questions.clone(), ..bare };
    assert_eq!(ok(&db, &format!("{path}?questions")).await.body, render(&with_questions));
    let posting = data.postings.iter().find(|posting| posting.post.id == post.id).expect("it");
    let full = JobPost { questions: None, ..full(&data, posting) };
    assert_eq!(ok(&db, &format!("{path}?full_content=true")).await.body, render(&full));
}

#[tokio::test]
async fn a_job_without_posts_has_no_post() {
    let mut data = testing::data();
    data.postings.clear();
    let db = testing::empty().await;
    let mut tx = db.write().await.expect("a change");
    recruiting::load(&mut tx, &data).await.expect("loaded");
    tx.commit().await.expect("committed");
    let job = data.jobs[0].id;
    assert!(is_not_found(&db, &format!("/v1/jobs/{job}/job_post")).await);
    assert_eq!(ok(&db, &format!("/v1/jobs/{job}/job_posts")).await.body, "[]");
    assert!(is_not_found(&db, "/v1/jobs/1/job_post").await);
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let db = testing::empty().await;
    let address = "/v1/job_posts?live=yes&active=2&internal=x&full_content=x&updated_before=x";
    let named = ["updated_before", "live", "active", "internal", "full_content"];
    assert_eq!(refused(&db, address).await, named);
    assert_eq!(refused(&db, "/v1/jobs/1/job_posts?active=x&live=x").await, ["active"]);
}

#[tokio::test]
async fn one_post_is_found_by_its_id_also_when_it_was_deleted() {
    let (db, data) = (testing::demo().await, testing::data());
    for posting in &data.postings {
        let path = format!("/v1/job_posts/{}", posting.post.id);
        assert_eq!(ok(&db, &path).await.body, render(&posting.post));
        let reply = ok(&db, &format!("{path}?full_content=true")).await;
        assert_eq!(reply.body, render(&full(&data, posting)));
    }
    let path = format!("/v1/job_posts/{}/custom_locations", data.postings[0].post.id);
    assert_eq!(ok(&db, &path).await.body, "[]");
    assert!(is_not_found(&db, "/v1/job_posts/1").await);
    assert!(is_not_found(&db, "/v1/job_posts/1/custom_locations").await);
}
