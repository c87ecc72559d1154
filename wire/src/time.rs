//! Time as the protocols write it, and time as the simulated world counts it.
//!
//! [`Moment`] is a point in the simulated world: microseconds since the Unix epoch, an ordinary number that a test can
//! write down. [`WireTime`] is an ISO-8601 time as a provider or merchant wrote it: the offset and the very text stay,
//! because signatures cover the text and `+08:00` is not `Z` to a person who reads it. The jiff crate is used here only.

use std::cell::RefCell;
use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A point in simulated time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(u64);

impl Moment {
    /// 2026-01-05T10:00:00Z, where simulated worlds begin unless told otherwise: a fixed start keeps runs identical.
    pub const WORLD_START: Self = Self(1_767_607_200_000_000);

    /// From microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// From milliseconds since the epoch; saturates.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0 / 1000
    }

    /// How long after `earlier` this is; zero when it is not after.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;
    fn add(self, rhs: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(rhs.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl Sub<Duration> for Moment {
    type Output = Self;
    fn sub(self, rhs: Duration) -> Self {
        Self(self.0.saturating_sub(u64::try_from(rhs.as_micros()).unwrap_or(u64::MAX)))
    }
}

/// An ISO-8601 time with an offset, kept as it was written.
///
/// Equality is by text: two spellings of one instant are different on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WireTime {
    text: String,
    at: Moment,
}

/// Hours that an offset has at most: what common libraries take, and more than any place has.
const MOST_OFFSET_HOURS: u8 = 18;

impl WireTime {
    /// Writes `moment` with an offset of whole minutes from UTC, to the second: `2026-01-05T18:00:00+08:00`, `…Z` for zero.
    #[must_use]
    pub fn new(moment: Moment, offset_minutes: i16) -> Self {
        thread_local! {
            /// What was written last: a busy program writes the same second many times.
            static LAST: RefCell<(i64, i16, String)> = const { RefCell::new((i64::MIN, 0, String::new())) };
        }
        let seconds = i64::try_from(moment.0 / 1_000_000).unwrap_or(i64::MAX);
        let text = LAST.with_borrow_mut(|last| {
            if (last.0, last.1) != (seconds, offset_minutes) {
                *last = (seconds, offset_minutes, Self::written(seconds, offset_minutes));
            }
            last.2.clone()
        });
        Self { text, at: Moment(moment.0 - moment.0 % 1_000_000) }
    }

    fn written(seconds: i64, offset_minutes: i16) -> String {
        let stamp = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        match Offset::from_seconds(i32::from(offset_minutes) * 60) {
            Ok(offset) if offset_minutes != 0 => stamp.display_with_offset(offset).to_string(),
            _ => stamp.to_string(),
        }
    }

    /// Reads `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm|±hhmm|±hh)`. Stricter than a general parser on purpose: the date
    /// and time must be in the extended form with `T`, and an offset must be there.
    ///
    /// # Errors
    /// Says which part is wrong.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let error = |problem| TimeError { text: text.chars().take(64).collect(), problem };
        let shape = b"dddd-dd-ddTdd:dd:dd";
        let bytes = text.as_bytes();
        let fits = bytes.len() >= shape.len()
            && shape.iter().zip(bytes).all(|(s, b)| if *s == b'd' { b.is_ascii_digit() } else { s == b });
        if !fits {
            return Err(error("the date and time must read YYYY-MM-DDThh:mm:ss"));
        }
        let rest = text.get(shape.len()..).ok_or_else(|| error("the text is cut inside a character"))?;
        let zone = match rest.strip_prefix('.') {
            Some(fraction) => {
                let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
                if digits == 0 || digits > 9 {
                    return Err(error("a fraction has one to nine digits"));
                }
                fraction.get(digits..).unwrap_or_default()
            }
            None => rest,
        };
        let zone_fits = match zone.as_bytes() {
            b"Z" => true,
            [b'+' | b'-', digits @ ..] => match digits {
                [a, b, b':', c, d] | [a, b, c, d] => [a, b, c, d].iter().all(|b| b.is_ascii_digit()),
                [a, b] => a.is_ascii_digit() && b.is_ascii_digit(),
                _ => false,
            },
            _ => false,
        };
        if !zone_fits {
            return Err(error("it must end with an offset: Z, +08:00 or +0800"));
        }
        let hours = zone.get(1..3).and_then(|hours| hours.parse().ok()).unwrap_or(0);
        if hours > MOST_OFFSET_HOURS {
            return Err(error("no place on earth has that offset"));
        }
        let stamp: Timestamp = text.parse().map_err(|_| error("no such date or time"))?;
        let at = u64::try_from(stamp.as_microsecond()).map_err(|_| error("before 1970"))?;
        Ok(Self { text: text.to_owned(), at: Moment(at) })
    }

    /// The text as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The instant it names.
    #[must_use]
    pub const fn moment(&self) -> Moment {
        self.at
    }
}

