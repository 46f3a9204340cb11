//! One entry or item of a block.

use std::ops::Range;

use super::Writer;
use super::value::{Holder, difference};
use crate::document::emit::layout::{Form, Laid, Layout, NodeId, Slot, SlotId};
use crate::document::emit::plan::{Child, PlanId};
use crate::document::emit::scalar_text::{Context, key_text};

/// YAML allows a key of 1024 characters without `?`.
const LONGEST_KEY: usize = 1000;

impl<'p, 'a, 'b, 't> Writer<'p, 'a, 'b, 't> {
    /// Writes an entry or item with the comments that belong to it.
    pub(super) fn child(&mut self, child: &Child<'b>, slot: Option<SlotId>, column: usize) {
        let holder = if child.key.is_some() {
            Holder::Key
        } else {
            Holder::Dash
        };
        let in_text = slot.zip(self.layout).filter(|&(slot, layout)| {
            layout.is_in_block(slot) && layout.slots[slot].key.is_some() == child.key.is_some()
        });
        match in_text {
            Some((slot, layout)) => self.known_child(child, slot, layout, column),
            None => {
                let old = self.left_place(child);
                let mut comment = None;
                if let Some((slot, layout)) = old.zip(self.layout) {
                    let slot = &layout.slots[slot];
                    let shift = difference(column, layout.nodes[slot.parent].column);
                    self.out.comments(&layout.source, slot.own.clone(), shift);
                    comment = self.line_comment(layout, slot.value);
                }
                self.out.start_line(column);
                self.head(child, column);
                self.value_behind(child.plan, column, holder, comment);
            }
        }
    }

    /// The entry or item that a value stood in, if it is a value of something else now and nothing took its place:
    /// then the comments are the value's.
    fn left_place(&self, child: &Child<'b>) -> Option<SlotId> {
        let layout = self.layout?;
        let source = self.planned(child.plan).source?;
        let place = layout.nodes[source].place?;
        let left =
            self.plan.owns_source(child.plan) && self.plan.is_removed(place) && layout.is_in_block(place);
        left.then_some(place)
    }

    /// The comment on the line of a key or dash, or behind its value.
    fn line_comment(&self, layout: &Layout<'_, '_>, value: NodeId) -> Option<Range<usize>> {
        let laid = &layout.nodes[value];
        match laid.form {
            // Copied with the value.
            Form::BlockScalar => None,
            form if form.is_block_collection() => layout.source.comment_behind(laid.head_end),
            _ => layout.source.comment_behind(laid.end),
        }
    }

    /// `key:` or `-`
    fn head(&mut self, child: &Child<'b>, column: usize) {
        match child.key {
            Some((key, is_text)) => {
                self.key(key, is_text, column);
                self.out.push(":");
            }
            None => self.out.push("-"),
        }
    }

    fn key(&mut self, key: &str, is_text: bool, column: usize) {
        let text = key_text(key, is_text, Context::Block);
        if text.len() > LONGEST_KEY {
            self.out.push("? ");
            self.out.push(&text);
            self.out.end_line();
            self.out.spaces(column);
        } else {
            self.out.push(&text);
        }
    }

    /// Writes an entry or item that stands in a block of the text, be it here or elsewhere.
    fn known_child(&mut self, child: &Child<'b>, slot: SlotId, layout: &'p Layout<'a, 't>, column: usize) {
        let source = &layout.source;
        let slot = &layout.slots[slot];
        let shift = difference(column, layout.nodes[slot.parent].column);
        self.out.comments(source, slot.own.clone(), shift);
        self.out.start_line(column);

        // The key, if it has another name now; `from` is behind it.
        let mut from = slot.start;
        if let (Some(place), Some((key, is_text))) = (&slot.key, child.key)
            && place.text != child.key
        {
            if source.line_start(place.start) == source.line_start(place.end) && place.start == slot.start {
                self.key(key, is_text, column);
            } else {
                // Behind `?`, an anchor or a tag, a key may have any length.
                self.out.copy(source, slot.start..place.start, shift);
                self.out.push(&key_text(key, is_text, Context::Block));
            }
            from = place.end;
        }
        let planned = self.planned(child.plan);
        let old = &layout.nodes[slot.value];
        if planned.identical && planned.source == Some(slot.value) {
            self.out.copy(source, from..slot.chunk_end, shift);
        } else if self.is_block(child.plan) && self.block_source(child.plan) == Some(slot.value) {
            self.changed_block(child.plan, layout, slot, from, shift);
        } else {
            self.other_value(child, layout, slot, from, column);
            if !old.form.is_block_collection() {
                self.out.comments(source, slot.line_end..slot.chunk_end, shift);
            } else if planned.children.is_empty() {
                self.emptied_block(child.plan, old.column.saturating_add_signed(shift));
            }
        }
    }

