//! Values behind a key or dash of a block.

use std::ops::Range;

use super::Writer;
use crate::document::emit::layout::{Class, Form, NodeId};
use crate::document::emit::plan::PlanId;
use crate::document::emit::scalar_text::{Context, scalar_text};
use crate::document::emit::source::Source;
use crate::document::node::NodeKind;

/// What a value stands behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    Key,
    Dash,
}

impl<'p> Writer<'p, '_, '_, '_> {
    /// The value of the text that a planned one can be copied from.
    pub(super) fn copied(&self, plan: PlanId) -> Option<(NodeId, Form)> {
        let planned = self.planned(plan);
        let source = planned.source.filter(|_| planned.identical)?;
        Some((source, self.layout?.nodes[source].form))
    }

    /// True for what is written in lines of its own.
    pub(super) fn is_block(&self, plan: PlanId) -> bool {
        let planned = self.planned(plan);
        if planned.children.is_empty() || self.habits.json {
            return false;
        }
        let form = planned
            .source
            .and_then(|source| Some((&self.layout?.nodes[source], source)));
        form.is_none_or(|(laid, _)| match laid.form {
            Form::FlowSequence | Form::FlowMapping => laid.slots.is_empty(),
            Form::FlowPair => false,
            Form::Alias => !planned.identical,
            _ => true,
        })
    }

    /// Writes what goes on behind `key:` or `-`, and ends the line. The comment stands on the line of the key.
    pub(super) fn value_behind(
        &mut self,
        plan: PlanId,
        column: usize,
        holder: Holder,
        comment: Option<Range<usize>>,
    ) {
        if self.is_block(plan) {
            let inner = self.column_of(plan, column, holder);
            match holder {
                Holder::Key => {
                    self.comment(comment);
                    self.out.end_line();
                }
                Holder::Dash => {
                    self.comment_above(comment);
                    self.out.spaces(inner.saturating_sub(column + 1));
                    self.out.continue_line();
                }
            }
            self.block(plan, inner);
            return;
        }
        self.out.push(" ");
        if let (Some((id, Form::BlockScalar)), Some(layout)) = (self.copied(plan), self.layout) {
            self.comment_above(comment);
            let laid = &layout.nodes[id];
            let shift = difference(column, laid.base.unwrap_or(0));
            self.out.copy(&layout.source, laid.start..laid.end, shift);
            self.out.fresh_line();
            return;
        }
        self.inline(plan, column);
        self.comment(comment);
        self.out.end_line();
    }

    /// The column of a block below a key or dash at another.
    fn column_of(&self, plan: PlanId, column: usize, holder: Holder) -> usize {
        let planned = self.planned(plan);
        let is_list = Class::of(planned.node) == Class::Sequence;
        let source = planned.source.zip(self.layout);
        if let Some((source, layout)) = source {
            let laid = &layout.nodes[source];
            let held_by = laid.place.map(|slot| match layout.slots[slot].key {
                Some(_) => Holder::Key,
                None => Holder::Dash,
            });
            if let Some(base) = laid.base.filter(|_| laid.form.is_block_collection())
                && held_by == Some(holder)
            {
                let offset = laid.column.saturating_sub(base);
                if offset > 0 || (is_list && holder == Holder::Key) {
                    return column + offset;
                }
            }
        }
        column
            + match holder {
                Holder::Dash => 2,
                Holder::Key if is_list => self.habits.list,
                Holder::Key => self.habits.mapping,
            }
    }

    /// Writes a value that goes on in the line, in a block whose keys or dashes have a column.
    pub(super) fn inline(&mut self, plan: PlanId, column: usize) {
        let planned = self.planned(plan);
        if let (Some((id, form)), Some(layout)) = (self.copied(plan), self.layout)
            && (matches!(form, Form::Plain | Form::Quoted | Form::Alias)
                || form.is_flow_collection()
                || (form == Form::BlockScalar && id == 0))
        {
            let laid = &layout.nodes[id];
            let shift = match laid.base {
                Some(base) => difference(column, base),
                None => self.line_shift(&layout.source, laid.start),
            };
            self.out.copy(&layout.source, laid.start..laid.end, shift);
            return;
        }
        match &planned.node.kind {
            NodeKind::Scalar(scalar) => {
                let context = if self.habits.json {
                    Context::Json
                } else {
                    Context::Block
                };
                let text = scalar_text(scalar, context);
                self.out.push(&text);
            }
            _ => {
                if let Some((source, layout)) = planned.source.zip(self.layout)
                    && let Some(base) = layout.nodes[source].base
                {
                    self.opened = None;
                    let by_line = self.line_shift(&layout.source, layout.nodes[source].bare);
                    self.opened = Some((self.out.line_start, difference(column, base) - by_line));
                }
                self.flow(plan);
            }
        }
    }

    /// Where a value of the text begins whose place is taken by another: the anchor of a list or mapping stays with
    /// it, that of what is gone does not.
    pub(super) fn value_start(&self, plan: PlanId, old: NodeId) -> usize {
        let stays = self.planned(plan).source == Some(old) && self.copied(plan).is_none();
        self.layout.map_or(0, |layout| {
            let laid = &layout.nodes[old];
            if stays && laid.form.is_flow_collection() {
                laid.bare
            } else {
                laid.start
            }
        })
    }

    /// How far what follows a place in the text moves when its line becomes the one that is being written.
    pub(super) fn line_shift(&self, source: &Source<'_>, at: usize) -> isize {
        let opened = self.opened.filter(|(line, _)| *line == self.out.line_start);
        let further = opened.map_or(0, |(_, further)| further);
        difference(self.out.indentation(), source.indentation(at)) + further
    }

    /// A comment with the space before it, behind what is in the line.
    pub(super) fn comment(&mut self, comment: Option<Range<usize>>) {
        if let (Some(comment), Some(layout)) = (comment, self.layout) {
            self.out.copy(&layout.source, comment, 0);
        }
    }

    pub(super) fn comment_above(&mut self, comment: Option<Range<usize>>) {
        if let (Some(comment), Some(layout)) = (comment, self.layout) {
            self.out.comment_above(layout.text(comment.clone()).trim());
            self.out.copied.push(comment);
        }
    }
}

/// From one column to another.
pub(super) fn difference(to: usize, from: usize) -> isize {
    isize::try_from(to).unwrap_or(0) - isize::try_from(from).unwrap_or(0)
}
