//! Whatever happens between two batches, the database never counts a call twice, and loses at most what was
//! not written down when the program died.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use api::credentials::ApiType;
use api::permissions::PermissionSet;
use proptest::prelude::*;

use super::*;
use crate::db::credentials::NewCredentialRow;
use crate::db::usage as stored;
use crate::keys::{ApiKey, Pepper};

/// What happens to a service.
#[derive(Debug, Clone)]
enum Event {
    /// One of two keys calls.
    Call {
        key: usize,
        permission: Option<Bit>,
        denied: bool,
        address: u8,
    },
    /// A key calls that the database does not know any more.
    CallOfGone {
        permission: Option<Bit>,
        address: u8,
    },
    TimePasses(Millis),
    /// Ten seconds are over.
    Saved,
    /// Ten seconds are over, and the database did not answer.
    NotSaved,
    /// Ten seconds are over; the database wrote the first batch, but the answer was lost.
    AnswerLost,
    /// The program dies and starts again.
    Crash,
}

fn event() -> impl Strategy<Value = Event> {
    let call = (0..2_usize, prop::option::of(0..3_u8), any::<bool>(), 0..40_u8);
    prop_oneof![
        40 => call.prop_map(|(key, permission, denied, address)| Event::Call {
            key, permission, denied, address
        }),
        6 => (prop::option::of(0..3_u8), 0..40_u8)
            .prop_map(|(permission, address)| Event::CallOfGone { permission, address }),
        4 => (0..5_000_000_i64).prop_map(Event::TimePasses),
        3 => Just(Event::Saved),
        1 => Just(Event::NotSaved),
        1 => Just(Event::AnswerLost),
        1 => Just(Event::Crash),
    ]
}

/// A call as the slow, obvious model remembers it.
#[derive(Debug, Clone)]
struct Call {
    key: usize,
    outcome: Outcome,
    address: IpAddr,
    at: Millis,
}

struct Story {
    db: Db,
    clock: Clock,
    recorder: Recorder,
    keys: Vec<(String, Arc<str>)>,
    /// Calls that a crash would lose.
    unsaved: Vec<Call>,
    saved: Vec<Call>,
}

impl Story {
    async fn begin() -> Self {
        let db = Db::open("sqlite::memory:").await.expect("a database");
        let clock = Clock::fixed(1_769_850_300_250);
        let mut keys = Vec::new();
        for name in ["a", "b"] {
            let key = ApiKey::make(&clock, ApiType::Harvest);
            let new = NewCredentialRow {
                id: format!("cred_{name}"),
                api_type: ApiType::Harvest,
                partner: "custom_integration".into(),
                description: name.into(),
                permissions: PermissionSet::EMPTY,
                created_at: clock.now(),
                created_by: None,
                secret_id: format!("secret_{name}"),
                hash: Pepper::new(b"pepper").hash(&key),
                key_hint: key.hint().to_owned(),
            };
            let mut tx = db.write().await.expect("a change");
            db::credentials::create(&mut tx, &new).await.expect("a credential");
            tx.commit().await.expect("a commit");
            keys.push((new.id, new.secret_id.into()));
        }
        let recorder = Recorder::default();
        Self { db, clock, recorder, keys, unsaved: Vec::new(), saved: Vec::new() }
    }

    async fn tell(&mut self, event: Event) {
        match event {
            Event::Call { key, permission, denied, address } => {
                let outcome = Outcome { permission, denied };
                let address = IpAddr::V4(Ipv4Addr::new(203, 0, 113, address));
                self.recorder.count(&self.keys[key].1, outcome, address, self.clock.now());
                self.unsaved.push(Call { key, outcome, address, at: self.clock.now() });
            }
            Event::CallOfGone { permission, address } => {
                let outcome = Outcome { permission, denied: false };
                let address = IpAddr::V4(Ipv4Addr::new(203, 0, 113, address));
                self.recorder.count(&"secret_gone".into(), outcome, address, self.clock.now());
            }
            Event::TimePasses(by) => self.clock.advance(by),
            Event::Saved => self.save().await,
            Event::NotSaved => {
                self.fill().await;
            }
            Event::AnswerLost => {
                self.fill().await;
                let outbox = self.recorder.outbox.lock().await;
                let counted = self.recorder.first(outbox.size);
                if !counted.is_empty() {
                    let batch = outbox.batch(&counted);
                    let sent = stored::save(&self.db, &batch, self.clock.now()).await;
                    // One that is refused is never written, so its answer cannot be lost.
                    assert!(sent.as_ref().err().is_none_or(stored::is_refusal), "{sent:?}");
                }
                drop(outbox);
                // It is sent again, under the same number.
                self.save().await;
            }
            Event::Crash => {
                self.recorder = Recorder::default();
                self.unsaved.clear();
            }
        }
    }

