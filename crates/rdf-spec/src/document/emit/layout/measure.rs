//! Where values begin and end. The events of the YAML scanner leave out dashes, colons, commas and closing
//! brackets, and the ends of quoted values reach over the comment that follows, so the text is read again.

use super::{Brackets, Form, Layout, NodeId, SlotId};
use crate::document::emit::source::{is_blank, leading_spaces};

/// What surrounds a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    /// A block; the column of the key or dash.
    Block(Option<usize>),
    /// Brackets.
    Flow,
}

impl Layout<'_, '_> {
    pub(super) fn measure_root(&mut self) -> Option<()> {
        let mut from = 0;
        // Directives and `---`.
        loop {
            let at = self.skip(from);
            let line = &self.source.text[at..self.source.next_line(at)];
            if line.starts_with('%') {
                from = at + line.len();
            } else if line.starts_with("---") && line[3..].chars().next().is_none_or(char::is_whitespace) {
                from = at + 3;
                break;
            } else {
                break;
            }
        }
        self.comments.clear();
        self.measure(0, from, Around::Block(None)).map(|_| ())
    }

    /// Behind white space and comments.
    fn skip(&mut self, from: usize) -> usize {
        let mut at = from;
        loop {
            match self.source.byte(at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
                Some(b'#')
                    if at == 0
                        || self
                            .source
                            .byte(at - 1)
                            .is_some_and(|byte| byte.is_ascii_whitespace()) =>
                {
                    self.comments.push(at);
                    at = self.source.next_line(at);
                }
                _ => return at,
            }
        }
    }

    /// Finds the first and last byte of a value that stands somewhere behind a byte; gives its end.
    fn measure(&mut self, id: NodeId, from: usize, around: Around) -> Option<usize> {
        let base = match around {
            Around::Block(column) => column,
            Around::Flow => None,
        };
        let found_end = self.nodes[id].end;
        let found_column = self.nodes[id].column;
        let (properties, form) = (self.nodes[id].properties, self.nodes[id].form);
        let mut at = from;
        let mut start = None;
        let mut head_end = from;
        for _ in 0..properties {
            at = self.skip(at);
            start = start.or(Some(at));
            at = self.property_end(at, around)?;
            head_end = at;
        }
        if form != Form::Absent {
            at = self.skip(at);
        }
        let start = start.unwrap_or(at);
        let node = &mut self.nodes[id];
        node.start = start;
        node.bare = at;
        node.head_end = head_end;
        node.base = base;
        let end = match form {
            Form::Absent => at,
            Form::Plain | Form::Alias => {
                let text = self.source.text.get(at..found_end)?;
                at + text.trim_end().len()
            }
            Form::Quoted => self.quoted_end(at)?,
            Form::BlockScalar => self.block_scalar_end(at, found_end, found_column)?,
            _ => match self.source.byte(at)? {
                b'[' if !self.nodes[id].is_mapping => self.brackets(id, at, b']')?,
                b'{' if self.nodes[id].is_mapping => self.brackets(id, at, b'}')?,
                _ if around == Around::Flow && self.nodes[id].is_mapping => {
                    self.nodes[id].form = Form::FlowPair;
                    let slot = *self.nodes[id].slots.first()?;
                    self.entry(slot, at, Around::Flow)?
                }
                _ if around != Around::Flow => self.block(id, at)?,
                _ => return None,
            },
        };
        self.nodes[id].end = end;
        (end >= start).then_some(end)
    }

    /// The end of an anchor or tag.
    fn property_end(&self, at: usize, around: Around) -> Option<usize> {
        let rest = self.source.text.get(at..)?;
        if rest.starts_with("!<") {
            return rest.find('>').map(|end| at + end + 1);
        }
        if !rest.starts_with(['&', '!']) {
            return None;
        }
        let is_end = |c: char| {
            c.is_ascii_whitespace() || around == Around::Flow && matches!(c, ',' | '[' | ']' | '{' | '}')
        };
        Some(at + rest.find(is_end).unwrap_or(rest.len()))
    }

    fn quoted_end(&self, at: usize) -> Option<usize> {
        let quote = self.source.byte(at)?;
        let mut at = at + 1;
        loop {
            let byte = self.source.byte(at)?;
            match (quote, byte) {
                (b'"', b'\\') => at += 2,
                (b'\'', b'\'') if self.source.byte(at + 1) == Some(b'\'') => at += 2,
                (b'"', b'"') | (b'\'', b'\'') => return Some(at + 1),
                (b'"' | b'\'', _) => at += 1,
                _ => return None,
            }
        }
    }

