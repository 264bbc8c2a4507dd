//! A client with a journal. It changes credentials and users that only it changes, writes down what it
//! asked for and what was answered, and finds out afterwards what became of a change without an answer.

mod tally;

use anyhow::{Context as _, Result, bail};
use api::paths;
use base64::Engine as _;
use serde_json::{Value, json};

use self::tally::compare;
pub(super) use self::tally::{Audit, Journal};
use super::change_log::ChangeLog;
use super::client::{Client, Person, Reply};

/// Only the things made last are changed, so that each goes through several states.
const RECENT: usize = 5;

/// A client with a journal.
#[derive(Debug)]
pub(super) struct Worker {
    number: usize,
    things: Vec<Thing>,
    /// The change whose outcome is not known.
    open: Option<Step>,
    random: fastrand::Rng,
    pub(super) journal: Journal,
}

/// What came of one change.
#[derive(Debug)]
pub(super) enum Came {
    Acknowledged,
    Refused(Reply),
    Silent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Credential,
    User,
}

/// A credential or a user.
#[derive(Debug)]
struct Thing {
    kind: Kind,
    /// Part of the description or the e-mail, in nothing else.
    name: String,
    id: Option<String>,
    authorization: Option<String>,
    version: u64,
    /// As the journal says; nothing when it was not made.
    state: Option<State>,
    /// What the change log must say was done to it.
    done: Vec<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    active: bool,
    stored: bool,
    /// The description, or the level.
    text: String,
}

#[derive(Debug)]
struct Step {
    thing: usize,
    action: &'static str,
    after: State,
    /// The answer said that nothing was changed.
    denied: bool,
}

impl Worker {
    pub(super) fn new(number: usize, seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed.wrapping_add(number as u64));
        Self { number, things: Vec::new(), open: None, random, journal: Journal::default() }
    }

    /// Makes one change. What was not acknowledged must be [looked up](Self::resolve) before the next.
    pub(super) async fn step(&mut self, person: &mut Person) -> Result<Came> {
        if self.open.is_some() {
            bail!("the outcome of the last change was not looked up");
        }
        let place = self.choose();
        let (action, after) = self.next(place);
        let answer = send(&self.things[place], action, &after, person).await;
        let mut step = Step { thing: place, action, after, denied: false };
        match answer {
            Err(_) => {
                self.journal.silent += 1;
                self.open = Some(step);
                Ok(Came::Silent)
            }
            Ok(reply) if reply.status < 300 => {
                self.things[place].learn(&reply.json()?);
                self.done(step);
                self.journal.acknowledged += 1;
                Ok(Came::Acknowledged)
            }
            Ok(reply) if reply.status >= 500 => {
                self.journal.refused += 1;
                step.denied = reply.text().contains("othing was changed");
                self.open = Some(step);
                Ok(Came::Refused(reply))
            }
            Ok(reply) => bail!("{action} answered {}: {}", reply.status, reply.text()),
        }
    }

    /// Finds out whether the change without an acknowledgement was made.
    pub(super) async fn resolve(&mut self, person: &mut Person) -> Result<()> {
        let Some(step) = self.open.take() else { return Ok(()) };
        let thing = &mut self.things[step.thing];
        let found = thing.find(person).await?;
        if found.as_ref() == Some(&step.after) {
            self.journal.done_after_all += 1;
            self.journal.lies += usize::from(step.denied);
            self.done(step);
        } else if found != thing.state {
            self.journal.half_done += 1;
            thing.state = found;
        }
        Ok(())
    }

    /// Holds the journal against what is there now.
    pub(super) async fn audit(&self, person: &mut Person, log: &ChangeLog) -> Result<Audit> {
        let mut audit = Audit::default();
        let mut caller = Client::new(person.address());
        for thing in &self.things {
            let Some(id) = &thing.id else { continue };
            audit.things += 1;
            let (missing, surplus) = compare(&thing.done, log.of(id));
            audit.lost += missing;
            audit.half_done += surplus;
            let found = thing.read(person, id).await?.map(|found| thing.kind.state(&found));
            if found != thing.state && missing + surplus == 0 {
                audit.half_done += 1;
            }
            if let Some(authorization) = &thing.authorization {
                audit.keys += 1;
                let headers = [("Authorization", authorization.as_str())];
                let status = caller.get("/v1/me", &headers).await?.status;
                let active = thing.state.as_ref().is_some_and(|state| state.active);
                audit.wrong_keys += usize::from(status != if active { 200 } else { 401 });
            }
        }
        Ok(audit)
    }

    /// Puts a change on the journal that was never made: an audit that finds nothing proves nothing.
    pub(super) fn plant(&mut self) {
        if let Some(thing) = self.things.iter_mut().find(|thing| thing.id.is_some()) {
            thing.done.push("credential.never");
        }
    }

    fn choose(&mut self) -> usize {
        let made = self.things.len();
        // What could not be made is tried again first.
        if self.things.last().is_some_and(|thing| thing.state.is_none()) {
            return made - 1;
        }
        if made > 0 && self.random.u8(..5) > 0 {
            return self.random.usize(made.saturating_sub(RECENT)..made);
        }
        let kind = if self.random.u8(..4) == 0 { Kind::User } else { Kind::Credential };
        self.things.push(Thing {
            kind,
            name: format!("w{}-{made}x", self.number),
            id: None,
            authorization: None,
            version: 0,
            state: None,
            done: Vec::new(),
        });
        made
    }

    /// What to do with a thing, and how it will be then.
    fn next(&mut self, place: usize) -> (&'static str, State) {
        let thing = &self.things[place];
        let number = thing.done.len();
        let Some(state) = &thing.state else {
            return match thing.kind {
                Kind::Credential => {
                    let text = format!("{} {number}", thing.name);
                    ("credential.create", State { active: true, stored: false, text })
                }
                Kind::User => {
                    let text = "basic".to_owned();
                    ("user.create", State { active: true, stored: true, text })
                }
            };
        };
        let mut after = state.clone();
        let edits = self.random.bool();
        let action = match thing.kind {
            Kind::Credential if !after.stored => {
                after.stored = true;
                "credential.store"
            }
            Kind::Credential if edits => {
                after.text = format!("{} {number}", thing.name);
                "credential.update"
            }
            Kind::User if edits && after.active => {
                let other = if after.text == "basic" { "job_admin" } else { "basic" };
                other.clone_into(&mut after.text);
                "user.update"
            }
            kind => {
                after.active = !after.active;
                match (kind, after.active) {
                    (Kind::Credential, false) => "credential.revoke",
                    (Kind::Credential, true) => "credential.re_enable",
                    (Kind::User, false) => "user.disable",
                    (Kind::User, true) => "user.enable",
                }
            }
        };
        (action, after)
    }

    fn done(&mut self, step: Step) {
        let thing = &mut self.things[step.thing];
        thing.state = Some(step.after);
        thing.done.push(step.action);
    }
}

