//! Passwords: Argon2id, a few at a time, and the same work whether or not the user exists.

mod memory;
mod rules;

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use rules::refusal;

use crate::clock::Clock;

/// Memory in KiB, passes, lanes: OWASP's first recommendation for Argon2id with little memory.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// So many passwords are worked on at once.
const TURNS: usize = 2;
/// Who has had no turn after this time is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes and checks passwords, so that many sign-ins at once cannot take all of the machine.
#[derive(Debug, Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Checked for users who do not exist, so that the answer takes as long.
    decoy: Arc<str>,
}

/// Why a password was neither checked nor hashed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("too many passwords are waiting to be checked")]
    Busy,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<PasswordError> for crate::error::Error {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Unavailable(error.into()),
            PasswordError::Failed(error) => Self::Internal(error),
        }
    }
}

impl Passwords {
    pub fn new(clock: &Clock) -> anyhow::Result<Self> {
        // Of no password: nothing has to be worked out for that.
        let decoy = phc(&params()?, &clock.random(), &clock.random())?;
        Ok(Self { turns: Arc::new(Semaphore::new(TURNS)), decoy: decoy.into() })
    }

    /// Whether `password` is the one of `hash`; with no hash the answer is no, just as slowly.
    pub async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, PasswordError> {
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.to_string());
        let right = self.in_turn(PATIENCE, move || verify(&password, &hash)).await?;
        Ok(right && exists)
    }

    /// The PHC string of a password.
    pub async fn hash(&self, password: String, salt: [u8; 16]) -> Result<String, PasswordError> {
        self.in_turn(PATIENCE, move || hash(&password, &salt)).await
    }

    /// The turn belongs to the work, which goes on when the client hangs up: who hangs up early gets no
    /// more done at once than others.
    async fn in_turn<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = self.turn(patience).await?;
        let work = move || {
            let _turn = turn;
            work()
        };
        Ok(tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)??)
    }

    async fn turn(&self, patience: Duration) -> Result<OwnedSemaphorePermit, PasswordError> {
        let turn = tokio::time::timeout(patience, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| PasswordError::Busy)?;
        Ok(turn.map_err(anyhow::Error::from)?)
    }
}

/// The PHC string of a password.
pub fn hash(password: &str, salt: &[u8; 16]) -> anyhow::Result<String> {
    let params = params()?;
    let mut digest = [0; Params::DEFAULT_OUTPUT_LEN];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    memory::digest(&argon2, password, salt, &mut digest)?;
    phc(&params, salt, &digest)
}

fn params() -> anyhow::Result<Params> {
    let (memory, passes, lanes) = COST;
    Params::new(memory, passes, lanes, None).map_err(|error| anyhow!("{error}"))
}

fn phc(
    params: &Params,
    salt: &[u8; 16],
    digest: &[u8; Params::DEFAULT_OUTPUT_LEN],
) -> anyhow::Result<String> {
    let unhashable = |error| anyhow!("a password could not be hashed: {error}");
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|error| anyhow!("{error}"))?,
        salt: Some(Salt::new(salt).map_err(unhashable)?),
        hash: Some(Output::new(digest).map_err(unhashable)?),
    };
    Ok(hash.to_string())
}

fn verify(password: &str, hash: &str) -> anyhow::Result<bool> {
    let unreadable = |error: &dyn std::fmt::Display| anyhow!("a stored hash: {error}");
    let hash = PasswordHash::new(hash).map_err(|error| unreadable(&error))?;
    let params = Params::try_from(&hash).map_err(|error| unreadable(&error))?;
    let algorithm =
        Algorithm::try_from(hash.algorithm.as_str()).map_err(|error| unreadable(&error))?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from);
    let version = version.map_err(|error| unreadable(&error))?;
    let (Some(salt), Some(known)) = (&hash.salt, &hash.hash) else {
        return Err(unreadable(&"it has no salt, or no digest"));
    };
    let mut digest = vec![0; known.len()];
    memory::digest(&Argon2::new(algorithm, version, params), password, salt, &mut digest)?;
    Ok(digest.ct_eq(known.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_user_who_exists_is_right() {
        let passwords = Passwords::new(&Clock::fixed(0)).unwrap();
        let stored = hash("correct horse", &[7; 16]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        for (typed, hash, right) in [
            ("correct horse", Some(stored.clone()), true),
            ("correct horsE", Some(stored.clone()), false),
            ("correct horse", None, false),
        ] {
            assert_eq!(passwords.verify(typed.to_owned(), hash).await.unwrap(), right);
        }
    }

    #[test]
    fn whether_a_user_exists_is_not_told_by_the_work_of_checking() {
        let passwords = Passwords::new(&Clock::fixed(0)).unwrap();
        let stored = hash("correct horse", &[7; 16]).unwrap();
        let parts = |hash: &str| hash.split('$').map(str::len).collect::<Vec<_>>();
        let cost = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(cost(&passwords.decoy), cost(&stored));
        assert_eq!(parts(&passwords.decoy), parts(&stored));
    }

    #[tokio::test]
    async fn a_new_hash_is_right_for_its_password() {
        let passwords = Passwords::new(&Clock::fixed(0)).unwrap();
        let stored = passwords.hash("correct horse".to_owned(), [7; 16]).await.unwrap();
        assert_eq!(stored, hash("correct horse", &[7; 16]).unwrap());
        assert!(passwords.verify("correct horse".to_owned(), Some(stored)).await.unwrap());
    }

    #[tokio::test]
    async fn who_gets_no_turn_is_told_to_come_back() {
        let passwords = Passwords::new(&Clock::fixed(0)).unwrap();
        let others = (passwords.turn(PATIENCE).await, passwords.turn(PATIENCE).await);
        let refused = passwords.in_turn(Duration::ZERO, || Ok(())).await.unwrap_err();
        let error = crate::error::Error::from(refused);
        assert!(matches!(error, crate::error::Error::Unavailable(_)), "{error:?}");
        drop(others);
        assert!(passwords.in_turn(Duration::ZERO, || Ok(())).await.is_ok());
    }

    #[tokio::test]
    async fn who_hangs_up_keeps_the_turn_until_the_work_is_done() {
        let passwords = Passwords::new(&Clock::fixed(0)).unwrap();
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let work = passwords.in_turn(PATIENCE, move || Ok(wait.recv()?));
        let hung_up = tokio::time::timeout(Duration::from_millis(50), work).await;
        assert!(hung_up.is_err());
        assert_eq!(passwords.turns.available_permits(), TURNS - 1);
        done.send(()).unwrap();
        let all = u32::try_from(TURNS).unwrap();
        let freed = tokio::time::timeout(PATIENCE, passwords.turns.acquire_many(all)).await;
        assert!(freed.is_ok());
    }
}
