//! Answers of the Job Board API, kept until the data changes, and what they are made of. Each is rendered
//! once, however many ask for it at the same time and under whatever host.
//!
//! On SQLite this process is the only one that changes the data, so the generation is a number in memory;
//! on PostgreSQL it is asked of the database for every call, which is one short query in place of many.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use memchr::memmem;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};

use super::NotFound;
use super::places::Filed;
use crate::clock::Millis;
use crate::keys::hex;
use crate::packed::Packed;

/// About how much memory the answers may take, in bytes.
const CAPACITY: u64 = 64 * 1024 * 1024;
/// About how long an answer is, plain and packed.
const TYPICAL: u64 = 16 * 1024;
/// Of so many boards the places are kept.
const BOARDS: usize = 4;
/// Under so many origins an answer is kept: those that asked first. Strangers make up as many as they like.
const ORIGINS: usize = 2;

/// Stands for the client's origin while an answer is rendered. The control characters keep it apart from
/// what stands in texts, and JSON leaves them as they are.
pub(super) const ORIGIN: &str = "\u{7f}origin\u{7f}";

/// Which answer: of which data, to which question.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub generation: i64,
    pub question: String,
}

/// A complete answer, but for the origin it is asked under.
#[derive(Debug)]
pub struct Rendered {
    json: Bytes,
    /// Where in `json` the origin stands.
    origins: Vec<usize>,
    /// The token it was asked for by answers until then; none: for ever.
    answers_until: Option<Millis>,
    /// As it was sent, by origin. One for all, when no origin stands in it.
    sent: Mutex<Vec<(String, Arc<Sent>)>>,
}

/// An answer as it is sent.
#[derive(Debug)]
pub(super) struct Sent {
    pub body: Packed,
    /// Without quotes: a digest of the plain text.
    pub tag: String,
}

impl Sent {
    fn new(body: Packed) -> Arc<Self> {
        let digest = Sha256::digest(body.plain());
        Arc::new(Self { tag: hex(&digest[..16]), body })
    }
}

impl Rendered {
    pub(super) fn new(json: String, answers_until: Option<Millis>) -> Self {
        let origins: Vec<usize> = memmem::find_iter(json.as_bytes(), ORIGIN).collect();
        let json = Bytes::from(json);
        let mut sent = Vec::new();
        if origins.is_empty() {
            sent.push((String::new(), Sent::new(Packed::new(json.clone()))));
        }
        Self { json, origins, answers_until, sent: Mutex::new(sent) }
    }

    /// The answer to somebody who asks under this origin.
    pub(super) fn under(&self, origin: &str) -> Arc<Sent> {
        let origin = if self.origins.is_empty() { "" } else { origin };
        let known = |sent: &[(String, Arc<Sent>)]| {
            sent.iter().find(|(known, _)| known == origin).map(|(_, sent)| sent.clone())
        };
        let held = self.sent.lock().expect("no panic under this lock");
        if let Some(sent) = known(&held) {
            return sent;
        }
        let kept = held.len() < ORIGINS;
        drop(held);
        let body = self.filled(origin);
        if !kept {
            return Sent::new(Packed::plain_only(body));
        }
        let new = Sent::new(Packed::new(body));
        let mut held = self.sent.lock().expect("no panic under this lock");
        if held.len() < ORIGINS && known(&held).is_none() {
            held.push((origin.to_owned(), new.clone()));
        }
        new
    }

    fn filled(&self, origin: &str) -> Bytes {
        let mut text = Vec::with_capacity(self.json.len() + self.origins.len() * origin.len());
        let mut done = 0;
        for &at in &self.origins {
            text.extend_from_slice(&self.json[done..at]);
            text.extend_from_slice(origin.as_bytes());
            done = at + ORIGIN.len();
        }
        text.extend_from_slice(&self.json[done..]);
        text.into()
    }

