//! Places in the text of a document.

use std::fmt;

/// A place in a text file, counted as editors do: lines and columns begin at 1, columns count
/// characters (not bytes).
///
/// ```
/// let position = rdf_spec::Position { line: 3, column: 7 };
/// assert_eq!(position.to_string(), "3:7");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, the first is 1.
    pub line: usize,
    /// Column in characters, the first is 1.
    pub column: usize,
}

impl Position {
    /// The first character of a file.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place behind the last character of a text; lines end as in YAML.
    pub(crate) fn end_of(text: &str) -> Self {
        let mut end = Self::START;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            if character == '\n' || (character == '\r' && characters.peek() != Some(&'\n')) {
                end.line += 1;
                end.column = 1;
            } else if character != '\r' {
                end.column += 1;
            }
        }
        end
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// From the first character of something to just behind its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first character.
    pub start: Position,
    /// The character behind the last one.
    pub end: Position,
}

impl Span {
    /// A span without characters.
    #[must_use]
    pub fn empty_at(position: Position) -> Self {
        Self {
            start: position,
            end: position,
        }
    }
}

// The one place that knows that the YAML scanner counts columns from 0.
impl From<saphyr_parser::Marker> for Position {
    fn from(marker: saphyr_parser::Marker) -> Self {
        Self {
            line: marker.line().max(1),
            column: marker.col().saturating_add(1),
        }
    }
}

impl From<saphyr_parser::Span> for Span {
    fn from(span: saphyr_parser::Span) -> Self {
        Self {
            start: span.start.into(),
            end: span.end.into(),
        }
    }
}
