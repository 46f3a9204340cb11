//! The text that a document was read from, by lines.

use std::ops::Range;

/// How many characters share one entry of the table from characters to bytes.
const STRIDE: usize = 64;

/// Text with the places of its lines; all offsets are bytes.
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
    line_starts: Vec<usize>,
    /// The byte of every 64th character.
    characters: Vec<usize>,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let mut line_starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                line_starts.push(at + 1);
            }
        }
        let characters = text.char_indices().step_by(STRIDE).map(|(at, _)| at).collect();
        Self {
            text,
            line_starts,
            characters,
        }
    }

    /// The byte of a character; the end of the text for those behind it.
    pub(super) fn byte_of(&self, character: usize) -> usize {
        let Some(&start) = self.characters.get(character / STRIDE) else {
            return self.text.len();
        };
        self.text[start..]
            .char_indices()
            .nth(character % STRIDE)
            .map_or(self.text.len(), |(at, _)| start + at)
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The first byte of the line that holds a byte.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let line = self.line_starts.partition_point(|&start| start <= at);
        self.line_starts[line.saturating_sub(1)]
    }

    /// The first byte of the next line, or the end of the text.
    pub(super) fn next_line(&self, at: usize) -> usize {
        let line = self.line_starts.partition_point(|&start| start <= at);
        self.line_starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The first byte behind the line that ends with what ends at a byte. What ends with a line break (a block
    /// scalar) has no more of its line.
    pub(super) fn line_behind(&self, end: usize) -> usize {
        if end > 0 && self.line_start(end) == end {
            end
        } else {
            self.next_line(end)
        }
    }

    /// The number of spaces that begin the line of a byte.
    pub(super) fn indentation(&self, at: usize) -> usize {
        leading_spaces(&self.text[self.line_start(at)..])
    }

    /// True if only spaces and tabs stand between the beginning of the line and a byte.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        is_blank(&self.text[self.line_start(at)..at])
    }

    /// The lines in a range that begins and ends with lines.
    pub(super) fn lines(&self, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let mut at = range.start;
        std::iter::from_fn(move || {
            (at < range.end).then(|| {
                let line = at..self.next_line(at).min(range.end);
                at = line.end;
                line
            })
        })
    }

    /// A comment between a byte and the end of its line, with the space before it.
    pub(super) fn comment_behind(&self, at: usize) -> Option<Range<usize>> {
        let line = self.text[at..self.next_line(at)].trim_end_matches(['\r', '\n']);
        let spaces = line.len() - line.trim_start_matches([' ', '\t']).len();
        (spaces > 0 && line[spaces..].starts_with('#')).then(|| at..at + line.trim_end().len())
    }
}

pub(super) fn leading_spaces(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// True for nothing but white space.
pub(super) fn is_blank(line: &str) -> bool {
    line.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// True for a line that holds a comment and nothing else.
pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start_matches([' ', '\t']).starts_with('#')
}
