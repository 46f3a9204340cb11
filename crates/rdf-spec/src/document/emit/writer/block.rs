//! Lists and mappings in lines of their own.

use std::collections::HashSet;
use std::ops::Range;

use super::Writer;
use super::value::difference;
use crate::document::emit::layout::{Layout, NodeId, SlotId};
use crate::document::emit::plan::{Child, PlanId};
use crate::document::emit::same::{KeyOrder, same};
use crate::document::emit::source::is_blank;

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
