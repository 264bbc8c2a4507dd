//! The log: lines on standard error. Strangers decide what many of them say and how many there are, so every
//! value has a longest length and no escape codes, and of one kind of line only so many a minute are
//! written; how many more there were is said once.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry};

/// The longest value of a field, in characters.
const VALUE: usize = 200;
/// The longest message: a whole chain of causes.
const MESSAGE: usize = 1000;
/// So many lines of one kind are written a minute.
const LINES: u32 = 30;
const MINUTE: Duration = Duration::from_mins(1);
/// The target of the lines that say how many were left out: they are never left out themselves.
const REPEATED: &str = "repeated";

/// Writes all lines, for a command that somebody waits for.
pub fn start(filter: EnvFilter) {
    registry(filter).init();
}

/// Writes some of each kind of line, for a server.
pub fn start_limited(filter: EnvFilter) -> Repeats {
    let repeats = Repeats::default();
    registry(filter).with(repeats.clone()).init();
    repeats
}

fn registry(filter: EnvFilter) -> impl Subscriber + for<'a> LookupSpan<'a> + Send + Sync {
    let fields = debug_fn(short).delimited(" ");
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
    let lines = tracing_subscriber::fmt::layer()
        .fmt_fields(fields)
        .with_ansi(!no_color && std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    Registry::default().with(filter).with(lines)
}

/// Writes one field.
fn short(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    if field.name() == "message" {
        return cut(writer, value, MESSAGE);
    }
    write!(writer, "{}=", field.name())?;
    cut(writer, value, VALUE)
}

/// Writes the beginning of a value, on one line and without anything that a terminal would obey.
fn cut(writer: &mut dyn fmt::Write, value: &dyn fmt::Debug, left: usize) -> fmt::Result {
    let mut cut = Cut { writer, left };
    let whole = write!(cut, "{value:?}");
    match (whole, cut.left) {
        (Err(_), 0) => writer.write_char('…'),
        (written, _) => written,
    }
}

struct Cut<'a> {
    writer: &'a mut dyn fmt::Write,
    left: usize,
}

impl fmt::Write for Cut<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            // What is printed is never escaped; quotes and backslashes say nothing to a terminal.
            if matches!(character, '"' | '\'' | '\\') {
                self.writer.write_char(character)?;
            } else {
                write!(self.writer, "{}", character.escape_debug())?;
            }
        }
        Ok(())
    }
}

/// Counts the lines of each kind, and lets some of them through.
#[derive(Debug, Clone, Default)]
pub struct Repeats(Arc<Mutex<HashMap<Identifier, Kind>>>);

#[derive(Debug)]
struct Kind {
    since: Instant,
    written: u32,
    left_out: u64,
    /// What the last one that was left out said.
    last: String,
}

impl Repeats {
    /// Says once a minute how many lines were left out.
    pub async fn report_every_minute(self) {
        loop {
            tokio::time::sleep(MINUTE).await;
            self.report();
        }
    }

    /// Says how many lines were left out since this was said last.
    pub fn report(&self) {
        let mut said = Vec::new();
        for kind in self.kinds().values_mut().filter(|kind| kind.left_out > 0) {
            said.push((std::mem::take(&mut kind.left_out), std::mem::take(&mut kind.last)));
        }
        for (left_out, last) in said {
            tracing::warn!(target: REPEATED, "… and {left_out} more like it: {last}");
        }
    }

    fn kinds(&self) -> MutexGuard<'_, HashMap<Identifier, Kind>> {
        self.0.lock().expect("no panic under this lock")
    }

    fn lets_through(&self, event: &Event<'_>, now: Instant) -> bool {
        let mut kinds = self.kinds();
        let kind = kinds.entry(event.metadata().callsite()).or_insert_with(|| Kind {
            since: now,
            written: 0,
            left_out: 0,
            last: String::new(),
        });
        if now.duration_since(kind.since) >= MINUTE {
            (kind.since, kind.written) = (now, 0);
        }
        if kind.written < LINES {
            kind.written += 1;
            return true;
        }
        kind.left_out += 1;
        kind.last.clear();
        event.record(&mut Message(&mut kind.last));
        false
    }
}

impl<S: Subscriber> Layer<S> for Repeats {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let metadata = event.metadata();
        // Who asks for more than the usual lines wants all of them.
        let limited = *metadata.level() <= Level::INFO && metadata.target() != REPEATED;
        !limited || self.lets_through(event, Instant::now())
    }
}

/// Takes down what an event says, without its fields.
struct Message<'a>(&'a mut String);

impl Visit for Message<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            // Writing to a text does not fail.
            let _ = cut(self.0, value, VALUE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &dyn fmt::Debug) -> String {
        let mut text = String::new();
        cut(&mut text, value, 20).expect("it is written");
        text
    }

    #[test]
    fn a_value_is_short_and_cannot_command_a_terminal() {
        assert_eq!(shown(&"a/b"), "\"a/b\"");
        assert_eq!(shown(&format_args!("{}", "x".repeat(60_000))), "x".repeat(20) + "…");
        assert_eq!(shown(&format_args!("a\n2026 INFO")), "a\\n2026 INFO");
        assert_eq!(shown(&format_args!("\u{1b}[2J\u{202e}")), "\\u{1b}[2J\\u{202e}");
        assert_eq!(shown(&format_args!("Zoë's \"é\"")), "Zoë's \"é\"");
    }
}
