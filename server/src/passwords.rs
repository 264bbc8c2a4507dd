//! Passwords: Argon2id, a few at a time, and the same work whether or not the user exists.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::clock::Clock;

/// Memory in KiB, passes, lanes: OWASP's first recommendation for Argon2id with little memory.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Hashes and checks passwords, so that many sign-ins at once cannot take all of the machine.
#[derive(Debug, Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Checked for users who do not exist, so that the answer takes as long.
    decoy: Arc<str>,
}

impl Passwords {
    pub fn new(clock: &Clock) -> anyhow::Result<Self> {
        let decoy = hash(&clock.base62(24), &clock.random())?;
        Ok(Self { turns: Arc::new(Semaphore::new(2)), decoy: decoy.into() })
    }

    /// Whether `password` is the one of `hash`; with no hash the answer is no, just as slowly.
    pub async fn verify(&self, password: String, hash: Option<String>) -> anyhow::Result<bool> {
        let _turn = self.turns.acquire().await.context("no more turns are given")?;
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.to_string());
        let right = tokio::task::spawn_blocking(move || verify(&password, &hash)).await??;
        Ok(right && exists)
    }
}

/// The PHC string of a password.
pub fn hash(password: &str, salt: &[u8; 16]) -> anyhow::Result<String> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| anyhow!("{error}"))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash = argon2
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(|error| anyhow!("a password could not be hashed: {error}"))?;
    Ok(hash.to_string())
}

fn verify(password: &str, hash: &str) -> anyhow::Result<bool> {
    let hash = PasswordHash::new(hash).map_err(|error| anyhow!("a stored hash: {error}"))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
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
}
