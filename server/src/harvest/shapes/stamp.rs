//! Points in time as the Harvest API writes them, and as its clients write them back.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::{DateTime, date};
use jiff::fmt::temporal::Pieces;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Milliseconds since 1970, written as `2016-02-03T16:38:46.985Z` and in no other way: clients declare
/// this one format, with exactly three digits and a `Z` (harvest-protocol §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(pub i64);

impl Stamp {
    /// Reads any ISO-8601 spelling: `Z` or an offset, any number of decimals, a date alone (midnight),
    /// no zone (UTC). A finer time counts as the next millisecond: the stored times are whole, so both
    /// `stored >= time` and `stored < time` keep their meaning.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // In a query an unencoded `+02:00` arrives as ` 02:00`.
        let space = text.rfind(' ').filter(|space| *space > "2024-01-31".len());
        let with_plus = space.map(|space| format!("{}+{}", &text[..space], &text[space + 1..]));
        let read = Pieces::parse(text).ok();
        let read = read.or_else(|| Pieces::parse(with_plus.as_ref()?).ok())?;
        let there = read.date().to_datetime(read.time().unwrap_or_default());
        let ahead = read.to_numeric_offset().map_or(0, jiff::tz::Offset::seconds);
        let utc = there.checked_sub(SignedDuration::from_secs(ahead.into())).ok()?;
        let nanoseconds = utc.duration_since(EPOCH).as_nanos();
        let rounded_up =
            nanoseconds.div_euclid(1_000_000) + i128::from(nanoseconds.rem_euclid(1_000_000) > 0);
        let last = DateTime::MAX.duration_since(EPOCH).as_millis();
        i64::try_from(rounded_up.min(last)).ok().map(Self)
    }
}

/// Times are counted from here as a calendar and a clock: what takes time zones into account ends a day
/// before the year 9999 does, and `9999-12-31T23:59:59Z` is how many write that there is no end.
const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time =
            EPOCH.checked_add(SignedDuration::from_millis(self.0)).map_err(|_| fmt::Error)?;
        write!(f, "{time:.3}Z")
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl utoipa::ToSchema for Stamp {}

impl utoipa::PartialSchema for Stamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .pattern(Some(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"))
            .into()
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not an ISO-8601 time")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: i64 = 1_704_164_645_000;

    #[test]
    fn a_time_is_written_with_exactly_three_digits() {
        assert_eq!(Stamp(AT).to_string(), "2024-01-02T03:04:05.000Z");
        assert_eq!(Stamp(AT + 7).to_string(), "2024-01-02T03:04:05.007Z");
        assert_eq!(Stamp(0).to_string(), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn every_spelling_clients_send_is_read() {
        for text in [
            "2024-01-02T03:04:05Z",
            "2024-01-02T03:04:05.0Z",
            "2024-01-02T03:04:05.000Z",
            "2024-01-02T03:04:05.000000Z",
            "2024-01-02t03:04:05z",
            "2024-01-02 03:04:05Z",
            "2024-01-02T05:04:05+02:00",
            "2024-01-02T05:04:05+0200",
            "2024-01-02T05:04:05 02:00",
            "2024-01-02T05:04:05.000 0200",
            "2024-01-01T22:04:05-05:00",
            "2024-01-02T03:04:05+00:00",
            "2024-01-02T03:04:05",
            "2024-01-02 03:04:05",
            " 2024-01-02T03:04:05Z ",
        ] {
            assert_eq!(Stamp::parse(text), Some(Stamp(AT)), "{text:?}");
        }
        assert_eq!(Stamp::parse("1970-01-01T00:00:00.000Z"), Some(Stamp(0)));
        assert_eq!(Stamp::parse("2024-01-02"), Some(Stamp(1_704_153_600_000)));
    }

    #[test]
    fn a_finer_time_counts_as_the_next_millisecond() {
        assert_eq!(Stamp::parse("2024-01-02T03:04:05.000001Z"), Some(Stamp(AT + 1)));
        assert_eq!(Stamp::parse("1969-12-31T23:59:59.9995Z"), Some(Stamp(0)));
    }

    #[test]
    fn the_end_of_time_can_be_written() {
        let written = |text| Stamp::parse(text).map(|stamp| stamp.to_string());
        for (text, time) in [
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"),
            ("9999-12-31", "9999-12-31T00:00:00.000Z"),
            ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999Z"),
            ("-009999-01-01T00:00:00Z", "-009999-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(written(text).as_deref(), Some(time));
        }
        for beyond in ["9999-12-31T23:59:59-05:00", "-009999-01-01T00:00:00+01:00"] {
            assert_eq!(written(beyond), None, "{beyond}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in
            ["", "yesterday", "1704164645", "2024-13-01", "2024-01-02T25:00:00Z", "02/01/2024"]
        {
            assert_eq!(Stamp::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for at in [0, 1, 999, 1000, AT + 123, -1, 253_402_207_199_999] {
            assert_eq!(Stamp::parse(&Stamp(at).to_string()), Some(Stamp(at)));
        }
    }
}
