//! Lists and mappings in brackets.

use super::Writer;
use super::block::{is_kept, keys_of};
use crate::document::emit::layout::{Class, Form, Layout, NodeId, SlotId};
use crate::document::emit::plan::{Child, PlanId};
use crate::document::emit::scalar_text::{Context, is_safe_plain, key_text, scalar_text};
use crate::document::node::NodeKind;

/// JSON knows no other form of a key; YAML wants `?` before a long one.
const LONGEST_KEY: usize = 1000;

impl<'p, 'a, 'b, 't> Writer<'p, 'a, 'b, 't> {
    /// Writes a list or mapping in brackets.
    pub(super) fn flow(&mut self, plan: PlanId) {
        let planned = self.planned(plan);
        let (open, close) = match Class::of(planned.node) {
            Class::Sequence => ("[", "]"),
            _ => ("{", "}"),
        };
        self.out.push(open);
        match self.flow_source(plan).zip(self.layout) {
            Some((id, layout)) => self.flow_like(plan, layout, id),
            None => {
                for (index, child) in planned.children.iter().enumerate() {
                    if index > 0 {
                        self.out.push(", ");
                    }
                    self.flow_child(child, None);
                }
            }
        }
        self.out.push(close);
    }

    /// The brackets of the text whose layout is kept.
    fn flow_source(&self, plan: PlanId) -> Option<NodeId> {
        let planned = self.planned(plan);
        let source = planned.source.filter(|_| self.plan.owns_source(plan))?;
        let laid = &self.layout?.nodes[source];
        let usable = laid.form.is_flow_collection() && !laid.slots.is_empty() && !laid.brackets.awkward;
        (usable && !planned.children.is_empty()).then_some(source)
    }

    /// The entries or items with their places in the text, and between them those that are not in the tree: `<<` and
    /// keys that stand twice.
    fn flow_children(
        &self,
        plan: PlanId,
        layout: &Layout<'_, '_>,
        id: NodeId,
    ) -> Vec<(Option<&'p Child<'b>>, Option<SlotId>)> {
        let children = &self.plan.planned[plan].children;
        let keys = keys_of(children);
        let kept: Vec<SlotId> = (layout.nodes[id].slots.iter().copied())
            .filter(|&slot| !layout.slots[slot].live && is_kept(layout, &keys, slot))
            .collect();
        let mut kept = kept.into_iter().peekable();
        let mut all = Vec::with_capacity(children.len());
        for (index, child) in children.iter().enumerate() {
            let slot = self.plan.slot_of(plan, index);
            let here = slot
                .map(|slot| &layout.slots[slot])
                .filter(|slot| slot.parent == id);
            match here {
                Some(here) => {
                    while let Some(other) = kept.next_if(|&other| layout.slots[other].index < here.index) {
                        all.push((None, Some(other)));
                    }
                }
                None if self.is_merged(plan, child) => continue,
                None => {}
            }
            all.push((Some(child), slot));
        }
        all.extend(kept.map(|slot| (None, Some(slot))));
        all
    }

    /// Writes what stands between brackets with the line breaks and comments of the text.
    fn flow_like(&mut self, plan: PlanId, layout: &'p Layout<'a, 't>, id: NodeId) {
        let source = &layout.source;
        let laid = &layout.nodes[id];
        let shift = self.line_shift(source, laid.bare);
        let children = self.flow_children(plan, layout, id);
        // The space before an item that is new: as before the last one, from its line on.
        let last = laid.slots.last().map(|&slot| layout.slots[slot].lead.clone());
        let before_last = last.map_or("", |lead| layout.text(lead));
        let line_break = before_last.rfind(['\n', '\r']).map(|at| &before_last[at + 1..]);
        let first_is_close = layout.first_slot(id).is_none_or(|slot| slot.lead.is_empty());

        self.out.copy(source, laid.brackets.open_comment.clone(), shift);
        let mut needs_line = !laid.brackets.open_comment.is_empty();
        for (index, &(child, slot)) in children.iter().enumerate() {
            let place = slot
                .filter(|&slot| layout.slots[slot].parent == id)
                .map(|slot| &layout.slots[slot]);
            let lead = place.map(|place| place.lead.clone()).filter(|lead| {
                let text = layout.text(lead.clone());
                let at_start = place.is_some_and(|place| place.index == 0);
                text.contains(['\n', '\r']) || (at_start == (index == 0) && !needs_line)
            });
            match (lead, line_break) {
                (Some(lead), _) => self.out.copy_gap(source, lead, shift),
                (None, Some(indentation)) => {
                    self.out.end_line();
                    let width = indentation.len().saturating_add_signed(shift);
                    self.out.spaces(width);
                }
                (None, None) if needs_line => {
                    self.out.end_line();
                    self.out.spaces(self.out.indentation() + 2);
                }
                (None, None) if index == 0 => self.out.push(if first_is_close { "" } else { " " }),
                (None, None) => self.out.push(" "),
            }
            match (child, place) {
                (Some(child), _) => self.flow_child(child, slot),
                (None, Some(place)) => self.out.copy(source, place.start..place.end, shift),
                (None, None) => {}
            }
            if index + 1 < children.len() || laid.brackets.comma_before_close {
                if let Some(place) = place {
                    self.out.copy(source, place.before_comma.clone(), shift);
                }
                self.out.push(",");
            }
            needs_line = false;
            if let Some(place) = place.filter(|place| !place.trail.is_empty()) {
                self.out.copy(source, place.trail.clone(), 0);
                needs_line = true;
            }
        }
        let close = laid.brackets.close.clone();
        if needs_line && !layout.text(close.clone()).contains(['\n', '\r']) {
            self.out.end_line();
            self.out
                .spaces(source.indentation(laid.bare).saturating_add_signed(shift) + 1);
        }
        self.out.copy_gap(source, close, shift);
    }