    /// About how many bytes it takes in the end.
    fn weight(&self) -> usize {
        let packed = self.json.len() + self.json.len() / 4;
        if self.origins.is_empty() { packed } else { self.json.len() + ORIGINS * packed }
    }
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Arc<Rendered>> for Weight {
    fn weight(&self, key: &Key, answer: &Arc<Rendered>) -> u64 {
        (key.question.len() + answer.weight() + 256) as u64
    }
}

/// See the module.
#[derive(Debug)]
pub struct Kept {
    answers: Cache<Key, Arc<Rendered>, Weight>,
    /// By the generation of the data, and the board's id.
    filed: Cache<(i64, i64), Arc<Filed>>,
}

impl Default for Kept {
    fn default() -> Self {
        let count = usize::try_from(CAPACITY / TYPICAL).unwrap_or(usize::MAX);
        let answers = Cache::with_weighter(count, CAPACITY, Weight);
        Self { answers, filed: Cache::new(BOARDS) }
    }
}

impl Kept {
    /// What was answered before.
    pub(super) fn get(&self, key: &Key, now: Millis) -> Option<Arc<Rendered>> {
        let kept = self.answers.get(key)?;
        if kept.answers_until.is_some_and(|until| now >= until) {
            self.answers.remove(key);
            return None;
        }
        Some(kept)
    }

    /// What was answered before, or else what `render` gives: one renders, the others wait for it.
    pub(super) async fn get_or_render(
        &self,
        key: &Key,
        render: impl Future<Output = anyhow::Result<Result<Rendered, NotFound>>>,
    ) -> anyhow::Result<Result<Arc<Rendered>, NotFound>> {
        let place = match self.answers.get_value_or_guard_async(key).await {
            Ok(kept) => return Ok(Ok(kept)),
            Err(place) => place,
        };
        Ok(render.await?.map(|rendered| {
            let rendered = Arc::new(rendered);
            // A place that was taken away meanwhile is only missed by the cache.
            drop(place.insert(rendered.clone()));
            rendered
        }))
    }

    /// The places of a board with its jobs, read before or else by `read`.
    pub(super) async fn filed(
        &self,
        generation: i64,
        board_id: i64,
        read: impl Future<Output = anyhow::Result<Filed>>,
    ) -> anyhow::Result<Arc<Filed>> {
        match self.filed.get_value_or_guard_async(&(generation, board_id)).await {
            Ok(kept) => Ok(kept),
            Err(place) => {
                let filed = Arc::new(read.await?);
                drop(place.insert(filed.clone()));
                Ok(filed)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn text(rendered: &Rendered, origin: &str) -> String {
        String::from_utf8(rendered.under(origin).body.plain().to_vec()).expect("text")
    }

    #[test]
    fn an_origin_is_put_in_where_it_belongs_and_few_are_kept() {
        let rendered = Rendered::new(format!("[\"{ORIGIN}/1\",\"{ORIGIN}/2\",3]"), None);
        for number in 0..100 {
            let origin = format!("https://host{number}.example");
            assert_eq!(text(&rendered, &origin), format!("[\"{origin}/1\",\"{origin}/2\",3]"));
        }
        assert_eq!(rendered.sent.lock().unwrap().len(), ORIGINS);
        let first = rendered.under("https://host0.example");
        assert!(Arc::ptr_eq(&first, &rendered.under("https://host0.example")));
        assert_ne!(first.tag, rendered.under("https://host1.example").tag);
    }

    #[test]
    fn an_answer_without_an_origin_is_the_same_for_everybody() {
        let rendered = Rendered::new("[1]".to_owned(), None);
        let one = rendered.under("https://one.example");
        assert!(Arc::ptr_eq(&one, &rendered.under("https://two.example")));
    }

    #[tokio::test]
    async fn many_who_ask_at_once_wait_for_one_rendering() {
        let kept = Kept::default();
        let key = Key { generation: 1, question: "acme Jobs".to_owned() };
        let renderings = AtomicUsize::new(0);
        let ask = async || {
            let render = async {
                renderings.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                Ok(Ok(Rendered::new("[1]".to_owned(), Some(10))))
            };
            kept.get_or_render(&key, render).await.expect("no error").expect("an answer")
        };
        let (one, two, three) = tokio::join!(ask(), ask(), ask());
        assert_eq!(renderings.load(Ordering::SeqCst), 1);
        assert!(Arc::ptr_eq(&one, &two) && Arc::ptr_eq(&two, &three));
        assert!(kept.get(&key, 9).is_some());
        assert!(kept.get(&key, 10).is_none(), "the token does not answer any more");
        ask().await;
        assert_eq!(renderings.load(Ordering::SeqCst), 2);
    }
}