impl fmt::Display for WireTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for WireTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for WireTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A text that is not a time with an offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read time {text:?}: {problem}")]
pub struct TimeError {
    text: String,
    problem: &'static str,
}

/// A duration as people write it in scenarios and on command lines: `200ms`, `5s`, `3m`, `24h`, or `1m 30s`.
///
/// # Errors
/// Says what a duration looks like.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let error = || DurationError(text.chars().take(32).collect());
    let looks_right = text.len() <= 32
        && text.ends_with(|c: char| c.is_ascii_lowercase())
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '.' || "hms".contains(c));
    if !looks_right {
        return Err(error());
    }
    let duration: SignedDuration = text.parse().map_err(|_| error())?;
    Duration::try_from(duration).map_err(|_| error())
}

/// A duration in a script or scenario, written as [`parse_duration`] reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub Duration);

impl Span {
    /// So many seconds.
    #[must_use]
    pub const fn secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// So many milliseconds.
    #[must_use]
    pub const fn millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }
}

impl fmt::Display for Span {
    /// In the largest unit that needs no fraction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            0 => f.write_str("0s"),
            ms if ms % 3_600_000 == 0 => write!(f, "{}h", ms / 3_600_000),
            ms if ms % 60_000 == 0 => write!(f, "{}m", ms / 60_000),
            ms if ms % 1000 == 0 => write!(f, "{}s", ms / 1000),
            ms => write!(f, "{ms}ms"),
        }
    }
}

impl Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_duration(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "description": "A number and a unit: 200ms, 5s, 3m, 24h.", "pattern": "^[0-9][0-9hms. ]*[hms]$",
        })
    }
}

