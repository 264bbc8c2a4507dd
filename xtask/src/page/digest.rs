//! Digests of files: for names that never mean two contents, for integrity, for "nothing changed".

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha384};

use super::Files;

/// One digest of all names and contents.
pub(super) fn of(files: &Files) -> String {
    let mut hasher = Sha256::new();
    for (name, data) in files {
        hasher.update(format!("{name}\0{}\0", data.len()));
        hasher.update(data);
    }
    hex(&hasher.finalize())
}

/// The 16 digits that a file's name carries.
pub(super) fn for_name(data: &[u8]) -> String {
    hex(&Sha256::digest(data)[..8])
}

/// The value of an `integrity` attribute.
pub(super) fn integrity(data: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(data)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
