//! What is wrong when the database does not do what it is asked: what an answer may say, and whether the
//! connection, or the whole database, is to be given up.

use std::io;

use super::{Error, Result};

/// Why the database cannot do its part now. None of these is a fault of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("the database does not answer")]
    Silent,
    #[error("the database is busy")]
    Busy,
    #[error("the disk of the database is full")]
    Full,
    #[error("the database is read-only")]
    ReadOnly,
    #[error("the disk of the database fails")]
    Disk,
    #[error("the database is damaged")]
    Damaged,
    #[error(
        "the database file was deleted or replaced while Latchkey was running; whoever runs it has to put \
         the right one there and start it again"
    )]
    Replaced,
}

impl Trouble {
    /// The trouble behind this error; none when the statement itself was wrong.
    pub fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Io(error) => {
                let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
                Some(inner.copied().unwrap_or(Self::Silent))
            }
            Error::PoolTimedOut => Some(Self::Busy),
            Error::PoolClosed | Error::Tls(_) | Error::WorkerCrashed | Error::Protocol(_) => {
                Some(Self::Silent)
            }
            Error::Database(error) => Self::of_code(error.code().as_deref().unwrap_or_default()),
            _ => None,
        }
    }

    /// SQLite's codes are numbers, of which the last byte says what matters; PostgreSQL's are five
    /// characters.
    fn of_code(code: &str) -> Option<Self> {
        if code.len() == 5 {
            return match code {
                // A lock, a statement that took too long, a deadlock, a serialisation failure, too many
                // connections.
                "55P03" | "57014" | "40P01" | "40001" | "53300" => Some(Self::Busy),
                "53100" => Some(Self::Full),
                "25006" => Some(Self::ReadOnly),
                "58030" => Some(Self::Disk),
                "XX001" | "XX002" => Some(Self::Damaged),
                // It ended the connection, or is about to.
                "25P03" | "57P01" | "57P02" | "57P03" | "57P05" => Some(Self::Silent),
                _ => code.starts_with("08").then_some(Self::Silent),
            };
        }
        match code.parse::<i32>().ok()? & 0xff {
            5 | 6 => Some(Self::Busy),
            8 => Some(Self::ReadOnly),
            10 => Some(Self::Disk),
            11 | 26 => Some(Self::Damaged),
            13 => Some(Self::Full),
            14 => Some(Self::Silent),
            _ => None,
        }
    }

    /// As an error of this module.
    pub fn error(self) -> Error {
        Error::Io(io::Error::other(self))
    }
}

/// Whether the connection is gone, so that another one may be tried where nothing was begun on this.
pub(super) fn is_lost<T>(outcome: &Result<T>) -> bool {
    outcome.as_ref().is_err_and(|error| Trouble::of(error) == Some(Trouble::Silent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_both_engines_say_what_is_wrong() {
        for (code, trouble) in [
            ("5", Some(Trouble::Busy)),
            ("261", Some(Trouble::Busy)),
            ("517", Some(Trouble::Busy)),
            ("13", Some(Trouble::Full)),
            ("778", Some(Trouble::Disk)),
            ("1032", Some(Trouble::ReadOnly)),
            ("2067", None),
            ("55P03", Some(Trouble::Busy)),
            ("40001", Some(Trouble::Busy)),
            ("57P01", Some(Trouble::Silent)),
            ("08006", Some(Trouble::Silent)),
            ("53100", Some(Trouble::Full)),
            ("23505", None),
        ] {
            assert_eq!(Trouble::of_code(code), trouble, "{code}");
        }
        assert_eq!(Trouble::of(&Trouble::Busy.error()), Some(Trouble::Busy));
        let refused = Error::Io(io::ErrorKind::ConnectionRefused.into());
        assert_eq!(Trouble::of(&refused), Some(Trouble::Silent));
        assert_eq!(Trouble::of(&Error::RowNotFound), None);
    }
}