    async fn save(&mut self) {
        self.recorder.save(&self.db, &self.clock).await.expect("saved");
        self.saved.append(&mut self.unsaved);
    }

    /// What `save` does before it writes.
    async fn fill(&self) {
        let mut outbox = self.recorder.outbox.lock().await;
        if outbox.writer.is_empty() {
            outbox.writer = self.clock.new_id("writer");
        }
        if self.recorder.first(1).is_empty() {
            self.recorder.take();
        }
    }

    /// Everything the database says, against everything that was saved.
    async fn compare(&self) {
        for (key, (credential_id, _)) in self.keys.iter().enumerate() {
            let calls: Vec<&Call> = self.saved.iter().filter(|call| call.key == key).collect();
            self.compare_days(credential_id, &calls).await;
            self.compare_last(credential_id, &calls).await;
            self.compare_addresses(credential_id, &calls).await;
            self.compare_seen(key).await;
        }
    }

    /// What is not saved is seen all the same, also what is on its way.
    async fn compare_seen(&self, key: usize) {
        let _pause = self.recorder.pause().await;
        let unsaved: i64 =
            self.recorder.unsaved(&self.keys[key].1).iter().map(|one| one.calls).sum();
        let wanted = self.unsaved.iter().filter(|call| call.key == key).count();
        assert_eq!(usize::try_from(unsaved).expect("a count"), wanted);
    }

    async fn compare_days(&self, credential_id: &str, calls: &[&Call]) {
        let mut wanted: BTreeMap<(i64, Outcome), i64> = BTreeMap::new();
        for call in calls {
            *wanted.entry((call.at / HOUR / 24, call.outcome)).or_default() += 1;
        }
        let days =
            stored::list_days(&self.db, credential_id, self.clock.now()).await.expect("days");
        let days = days.into_iter().map(|row| ((row.day, row.outcome), row.calls));
        assert_eq!(days.collect::<BTreeMap<_, _>>(), wanted);
    }

    async fn compare_last(&self, credential_id: &str, calls: &[&Call]) {
        let mut wanted: BTreeMap<Outcome, (Millis, Millis)> = BTreeMap::new();
        for call in calls {
            let (first, last) = wanted.entry(call.outcome).or_insert((call.at, call.at));
            (*first, *last) = ((*first).min(call.at), (*last).max(call.at));
        }
        let last = stored::list_last(&self.db, credential_id).await.expect("last calls");
        let last = last.into_iter().map(|row| (row.outcome, (row.first_at, row.last_at)));
        assert_eq!(last.collect::<BTreeMap<_, _>>(), wanted);
        let row = db::credentials::read(self.db.read(), credential_id).await.expect("a read");
        let accepted = wanted.iter().filter(|(outcome, _)| !outcome.denied);
        assert_eq!(
            row.expect("the credential").last_used_at,
            accepted.map(|(_, (_, last))| *last).max()
        );
    }

