//! What an API key looks like, and what is kept of it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use api::credentials::ApiType;

use crate::clock::Clock;

const RANDOM: usize = 30;
const CHECKSUM: usize = 6;
const LENGTH: usize = "lkh_".len() + RANDOM + CHECKSUM;

/// The plaintext of an API key: `lk`, a letter for its type, `_`, 30 random base62 characters, and 6 that
/// check them (CRC-32, base62), so that a mistyped key is known for one without asking anybody.
///
/// It exists in the answer to a creation and while a call is being decided. It has no `Display` and
/// `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

impl ApiKey {
    pub fn make(clock: &Clock, api_type: ApiType) -> Self {
        let start = format!("lk{}_{}", letter(api_type), clock.base62(RANDOM));
        Self(format!("{start}{}", checksum(&start)))
    }

    /// Reads a key as a client sent it; none when it cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == LENGTH
            && text.is_ascii()
            && matches!(&text[..4], "lkh_" | "lkb_" | "lki_")
            && text[4..].bytes().all(|character| character.is_ascii_alphanumeric())
            && checksum(&text[..LENGTH - CHECKSUM]) == text[LENGTH - CHECKSUM..];
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The last four characters: enough to tell keys apart, too little to use one.
    pub fn hint(&self) -> &str {
        &self.0[LENGTH - 4..]
    }

    /// Gives the plaintext away. The one place that may is the answer to a creation.
    pub fn reveal(self) -> String {
        self.0
    }
}

fn letter(api_type: ApiType) -> char {
    match api_type {
        ApiType::Harvest => 'h',
        ApiType::JobBoard => 'b',
        ApiType::CandidateIngestion => 'i',
    }
}

fn checksum(text: &str) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

/// The secret without which the stored hashes are worth nothing: it lies beside the database, not in it.
#[derive(Clone)]
pub struct Pepper {
    keys: Hmac<Sha256>,
    change_log: Hmac<Sha256>,
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper(…)")
    }
}

impl Pepper {
    /// How many random bytes a pepper has.
    pub const LENGTH: usize = 32;

    pub fn new(bytes: &[u8]) -> Self {
        let keys = Hmac::<Sha256>::new_from_slice(bytes).expect("HMAC takes any length");
        // The change log gets a key of its own, so that neither purpose can be used for the other.
        let own = keys.clone().chain_update(b"latchkey change log").finalize().into_bytes();
        let change_log = Hmac::<Sha256>::new_from_slice(&own).expect("HMAC takes any length");
        Self { keys, change_log }
    }

    pub fn hash(&self, key: &ApiKey) -> SecretHash {
        let mac = self.keys.clone().chain_update(key.0.as_bytes());
        SecretHash(mac.finalize().into_bytes().into())
    }

    /// What a database keeps of it, to know it again.
    pub fn fingerprint(&self) -> String {
        self.seal(&["latchkey pepper"])
    }

    /// The link of the change log's chain over these parts.
    pub fn seal(&self, parts: &[&str]) -> String {
        let mut mac = self.change_log.clone();
        for part in parts {
            // The length keeps `ab`,`c` apart from `a`,`bc`.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        hex(&mac.finalize().into_bytes())
    }
}

/// HMAC-SHA-256 of a key under the pepper: all that is kept of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Equality that takes the same time wherever the difference is.
    pub fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    pub fn to_hex(self) -> String {
        hex(&self.0)
    }

    pub fn from_hex(text: &str) -> Option<Self> {
        let digit =
            |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let mut hash = [0; 32];
        if text.len() != 2 * hash.len() {
            return None;
        }
        for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(hash))
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_its_type_and_checks_itself() {
        let clock = Clock::fixed(0);
        for (api_type, start) in [
            (ApiType::Harvest, "lkh_"),
            (ApiType::JobBoard, "lkb_"),
            (ApiType::CandidateIngestion, "lki_"),
        ] {
            let key = ApiKey::make(&clock, api_type);
            let text = key.clone().reveal();
            assert!(text.starts_with(start) && text.len() == 40, "{text}");
            assert!(text.ends_with(key.hint()));
            assert_eq!(ApiKey::parse(&text), Some(key));
        }
    }

    #[test]
    fn one_wrong_character_is_noticed() {
        let text = ApiKey::make(&Clock::fixed(0), ApiType::Harvest).reveal();
        for position in 0..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[position] = if wrong[position] == b'x' { b'y' } else { b'x' };
            assert_eq!(ApiKey::parse(&String::from_utf8(wrong).unwrap()), None, "at {position}");
        }
        for wrong in ["", "lkh_", &text[1..], &format!("{text} "), "lkh_ééééééééééééééé"]
        {
            assert_eq!(ApiKey::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_character_that_no_key_has_is_noticed_even_with_the_right_checksum() {
        let start = "lkh_0123456789abcdefghijABCDEFGHI;";
        assert_eq!(ApiKey::parse(&format!("{start}{}", checksum(start))), None);
    }

    #[test]
    fn the_hash_depends_on_the_pepper_and_survives_storing() {
        let key = ApiKey::make(&Clock::fixed(0), ApiType::Harvest);
        let hash = Pepper::new(b"one").hash(&key);
        assert!(!hash.is(&Pepper::new(b"two").hash(&key)));
        assert_eq!(SecretHash::from_hex(&hash.to_hex()), Some(hash));
        assert_eq!(SecretHash::from_hex("zz"), None);
    }

    #[test]
    fn neither_key_nor_pepper_is_in_debug_output() {
        let key = ApiKey::make(&Clock::fixed(0), ApiType::Harvest);
        assert_eq!(format!("{key:?} {:?}", Pepper::new(b"pepper")), "ApiKey(…) Pepper(…)");
    }
}
