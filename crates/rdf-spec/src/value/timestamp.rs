//! Points in time.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};

use super::{ValueError, parse_text};
use crate::diagnostic::Code;
use crate::document::{Node, ScalarStyle, quoted};
use crate::read::{FromNode, Reader};

/// A point in time in ISO 8601, kept as written.
///
/// ```
/// use rdf_spec::Timestamp;
///
/// assert!(Timestamp::parse("2019-12-11T12:22:32Z").is_ok());
/// assert!(Timestamp::parse("yesterday").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp {
    text: String,
    local: NaiveDateTime,
    offset: Option<FixedOffset>,
}

impl Timestamp {
    /// Reads a date, or date and time with an optional zone, in the forms of ISO 8601.
    ///
    /// # Errors
    /// If the text is none of them.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        read(text)
            .map(|(local, offset)| Self {
                text: text.to_owned(),
                local,
                offset,
            })
            .ok_or_else(|| {
                let reason = format!(
                    "a timestamp has the form 2021-12-07T18:43:26Z, found {}",
                    quoted(text)
                );
                ValueError::new(Code::InvalidTimestamp, reason)
            })
    }

    /// Date and time as written, in the zone that is written with them.
    #[must_use]
    pub fn local(&self) -> NaiveDateTime {
        self.local
    }

    /// The point in time, if a zone is written.
    #[must_use]
    pub fn instant(&self) -> Option<DateTime<FixedOffset>> {
        self.local.and_local_timezone(self.offset?).single()
    }

    /// The same point in time in UTC, without fractions of a second; a time without zone stays without.
    pub(crate) fn in_utc_seconds(&self) -> String {
        let has_fraction = self.local.nanosecond() != 0;
        match self.offset.filter(|offset| offset.local_minus_utc() != 0) {
            Some(offset) => match self.local.checked_sub_offset(offset) {
                Some(utc) => utc.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
                None => self.text.clone(),
            },
            None if has_fraction => {
                let zone = if self.offset.is_some() { "Z" } else { "" };
                format!("{}{zone}", self.local.format("%Y-%m-%dT%H:%M:%S"))
            }
            None => self.text.clone(),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn read(text: &str) -> Option<(NaiveDateTime, Option<FixedOffset>)> {
    let (date, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let date = read_date(date)?;
    let Some(rest) = rest else {
        return Some((date.and_time(NaiveTime::MIN), None));
    };
    let (time, zone) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => (&rest[..at], Some(&rest[at..])),
        None => (rest, None),
    };
    let offset = match zone {
        Some(zone) => Some(read_zone(zone)?),
        None => None,
    };
    Some((date.and_time(read_time(time)?), offset))
}

fn read_date(text: &str) -> Option<NaiveDate> {
    // The parser takes single digits too, the standard does not.
    for (form, length) in [("%Y-%m-%d", 10), ("%Y%m%d", 8), ("%G-W%V-%u", 10), ("%GW%V%u", 8)] {
        if text.len() == length
            && let Ok(date) = NaiveDate::parse_from_str(text, form)
        {
            return Some(date);
        }
    }
    // A year, or a year and month: their first day.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match text.len() {
        7 if !text.contains('-') => NaiveDate::parse_from_str(text, "%Y%j").ok(),
        8 if text.contains("-W") => NaiveDate::parse_from_str(&format!("{text}-1"), "%G-W%V-%u").ok(),
        8 => NaiveDate::parse_from_str(text, "%Y-%j").ok(),
        4 if digits => NaiveDate::parse_from_str(&format!("{text}-01-01"), "%Y-%m-%d").ok(),
        7 if digits => NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok(),
        _ => None,
    }
}

fn read_time(text: &str) -> Option<NaiveTime> {
    let whole = text.split(['.', ',']).next().unwrap_or_default();
    // Leap seconds are no time of day for readers in use.
    if whole.contains(':') && whole.split(':').any(|part| part.len() != 2 || part == "60") {
        return None;
    }
    let text = &text.replace(',', ".");
    ["%H:%M:%S%.f", "%H:%M", "%H%M%S%.f", "%H%M"]
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(text, form).ok())
        .or_else(|| NaiveTime::parse_from_str(&format!("{text}:00"), "%H:%M").ok())
}

fn read_zone(text: &str) -> Option<FixedOffset> {
    if matches!(text, "Z" | "z") {
        return FixedOffset::east_opt(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.get(1..)?.chars().filter(|&c| c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = digits[..2].parse().ok()?;
    let minutes: i32 = if digits.len() == 4 {
        digits[2..].parse().ok()?
    } else {
        0
    };
    if minutes > 59 {
        return None;
    }
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

/// A timestamp with single digits of month, day or hour, written with two of each.
fn padded(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let two = |part: &str| {
        if part.len() == 1 {
            format!("0{part}")
        } else {
            part.to_owned()
        }
    };
    let date: Vec<String> = date.split('-').map(two).collect();
    let (hour, rest) = time.trim_start().split_once(':')?;
    Timestamp::parse(&format!("{}T{}:{rest}", date.join("-"), two(hour))).ok()
}

impl std::str::FromStr for Timestamp {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromNode for Timestamp {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        // Unquoted, YAML readers take single digits of month, day and hour.
        let padded = |text: &str| Self::parse(text).or_else(|error| padded(text).ok_or(error));
        let is_plain = node
            .as_scalar()
            .is_some_and(|scalar| scalar.style == ScalarStyle::Plain);
        let timestamp = if is_plain {
            parse_text(node, reader, padded)?
        } else {
            parse_text(node, reader, Self::parse)?
        };
        // Without quotes and without a time, YAML readers make a date of it, which is no timestamp.
        let scalar = node.as_scalar()?;
        if scalar.style == ScalarStyle::Plain && !scalar.text.contains(':') {
            let message = format!("the timestamp {} has no time of day", scalar.text);
            reader.report(Code::InvalidTimestamp, node, message).help =
                Some(format!("write for example {}T00:00:00", timestamp.local.date()));
            return None;
        }
        Some(timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_iso_8601() {
        for valid in [
            "2021-12-07T18:43",
            "2021-12-07T18:43:26",
            "2021-12-07T18:43:26.889129",
            "2021-12-07 18:43:26Z",
            "2021-12-07T18:43:26+02:00",
            "2021-12-07T18:43:26.1234567890-0530",
            "2021-12-07",
            "2021",
            "2021-W49-2",
            "2021-W49",
            "2021-341",
            "2021341",
            "2021-12-07T18:43:26,5",
            "20211207T184326",
        ] {
            assert!(Timestamp::parse(valid).is_ok(), "{valid}");
        }
        for wrong in [
            "",
            "now",
            " 2021-12-07",
            "2021-12-07T18:43 ",
            "2021-13-01",
            "2021-12-07T25:00",
            "2021-12-07T0:0:0",
            "2021-1-7",
            "2021-12-07T18:43+99:99",
            "7.12.2021",
            "é",
            "T",
        ] {
            assert!(Timestamp::parse(wrong).is_err(), "{wrong}");
        }
        let zoned = Timestamp::parse("2021-12-07T18:43:26+02:00").unwrap();
        assert_eq!(zoned.instant().unwrap().to_rfc3339(), "2021-12-07T18:43:26+02:00");
    }
}
