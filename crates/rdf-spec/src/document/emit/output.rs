//! The text that comes into being.

use std::ops::Range;

use super::source::{Source, is_blank, leading_spaces};

pub(super) struct Output {
    pub(super) text: String,
    newline: &'static str,
    pub(super) line_start: usize,
    /// True behind `- `: the first line of what follows has its place already.
    compact: bool,
    /// What was copied from the source.
    pub(super) copied: Vec<Range<usize>>,
}

impl Output {
    pub(super) fn new(newline: &'static str) -> Self {
        Self {
            text: String::new(),
            newline,
            line_start: 0,
            compact: false,
            copied: Vec::new(),
        }
    }

    /// Text without line breaks.
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn spaces(&mut self, count: usize) {
        self.text.extend(std::iter::repeat_n(' ', count));
    }

    pub(super) fn end_line(&mut self) {
        self.text.push_str(self.newline);
        self.line_start = self.text.len();
    }

    /// Ends the line unless it is empty.
    pub(super) fn fresh_line(&mut self) {
        if self.text.len() > self.line_start {
            self.end_line();
        }
    }

    /// What follows begins behind a dash.
    pub(super) fn continue_line(&mut self) {
        self.compact = true;
    }

    /// Begins an entry or item at a column.
    pub(super) fn start_line(&mut self, column: usize) {
        if std::mem::take(&mut self.compact) {
            return;
        }
        self.fresh_line();
        self.spaces(column);
    }

    pub(super) fn indentation(&self) -> usize {
        leading_spaces(&self.text[self.line_start..])
    }

    /// Copies a part of the source; its first line goes on where the output ends, the others move by some columns.
    pub(super) fn copy(&mut self, source: &Source<'_>, range: Range<usize>, shift: isize) {
        if range.is_empty() {
            return;
        }
        let first = range.start..source.next_line(range.start).min(range.end);
        self.text.push_str(&source.text[first.clone()]);
        self.copied.push(first.clone());
        if source.line_start(first.end) == first.end {
            self.line_start = self.text.len();
        }
        self.copy_lines(source, first.end..range.end, shift);
    }

    /// Copies what stands between two things, the second of which moves as far as the lines do.
    pub(super) fn copy_gap(&mut self, source: &Source<'_>, range: Range<usize>, shift: isize) {
        let ends_line = !range.is_empty() && source.line_start(range.end) == range.end;
        self.copy(source, range, shift);
        if ends_line {
            self.spaces(usize::try_from(shift).unwrap_or(0));
        }
    }

    /// Copies lines of the source, all moved by some columns; the last need not be complete.
    fn copy_lines(&mut self, source: &Source<'_>, range: Range<usize>, shift: isize) {
        if range.is_empty() {
            return;
        }
        let (more, less) = (
            usize::try_from(shift).unwrap_or(0),
            usize::try_from(-shift).unwrap_or(0),
        );
        for line in source.lines(range.clone()) {
            let text = &source.text[line.clone()];
            self.line_start = self.text.len();
            if !matches!(text, "\n" | "\r\n" | "\r") {
                self.spaces(more);
            }
            self.text.push_str(&text[less.min(leading_spaces(text))..]);
            if source.line_start(line.end) == line.end {
                self.line_start = self.text.len();
            }
        }
        self.copied.push(range);
    }

    /// Copies lines that hold comments and nothing else. Behind a dash they go above its line.
    pub(super) fn comments(&mut self, source: &Source<'_>, range: Range<usize>, shift: isize) {
        if range.is_empty() {
            return;
        }
        if !self.compact {
            self.fresh_line();
            self.copy_lines(source, range, shift);
            return;
        }
        for line in source.lines(range.clone()) {
            self.comment_above(source.text[line].trim());
        }
        self.copied.push(range);
    }

    /// Puts a comment above the line that is being written.
    pub(super) fn comment_above(&mut self, comment: &str) {
        if is_blank(comment) {
            return;
        }
        let mut line = " ".repeat(self.indentation());
        line.push_str(comment);
        line.push_str(self.newline);
        self.text.insert_str(self.line_start, &line);
        self.line_start += line.len();
    }
}
