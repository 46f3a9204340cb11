//! Lists and mappings in lines of their own.

use std::collections::HashSet;
use std::ops::Range;

use super::Writer;
use super::value::{Holder, difference};
use crate::document::emit::layout::{Form, Layout, NodeId, SlotId};
use crate::document::emit::plan::{Child, PlanId};
use crate::document::emit::same::{KeyOrder, same};
use crate::document::emit::scalar_text::{Context, key_text};
use crate::document::emit::source::is_blank;

/// YAML allows a key of 1024 characters without `?`.
const LONGEST_KEY: usize = 1000;

/// The block of the text that a list or mapping was.
struct Home<'p, 'a, 't> {
    id: NodeId,
    layout: &'p Layout<'a, 't>,
    shift: isize,
    /// For each entry or item of the text, whether it is still here.
    stays: Vec<bool>,
    /// The keys of the changed mapping.
    keys: HashSet<&'p str>,
    /// The first entry or item whose gap is not written yet.
    next: usize,
    /// False before the first line.
    begun: bool,
}

impl<'p, 'a, 'b, 't> Writer<'p, 'a, 'b, 't> {
    /// Writes the entries or items of a list or mapping at a column.
    pub(super) fn block(&mut self, plan: PlanId, column: usize) {
        let mut home = self.home(plan, column);
        for (index, child) in self.planned(plan).children.iter().enumerate() {
            let slot = self.plan.slot_of(plan, index);
            if let Some(home) = &mut home {
                let here = slot
                    .map(|slot| &home.layout.slots[slot])
                    .filter(|slot| slot.parent == home.id);
                match here {
                    Some(slot) => self.gaps_before(home, slot.index),
                    None if self.is_merged(plan, child) => continue,
                    None => {}
                }
                home.begun = true;
            }
            self.child(child, slot, column);
        }
        if let Some(mut home) = home {
            self.rest_of(&mut home);
        }
    }

    /// What is left of a block whose entries or items are all gone: comments that belong to none of them.
    pub(super) fn emptied_block(&mut self, plan: PlanId, column: usize) {
        if let Some(mut home) = self.home(plan, column) {
            self.rest_of(&mut home);
        }
    }

    fn rest_of(&mut self, home: &mut Home<'p, 'a, 't>) {
        self.gaps_of_removed(home, usize::MAX);
        let tail = home.layout.nodes[home.id].tail.clone();
        self.out.comments(&home.layout.source, tail, home.shift);
    }

