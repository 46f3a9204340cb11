//! Periods of statistics.

use chrono::NaiveDate;

use crate::error::{HubError, HubErrorKind};

/// A period of time: a day, or the week, month or year that contains a day, or the days from one to another.
///
/// ```
/// use hub::matomo::Period;
///
/// let period = Period::new("range", "2023-03-01,2023-04-15")?;
/// assert_eq!((period.name(), period.date().as_str()), ("range", "2023-03-01,2023-04-15"));
/// assert!(Period::new("month", "2023-02-30").is_err());
/// assert!(Period::new("range", "2023-04-15,2023-03-01").is_err());
/// # Ok::<(), hub::HubError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    name: &'static str,
    first: NaiveDate,
    last: Option<NaiveDate>,
}

impl Period {
    /// The names of periods.
    pub const NAMES: [&'static str; 5] = ["day", "week", "month", "year", "range"];

    /// The period of a name with a day in it (`2023-03-01`); of a range, the first and the last day with a comma between.
    ///
    /// # Errors
    /// If there is no such period, no such day, or a range ends before it begins.
    pub fn new(name: &str, date: &str) -> Result<Self, HubError> {
        let invalid = |reason: &str| HubErrorKind::InvalidSource {
            text: format!("{name} {date}").escape_debug().to_string(),
            reason: reason.to_owned(),
        };
        let day = |text: &str| {
            NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d")
                .map_err(|error| HubError::caused_by(invalid("a day is expected, as in 2023-03-01"), error))
        };
        let name = Self::NAMES.into_iter().find(|known| *known == name);
        let name = name.ok_or_else(|| invalid("a period is day, week, month, year or range"))?;
        if name != "range" {
            return Ok(Self {
                name,
                first: day(date)?,
                last: None,
            });
        }
        let (first, last) = date
            .split_once(',')
            .ok_or_else(|| invalid("two days are expected, as in 2023-03-01,2023-04-15"))?;
        let (first, last) = (day(first)?, day(last)?);
        if last < first {
            return Err(invalid("the range ends before it begins").into());
        }
        Ok(Self {
            name,
            first,
            last: Some(last),
        })
    }

    /// The year that contains a day.
    ///
    /// # Errors
    /// If there is no such day.
    pub fn year(date: &str) -> Result<Self, HubError> {
        Self::new("year", date)
    }

    /// The parameter `period`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The parameter `date`.
    #[must_use]
    pub fn date(&self) -> String {
        match self.last {
            None => self.first.to_string(),
            Some(last) => format!("{},{last}", self.first),
        }
    }
}
