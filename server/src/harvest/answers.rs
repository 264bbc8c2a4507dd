//! Answers that were given before, ready to be given again.
//!
//! Only on SQLite, where this process is the only one that changes the data: there a kept answer is exact,
//! because a change of the data begins a new generation and no answer of an older one is found any more.
//! On PostgreSQL another replica may change the data, so nothing is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::HeaderValue;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::call::Answer;
use crate::db::Engine;
use crate::packed::Packed;

/// About how much memory the answers may take, in bytes.
const CAPACITY: u64 = 64 * 1024 * 1024;
/// About how long an answer is: one job.
const TYPICAL: u64 = 4 * 1024;

/// See the module.
#[derive(Debug)]
pub struct Answers {
    kept: Option<Cache<Key, Arc<Ready>, Bytes>>,
    generation: AtomicI64,
}

/// Which answer: the whole address as the client used it, because links lead back to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    generation: i64,
    url: String,
}

/// An answer as it is sent.
#[derive(Debug)]
pub struct Ready {
    pub body: Packed,
    pub link: Option<HeaderValue>,
}

impl From<Answer> for Ready {
    fn from(answer: Answer) -> Self {
        let (body, link) = match answer {
            Answer::One(body) => (body, None),
            Answer::List { body, link } => (body, link),
        };
        let link = link.and_then(|link| HeaderValue::try_from(link).ok());
        Self { body: Packed::new(body), link }
    }
}

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<Key, Arc<Ready>> for Bytes {
    fn weight(&self, key: &Key, answer: &Arc<Ready>) -> u64 {
        let link = answer.link.as_ref().map_or(0, HeaderValue::len);
        (key.url.len() + answer.body.weight() + link + 128) as u64
    }
}

impl Answers {
    pub fn new(engine: Engine) -> Self {
        let capacity = usize::try_from(CAPACITY / TYPICAL).unwrap_or(usize::MAX);
        let kept =
            (engine == Engine::Sqlite).then(|| Cache::with_weighter(capacity, CAPACITY, Bytes));
        Self { kept, generation: AtomicI64::new(0) }
    }

    /// Names the answer to this address, of the data as it is now. Take it before reading the data.
    pub fn key(&self, url: String) -> Key {
        Key { generation: self.generation(), url }
    }

    /// Counts the changes of the data since this program started.
    pub fn generation(&self) -> i64 {
        self.generation.load(Ordering::SeqCst)
    }

    pub fn get(&self, key: &Key) -> Option<Arc<Ready>> {
        self.kept.as_ref()?.get(key)
    }

    /// Makes the answer ready to be sent, and keeps it where it stays true.
    pub fn keep(&self, key: Key, answer: Answer) -> Arc<Ready> {
        let ready = Arc::new(Ready::from(answer));
        if let Some(kept) = &self.kept {
            kept.insert(key, ready.clone());
        }
        ready
    }

    /// The data has changed: what was answered before is not true any more. Called after the change is
    /// committed and before it is answered.
    pub fn forget(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        if let Some(kept) = &self.kept {
            kept.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &'static str) -> Answer {
        Answer::One(text.into())
    }

    fn kept(answers: &Answers, key: &Key) -> Option<String> {
        let answer = answers.get(key)?;
        Some(String::from_utf8_lossy(answer.body.plain()).into_owned())
    }

    #[test]
    fn an_answer_is_given_again_until_the_data_changes() {
        let answers = Answers::new(Engine::Sqlite);
        let key = answers.key("http://here/v1/jobs/1".to_owned());
        assert_eq!(kept(&answers, &key), None);
        answers.keep(key.clone(), answer("one"));
        assert_eq!(kept(&answers, &key).as_deref(), Some("one"));
        answers.forget();
        assert_eq!(kept(&answers, &answers.key(key.url.clone())), None);
    }

    #[test]
    fn an_answer_read_before_a_change_and_kept_after_it_is_not_found() {
        let answers = Answers::new(Engine::Sqlite);
        let key = answers.key("http://here/v1/jobs/1".to_owned());
        answers.forget();
        answers.keep(key.clone(), answer("old"));
        assert_eq!(kept(&answers, &answers.key(key.url)), None);
    }

    #[test]
    fn where_others_change_the_data_nothing_is_kept() {
        let answers = Answers::new(Engine::Postgres);
        let key = answers.key(String::new());
        answers.keep(key.clone(), answer("one"));
        assert_eq!(kept(&answers, &key), None);
    }
}
