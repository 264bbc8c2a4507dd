//! Making a change: one transaction with its change-log entries, then memory, then the answer.

mod memory;

use std::time::Duration;

use serde_json::Value;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{sleep, timeout};

pub(crate) use self::memory::Made;
use self::memory::Memory;

use crate::App;
use crate::clock::Millis;
use crate::db::change_log::{self, Entry, Place};
use crate::db::users::UserRow;
use crate::db::{self, Trouble, Tx};
use crate::error::{Error, Result};
use crate::session::{Caller, User};

/// Who does it, from where, in which request.
#[derive(Debug, Clone)]
pub struct Actor {
    kind: &'static str,
    id: String,
    name: String,
    address: String,
    request_id: String,
}

impl Actor {
    /// Somebody who is signed in, or is about to be.
    pub fn user(user: &UserRow, caller: &Caller) -> Self {
        Self {
            kind: "user",
            id: user.id.clone(),
            name: user.name.clone(),
            address: caller.client.address.to_string(),
            request_id: caller.request_id.clone(),
        }
    }

    /// Nobody in particular: the command line, the demo.
    pub fn system() -> Self {
        Self {
            kind: "system",
            id: String::new(),
            name: "Latchkey".to_owned(),
            address: String::new(),
            request_id: String::new(),
        }
    }
}

/// What a change is about.
#[derive(Debug)]
pub struct Subject<'a> {
    pub kind: &'static str,
    pub id: &'a str,
    pub name: &'a str,
}

/// A change in the making. Dropped without [`commit`](Self::commit), nothing happened.
#[derive(Debug)]
pub struct Change {
    app: App,
    actor: Actor,
    pub tx: Tx,
    pub now: Millis,
    memory: Memory,
    /// The last entry it wrote.
    recorded: Option<Place>,
    /// The next change waits until memory has followed this one.
    _turn: OwnedMutexGuard<()>,
}

impl App {
    /// Begins a change by this user, and gives them back as they are inside it. `may` refuses whoever may
    /// not make it. It is asked before, so that they hold nobody up, and again under the database's lock:
    /// whoever was disabled, signed out or given fewer rights while this waited is refused.
    pub async fn change(
        &self,
        user: User,
        may: impl Fn(&User) -> Result<()>,
    ) -> Result<(Change, User)> {
        may(&user)?;
        let mut change = self.change_as(Actor::user(&user.row, &user.caller)).await?;
        let user = user.again_in(self, &mut change.tx, change.now).await?;
        may(&user)?;
        // Their name may be another by now.
        change.actor = Actor::user(&user.row, &user.caller);
        Ok((change, user))
    }

    /// Begins a change by anybody else. It waits until every other change has ended, on all replicas.
    ///
    /// # Errors
    /// It waits for seconds, not longer.
    pub async fn change_as(&self, actor: Actor) -> db::Result<Change> {
        let turn = timeout(TURN, self.changing.clone().lock_owned()).await;
        let turn = turn.map_err(|_| Trouble::Busy.error())?;
        let tx = change_log::begin(&self.db).await?;
        let now = self.clock.now();
        Ok(Change {
            app: self.clone(),
            actor,
            tx,
            now,
            memory: Memory::default(),
            recorded: None,
            _turn: turn,
        })
    }
}

impl Change {
    /// Puts on record what is being done; `before` and `after` hold only what differs.
    pub async fn record(
        &mut self,
        action: &'static str,
        subject: &Subject<'_>,
        before: Option<Value>,
        after: Option<Value>,
    ) -> db::Result<()> {
        let entry = Entry {
            at: self.now,
            actor_kind: self.actor.kind.to_owned(),
            actor_id: self.actor.id.clone(),
            actor_name: self.actor.name.clone(),
            address: self.actor.address.clone(),
            request_id: self.actor.request_id.clone(),
            action: action.to_owned(),
            subject_kind: subject.kind.to_owned(),
            subject_id: subject.id.to_owned(),
            subject_name: subject.name.to_owned(),
            before: before.map(|value| value.to_string()),
            after: after.map(|value| value.to_string()),
        };
        let place = change_log::append(&mut self.tx, self.app.keys.pepper(), &entry).await?;
        self.recorded = Some(place);
        Ok(())
    }

    /// The keys of this credential may open something else once the change is made.
    pub fn touches_keys_of(&mut self, credential_id: &str) {
        self.memory.keys_of = Some(credential_id.to_owned());
    }

    /// The key of this hash, in hexadecimal, is none any more once the change is made.
    pub fn ends_key(&mut self, hash: &str) {
        self.memory.superseded = Some(hash.to_owned());
    }

    /// This credential is found by something else once the change is made.
    pub fn touches_credential(&mut self, credential_id: &str) {
        self.memory.credential = Some(credential_id.to_owned());
    }

    /// What partners and the public read may be different once the change is made: it is counted, for the
    /// other replicas too, and what was answered before is forgotten.
    pub fn touches_recruiting(&mut self) {
        self.memory.recruiting = true;
    }

    /// Makes the change: when this returns, every later call is decided by it.
    ///
    /// # Errors
    /// Nothing was changed, unless it is [`Error::OutcomeUnknown`].
    pub async fn commit(mut self) -> Result<()> {
        let memory = self.memory;
        if memory.recruiting {
            db::recruiting::changed(&mut self.tx).await?;
        }
        if let Err(error) = self.tx.commit().await {
            match outcome(&self.app, self.recorded.as_ref()).await {
                Some(true) => {}
                Some(false) => return Err(error.into()),
                None => {
                    memory.forget(&self.app);
                    tokio::spawn(memory.catch_up(self.app));
                    return Err(Error::OutcomeUnknown(error.into()));
                }
            }
        }
        Made::note();
        if memory.follow(&self.app).await.is_err() {
            tokio::spawn(memory.catch_up(self.app));
        }
        Ok(())
    }
}

/// For the changes of this process that come before.
const TURN: Duration = Duration::from_secs(10);
/// For finding out what became of a commit.
const LOOK_UP: Duration = Duration::from_secs(8);
/// Between two attempts.
const AGAIN: Duration = Duration::from_millis(500);

/// Whether a change whose commit was not answered was made; none: that cannot be known.
async fn outcome(app: &App, recorded: Option<&Place>) -> Option<bool> {
    // What is found in a file that was deleted or replaced says nothing.
    app.db.check_is_same().ok()?;
    let place = recorded?;
    let look = async {
        loop {
            match change_log::was_made(&app.db, place).await {
                Ok(made) => return made,
                Err(error) => tracing::warn!("what became of a change is not known yet: {error}"),
            }
            sleep(AGAIN).await;
        }
    };
    timeout(LOOK_UP, look).await.ok()
}
