//! API keys: making, hashing and finding them, and the one decision on them,
//! [`Keys::authorise`](Keys::authorise): may this key make this call, now?
//!
//! On SQLite all active keys are held in memory. It is a table, not a cache: a change is committed, then
//! the table is changed, then the change is answered. On PostgreSQL other replicas change keys too, so
//! each call asks the database.

pub mod basic;
mod endpoints;
mod meter;
mod plaintext;

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use api::catalogue::Catalogue;
use api::credentials::ApiType;
use axum::http::{HeaderMap, Method};

pub use endpoints::{Endpoints, Matched, Route};
pub use meter::{Meter, Rate, WINDOW_SECONDS};
pub(crate) use plaintext::hex;
pub use plaintext::{ApiKey, Pepper, SecretHash};

use crate::clock::Millis;
use crate::db::credentials::Grant;
use crate::db::secrets::Secret;
use crate::db::{self, Db, Engine, whole};

/// The stored side of a key that opens something.
#[derive(Debug)]
pub struct Key {
    pub credential_id: Arc<str>,
    pub secret_id: Arc<str>,
    pub grant: Arc<Grant>,
    meter: Arc<Meter>,
}

/// What becomes of a call.
#[derive(Debug)]
pub enum Decision {
    /// The path is none of the catalogue's.
    UnknownPath,
    /// The path is, with these methods.
    UnknownMethod {
        allow: String,
    },
    /// No key, a malformed one, an unknown, revoked or expired one, one of another type.
    Unauthenticated,
    /// Too many calls in these ten seconds.
    RateLimited(Rate),
    /// The key is good, the endpoint is not granted.
    Forbidden {
        rate: Option<Rate>,
        matched: Matched,
        key: Arc<Key>,
    },
    Allowed {
        rate: Option<Rate>,
        matched: Matched,
        key: Arc<Key>,
    },
}

/// All keys, and what decides on them.
#[derive(Debug)]
pub struct Keys {
    pepper: Pepper,
    endpoints: Endpoints,
    /// Calls per key and ten seconds; none: unlimited.
    limit: Option<u32>,
    db: Db,
    /// SQLite: every active key by its hash.
    table: RwLock<HashMap<SecretHash, Arc<Key>>>,
    /// PostgreSQL: what this replica has counted, by secret.
    meters: RwLock<HashMap<String, Arc<Meter>>>,
}

impl Keys {
    /// Reads all active keys into memory, where that is allowed.
    pub async fn open(db: &Db, pepper: Pepper, limit: Option<u32>) -> db::Result<Self> {
        let table = match db.engine() {
            Engine::Sqlite => read_table(db).await?,
            Engine::Postgres => HashMap::new(),
        };
        Ok(Self {
            pepper,
            endpoints: Endpoints::new(&Catalogue::new()),
            limit,
            db: db.clone(),
            table: RwLock::new(table),
            meters: RwLock::default(),
        })
    }

    pub fn pepper(&self) -> &Pepper {
        &self.pepper
    }

    /// Makes memory say what the database says of this credential. Called after every change of one,
    /// before the change is answered, by one caller at a time. When the database does not answer, the
    /// credential's keys are let go until it does: a key that is dead too long is better than one that lives
    /// too long.
    pub async fn refresh(&self, credential_id: &str) -> db::Result<()> {
        if self.db.engine() == Engine::Postgres {
            return Ok(());
        }
        let secrets = db::secrets::list_of(&self.db, credential_id).await;
        let secrets = secrets.inspect_err(|error| {
            tracing::error!(credential_id, "its keys are refused until they can be read: {error}");
            self.forget(credential_id);
        })?;
        let mut table = self.table.write().expect("no panic under this lock");
        for (secret, grant) in secrets {
            let known = table.remove(&secret.hash);
            if let Some(grant) = grant {
                let meter = known.map(|key| key.meter.clone()).unwrap_or_default();
                table.insert(secret.hash, Arc::new(Key::new(secret, grant, meter)));
            }
        }
        drop(table);
        Ok(())
    }

    /// Refuses the keys of this credential until they are read again.
    pub fn forget(&self, credential_id: &str) {
        let mut table = self.table.write().expect("no panic under this lock");
        table.retain(|_, key| *key.credential_id != *credential_id);
    }

    /// SQLite: whether the key of this hash is held.
    #[cfg(test)]
    pub(crate) fn holds(&self, hash: &SecretHash) -> bool {
        self.table.read().expect("no panic under this lock").contains_key(hash)
    }

    /// Lets go of the key of this hash, in hexadecimal, until its credential is read again.
    pub(crate) fn forget_key(&self, hash: &str) {
        if let Some(hash) = SecretHash::from_hex(hash) {
            self.table.write().expect("no panic under this lock").remove(&hash);
        }
    }