/// A text that is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read duration {0:?}: write a number and a unit, such as 200ms, 5s, 3m or 24h")]
pub struct DurationError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_stays_as_written() {
        for text in [
            "2026-11-21T12:00:00+08:00",
            "2026-11-21T04:00:00Z",
            "2026-11-20T20:00:00.000-08:00",
            "2026-11-21T04:00:00+0000",
        ] {
            let time = WireTime::parse(text).unwrap();
            assert_eq!(time.as_str(), text);
            assert_eq!(time.moment().as_millis(), 1_795_233_600_000, "{text}");
        }
    }

    #[test]
    fn a_time_without_offset_or_with_a_blank_is_refused() {
        for text in [
            "2026-11-21T12:00:00",
            "2026-11-21 12:00:00Z",
            "20261121T120000Z",
            "2026-13-21T12:00:00Z",
            "2026-11-21T12:00:00.Z",
            "",
            "2026-11-21T12:00:00+8",
            "2026-11-21T12:00:00+25:00",
            "2026-11-21T12:00:00-1900",
            "2026-11-21T12:00:00+19",
            "2026-11-21T12:00:0é",
        ] {
            assert!(WireTime::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_time_is_told() {
        let (shape, fraction) =
            ("the date and time must read YYYY-MM-DDThh:mm:ss", "a fraction has one to nine digits");
        let (offset, place) = ("it must end with an offset: Z, +08:00 or +0800", "no place on earth has that offset");
        for (text, problem) in [
            ("2026-11-21T12:00:0", shape),
            ("2026-11-21 12:00:00Z", shape),
            ("2026-11-21T12:00:00", offset),
            ("2026-11-21T12:00:00+0x", offset),
            ("2026-11-21T12:00:00+x8", offset),
            ("2026-11-21T12:00:00+08:0x", offset),
            ("2026-11-21T12:00:00*08:00", offset),
            ("2026-11-21T12:00:00.Z", fraction),
            ("2026-11-21T12:00:00.1234567890Z", fraction),
            ("2026-11-21T12:00:00+19:00", place),
            ("2026-02-30T12:00:00Z", "no such date or time"),
            ("1969-12-31T23:59:59Z", "before 1970"),
        ] {
            assert_eq!(WireTime::parse(text).unwrap_err().problem, problem, "{text}");
        }
    }

    #[test]
    fn offsets_of_hours_fractions_of_nine_digits_and_the_farthest_places_are_read() {
        for (text, micros) in [
            ("2026-11-21T12:00:00+08", 1_795_233_600_000_000),
            ("2026-11-21T04:00:00.123456789Z", 1_795_233_600_123_456),
            ("2026-11-21T22:00:00+18:00", 1_795_233_600_000_000),
        ] {
            let time = WireTime::parse(text).unwrap();
            assert_eq!(time.moment().as_micros(), micros, "{text}");
            assert_eq!(time.to_string(), text);
        }
    }

    #[test]
    fn moments_are_microseconds_and_lie_apart() {
        let moment = Moment::from_micros(1_500);
        assert_eq!((moment.as_micros(), moment.as_millis()), (1_500, 1));
        assert_eq!(moment.since(Moment::from_millis(1)), Duration::from_micros(500));
        assert_eq!(Moment::from_millis(1).since(moment), Duration::ZERO);
    }

    #[test]
    fn a_moment_is_written_with_the_offset_that_is_asked_for() {
        assert_eq!(WireTime::new(Moment::WORLD_START, 480).as_str(), "2026-01-05T18:00:00+08:00");
        assert_eq!(WireTime::new(Moment::WORLD_START, 0).as_str(), "2026-01-05T10:00:00Z");
        let next = Moment::WORLD_START + Duration::from_secs(1);
        assert_eq!(WireTime::new(next, 0).as_str(), "2026-01-05T10:00:01Z");
        let written = WireTime::new(Moment::WORLD_START, -480);
        assert_eq!(WireTime::parse(written.as_str()).unwrap(), written);
    }

    #[test]
    fn durations_read_as_people_write_them() {
        assert_eq!(parse_duration("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(parse_duration("3m"), Ok(Duration::from_secs(180)));
        assert_eq!(parse_duration("1m 30s"), Ok(Duration::from_secs(90)));
        for text in ["200ms", "5s", "3m", "24h", "90s"] {
            assert_eq!(Span(parse_duration(text).unwrap()).to_string(), text);
        }
        assert_eq!(parse_duration("1.5s"), Ok(Duration::from_millis(1500)));
        let long = format!("5m {}", "0s ".repeat(10).trim());
        for text in ["5", "-5s", "soon", "", "5 seconds", "5s ago", "2 days", "PT5S", "5s ", " 5s", &long] {
            assert!(parse_duration(text).is_err(), "{text:?}");
        }
        assert_eq!((Span::secs(5), Span::millis(7)), (Span(Duration::from_secs(5)), Span(Duration::from_millis(7))));
        assert_eq!(serde_json::from_str::<Span>("\"5s\"").unwrap(), Span::secs(5));
        assert!(serde_json::from_str::<Span>("\"soon\"").is_err());
    }
}
