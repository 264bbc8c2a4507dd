//! What may stand in a text that people type and others read: on a screen, in a question before something
//! is revoked, in a change log. The tables are short on purpose: the page carries them too.

use std::ops::RangeInclusive;

type Range = RangeInclusive<char>;

/// What orders, hides or annotates the text around it. Marks of direction that only say what they stand
/// beside (U+200E, U+200F, U+061C) and what joins letters or emoji (U+200C, U+200D, U+FE0F) are not among
/// them: Hebrew, Persian and families need them.
const REFUSED: [Range; 8] = [
    '\u{0}'..='\u{1f}',
    '\u{7f}'..='\u{9f}',
    '\u{2028}'..='\u{202e}', // line and paragraph separators, embeddings and overrides
    '\u{2066}'..='\u{206f}', // isolates, and formats that were given up
    '\u{fff9}'..='\u{fffb}', // annotations
    '\u{fffe}'..='\u{ffff}',
    '\u{1d173}'..='\u{1d17a}', // musical formats
    '\u{e0000}'..='\u{e001f}',
];

/// What shows nothing, beside spaces and [`REFUSED`].
const INVISIBLE: [Range; 15] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{2060}'..='\u{2065}',
    '\u{2800}'..='\u{2800}', // a braille cell without dots
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{e0020}'..='\u{e007f}', // tags
    '\u{e0100}'..='\u{e01ef}',
];

const TAGS: Range = '\u{e0020}'..='\u{e007f}';
/// The flags of England, Scotland and Wales are this and some tags; any other tag is hidden text.
const BLACK_FLAG: char = '\u{1f3f4}';
const TAGS_OF_A_FLAG: usize = 7;

/// What is wrong with one line of text, as a sentence; an empty one is not.
pub fn fault(text: &str) -> Option<String> {
    let refused = refused(text)?;
    let code = u32::from(refused);
    Some(format!("Use one line of plain text, without the character U+{code:04X}."))
}

/// What is wrong with a line that somebody has to fill in, as a sentence: `blank`, when there is nothing to
/// see in it. It may have at most so many characters.
pub fn line_fault(text: &str, blank: &str, most: usize) -> Option<String> {
    fault(text).or_else(|| {
        if is_blank(text) {
            Some(blank.to_owned())
        } else if text.chars().count() > most {
            Some(format!("Use at most {most} characters."))
        } else {
            None
        }
    })
}

/// Whether there is nothing in it that anybody could see.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Whether this shows nothing, and is no space.
pub fn is_invisible(c: char) -> bool {
    INVISIBLE.iter().chain(&REFUSED).any(|range| range.contains(&c))
}

/// The text without what [`fault`] refuses: for what was kept before that was refused.
pub fn cleaned(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(refused) = refused(&text) {
        text.retain(|c| c != refused);
    }
    text
}

/// The first character that no line of text may have.
fn refused(text: &str) -> Option<char> {
    let mut tags = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        if REFUSED.iter().any(|range| range.contains(&c)) {
            return Some(c);
        }
        if TAGS.contains(&c) {
            tags += 1;
            let rest = text[at..].chars().take_while(|c| TAGS.contains(c)).count();
            let is_flag = before == Some(BLACK_FLAG) && tags + rest - 1 <= TAGS_OF_A_FLAG;
            if !is_flag {
                return Some(c);
            }
        } else {
            tags = 0;
            before = Some(c);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reorders_or_hides_text_is_named() {
        for (text, named) in [
            ("Payroll \u{202e}evil key", "U+202E"),
            ("\u{2066}x\u{2069}", "U+2066"),
            ("a\u{0}b", "U+0000"),
            ("a\u{85}b", "U+0085"),
            ("two\nlines", "U+000A"),
            ("a\u{2028}b", "U+2028"),
            ("Payroll\u{e0045}\u{e0056}", "U+E0045"),
            (
                "🏴\u{e0067}\u{e0067}\u{e0067}\u{e0067}\u{e0067}\u{e0067}\u{e0067}\u{e007f}",
                "U+E0067",
            ),
        ] {
            assert!(fault(text).is_some_and(|fault| fault.contains(named)), "{text:?}");
            assert_eq!(fault(&cleaned(text)), None, "{text:?}");
        }
        assert_eq!(cleaned("Payroll \u{202e}evil key"), "Payroll evil key");
    }

    #[test]
    fn what_shows_nothing_is_blank() {
        for text in [
            "",
            " ",
            "\u{a0}",
            "\u{200b}",
            "\u{2800}\u{3000}",
            "\u{fe0f}",
            "\u{e0041}",
            "\u{200d}",
            "\u{feff}",
            "\u{3164}",
            "\u{ad} \u{200f}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        assert!(!is_blank("\u{200b}x"));
    }

    #[test]
    fn a_line_is_filled_in_plain_and_not_too_long() {
        let fault = |text: &str| line_fault(text, "Enter it.", 3);
        assert_eq!(fault("äöü"), None);
        assert_eq!(fault(" ").as_deref(), Some("Enter it."));
        assert_eq!(fault("abcd").as_deref(), Some("Use at most 3 characters."));
        assert!(fault("a\nbcd").is_some_and(|fault| fault.contains("U+000A")));
    }

    #[test]
    fn names_and_emoji_of_the_world_are_text_like_any_other() {
        for text in [
            "JobTarget Harvest API Key",
            "Zoë Núñez",
            "Zoe\u{308}",
            "אבי כהן",
            "\u{200f}אבי",
            "محمد",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "日本",
            "👩\u{200d}👩\u{200d}👧",
            "❤\u{fe0f} key",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "葛\u{e0100}",
            "1\u{fe0f}\u{20e3}",
        ] {
            assert_eq!((fault(text), is_blank(text)), (None, false), "{text:?}");
        }
    }
}
