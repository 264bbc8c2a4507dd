//! The memory that Argon2 works in: allocated once and used again. What is allocated anew for every password
//! stays with the process after many at once, because `malloc` keeps it.

use std::sync::Mutex;

use anyhow::anyhow;
use argon2::{Argon2, Block};

use super::TURNS;

/// As many as are worked on at once, when they are not in use.
static FREE: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// Puts the digest of a password into `digest`. Fails when there is no memory for it, or the salt or the
/// digest is too short.
pub(super) fn digest(
    argon2: &Argon2,
    password: &str,
    salt: &[u8],
    digest: &mut [u8],
) -> anyhow::Result<()> {
    let mut blocks = free().pop().unwrap_or_default();
    let needed = argon2.params().block_count();
    if blocks.len() < needed {
        blocks = Vec::new();
        blocks.try_reserve_exact(needed)?;
        blocks.resize(needed, Block::new());
    }
    let done =
        argon2.hash_password_into_with_memory(password.as_bytes(), salt, digest, &mut blocks);
    // Nothing made of a password stays there.
    blocks.fill(Block::new());
    let mut free = free();
    if free.len() < TURNS {
        free.push(blocks);
    }
    done.map_err(|error| anyhow!("a password could not be hashed: {error}"))
}

fn free() -> std::sync::MutexGuard<'static, Vec<Vec<Block>>> {
    FREE.lock().expect("no panic under this lock")
}