    fn home(&self, plan: PlanId, column: usize) -> Option<Home<'p, 'a, 't>> {
        let id = self.block_source(plan)?;
        let layout = self.layout?;
        let laid = &layout.nodes[id];
        let children = &self.plan.planned[plan].children;
        let mut stays = vec![false; laid.slots.len()];
        for child in 0..children.len() {
            let slot = self.plan.slot_of(plan, child).map(|slot| &layout.slots[slot]);
            if let Some(slot) = slot.filter(|slot| slot.parent == id) {
                stays[slot.index] = true;
            }
        }
        Some(Home {
            id,
            layout,
            shift: difference(column, laid.column),
            stays,
            keys: keys_of(children),
            next: 0,
            begun: false,
        })
    }

    /// What stands above an entry or item of the text and belongs to nothing.
    fn gaps_before(&mut self, home: &mut Home<'p, 'a, 't>, index: usize) {
        self.gaps_of_removed(home, index);
        let slot = &home.layout.slots[home.layout.nodes[home.id].slots[index]];
        let mut gap = slot.free.clone();
        if !home.begun && index > 0 {
            // Blank lines between two things have no use at the beginning.
            gap = without_blank_start(home.layout, gap);
        }
        self.out.comments(&home.layout.source, gap, home.shift);
        home.next = home.next.max(index + 1);
    }

    /// The same for entries and items before one that are gone, without the blank lines above them; and those that
    /// are not in the tree: `<<` and keys that stand twice.
    fn gaps_of_removed(&mut self, home: &mut Home<'p, 'a, 't>, before: usize) {
        let source = &home.layout.source;
        let slots = &home.layout.nodes[home.id].slots;
        while home.next < slots.len().min(before) {
            let index = home.next;
            home.next += 1;
            if home.stays[index] {
                continue;
            }
            let slot = &home.layout.slots[slots[index]];
            let kept = !slot.live && is_kept(home.layout, &home.keys, slots[index]);
            let mut gap = slot.free.clone();
            if !kept {
                gap = without_blank_end(home.layout, gap);
            }
            if !home.begun {
                gap = without_blank_start(home.layout, gap);
            }
            home.begun |= !gap.is_empty();
            self.out.comments(source, gap, home.shift);
            if kept {
                home.begun = true;
                self.out.comments(source, slot.own.clone(), home.shift);
                self.out.start_line(
                    home.layout.nodes[home.id]
                        .column
                        .saturating_add_signed(home.shift),
                );
                self.out.copy(source, slot.start..slot.chunk_end, home.shift);
            }
        }
    }

    /// True for an entry that a `<<` brings, which is copied.
    pub(super) fn is_merged(&self, plan: PlanId, child: &Child<'b>) -> bool {
        let (Some(layout), Some(source)) = (self.layout, self.planned(plan).source) else {
            return false;
        };
        let laid = &layout.nodes[source];
        let (Some((key, _)), Some(original)) = (child.key, laid.original.and_then(|node| node.as_mapping()))
        else {
            return false;
        };
        let written_out = laid.slots.iter().filter(|&&slot| layout.slots[slot].live).count();
        laid.merges
            && original.entries.get_full(key).is_some_and(|(index, _, entry)| {
                index >= written_out && same(&entry.value, self.planned(child.plan).node, KeyOrder::Kept)
            })
    }

    /// Writes an entry or item with the comments that belong to it.
    fn child(&mut self, child: &Child<'b>, slot: Option<SlotId>, column: usize) {
        let holder = if child.key.is_some() {
            Holder::Key
        } else {
            Holder::Dash
        };
        let in_text = slot.zip(self.layout).filter(|&(slot, layout)| {
            layout.is_in_block(slot) && layout.slots[slot].key.is_some() == child.key.is_some()
        });
        match in_text {
            Some((slot, layout)) => self.known_child(child, slot, layout, column, holder),
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
        let Some((key, is_text)) = child.key else {
            self.out.push("-");
            return;
        };
        let text = key_text(key, is_text, Context::Block);
        if text.len() > LONGEST_KEY {
            self.out.push("? ");
            self.out.push(&text);
            self.out.end_line();
            self.out.spaces(column);
        } else {
            self.out.push(&text);
        }
        self.out.push(":");
    }

    /// Writes an entry or item that stands in a block of the text, be it here or elsewhere.
    fn known_child(
        &mut self,
        child: &Child<'b>,
        slot: SlotId,
        layout: &'p Layout<'a, 't>,
        column: usize,
        holder: Holder,
    ) {
        let source = &layout.source;
        let slot = &layout.slots[slot];
        let shift = difference(column, layout.nodes[slot.parent].column);
        self.out.comments(source, slot.own.clone(), shift);
        self.out.start_line(column);

        // The key or dash; `from` is behind it.
        let mut from = slot.start;
        match (&slot.key, child.key) {
            (Some(place), Some((key, is_text))) if place.text != child.key => {
                self.out.copy(source, slot.start..place.start, shift);
                let text = key_text(key, is_text, Context::Block);
                if text.len() > LONGEST_KEY && place.start == slot.start {
                    self.out.push("? ");
                    self.out.push(&text);
                    self.out.end_line();
                    self.out.spaces(column);
                } else {
                    self.out.push(&text);
                }
                from = place.end;
            }
            _ => {}
        }
        let old = &layout.nodes[slot.value];
        let planned = self.planned(child.plan);
        if planned.identical && planned.source == Some(slot.value) {
            self.out.copy(source, from..slot.chunk_end, shift);
            return;
        }
        let head_end = match &slot.key {
            Some(key) => key.colon_end.unwrap_or(key.end),
            None => slot.start + 1,
        };

        let stays_block = self.is_block(child.plan) && self.block_source(child.plan) == Some(slot.value);
        if let Some(first) = layout.first_slot(slot.value).filter(|_| stays_block) {
            let inner = old.column.saturating_add_signed(shift);
            let first_line = source.line_start(first.start);
            if first_line <= old.head_end {
                self.out.copy(source, from..first.start, shift);
                self.out.continue_line();
            } else {
                self.out.copy(source, from..source.next_line(old.head_end), shift);
                self.out.fresh_line();
            }
            self.block(child.plan, inner);
            return;
        }

        let head_comment = source.comment_behind(old.head_end);
        let was_inline =
            matches!(old.form, Form::Plain | Form::Quoted | Form::Alias) || old.form.is_flow_collection();
        let behind = was_inline.then(|| source.comment_behind(old.end)).flatten();
        if was_inline && !self.is_block(child.plan) && !self.is_copied_block_scalar(child.plan) {
            self.out
                .copy(source, from..self.value_start(child.plan, slot.value), shift);
            self.inline(child.plan, column);
            self.comment(behind);
            self.out.end_line();
        } else {
            self.out.copy(source, from..head_end.max(from), shift);
            if slot.key.as_ref().is_some_and(|key| key.colon_end.is_none()) {
                // `? key` alone.
                self.out.end_line();
                self.out.spaces(column);
                self.out.push(":");
            }
            let comment = match (head_comment, behind) {
                (Some(one), other) => {
                    self.comment_above(other);
                    Some(one)
                }
                (None, other) => other.or_else(|| self.comment_of_block_scalar(layout, slot.value)),
            };
            self.value_behind(child.plan, column, holder, comment);
        }
        if !old.form.is_block_collection() {
            self.out.comments(source, slot.line_end..slot.chunk_end, shift);
        } else if planned.children.is_empty() {
            self.emptied_block(child.plan, old.column.saturating_add_signed(shift));
        }
    }

    fn is_copied_block_scalar(&self, plan: PlanId) -> bool {
        matches!(self.copied(plan), Some((_, Form::BlockScalar)))
    }

    /// The comment behind `|` or `>`.
    fn comment_of_block_scalar(&self, layout: &Layout<'_, '_>, value: NodeId) -> Option<Range<usize>> {
        let laid = &layout.nodes[value];
        if laid.form != Form::BlockScalar {
            return None;
        }
        let start = laid.head_end;
        let line = layout.text(start..layout.source.next_line(start));
        let indicator = line.find(['|', '>'])?;
        let spaces = line[indicator..].find([' ', '\t'])?;
        layout.source.comment_behind(start + indicator + spaces)
    }
}

