//! Slows down the guessing of passwords: per address, per account at an address, per account. Only in
//! memory, bounded, and strangers never slow a person in a browser that person has used before.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard};

use quick_cache::unsync::Cache;
use sha2::{Digest as _, Sha256};

use crate::clock::Millis;

/// So many buckets are remembered; when there are more, those not touched for long are forgotten.
const CAPACITY: usize = 100_000;

/// All guesses from one address.
const ADDRESS: Rule = Rule { burst: 20, every: 6_000 };
/// Guesses at one account from one address, or in one browser the account knows.
const PAIR: Rule = Rule { burst: 5, every: 30_000 };
/// Guesses at one account from everywhere, in browsers it does not know: about 100 an hour.
const ACCOUNT: Rule = Rule { burst: 30, every: 36_000 };

/// So many at once, then one per so many milliseconds.
#[derive(Debug, Clone, Copy)]
struct Rule {
    burst: i64,
    every: Millis,
}

impl Rule {
    /// When the bucket is empty again after one more, or how many milliseconds too early that one comes.
    fn charge(self, empty_at: Millis, now: Millis) -> Result<Millis, Millis> {
        let full = self.burst * self.every;
        // Never fuller than full: a clock that was set back must not lock anyone out.
        let next = empty_at.clamp(now, now + full) + self.every;
        let early = next - now - full;
        if early > 0 { Err(early) } else { Ok(next) }
    }
}

/// What a bucket is for, hashed: it says nothing about who signs in.
type Key = [u8; 32];

#[derive(Debug, Clone, Copy)]
struct Bucket {
    key: Key,
    rule: Rule,
}

impl Bucket {
    fn new(rule: Rule, kind: &str, parts: [&str; 2]) -> Self {
        let mut hash = Sha256::new();
        for part in [kind, parts[0], parts[1]] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Self { key: hash.finalize().into(), rule }
    }
}

/// Someone tries to sign in. `Debug` leaves out everything.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// The e-mail as typed, whether or not anybody has it.
    pub account: &'a str,
    pub address: IpAddr,
    /// The id of a browser in which this account has signed in before; the caller has verified that.
    pub device: Option<&'a str>,
}

impl std::fmt::Debug for Attempt<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attempt").finish_non_exhaustive()
    }
}

impl Attempt<'_> {
    fn ticket(&self) -> Ticket {
        // The same as when the account is looked up: no spelling of it has a bucket of its own.
        let account = self.account.trim().to_lowercase();
        let network = network(self.address).to_string();
        if let Some(device) = self.device {
            // Nobody else's guesses count here, not even those of a stranger behind the same address.
            let own = Bucket::new(PAIR, "device", [device, &account]);
            return Ticket { own, shared: Vec::new() };
        }
        let address = Bucket::new(ADDRESS, "address", [&network, ""]);
        let own = Bucket::new(PAIR, "account and address", [&network, &account]);
        Ticket { own, shared: vec![address, Bucket::new(ACCOUNT, "account", [&account, ""])] }
    }
}

/// The buckets that an attempt was counted in. To be given back when the password was right.
#[derive(Debug)]
#[must_use = "give it back when the password was right"]
pub struct Ticket {
    /// Forgotten when the password was right.
    own: Bucket,
    /// Get back what this attempt has cost.
    shared: Vec<Bucket>,
}

impl Ticket {
    fn buckets(&self) -> impl Iterator<Item = &Bucket> {
        std::iter::once(&self.own).chain(&self.shared)
    }
}

/// See the module.
#[derive(Debug)]
pub struct Throttle {
    /// When each bucket is empty again. Absent: it is.
    empty_at: Mutex<Cache<Key, Millis>>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::new()
    }
}

impl Throttle {
    pub fn new() -> Self {
        Self { empty_at: Mutex::new(Cache::new(CAPACITY)) }
    }

    /// Counts an attempt to sign in, before its password is looked at, so that guesses at the same time
    /// count too. Refused with the whole seconds to wait, at least 1; a refused attempt costs nothing.
    pub fn attempt(&self, who: &Attempt<'_>, now: Millis) -> Result<Ticket, Millis> {
        self.charge(who.ticket(), now)
    }

    /// The same for someone who is signed in and proves the password once more.
    pub fn attempt_proof(&self, user_id: &str, now: Millis) -> Result<Ticket, Millis> {
        let own = Bucket::new(PAIR, "proof", [user_id, ""]);
        self.charge(Ticket { own, shared: Vec::new() }, now)
    }

    /// The password was right: this attempt has cost nothing, and the wrong ones before it are forgotten
    /// here, though not elsewhere.
    pub fn succeeded(&self, ticket: Ticket, now: Millis) {
        let mut held = self.held();
        held.remove(&ticket.own.key);
        for bucket in ticket.shared {
            let empty_at = held.get(&bucket.key).map_or(now, |at| at - bucket.rule.every);
            if empty_at > now {
                held.insert(bucket.key, empty_at);
            } else {
                held.remove(&bucket.key);
            }
        }
    }

    fn charge(&self, ticket: Ticket, now: Millis) -> Result<Ticket, Millis> {
        let mut held = self.held();
        let (mut charged, mut early) = (Vec::new(), 0);
        for bucket in ticket.buckets() {
            match bucket.rule.charge(held.get(&bucket.key).copied().unwrap_or(now), now) {
                Ok(empty_at) => charged.push((bucket.key, empty_at)),
                Err(milliseconds) => early = early.max(milliseconds),
            }
        }
        if early > 0 {
            return Err((early + 999) / 1000);
        }
        for (key, empty_at) in charged {
            held.insert(key, empty_at);
        }
        Ok(ticket)
    }

    fn held(&self) -> MutexGuard<'_, Cache<Key, Millis>> {
        self.empty_at.lock().expect("no panic under this lock")
    }
}

/// Whom an address stands for: with IPv6 everyone has the whole /64.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests;