    async fn compare_addresses(&self, credential_id: &str, calls: &[&Call]) {
        let recent: Vec<&&Call> =
            calls.iter().filter(|call| call.at / HOUR >= self.clock.now() / HOUR - 168).collect();
        let rows =
            stored::list_addresses(&self.db, credential_id, self.clock.now()).await.expect("rows");
        let total: i64 = rows.iter().map(|row| row.calls_7d).sum();
        assert_eq!(total, i64::try_from(recent.len()).expect("small"));
        // Who has a place of their own has their own calls in it, or was among the others for a while.
        let mut own: BTreeMap<(Outcome, String), i64> = BTreeMap::new();
        for call in &recent {
            *own.entry((call.outcome, call.address.to_string())).or_default() += 1;
        }
        let placed: Vec<_> = rows.iter().filter(|row| !row.address.is_empty()).collect();
        for row in &placed {
            assert!(row.calls_7d <= own[&(row.outcome, row.address.clone())], "{row:?}");
        }
        let hours: BTreeSet<i64> = recent.iter().map(|call| call.at / HOUR).collect();
        let addresses: BTreeSet<&String> = placed.iter().map(|row| &row.address).collect();
        assert!(addresses.len() <= ADDRESSES * hours.len());
        let all: BTreeSet<IpAddr> = recent.iter().map(|call| call.address).collect();
        if all.len() <= ADDRESSES {
            assert_eq!(
                placed.len(),
                rows.len(),
                "where there is room, nobody is one of the others"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_saved_is_counted_once_whatever_happens(
        events in prop::collection::vec(event(), 0..120)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let mut story = Story::begin().await;
            for event in events {
                story.tell(event).await;
            }
            story.compare().await;
        });
    }
}

#[tokio::test]
async fn usage_that_the_database_refuses_holds_up_nothing_else() {
    let story = Story::begin().await;
    let outcome = Outcome { permission: Some(1), denied: false };
    let gone: Arc<str> = "secret_gone".into();
    for address in 0..20_u8 {
        let address = IpAddr::V4(Ipv4Addr::new(203, 0, 113, address));
        story.recorder.count(&gone, outcome, address, story.clock.now());
        story.recorder.count(&story.keys[0].1, outcome, address, story.clock.now());
    }
    story.recorder.save(&story.db, &story.clock).await.expect("the rest is saved");
    let days = stored::list_days(&story.db, "cred_a", story.clock.now()).await.expect("days");
    assert_eq!(days.iter().map(|day| day.calls).sum::<i64>(), 20);
    assert!(story.recorder.first(1).is_empty());
    let outbox = story.recorder.outbox.lock().await;
    assert_eq!(outbox.refused, (20, 20), "what was left out is counted");
}

#[tokio::test]
async fn usage_that_may_be_written_later_waits_and_is_not_left_out() {
    let story = Story::begin().await;
    let outcome = Outcome { permission: Some(1), denied: false };
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    story.recorder.count(&story.keys[0].1, outcome, address, story.clock.now());
    story.db.execute("ALTER TABLE usage_days RENAME TO hidden").await.expect("no days");
    assert!(story.recorder.save(&story.db, &story.clock).await.is_err());
    story.db.execute("ALTER TABLE hidden RENAME TO usage_days").await.expect("the days");
    story.recorder.save(&story.db, &story.clock).await.expect("saved");
    let days = stored::list_days(&story.db, "cred_a", story.clock.now()).await.expect("days");
    assert_eq!(days.iter().map(|day| day.calls).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn a_call_that_is_on_its_way_to_the_database_is_seen() {
    let story = Story::begin().await;
    let secret = &story.keys[0].1;
    let outcome = Outcome { permission: Some(1), denied: false };
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let seen = || story.recorder.unsaved(secret).iter().map(|one| one.calls).sum::<i64>();
    story.recorder.count(secret, outcome, address, story.clock.now());
    story.fill().await;
    assert_eq!(seen(), 1);
    story.recorder.count(secret, outcome, address, story.clock.now());
    assert_eq!(seen(), 2);
    story.recorder.save(&story.db, &story.clock).await.expect("saved");
    assert_eq!(seen(), 0);
}

#[test]
fn the_twenty_first_address_of_an_hour_is_one_of_the_others() {
    let recorder = Recorder::default();
    let secret: Arc<str> = "secret_x".into();
    let outcome = Outcome { permission: Some(1), denied: false };
    let address = |last: u8| IpAddr::V4(Ipv4Addr::new(10, 0, 0, last));
    for last in 0..30 {
        recorder.count(&secret, outcome, address(last), 5);
        recorder.count(&secret, outcome, address(0), 5);
    }
    recorder.count(&secret, outcome, address(29), HOUR);
    recorder.take();
    let counted = recorder.first(usize::MAX);
    let calls = |wanted: Option<IpAddr>, hour: i64| {
        let found = counted.iter().find(|one| one.address == wanted && one.hour == hour);
        found.map(|one| one.calls)
    };
    assert_eq!(calls(Some(address(0)), 0), Some(31));
    assert_eq!(calls(Some(address(19)), 0), Some(1));
    assert_eq!((calls(Some(address(20)), 0), calls(None, 0)), (None, Some(10)));
    assert_eq!(calls(Some(address(29)), 1), Some(1));
}

#[test]
fn a_call_that_is_not_written_down_yet_is_seen() {
    let recorder = Recorder::default();
    let secret: Arc<str> = "secret_x".into();
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    recorder.count(&secret, Outcome { permission: Some(1), denied: true }, address, 5);
    let last_calls = || {
        let unsaved = recorder.unsaved(&secret).into_iter();
        let mut calls: Vec<_> =
            unsaved.map(|one| (one.outcome.denied, one.last_at, one.calls)).collect();
        calls.sort_unstable();
        calls
    };
    assert_eq!(last_calls(), [(true, 5, 1)]);
    recorder.count(&secret, Outcome { permission: Some(1), denied: false }, address, 4);
    assert_eq!(last_calls(), [(false, 4, 1), (true, 5, 1)]);
}