    /// Goes on behind a key or dash with its block, in which something changed.
    fn changed_block(
        &mut self,
        plan: PlanId,
        layout: &'p Layout<'a, 't>,
        slot: &Slot<'_>,
        from: usize,
        shift: isize,
    ) {
        let source = &layout.source;
        let old = &layout.nodes[slot.value];
        let first = layout.first_slot(slot.value).map_or(old.end, |first| first.start);
        if source.line_start(first) <= old.head_end {
            self.out.copy(source, from..first, shift);
            self.out.continue_line();
        } else {
            self.out.copy(source, from..source.next_line(old.head_end), shift);
            self.out.fresh_line();
        }
        self.block(plan, old.column.saturating_add_signed(shift));
    }

    /// Goes on behind a key or dash with a value that is not the one of the text, keeping the comment of the line.
    fn other_value(
        &mut self,
        child: &Child<'b>,
        layout: &'p Layout<'a, 't>,
        slot: &Slot<'_>,
        from: usize,
        column: usize,
    ) {
        let source = &layout.source;
        let shift = difference(column, layout.nodes[slot.parent].column);
        let old = &layout.nodes[slot.value];
        let was_inline = is_inline(old);
        let behind = was_inline.then(|| source.comment_behind(old.end)).flatten();
        if was_inline && !self.is_block(child.plan) && !self.is_copied_block_scalar(child.plan) {
            let start = self.value_start(child.plan, slot.value);
            self.out.copy(source, from..start, shift);
            self.inline(child.plan, column);
            self.comment(behind);
            self.out.end_line();
            return;
        }
        let (head_end, holder) = match &slot.key {
            Some(key) => (key.colon_end.unwrap_or(key.end), Holder::Key),
            None => (slot.start + 1, Holder::Dash),
        };
        self.out.copy(source, from..head_end.max(from), shift);
        if slot.key.as_ref().is_some_and(|key| key.colon_end.is_none()) {
            // `? key` alone.
            self.out.end_line();
            self.out.spaces(column);
            self.out.push(":");
        }
        let comment = match source.comment_behind(old.head_end) {
            Some(on_head) => {
                self.comment_above(behind);
                Some(on_head)
            }
            None => behind.or_else(|| comment_of_block_scalar(layout, slot.value)),
        };
        self.value_behind(child.plan, column, holder, comment);
    }

    fn is_copied_block_scalar(&self, plan: PlanId) -> bool {
        matches!(self.copied(plan), Some((_, Form::BlockScalar)))
    }
}

/// True for a value that stands in the line of its key.
fn is_inline(laid: &Laid<'_>) -> bool {
    matches!(laid.form, Form::Plain | Form::Quoted | Form::Alias) || laid.form.is_flow_collection()
}

/// The comment behind `|` or `>`.
fn comment_of_block_scalar(layout: &Layout<'_, '_>, value: NodeId) -> Option<Range<usize>> {
    let laid = &layout.nodes[value];
    if laid.form != Form::BlockScalar {
        return None;
    }
    let line = layout.text(laid.bare..layout.source.next_line(laid.bare));
    let spaces = line.find([' ', '\t'])?;
    layout.source.comment_behind(laid.bare + spaces)
}