impl Thing {
    /// Takes over what an answer says of it.
    fn learn(&mut self, answer: &Value) {
        let noun = self.kind.noun();
        let body = answer.get(noun).unwrap_or(answer);
        self.version = body["version"].as_u64().unwrap_or_default();
        self.id = body[self.kind.id()].as_str().map(str::to_owned).or(self.id.take());
        if let Some(key) = answer["api_key"].as_str() {
            let basic = base64::engine::general_purpose::STANDARD.encode(format!("{key}:"));
            self.authorization = Some(format!("Basic {basic}"));
        }
    }

    /// Looks it up, by its name when its id is not known.
    async fn find(&mut self, person: &mut Person) -> Result<Option<State>> {
        let found = if let Some(id) = &self.id {
            self.read(person, id).await?
        } else {
            let path = format!("{}?q={}", self.kind.list(), self.name);
            let list: Value = person.get(&path).await?.expect(200)?.json()?;
            list["items"].get(0).cloned()
        };
        let Some(found) = found else { return Ok(None) };
        self.learn(&found);
        Ok(Some(self.kind.state(&found)))
    }

    async fn read(&self, person: &mut Person, id: &str) -> Result<Option<Value>> {
        let reply = person.get(&paths::with_id(self.kind.one(), id)).await?;
        if reply.status == 404 {
            return Ok(None);
        }
        reply.expect(200)?.json().map(Some)
    }
}

impl Kind {
    fn noun(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::User => "user",
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Credential => "id",
            Self::User => "user_id",
        }
    }

    fn list(self) -> &'static str {
        match self {
            Self::Credential => paths::CREDENTIALS,
            Self::User => paths::USERS,
        }
    }

    fn one(self) -> &'static str {
        match self {
            Self::Credential => paths::CREDENTIAL,
            Self::User => paths::USER,
        }
    }

    fn state(self, found: &Value) -> State {
        let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
        match self {
            Self::Credential => State {
                active: text("status") == "active",
                stored: !found["stored_at"].is_null(),
                text: text("description"),
            },
            Self::User => {
                State { active: text("status") != "disabled", stored: true, text: text("level") }
            }
        }
    }
}

async fn send(thing: &Thing, action: &str, after: &State, person: &mut Person) -> Result<Reply> {
    let id = thing.id.as_deref().unwrap_or_default();
    let at = |template: &str| paths::with_id(template, id);
    match action {
        "credential.create" => {
            let new = json!({
                "api_type": "harvest", "partner": "jobtarget", "description": after.text,
            });
            person.post(paths::CREDENTIALS, Some(&new.to_string())).await
        }
        "user.create" => {
            let email = format!("{}@example.com", thing.name);
            let new = json!({ "name": thing.name, "email": email, "level": after.text });
            person.post(paths::USERS, Some(&new.to_string())).await
        }
        "credential.update" => {
            let changes = json!({ "description": after.text }).to_string();
            person.patch(&at(paths::CREDENTIAL), thing.version, &changes).await
        }
        "user.update" => {
            let changes = json!({ "level": after.text }).to_string();
            person.patch(&at(paths::USER), thing.version, &changes).await
        }
        "credential.store" => person.post(&at(paths::CREDENTIAL_STORE), None).await,
        "credential.revoke" => person.post(&at(paths::CREDENTIAL_REVOKE), None).await,
        "credential.re_enable" => person.post(&at(paths::CREDENTIAL_RE_ENABLE), None).await,
        "user.disable" => person.post(&at(paths::USER_DISABLE), None).await,
        "user.enable" => person.post(&at(paths::USER_ENABLE), None).await,
        other => bail!("nobody knows how to do {other}"),
    }
    .with_context(|| action.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_changes_something() {
        let mut worker = Worker::new(1, 1);
        for _ in 0..500 {
            let place = worker.choose();
            let (action, after) = worker.next(place);
            assert_ne!(worker.things[place].state.as_ref(), Some(&after), "{action}");
            worker.done(Step { thing: place, action, after, denied: false });
        }
        let actions: std::collections::HashSet<_> =
            worker.things.iter().flat_map(|thing| &thing.done).collect();
        assert_eq!(actions.len(), 9);
    }
}