    /// Writes an entry or item between brackets; what is not changed is copied.
    fn flow_child(&mut self, child: &Child<'b>, slot: Option<SlotId>) {
        let known = slot
            .zip(self.layout)
            .filter(|&(slot, layout)| !layout.is_in_block(slot))
            .map(|(slot, layout)| (&layout.slots[slot], layout));
        let Some((key, is_text)) = child.key else {
            if let (Some((slot, layout)), Some((_, Form::FlowPair))) = (known, self.copied(child.plan)) {
                let shift = self.line_shift(&layout.source, slot.start);
                self.out.copy(&layout.source, slot.start..slot.end, shift);
                return;
            }
            let planned = self.planned(child.plan);
            let is_pair = planned.source.zip(self.layout).is_some_and(|(source, layout)| {
                layout.nodes[source].form == Form::FlowPair && self.plan.owns_source(child.plan)
            });
            match planned.children.as_slice() {
                [only] if is_pair => self.flow_child(only, self.plan.slot_of(child.plan, 0)),
                _ => self.flow_value(child.plan),
            }
            return;
        };
        let same_value = |value| {
            let planned = self.planned(child.plan);
            planned.identical && planned.source == Some(value)
        };
        if let Some((slot, layout)) = known
            && let Some(place) = &slot.key
            && place.text == child.key
        {
            let shift = self.line_shift(&layout.source, slot.start);
            if same_value(slot.value) {
                self.out.copy(&layout.source, slot.start..slot.end, shift);
                return;
            }
            let old = &layout.nodes[slot.value];
            self.out.copy(&layout.source, slot.start..place.end, shift);
            match place.colon_end {
                Some(colon) if old.form != Form::Absent && old.start > colon => {
                    let start = self.value_start(child.plan, slot.value);
                    self.out.copy(&layout.source, place.end..start, shift);
                }
                // `"key":value` stays as close; what is written anew need not.
                Some(_) if self.habits.json => self.out.push(":"),
                _ => self.out.push(": "),
            }
        } else {
            let text = key_text(key, is_text, self.flow_context());
            if text.len() > LONGEST_KEY && !self.habits.json {
                self.out.push("? ");
            }
            self.out.push(&text);
            self.out.push(": ");
        }
        self.flow_value(child.plan);
    }

    fn flow_value(&mut self, plan: PlanId) {
        let planned = self.planned(plan);
        let context = self.flow_context();
        if let (Some((id, form)), Some(layout)) = (self.copied(plan), self.layout) {
            let laid = &layout.nodes[id];
            let text = layout.text(laid.start..laid.end);
            let fits = match form {
                Form::Plain => laid.base.is_none() || is_safe_plain(text, Context::Flow),
                Form::Quoted => true,
                // A name may hold what ends a value in brackets.
                Form::Alias => laid.base.is_none(),
                _ => form.is_flow_collection(),
            };
            if fits && (context != Context::Json || laid.base.is_none()) {
                let shift = self.line_shift(&layout.source, laid.start);
                self.out.copy(&layout.source, laid.start..laid.end, shift);
                return;
            }
        }
        match &planned.node.kind {
            NodeKind::Scalar(scalar) => {
                let text = scalar_text(scalar, context);
                self.out.push(&text);
            }
            _ => self.flow(plan),
        }
    }
}
