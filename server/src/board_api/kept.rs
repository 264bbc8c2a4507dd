//! Answers of the Job Board API, kept until the data changes, and what they are made of. Each is rendered
//! once, however many ask for it at the same time and under whatever host.
//!
//! On SQLite this process is the only one that changes the data, so the generation is a number in memory;
//! on PostgreSQL it is asked of the database for every call, which is one short query in place of many.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use memchr::memmem;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};

use super::places::Filed;
use super::{NotFound, Question};
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
    /// The board's, in lower case.
    pub token: String,
    pub question: Question,
}

/// A complete answer, but for the origin it is asked under.
#[derive(Debug)]
pub struct Rendered {
    json: Bytes,
    /// Where in `json` the origin stands.
    origins: Arc<[usize]>,
    /// Of `json`.
    digest: [u8; 32],
    /// The token it was asked for by answers until then; none: for ever.
    answers_until: Option<Millis>,
    /// As it is sent, by origin. One for all, when no origin stands in it.
    sent: Mutex<Vec<(String, Arc<Packed>)>>,
}

impl Rendered {
    pub(super) fn new(json: String, answers_until: Option<Millis>) -> Self {
        let origins: Arc<[usize]> = memmem::find_iter(json.as_bytes(), ORIGIN).collect();
        let digest = Sha256::digest(&json).into();
        let json = Bytes::from(json);
        let mut sent = Vec::new();
        if origins.is_empty() {
            sent.push((String::new(), Arc::new(Packed::new(json.clone()))));
        }
        Self { json, origins, digest, answers_until, sent: Mutex::new(sent) }
    }

    /// Stands for the plain text under this origin; without quotes. No text has to be made for it.
    pub(super) fn tag(&self, origin: &str) -> String {
        if self.origins.is_empty() {
            return hex(&self.digest[..16]);
        }
        let digest = Sha256::new().chain_update(self.digest).chain_update(origin).finalize();
        hex(&digest[..16])
    }

    /// The answer under this origin, when it is one of those that it is kept for.
    pub(super) fn kept(&self, origin: &str) -> Option<Arc<Packed>> {
        let origin = if self.origins.is_empty() { "" } else { origin };
        let known = |sent: &[(String, Arc<Packed>)]| {
            sent.iter().find(|(known, _)| known == origin).map(|(_, sent)| sent.clone())
        };
        let held = self.sent.lock().expect("no panic under this lock");
        if let Some(sent) = known(&held) {
            return Some(sent);
        }
        if held.len() >= ORIGINS {
            return None;
        }
        drop(held);
        let new = Arc::new(Packed::new(self.filled(origin)));
        let mut held = self.sent.lock().expect("no panic under this lock");
        if held.len() < ORIGINS && known(&held).is_none() {
            held.push((origin.to_owned(), new.clone()));
        }
        Some(new)
    }

    fn filled(&self, origin: &str) -> Bytes {
        let mut text = Vec::with_capacity(self.json.len() + self.origins.len() * origin.len());
        self.under(origin).for_each(|piece| text.extend_from_slice(&piece));
        text.into()
    }

    /// The answer under any origin, in pieces that take no memory of their own.
    pub(super) fn under(&self, origin: &str) -> Pieces {
        let origin = Bytes::copy_from_slice(origin.as_bytes());
        let (json, origins) = (self.json.clone(), self.origins.clone());
        Pieces { json, origins, origin, sent: 0, origins_sent: 0 }
    }

    /// About how many bytes it takes in the end.
    fn weight(&self) -> usize {
        let packed = self.json.len() + self.json.len() / 4;
        if self.origins.is_empty() { packed } else { self.json.len() + ORIGINS * packed }
    }
}

/// An answer as it is sent to whoever asks under an origin of their own: the text and the origin by turns.
#[derive(Debug)]
pub(super) struct Pieces {
    json: Bytes,
    origins: Arc<[usize]>,
    origin: Bytes,
    /// Up to here `json` is sent, and so many origins in it.
    sent: usize,
    origins_sent: usize,
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let at = self.origins.get(self.origins_sent).copied();
        if at == Some(self.sent) {
            self.sent += ORIGIN.len();
            self.origins_sent += 1;
            return Some(self.origin.clone());
        }
        let piece = self.json.slice(self.sent..at.unwrap_or(self.json.len()));
        self.sent += piece.len();
        (!piece.is_empty()).then_some(piece)
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.next().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.sent == self.json.len()
    }

    /// All that is left: it becomes the `Content-Length`.
    fn size_hint(&self) -> SizeHint {
        let origins = self.origins.len() - self.origins_sent;
        let text = self.json.len() - self.sent - origins * ORIGIN.len();
        SizeHint::with_exact((text + origins * self.origin.len()) as u64)
    }
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Arc<Rendered>> for Weight {
    fn weight(&self, key: &Key, answer: &Arc<Rendered>) -> u64 {
        (key.token.len() + answer.weight() + 256) as u64
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

    use axum::body::{Body, to_bytes};

    use super::*;

    /// The bytes under an origin, whether they are kept for it or not.
    async fn text(rendered: &Rendered, origin: &str) -> String {
        let pieces = rendered.under(origin);
        let announced = HttpBody::size_hint(&pieces).exact().expect("a known length");
        let bytes = to_bytes(Body::new(pieces), usize::MAX).await.expect("no error");
        assert_eq!(announced, bytes.len() as u64);
        if let Some(kept) = rendered.kept(origin) {
            assert_eq!(kept.plain(), &bytes);
        }
        String::from_utf8(bytes.to_vec()).expect("text")
    }

    #[tokio::test]
    async fn an_origin_is_put_in_where_it_belongs_and_few_are_kept() {
        for json in ["[\"O/1\",\"O/2\",3]", "O", "OO", "O, O", "1 O"] {
            let rendered = Rendered::new(json.replace('O', ORIGIN), None);
            for number in 0..10 {
                let origin = format!("https://host{number}.example");
                assert_eq!(text(&rendered, &origin).await, json.replace('O', &origin));
            }
            assert_eq!(rendered.sent.lock().unwrap().len(), ORIGINS);
            let kept = |origin| rendered.kept(origin);
            let (one, again) = (kept("https://host0.example"), kept("https://host0.example"));
            assert!(Arc::ptr_eq(&one.unwrap(), &again.unwrap()));
            assert!(kept("https://host9.example").is_none());
        }
    }

    #[test]
    fn the_tag_tells_texts_and_origins_apart() {
        let tag = |json: &str, origin: &str| Rendered::new(json.to_owned(), None).tag(origin);
        let (one, two) = (format!("1{ORIGIN}"), format!("2{ORIGIN}"));
        assert_eq!(tag(&one, "https://a.example"), tag(&one, "https://a.example"));
        assert_ne!(tag(&one, "https://a.example"), tag(&one, "https://b.example"));
        assert_ne!(tag(&one, "https://a.example"), tag(&two, "https://a.example"));
        assert_eq!(tag("[1]", "https://a.example"), tag("[1]", "https://b.example"));
        assert_ne!(tag("[1]", ""), tag("[2]", ""));
    }

    #[test]
    fn an_answer_without_an_origin_is_the_same_for_everybody() {
        let rendered = Rendered::new("[1]".to_owned(), None);
        let one = rendered.kept("https://one.example").unwrap();
        assert!(Arc::ptr_eq(&one, &rendered.kept("https://two.example").unwrap()));
    }

    #[tokio::test]
    async fn many_who_ask_at_once_wait_for_one_rendering() {
        let kept = Kept::default();
        let key = Key { generation: 1, token: "acme".to_owned(), question: Question::Board };
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
