//! Lines of a description with marks under what a finding speaks of.

use std::fmt::Write as _;

use anstyle::Style;
use rdf_spec::{DocPath, Document, Position, Segment};
use unicode_width::UnicodeWidthChar;

use super::stdout::is_harmful;
use super::style::{DIM, paint};

/// The longest part of a line that is shown, in characters.
const MAX_COLUMNS: usize = 120;

/// What a tab is shown as.
const TAB: &str = "    ";

/// A text whose lines can be shown.
pub(super) struct Source<'a> {
    place: String,
    lines: Vec<&'a str>,
    document: Option<&'a Document>,
}

/// Something on one line that is underlined.
pub(super) struct Mark {
    pub(super) line: usize,
    /// The first character, from 1.
    pub(super) column: usize,
    /// How many characters, at least 1.
    length: usize,
    style: Style,
    symbol: char,
    label: String,
}

impl<'a> Source<'a> {
    pub(super) fn new(place: String, text: &'a str, document: Option<&'a Document>) -> Self {
        let lines = lines(text.strip_prefix('\u{feff}').unwrap_or(text));
        Self {
            place,
            lines,
            document,
        }
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// A mark under the key or value at a place; under its first character if it goes on below its first line.
    pub(super) fn mark(
        &self,
        path: &DocPath,
        position: Position,
        style: Style,
        symbol: char,
        label: String,
    ) -> Mark {
        let span = self
            .document
            .and_then(|document| document.span_at(path, position));
        let length = match span {
            Some(span) if span.end.line == position.line => span.end.column.saturating_sub(position.column),
            Some(_) => 1,
            None => self.length_of_key(path, position),
        };
        Mark {
            line: position.line,
            column: position.column,
            length: length.max(1),
            style,
            symbol,
            label,
        }
    }

    /// The length of the key of a path where it stands at a position: one that stands there a second time is not in
    /// the document.
    fn length_of_key(&self, path: &DocPath, position: Position) -> usize {
        let (Some(line), Some(Segment::Key(key))) = (self.line(position.line), path.segments().last()) else {
            return 1;
        };
        let mut rest = line.chars().skip(position.column.saturating_sub(1));
        if key.chars().all(|character| rest.next() == Some(character)) {
            key.chars().count()
        } else {
            1
        }
    }

    /// The name of a field that is missing at a position, which is where the mapping begins that should have it.
    pub(super) fn missing_field<'p>(&self, path: &'p DocPath, position: Position) -> Option<&'p str> {
        let document = self.document?;
        let Some(Segment::Key(key)) = path.segments().last() else {
            return None;
        };
        let owner = document.get(&path.parent()?)?;
        let is_missing = owner.span.start == position && owner.as_mapping()?.get(key).is_none();
        is_missing.then_some(key)
    }

    /// The line with the key of the mapping that a path leads into, if it stands right above a line: to be shown with it.
    pub(super) fn line_of_owner(&self, path: &DocPath, below: usize) -> Option<usize> {
        let document = self.document?;
        let owner = path.parent()?;
        let Some(Segment::Key(key)) = owner.segments().last() else {
            return None;
        };
        let mapping = document.get(&owner.parent()?)?.as_mapping()?;
        let line = mapping.entry(key)?.key_span.start.line;
        (line + 1 == below).then_some(line)
    }

    /// Writes the place, and the lines with their marks as far as there is something to see.
    ///
    /// The first mark gives the place; `above` is a line that is shown before the first one that has a mark.
    pub(super) fn snippet(
        &self,
        text: &mut String,
        gutter: usize,
        arrow: &str,
        above: Option<usize>,
        mut marks: Vec<Mark>,
    ) {
        let Some((line, column)) = marks.first().map(|mark| (mark.line, mark.column)) else {
            return;
        };
        let _ = writeln!(
            text,
            "{:gutter$}{} {}:{line}:{column}",
            "",
            paint(DIM, arrow),
            self.place
        );
        // Stable: of several marks on a line, the first one given is the first one shown.
        marks.sort_by_key(|mark| mark.line);
        marks.retain(|mark| self.line(mark.line).is_some_and(|line| !line.trim().is_empty()));
        if marks.is_empty() {
            return;
        }
        let empty = format!("{:gutter$} {}", "", paint(DIM, "|"));
        let _ = writeln!(text, "{empty}");
        let mut shown: Option<usize> = None;
        if let Some((above, line)) = above.and_then(|above| Some((above, self.line(above)?))) {
            self.plain_line(text, gutter, above, &Window::around(line, 1));
            shown = Some(above);
        }
        for mark in &marks {
            let Some(line) = self.line(mark.line) else {
                continue;
            };
            let window = Window::around(line, mark.column);
            if shown != Some(mark.line) {
                self.gap(text, gutter, shown, mark.line);
                self.plain_line(text, gutter, mark.line, &window);
                shown = Some(mark.line);
            }
            let (before, width) = window.cells(line, mark.column, mark.length);
            let symbols: String = std::iter::repeat_n(mark.symbol, width).collect();
            let label = if mark.label.is_empty() {
                symbols
            } else {
                format!("{symbols} {}", mark.label)
            };
            let _ = writeln!(text, "{empty} {:before$}{}", "", paint(mark.style, label));
        }
        let _ = writeln!(text, "{empty}");
    }

    fn plain_line(&self, text: &mut String, gutter: usize, number: usize, window: &Window) {
        let number = paint(DIM, format!("{number:>gutter$} |"));
        let shown = window.shown.trim_end();
        let space = if shown.is_empty() { "" } else { " " };
        let _ = writeln!(text, "{number}{space}{shown}");
    }

    fn line(&self, number: usize) -> Option<&'a str> {
        self.lines.get(number.checked_sub(1)?).copied()
    }

    /// What stands between two lines that are shown: one line as it is, dots for more.
    fn gap(&self, text: &mut String, gutter: usize, shown: Option<usize>, next: usize) {
        let Some(shown) = shown else { return };
        if shown + 2 == next {
            let between = Window::around(self.line(shown + 1).unwrap_or_default(), 1);
            let number = paint(DIM, format!("{:>gutter$} |", shown + 1));
            let _ = writeln!(
                text,
                "{}",
                format!("{number} {}", between.shown.trim_end()).trim_end()
            );
        } else if shown + 2 < next {
            let _ = writeln!(text, "{}", paint(DIM, "..."));
        }
    }
}

