//! To which entry or item the comments and blank lines between two of them belong.
//!
//! Comment lines directly above an entry, at its column, are its own; lines behind an entry that are indented
//! more than its key belong to what stands before them; everything else is free and stays where it is.

use std::ops::Range;

use super::{Layout, NodeId};
use crate::document::emit::source::{is_blank, is_comment, leading_spaces};

impl Layout<'_, '_> {
    pub(super) fn divide_root(&mut self) {
        if !self.root().form.is_block_collection() {
            return;
        }
        // What follows the root: comments up to `...` or the end.
        let first = self.source.line_behind(self.root().end);
        let mut end = first;
        for line in self.source.lines(first..self.source.text.len()) {
            let text = &self.source.text[line.clone()];
            if !(is_blank(text) || is_comment(text)) {
                break;
            }
            end = line.end;
        }
        // The lines above the first entry are the head of the file.
        self.divide(0, None, end);
    }

    /// Divides what stands between the entries or items of a block, which begins in the line `head_end` (or, for
    /// `None`, where nothing above belongs to it) and ends before `limit`.
    fn divide(&mut self, id: NodeId, head_end: Option<usize>, limit: usize) {
        let column = self.nodes[id].column;
        let slots = self.nodes[id].slots.clone();
        let mut gap_start = head_end;
        for (index, &slot) in slots.iter().enumerate() {
            let above = self.source.line_start(self.slots[slot].start);
            let gap = gap_start.filter(|&start| start <= above).unwrap_or(above)..above;
            let own = self.own_comments(gap.clone(), column);
            self.slots[slot].free = gap.start..own.start;
            self.slots[slot].own = own;
            let line_end = self.source.line_behind(self.slots[slot].end).min(limit);
            let next = slots
                .get(index + 1)
                .map_or(limit, |&next| self.source.line_start(self.slots[next].start));
            let chunk_end = self.deeper(line_end..next.max(line_end), column);
            self.slots[slot].line_end = line_end;
            self.slots[slot].chunk_end = chunk_end;
            gap_start = Some(chunk_end);
            let value = self.slots[slot].value;
            if self.nodes[value].form.is_block_collection() {
                let head = self.source.next_line(self.nodes[value].head_end);
                self.divide(value, Some(head), chunk_end);
            }
        }
        let end = gap_start.unwrap_or(limit);
        self.nodes[id].tail = end..limit.max(end);
    }

    /// The comment lines at the end of a gap that stand at a column.
    fn own_comments(&self, gap: Range<usize>, column: usize) -> Range<usize> {
        let mut start = gap.end;
        while start > gap.start {
            let line = self.source.line_start(start - 1);
            let text = &self.source.text[line..start];
            if line < gap.start || !is_comment(text) || leading_spaces(text) != column {
                break;
            }
            start = line;
        }
        start..gap.end
    }

    /// Behind the first lines of a gap that are indented more than a column.
    fn deeper(&self, gap: Range<usize>, column: usize) -> usize {
        let mut end = gap.start;
        for line in self.source.lines(gap) {
            let text = &self.source.text[line.clone()];
            if is_blank(text) {
                continue;
            }
            if leading_spaces(text) <= column {
                break;
            }
            end = line.end;
        }
        end
    }
}
