//! Writes a planned tree: what did not change is copied, what surrounds it is written anew.

mod block;
mod entry;
mod flow;
mod value;

use super::layout::{Form, Layout, NodeId};
use super::output::Output;
use super::plan::{Plan, PlanId, Planned};
use super::scalar_text::Context;

pub(super) struct Writer<'p, 'a, 'b, 't> {
    plan: &'p Plan<'b>,
    layout: Option<&'p Layout<'a, 't>>,
    out: Output,
    habits: Habits,
    /// The line in which brackets were opened last behind a key or dash, and how much further they moved than the
    /// indentation of their line did.
    opened: Option<(usize, isize)>,
}

/// How the file is written, for what is added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Habits {
    /// Columns that a mapping is indented below a key.
    mapping: usize,
    /// Columns that a list is indented below a key.
    list: usize,
    /// The whole file is JSON.
    json: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            mapping: 2,
            list: 2,
            json: false,
        }
    }
}

impl Habits {
    fn of(layout: &Layout<'_, '_>) -> Self {
        let mut mappings = [0_usize; 9];
        let mut lists = [0_usize; 9];
        for laid in &layout.nodes {
            let in_entry = laid.place.is_some_and(|slot| layout.slots[slot].key.is_some());
            let (Some(base), true) = (laid.base, in_entry) else {
                continue;
            };
            let offset = laid.column.saturating_sub(base);
            let counts = match laid.form {
                Form::BlockMapping => &mut mappings,
                Form::BlockSequence => &mut lists,
                _ => continue,
            };
            if let Some(count) = counts.get_mut(offset) {
                *count += 1;
            }
        }
        // The first of those that are most frequent.
        let most = |counts: &[usize], otherwise: usize| {
            let most = counts.iter().copied().max().filter(|&most| most > 0);
            most.and_then(|most| counts.iter().position(|&count| count == most))
                .unwrap_or(otherwise)
        };
        let default = Self::default();
        let root = layout.root();
        let first_key = layout.first_slot(0).and_then(|slot| slot.key.as_ref());
        Self {
            mapping: most(&mappings, default.mapping).max(1),
            list: most(&lists, default.list),
            json: root.form.is_flow_collection()
                && first_key.map_or_else(
                    || layout.first_slot(0).is_some(),
                    |key| layout.text(key.start..key.end).starts_with('"'),
                ),
        }
    }
}

impl<'p, 'a, 'b, 't> Writer<'p, 'a, 'b, 't> {
    pub(super) fn new(plan: &'p Plan<'b>, layout: Option<&'p Layout<'a, 't>>, newline: &'static str) -> Self {
        Self {
            plan,
            layout,
            out: Output::new(newline),
            habits: layout.map_or_else(Habits::default, Habits::of),
            opened: None,
        }
    }

    /// Writes the whole tree with what stands before and behind the root in the text.
    pub(super) fn document(mut self) -> Output {
        let root = self.plan.root;
        let Some(layout) = self.layout else {
            self.alone(root);
            return self.out;
        };
        let laid = layout.root();
        let source = &layout.source;
        let column = if laid.form.is_block_collection() {
            laid.column
        } else {
            0
        };
        let starts_line = source.begins_line(laid.start);
        let head_end = if laid.form.is_block_collection() && starts_line {
            source.line_start(laid.start)
        } else {
            laid.start
        };
        self.out.copy(source, 0..head_end, 0);
        if !starts_line {
            self.out.continue_line();
        }
        let is_block = self.is_block(root);
        if is_block {
            self.block(root, column);
        } else {
            self.inline(root, 0);
        }
        if laid.form.is_block_collection() {
            let behind = layout
                .root()
                .slots
                .last()
                .map_or(laid.end, |&slot| layout.slots[slot].chunk_end);
            let owned = is_block && self.block_source(root) == Some(0);
            let from = if owned { laid.tail.end } else { behind };
            if from < source.text.len() {
                self.out.fresh_line();
            }
            self.out.copy(source, from..source.text.len(), 0);
        } else {
            if is_block {
                self.out.fresh_line();
                let rest = source.text[laid.end..].trim_start_matches([' ', '\t', '\r', '\n']);
                self.out
                    .copy(source, source.text.len() - rest.len()..source.text.len(), 0);
            } else {
                self.out.copy(source, laid.end..source.text.len(), 0);
            }
        }
        self.out
    }

    /// Writes the tree and nothing else.
    fn alone(&mut self, root: PlanId) {
        if self.is_block(root) {
            self.block(root, 0);
        } else {
            self.inline(root, 0);
        }
        self.out.fresh_line();
    }

    fn planned(&self, plan: PlanId) -> &'p Planned<'b> {
        &self.plan.planned[plan]
    }

    /// What may stand in brackets without quotes.
    fn flow_context(&self) -> Context {
        if self.habits.json {
            Context::Json
        } else {
            Context::Flow
        }
    }

    /// The block in the text whose comments and blank lines belong to a value.
    fn block_source(&self, plan: PlanId) -> Option<NodeId> {
        let source = self.planned(plan).source?;
        (self.layout?.nodes[source].form.is_block_collection() && self.plan.owns_source(plan))
            .then_some(source)
    }
}