/// The lines of a text; they end as in YAML.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find(['\n', '\r']) {
        lines.push(&rest[..end]);
        let skipped = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[end + skipped..];
    }
    lines.push(rest);
    lines
}

/// The part of a line that is shown.
struct Window {
    shown: String,
    /// How many characters of the line are left out before it.
    start: usize,
    /// The cells of the terminal that the sign for them takes.
    indent: usize,
}

impl Window {
    fn around(line: &str, column: usize) -> Self {
        let at = column.saturating_sub(1);
        let start = if at < MAX_COLUMNS { 0 } else { at - MAX_COLUMNS / 2 };
        let (before, indent) = if start > 0 { ("...", 3) } else { ("", 0) };
        let mut characters = line.chars().skip(start);
        let mut shown = before.to_owned();
        for character in characters.by_ref().take(MAX_COLUMNS) {
            match character {
                '\t' => shown.push_str(TAB),
                other if is_harmful(other) => shown.push('\u{fffd}'),
                other => shown.push(other),
            }
        }
        if characters.next().is_some() {
            shown.push_str("...");
        }
        Self { shown, start, indent }
    }

    /// How many cells of the terminal are before a mark, and how many it takes.
    fn cells(&self, line: &str, column: usize, length: usize) -> (usize, usize) {
        let first = column.saturating_sub(1).max(self.start);
        let visible = || line.chars().skip(self.start).take(MAX_COLUMNS).map(cells_of);
        let before = first - self.start;
        let width: usize = visible().skip(before).take(length).sum();
        (self.indent + visible().take(before).sum::<usize>(), width.max(1))
    }
}

/// The cells of the terminal that a character takes as it is shown.
fn cells_of(character: char) -> usize {
    match character {
        '\t' => TAB.len(),
        other if is_harmful(other) => 1,
        other => other.width().unwrap_or(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_around_the_column() {
        let line = format!("{}abc{}", "x".repeat(400), "y".repeat(200));
        let window = Window::around(&line, 401);
        assert_eq!(window.shown.chars().count(), 3 + MAX_COLUMNS + 3);
        let (before, width) = window.cells(&line, 401, 3);
        assert_eq!(&window.shown[before..before + width], "abc");
        // What goes on behind the part that is shown is marked up to its end.
        assert_eq!(window.cells(&line, 401, 203), (63, MAX_COLUMNS - 60));
    }

    #[test]
    fn marks_stand_under_wide_characters_and_tabs() {
        let line = "k:\t\u{7d30}\u{80de}, \u{1f9eb} x";
        let window = Window::around(line, 1);
        assert_eq!(window.shown, "k:    \u{7d30}\u{80de}, \u{1f9eb} x");
        assert_eq!(window.cells(line, 4, 2), (6, 4));
        assert_eq!(window.cells(line, 10, 1), (15, 1));
    }

    #[test]
    fn what_could_change_the_terminal_is_replaced() {
        let window = Window::around("a\u{1b}[31m \u{202e}x", 1);
        assert_eq!(window.shown, "a\u{fffd}[31m \u{fffd}x");
    }

    #[test]
    fn lines_end_as_in_yaml() {
        assert_eq!(lines("a\nb\r\nc\rd"), ["a", "b", "c", "d"]);
        assert_eq!(lines(""), [""]);
    }

    #[test]
    fn places_outside_of_the_text_are_no_reason_to_fail() {
        let source = Source::new("rdf.yaml".to_owned(), "a: b\n", None);
        for (line, column) in [(0, 0), (1, 400), (2, 1), (99, 1)] {
            let mut text = String::new();
            let position = Position { line, column };
            let mark = source.mark(&DocPath::root(), position, DIM, '^', String::new());
            source.snippet(&mut text, 1, "-->", None, vec![mark]);
            assert!(text.contains(&format!("rdf.yaml:{line}:{column}")));
        }
    }
}