    /// Behind the last line of a block scalar. `found` is where the scanner stopped: in the indentation of what
    /// follows.
    fn block_scalar_end(&mut self, at: usize, found: usize, column: usize) -> Option<usize> {
        let head = self.source.text[at..self.source.next_line(at)].trim_end_matches(['\r', '\n']);
        if !head.starts_with(['|', '>']) {
            return None;
        }
        let indicators = head.find([' ', '\t']).unwrap_or(head.len());
        if let Some(comment) = self.source.comment_behind(at + indicators) {
            let spaces = leading_comment(&self.source.text[comment.clone()]);
            self.comments.push(comment.start + spaces);
        }
        let first = self.source.next_line(at);
        let line = self.source.line_start(found);
        let mut end = if is_blank(&self.source.text[line..found]) {
            line
        } else {
            self.source.next_line(found)
        };
        end = end.max(first);
        if head[..indicators].contains('+') {
            return Some(end);
        }
        // Blank lines at the end are no part of the value, but for spaces beyond its indentation.
        while end > first {
            let line = self.source.line_start(end - 1);
            let text = &self.source.text[line..end];
            if line < first || !is_blank(text) || leading_spaces(text) > column {
                break;
            }
            end = line;
        }
        Some(end)
    }

    fn block(&mut self, id: NodeId, from: usize) -> Option<usize> {
        let is_mapping = self.nodes[id].is_mapping;
        self.nodes[id].form = if is_mapping {
            Form::BlockMapping
        } else {
            Form::BlockSequence
        };
        let column = from - self.source.line_start(from);
        self.nodes[id].column = column;
        let mut at = from;
        for slot in self.nodes[id].slots.clone() {
            at = self.skip(at);
            at = if is_mapping {
                self.entry(slot, at, Around::Block(Some(column)))?
            } else {
                if self.source.byte(at) != Some(b'-') {
                    return None;
                }
                self.slots[slot].start = at;
                self.measure(self.slots[slot].value, at + 1, Around::Block(Some(column)))?
            };
            self.slots[slot].end = at;
        }
        Some(at)
    }

    /// `key: value`, `? key : value`, and in brackets `key` alone.
    fn entry(&mut self, slot: usize, at: usize, around: Around) -> Option<usize> {
        self.slots[slot].start = at;
        let value = self.slots[slot].value;
        let key = self.slots[slot].key.as_ref()?.node;
        let explicit = self.source.byte(at) == Some(b'?')
            && self
                .source
                .byte(at + 1)
                .is_none_or(|byte| byte.is_ascii_whitespace());
        let end = self.measure(key, if explicit { at + 1 } else { at }, around)?;
        let behind = self.skip(end);
        let colon_end = (self.source.byte(behind) == Some(b':')).then_some(behind + 1);
        if colon_end.is_none() && (self.nodes[value].form != Form::Absent || self.nodes[value].properties > 0)
        {
            return None;
        }
        let place = self.slots[slot].key.as_mut()?;
        place.start = self.nodes[key].bare;
        place.end = end;
        place.colon_end = colon_end;
        let end = self.measure(value, colon_end.unwrap_or(end), around)?;
        self.slots[slot].end = end;
        Some(end)
    }

    /// A list or mapping in brackets.
    fn brackets(&mut self, id: NodeId, open: usize, close: u8) -> Option<usize> {
        let is_mapping = self.nodes[id].is_mapping;
        self.nodes[id].form = if is_mapping {
            Form::FlowMapping
        } else {
            Form::FlowSequence
        };
        let mut brackets = Brackets::default();
        let mut separator_end = open + 1;
        let mut last: Option<SlotId> = None;
        let mut at = open + 1;
        for slot in self.nodes[id].slots.clone() {
            at = self.skip(at);
            let (comment, lead) = self.comment_and_rest(separator_end, at);
            match last {
                None => brackets.open_comment = comment,
                Some(last) => self.slots[last].trail = comment,
            }
            self.slots[slot].lead = lead;
            let end = if is_mapping {
                self.entry(slot, at, Around::Flow)?
            } else {
                self.slots[slot].start = at;
                self.measure(self.slots[slot].value, at, Around::Flow)?
            };
            self.slots[slot].end = end;
            last = Some(slot);
            separator_end = end;
            at = self.skip(end);
            brackets.comma_before_close = self.source.byte(at) == Some(b',');
            if brackets.comma_before_close {
                brackets.awkward |= !is_blank(&self.source.text[end..at]);
                self.slots[slot].before_comma = end..at;
                at += 1;
                separator_end = at;
            }
        }
        at = self.skip(at);
        if self.source.byte(at) != Some(close) {
            return None;
        }
        let (comment, rest) = self.comment_and_rest(separator_end, at);
        match last {
            None => brackets.open_comment = comment,
            Some(last) => self.slots[last].trail = comment,
        }
        brackets.close = rest;
        self.nodes[id].brackets = brackets;
        Some(at + 1)
    }

    /// Divides what stands between two things into a comment on the line of the first and the rest.
    fn comment_and_rest(&self, from: usize, to: usize) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        match self.source.comment_behind(from) {
            Some(comment) if comment.end <= to => (comment.clone(), comment.end..to),
            _ => (from..from, from..to),
        }
    }
}

/// The white space before the `#`.
fn leading_comment(text: &str) -> usize {
    text.find('#').unwrap_or(0)
}