    /// The decision on a call of the Harvest surface.
    pub async fn authorise(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
        now: Millis,
    ) -> db::Result<Decision> {
        let matched = match self.endpoints.find(method, path) {
            Route::Found(matched) => matched,
            Route::UnknownMethod { allow } => return Ok(Decision::UnknownMethod { allow }),
            Route::UnknownPath => return Ok(Decision::UnknownPath),
        };
        let key = self.key_of(path, headers).await?;
        let Some(key) = key.filter(|key| key.grant.api_type == ApiType::Harvest) else {
            return Ok(Decision::Unauthenticated);
        };
        let rate = self.count(&key, now);
        Ok(match rate {
            Some(rate) if rate.exceeded => Decision::RateLimited(rate),
            _ if !key.grant.permissions.contains(matched.bit) => {
                Decision::Forbidden { rate, matched, key }
            }
            _ => Decision::Allowed { rate, matched, key },
        })
    }

    /// The active key that a call of this path carries.
    pub async fn key_of(&self, path: &str, headers: &HeaderMap) -> db::Result<Option<Arc<Key>>> {
        match basic::api_key(headers) {
            Ok(plaintext) => self.find(&plaintext).await,
            Err(mistake) => {
                tracing::info!(path, "refused a call: {mistake}");
                Ok(None)
            }
        }
    }

    /// Counts a call against the key's limit; none: there is no limit.
    pub fn count(&self, key: &Key, now: Millis) -> Option<Rate> {
        // Keys of vendors nobody has listed get half of the others' limit.
        let limit =
            self.limit.map(|limit| if key.grant.unlisted { limit.div_ceil(2) } else { limit });
        limit.map(|limit| key.meter.count(limit, now))
    }

    /// The active key of this plaintext.
    async fn find(&self, plaintext: &ApiKey) -> db::Result<Option<Arc<Key>>> {
        let hash = self.pepper.hash(plaintext);
        if self.db.engine() == Engine::Sqlite {
            // Another server may serve the file that is there now, and revoke keys in it.
            self.db.check_is_same()?;
            let table = self.table.read().expect("no panic under this lock");
            // The look-up is by a keyed hash, so its timing tells nothing about any key; the comparison
            // of what was found takes the same time for every hash all the same.
            return Ok(table
                .get_key_value(&hash)
                .filter(|(known, _)| hash.is(known))
                .map(|hit| hit.1.clone()));
        }
        let found = db::secrets::read_active(&self.db, &hash).await?;
        Ok(found.filter(|(secret, _)| hash.is(&secret.hash)).map(|(secret, grant)| {
            let meter = self.meter_of(&secret.id);
            Arc::new(Key::new(secret, grant, meter))
        }))
    }

    fn meter_of(&self, secret_id: &str) -> Arc<Meter> {
        let meters = self.meters.read().expect("no panic under this lock");
        if let Some(meter) = meters.get(secret_id) {
            return meter.clone();
        }
        drop(meters);
        let mut meters = self.meters.write().expect("no panic under this lock");
        meters.entry(secret_id.to_owned()).or_default().clone()
    }
}

impl Key {
    fn new(secret: Secret, grant: Grant, meter: Arc<Meter>) -> Self {
        Self {
            credential_id: secret.credential_id.into(),
            secret_id: secret.id.into(),
            grant: Arc::new(grant),
            meter,
        }
    }
}

/// Every active key by its hash. The two tables are read one after the other and joined here: with a
/// million keys the database takes three seconds longer to join them. Nothing writes them meanwhile.
async fn read_table(db: &Db) -> db::Result<HashMap<SecretHash, Arc<Key>>> {
    let count = whole::count_secrets(db).await?;
    let mut grants: HashMap<Arc<str>, Arc<Grant>> = HashMap::with_capacity(count);
    // Many keys are granted the same; they share it.
    let mut different: HashMap<Grant, Arc<Grant>> = HashMap::new();
    whole::each_grant(db, |credential_id, grant| {
        let shared = different.entry(grant).or_insert_with(|| Arc::new(grant));
        grants.insert(credential_id.into(), shared.clone());
    })
    .await?;
    let mut table = HashMap::with_capacity(count);
    whole::each_secret(db, |secret| {
        if let Some((credential_id, grant)) = grants.get_key_value(&*secret.credential_id) {
            let key = Key {
                credential_id: credential_id.clone(),
                secret_id: secret.id.into(),
                grant: grant.clone(),
                meter: Arc::default(),
            };
            table.insert(secret.hash, Arc::new(key));
        }
    })
    .await?;
    Ok(table)
}
