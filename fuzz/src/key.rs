//! API keys: exactly the strings of the documented shape, and no made key with a slip in it.

use api::credentials::ApiType;
use server::clock::Clock;
use server::keys::ApiKey;

const DIGITS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

pub(crate) fn check(data: &[u8]) -> bool {
    a_slip_is_noticed(data);
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let accepted = agrees(text);
    // A fuzzer does not guess a checksum: here is the input once more, with the right one.
    let start: String = text.chars().take(34).collect();
    let checked = format!("{start}{}", base62(crc32(start.as_bytes())));
    agrees(&checked) || accepted
}

/// A key that follows from these bytes.
pub(crate) fn made(data: &[u8]) -> ApiKey {
    let types = [ApiType::Harvest, ApiType::JobBoard, ApiType::CandidateIngestion];
    let clock = Clock::fixed(0);
    for _ in 0..data.len() % 7 {
        clock.random::<32>();
    }
    ApiKey::make(&clock, types[data.len() % types.len()])
}

fn agrees(text: &str) -> bool {
    let key = ApiKey::parse(text);
    assert_eq!(key.is_some(), is_key(text), "{text:?}");
    let Some(key) = key else { return false };
    assert!(text.ends_with(key.hint()));
    assert_eq!(key.reveal(), text);
    true
}

/// `lk`, a letter for the type, `_`, 30 base62 characters, and 6 that are their CRC-32 in base62.
fn is_key(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    characters.len() == 40
        && ["lkh_", "lkb_", "lki_"].iter().any(|start| text.starts_with(start))
        && characters[4..].iter().all(|character| DIGITS.contains(*character))
        && number(&text[34..]) == u64::from(crc32(&text.as_bytes()[..34]))
}

/// The first two bytes are where and what; the rest chooses the key.
fn a_slip_is_noticed(data: &[u8]) {
    let &[place, slip, ref rest @ ..] = data else { return };
    let text = made(rest).reveal();
    assert!(is_key(&text) && ApiKey::parse(&text).is_some());
    let place = usize::from(place) % text.len();
    let mut wrong = text.clone().into_bytes();
    wrong[place] = slip % 128;
    let mut swapped = text.clone().into_bytes();
    swapped.swap(place, (place + 1).min(text.len() - 1));
    for wrong in [wrong, swapped] {
        let wrong = String::from_utf8(wrong).expect("ASCII");
        assert_eq!(ApiKey::parse(&wrong).is_some(), wrong == text, "{wrong:?} for {text:?}");
    }
}

/// CRC-32 (IEEE) as it is defined, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}

fn base62(number: u32) -> String {
    let digit = |power: u32| {
        let value = u64::from(number) / 62_u64.pow(power) % 62;
        DIGITS.chars().nth(usize::try_from(value).expect("below 62")).expect("a digit")
    };
    (0..6).rev().map(digit).collect()
}

fn number(text: &str) -> u64 {
    let value = |digit| DIGITS.find(digit).expect("a digit") as u64;
    text.chars().fold(0, |number, digit| number * 62 + value(digit))
}
