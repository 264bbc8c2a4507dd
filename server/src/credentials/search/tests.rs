//! The search in memory finds what the database finds, on every page and whatever was changed before.

use api::credentials::{CredentialSort, Status};
use api::partners::PartnerId;
use api::permissions::PermissionSet;
use proptest::prelude::*;

use super::*;
use crate::clock::{Clock, Millis};
use crate::db::credentials::NewCredentialRow;
use crate::keys::{ApiKey, Pepper};

const PARTNERS: [&str; 3] = ["jobtarget", "gem", "unlisted_vendor"];
const TYPES: [&[ApiType]; 2] = [&ApiType::ALL, &[ApiType::JobBoard]];

/// A few credentials at few moments, so that many are of the same one.
#[derive(Debug, Clone)]
struct Made {
    at: Millis,
    api_type: ApiType,
    partner: &'static str,
    description: String,
}

#[derive(Debug, Clone)]
enum Event {
    Made(Made),
    Renamed {
        which: prop::sample::Index,
        description: String,
    },
    Revoked {
        which: prop::sample::Index,
        revoked: bool,
    },
    /// The next change is made, but cannot be read after it.
    NotRead,
    Restarted,
}

fn description() -> impl Strategy<Value = String> {
    let word =
        prop::sample::select(vec!["Job", "job board", "100%", "_a", "Émile", "STRASSE", "b", "!"]);
    prop::collection::vec(word, 1..4).prop_map(|words| words.join(" "))
}

fn event() -> impl Strategy<Value = Event> {
    let api_type = prop::sample::select(ApiType::ALL.to_vec());
    let partner = prop::sample::select(PARTNERS.to_vec());
    let made = (0..6_i64, api_type, partner, description());
    let made = made.prop_map(|(at, api_type, partner, description)| {
        Event::Made(Made { at, api_type, partner, description })
    });
    let renamed = (any::<prop::sample::Index>(), description());
    let renamed = renamed.prop_map(|(which, description)| Event::Renamed { which, description });
    let revoked = any::<(prop::sample::Index, bool)>();
    let revoked = revoked.prop_map(|(which, revoked)| Event::Revoked { which, revoked });
    prop_oneof![6 => made, 2 => renamed, 2 => revoked, 1 => Just(Event::NotRead), 1 => Just(Event::Restarted)]
}

fn filter() -> impl Strategy<Value = CredentialFilter> {
    let q = prop::sample::select(vec![
        "job", "JOB B", "0%", "%", "_", "É", "b j", "ss", " ", "a\nb", "cred_", "",
    ]);
    let status = prop::option::of(prop::sample::select(Status::ALL.to_vec()));
    let api_type = prop::option::of(prop::sample::select(ApiType::ALL.to_vec()));
    let partner = prop::option::of(prop::sample::select(vec!["gem", "jobtarget", "nobody"]));
    let sort = prop::option::of(prop::sample::select(CredentialSort::ALL.to_vec()));
    let all = (q, status, api_type, partner, sort);
    all.prop_map(|(q, status, api_type, partner, sort)| CredentialFilter {
        q: Some(q.to_owned()),
        sort,
        status,
        api_type,
        partner: partner.map(|partner| PartnerId(partner.to_owned())),
        ..CredentialFilter::default()
    })
}

/// A database, and the search that follows it.
struct Story {
    db: Db,
    clock: Clock,
    search: Arc<Search>,
    ids: Vec<String>,
    not_read: bool,
    behind: Vec<String>,
}

impl Story {
    async fn begin() -> Self {
        let db = Db::open("sqlite::memory:").await.expect("a database");
        let search = Arc::new(Search::open(&db).await.expect("a search"));
        Self {
            db,
            clock: Clock::fixed(0),
            search,
            ids: Vec::new(),
            not_read: false,
            behind: Vec::new(),
        }
    }

    async fn tell(&mut self, event: Event) {
        match event {
            Event::Made(made) => self.make(made).await,
            Event::Renamed { which, description } => {
                self.change(which, |row| row.description = description).await;
            }
            Event::Revoked { which, revoked } => {
                self.change(which, |row| row.revoked_at = revoked.then_some(1)).await;
            }
            Event::NotRead => self.not_read = true,
            Event::Restarted => {
                self.search = Arc::new(Search::open(&self.db).await.expect("a search"));
            }
        }
    }

    async fn make(&mut self, made: Made) {
        let key = ApiKey::make(&self.clock, made.api_type);
        let new = NewCredentialRow {
            id: self.clock.new_id("cred"),
            api_type: made.api_type,
            partner: made.partner.to_owned(),
            description: made.description,
            permissions: PermissionSet::EMPTY,
            created_at: made.at,
            created_by: None,
            secret_id: self.clock.new_id("secret"),
            hash: Pepper::new(b"pepper").hash(&key),
            key_hint: key.hint().to_owned(),
        };
        let mut tx = self.db.write().await.expect("a change");
        credentials::create(&mut tx, &new).await.expect("a credential");
        tx.commit().await.expect("a commit");
        self.refresh(&new.id).await;
        self.ids.push(new.id);
    }

    /// A credential is read with the name of who made it.
    async fn refresh(&mut self, id: &str) {
        self.behind.push(id.to_owned());
        if std::mem::take(&mut self.not_read) {
            self.db.execute("ALTER TABLE users RENAME TO hidden").await.expect("no users");
            self.search.refresh(id).await.expect_err("it cannot be read");
            self.db.execute("ALTER TABLE hidden RENAME TO users").await.expect("the users");
        } else {
            // Whoever makes changes reads until it works; here, with the next change.
            for id in std::mem::take(&mut self.behind) {
                self.search.refresh(&id).await.expect("it is read");
            }
        }
    }

    async fn change(&mut self, which: prop::sample::Index, edit: impl FnOnce(&mut CredentialRow)) {
        if self.ids.is_empty() {
            return;
        }
        let id = which.get(&self.ids).clone();
        let row = credentials::read(self.db.read(), &id).await.expect("an answer");
        let mut row = row.expect("a credential");
        edit(&mut row);
        let mut tx = self.db.write().await.expect("a change");
        assert!(credentials::update(&mut tx, &row).await.expect("an update"));
        tx.commit().await.expect("a commit");
        self.refresh(&id).await;
    }

    /// All pages of three, from memory and from the database.
    async fn compare(&self, filter: &CredentialFilter) {
        for types in TYPES {
            let (mut after, mut seen) = (None, 0);
            loop {
                let found = self.search.list(types, filter.clone(), after.clone(), 3);
                let (found, total) = found.await.expect("an answer");
                let counted = credentials::count(&self.db, types, filter).await.expect("a count");
                assert_eq!(total, counted, "{filter:?}");
                let expected = credentials::list(&self.db, types, filter, after.as_ref(), 3);
                assert_eq!(found, expected.await.expect("an answer"), "{filter:?} {after:?}");
                seen += i64::try_from(found.len()).expect("few");
                let Some(last) = found.last() else {
                    assert_eq!(seen, total, "{filter:?}");
                    break;
                };
                after = Some(Cursor::of(last));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_search_in_memory_finds_what_the_database_finds(
        events in prop::collection::vec(event(), 0..60),
        filters in prop::collection::vec(filter(), 8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let mut story = Story::begin().await;
            for event in events {
                story.tell(event).await;
            }
            for filter in &filters {
                story.compare(filter).await;
            }
        });
    }
}