pub(super) fn keys_of<'b>(children: &[Child<'b>]) -> HashSet<&'b str> {
    let keys = children.iter().filter_map(|child| child.key);
    keys.map(|(key, _)| key).collect()
}

/// Whether something that is not in the tree stays: a `<<`, and a key that stands twice as long as the first is there.
pub(super) fn is_kept(layout: &Layout<'_, '_>, keys: &HashSet<&str>, slot: SlotId) -> bool {
    layout.slots[slot].key.as_ref().is_some_and(|key| {
        let text = layout.text(key.start..key.end).trim_matches(['"', '\'']);
        text == "<<" || keys.contains(text)
    })
}

fn without_blank_start(layout: &Layout<'_, '_>, gap: Range<usize>) -> Range<usize> {
    let blank = |line: &Range<usize>| is_blank(layout.text(line.clone()));
    let start = layout
        .source
        .lines(gap.clone())
        .find(|line| !blank(line))
        .map_or(gap.end, |line| line.start);
    start..gap.end
}

fn without_blank_end(layout: &Layout<'_, '_>, gap: Range<usize>) -> Range<usize> {
    let end = layout
        .source
        .lines(gap.clone())
        .filter(|line| !is_blank(layout.text(line.clone())))
        .last()
        .map_or(gap.start, |line| line.end);
    gap.start..end
}
