//! Units of lengths and times, and how file formats write them.

/// A unit of length or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// 1e-10 m
    Angstrom,
    /// 1e-9 m
    Nanometer,
    /// 1e-6 m
    Micrometer,
    /// 1e-3 m
    Millimeter,
    /// 1e-2 m
    Centimeter,
    /// 0.0254 m
    Inch,
    /// 1 m
    Meter,
    /// 1e-6 s
    Microsecond,
    /// 1e-3 s
    Millisecond,
    /// 1 s
    Second,
    /// 60 s
    Minute,
    /// 3600 s
    Hour,
}

/// A unit, its name (UDUNITS-2, as OME-NGFF wants it), its symbol (the enumerations `UnitsLength` and `UnitsTime` of
/// the OME schema 2016-06), other spellings, and its size in meters or
/// seconds: a factor and a power of ten, since the negative ones are no binary fractions.
type Row = (
    Unit,
    &'static str,
    &'static str,
    &'static [&'static str],
    (f64, i32),
);

const TABLE: [Row; 12] = [
    (Unit::Angstrom, "angstrom", "Å", &["\u{212B}", "A"], (1.0, -10)),
    (Unit::Nanometer, "nanometer", "nm", &["nanometre"], (1.0, -9)),
    (
        Unit::Micrometer,
        "micrometer",
        "µm",
        // With the Greek letter, and as ImageJ writes it: in ASCII, with an escape, as a word.
        &["\u{3BC}m", "um", "\\u00B5m", "micron", "microns", "micrometre"],
        (1.0, -6),
    ),
    (Unit::Millimeter, "millimeter", "mm", &["millimetre"], (1.0, -3)),
    (Unit::Centimeter, "centimeter", "cm", &["centimetre"], (1.0, -2)),
    (Unit::Inch, "inch", "in", &["inches"], (0.0254, 0)),
    (Unit::Meter, "meter", "m", &["metre"], (1.0, 0)),
    (
        Unit::Microsecond,
        "microsecond",
        "µs",
        &["\u{3BC}s", "us"],
        (1.0, -6),
    ),
    (Unit::Millisecond, "millisecond", "ms", &["msec"], (1.0, -3)),
    (Unit::Second, "second", "s", &["sec", "seconds"], (1.0, 0)),
    (Unit::Minute, "minute", "min", &["minutes"], (60.0, 0)),
    (Unit::Hour, "hour", "h", &["hours"], (3600.0, 0)),
];

impl Unit {
    fn row(self) -> &'static Row {
        // Every unit has a row: the test walks them. The fallback keeps this free of panics.
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&TABLE[6])
    }

    /// The name in UDUNITS-2, such as `micrometer`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The symbol in the OME schema, such as `µm`.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        self.row().2
    }

    /// The unit that a file names, by name, symbol or another usual spelling; `None` for all others, such as `pixel`.
    ///
    /// ```
    /// use pipeline::image::Unit;
    ///
    /// assert_eq!(Unit::parse("micron"), Some(Unit::Micrometer));
    /// assert_eq!(Unit::parse("pixel"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        TABLE
            .iter()
            .find(|(_, name, symbol, others, _)| text == *name || text == *symbol || others.contains(&text))
            .map(|row| row.0)
    }

    /// Whether this is a unit of time, not of length.
    #[must_use]
    pub fn is_time(self) -> bool {
        matches!(
            self,
            Self::Microsecond | Self::Millisecond | Self::Second | Self::Minute | Self::Hour
        )
    }

    /// In meters or seconds: a factor and a power of ten.
    pub(super) fn size(self) -> (f64, i32) {
        self.row().4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_read_as_its_unit() {
        for (unit, name, symbol, others, _) in TABLE {
            assert_eq!((unit.name(), unit.symbol()), (name, symbol));
            for text in [name, symbol].iter().chain(others) {
                assert_eq!(Unit::parse(text), Some(unit), "{text}");
            }
        }
    }
}
