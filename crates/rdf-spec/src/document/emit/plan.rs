//! Which parts of a changed tree stand in the text already, and where.

use std::collections::HashMap;

use super::layout::{Class, Form, Layout, NodeId, SlotId};
use super::same::{KeyOrder, same, same_scalar};
use crate::document::node::{Entry, Node, NodeKind};
use crate::document::position::Position;

pub(super) type PlanId = usize;

/// A value of the changed tree.
pub(super) struct Planned<'a> {
    pub(super) node: &'a Node,
    /// The same value, or an older state of it, in the text.
    pub(super) source: Option<NodeId>,
    /// True if `source` holds exactly this.
    pub(super) identical: bool,
    pub(super) children: Vec<Child<'a>>,
}

/// An entry or item of the changed tree.
#[derive(Clone, Copy)]
pub(super) struct Child<'a> {
    /// The key and whether it is text; `None` for items.
    pub(super) key: Option<(&'a str, bool)>,
    pub(super) plan: PlanId,
    /// The entry or item in the text that this one was.
    pub(super) slot: Option<SlotId>,
}

/// The likeness of what did not change.
const IDENTICAL: usize = usize::MAX;

/// A changed tree beside the text.
pub(super) struct Plan<'a> {
    pub(super) planned: Vec<Planned<'a>>,
    pub(super) root: PlanId,
    /// Which entry of the changed tree an entry of the text has become: a new entry may have the position of the
    /// one that it was made from.
    slot_claims: Vec<Option<Claim>>,
    node_claims: Vec<Option<Claim>>,
}

#[derive(Clone, Copy)]
struct Claim {
    likeness: usize,
    plan: PlanId,
    child: usize,
}

impl<'a> Plan<'a> {
    /// Without a layout nothing stands in the text.
    pub(super) fn new(changed: &'a Node, layout: Option<&Layout<'_, '_>>) -> Self {
        let plan = Plan {
            planned: Vec::new(),
            root: 0,
            slot_claims: vec![None; layout.map_or(0, |layout| layout.slots.len())],
            node_claims: vec![None; layout.map_or(0, |layout| layout.nodes.len())],
        };
        let mut planner = Planner {
            plan,
            index: layout.map(Index::new),
        };
        let root = planner.visit(changed, layout.map(|_| 0));
        planner.plan.root = root;
        planner.plan
    }

    /// The entry or item of the text that became the child of a planned value, and of no other.
    pub(super) fn slot_of(&self, plan: PlanId, child: usize) -> Option<SlotId> {
        let slot = self.planned[plan].children[child].slot?;
        let claim = self.slot_claims[slot]?;
        (claim.plan == plan && claim.child == child).then_some(slot)
    }

    /// True if the value of the text has become this one, and no other.
    pub(super) fn owns_source(&self, plan: PlanId) -> bool {
        self.planned[plan]
            .source
            .and_then(|source| self.node_claims[source])
            .is_some_and(|claim| claim.plan == plan)
    }

    /// True if a value of the text is somewhere in the changed tree, as it was or with some of its content.
    pub(super) fn is_alive(&self, node: NodeId) -> bool {
        self.node_claims[node].is_some_and(|claim| claim.likeness > 0)
    }

    /// True if no value of the changed tree was made from one of the text.
    pub(super) fn is_abandoned(&self, node: NodeId) -> bool {
        self.node_claims[node].is_none()
    }

    /// True if nothing of the changed tree was made from the entry or item of the text.
    pub(super) fn is_removed(&self, slot: SlotId) -> bool {
        self.slot_claims[slot].is_none()
    }
}

/// Values, entries and items of the text by their positions.
struct Index<'l, 'a, 't> {
    layout: &'l Layout<'a, 't>,
    values: HashMap<(Position, Class), NodeId>,
    keys: HashMap<Position, SlotId>,
    items: HashMap<Position, SlotId>,
}

impl<'l, 'a, 't> Index<'l, 'a, 't> {
    fn new(layout: &'l Layout<'a, 't>) -> Self {
        let mut index = Self {
            layout,
            values: HashMap::new(),
            keys: HashMap::new(),
            items: HashMap::new(),
        };
        for (id, laid) in layout.nodes.iter().enumerate() {
            let Some(original) = laid.original else { continue };
            let at = original.span.start;
            index.values.entry((at, Class::of(original))).or_insert(id);
            if let Some(mapping) = original.as_mapping()
                && laid.form != Form::Alias
            {
                let live = laid.slots.iter().filter(|&&slot| layout.slots[slot].live);
                for (&slot, (_, entry)) in live.zip(mapping.iter()) {
                    index.keys.entry(entry.key_span.start).or_insert(slot);
                }
            } else if let Some(items) = original.as_sequence()
                && laid.form != Form::Alias
            {
                for (&slot, item) in laid.slots.iter().zip(items) {
                    index.items.entry(item.span.start).or_insert(slot);
                }
            }
        }
        index
    }

    fn fits(&self, id: NodeId, node: &Node) -> bool {
        let laid = &self.layout.nodes[id];
        laid.original.is_some_and(|original| {
            original.span.start == node.span.start
                && Class::of(original) == Class::of(node)
                && (laid.form != Form::Alias || same(original, node, KeyOrder::Kept))
        })
    }

    fn value(&self, node: &Node, hint: Option<NodeId>) -> Option<NodeId> {
        let found = || self.values.get(&(node.span.start, Class::of(node))).copied();
        hint.filter(|&id| self.fits(id, node))
            .or_else(|| found().filter(|&id| self.fits(id, node)))
    }
}

struct Planner<'l, 'a, 'b, 't> {
    plan: Plan<'b>,
    index: Option<Index<'l, 'a, 't>>,
}

impl<'b> Planner<'_, '_, 'b, '_> {
    fn visit(&mut self, node: &'b Node, hint: Option<NodeId>) -> PlanId {
        let source = self.index.as_ref().and_then(|index| index.value(node, hint));
        let children = match &node.kind {
            NodeKind::Scalar(_) => Vec::new(),
            NodeKind::Sequence(items) => self.visit_items(items, source),
            NodeKind::Mapping(mapping) => mapping
                .entries
                .iter()
                .map(|(key, entry)| self.visit_entry(key, entry))
                .collect(),
        };
        let identical = source.is_some_and(|source| self.is_identical(node, source, &children));
        let plan = self.plan.planned.len();
        for (child, visited) in children.iter().enumerate() {
            if let Some(slot) = visited.slot {
                let likeness = self.likeness(slot, visited, source);
                claim(&mut self.plan.slot_claims[slot], likeness, plan, child);
            }
        }
        if let Some(source) = source {
            let likeness = if identical {
                IDENTICAL
            } else {
                self.children_of(source, &children)
            };
            claim(&mut self.plan.node_claims[source], likeness, plan, 0);
        }
        self.plan.planned.push(Planned {
            node,
            source,
            identical,
            children,
        });
        plan
    }

    fn visit_entry(&mut self, key: &'b str, entry: &'b Entry) -> Child<'b> {
        let mut slot = None;
        let mut hint = None;
        if let Some(index) = &self.index {
            slot = index.keys.get(&entry.key_span.start).copied();
            hint = slot.map(|slot| index.layout.slots[slot].value);
        }
        Child {
            key: Some((key, entry.key_is_text)),
            plan: self.visit(&entry.value, hint),
            slot,
        }
    }

    fn visit_items(&mut self, items: &'b [Node], source: Option<NodeId>) -> Vec<Child<'b>> {
        let mut expected = 0;
        let mut children = Vec::with_capacity(items.len());
        for item in items {
            let (mut slot, mut hint) = (None, None);
            if let Some(index) = &self.index {
                let layout = index.layout;
                // Absent items may share a position: the order tells them apart.
                let next = source.and_then(|source| layout.nodes[source].slots.get(expected).copied());
                slot = next
                    .filter(|&next| {
                        let original = layout.nodes[layout.slots[next].value].original;
                        original.is_some_and(|original| original.span.start == item.span.start)
                    })
                    .or_else(|| index.items.get(&item.span.start).copied());
                hint = slot.map(|slot| layout.slots[slot].value);
                if let Some(slot) = slot.map(|slot| &layout.slots[slot])
                    && Some(slot.parent) == source
                {
                    expected = slot.index + 1;
                }
            }
            children.push(Child {
                key: None,
                plan: self.visit(item, hint),
                slot,
            });
        }
        children
    }

    fn is_identical(&self, node: &Node, source: NodeId, children: &[Child<'_>]) -> bool {
        let Some(layout) = self.index.as_ref().map(|index| index.layout) else {
            return false;
        };
        let laid = &layout.nodes[source];
        let Some(original) = laid.original else {
            return false;
        };
        if let (Some(one), Some(other)) = (node.as_scalar(), original.as_scalar()) {
            return same_scalar(one, other);
        }
        if laid.merges || laid.form == Form::Alias {
            return same(node, original, KeyOrder::Kept);
        }
        let mut slots = laid.slots.iter().filter(|&&slot| layout.slots[slot].live);
        children.iter().all(|child| {
            let Some(&slot) = slots.next() else { return false };
            let planned = &self.plan.planned[child.plan];
            let slot_is = &layout.slots[slot];
            child.slot == Some(slot)
                && planned.identical
                && planned.source == Some(slot_is.value)
                && slot_is.key.as_ref().and_then(|key| key.text) == child.key
        }) && slots.next().is_none()
    }

    /// How many entries or items are from a list or mapping of the text: a new value may have its position.
    fn children_of(&self, source: NodeId, children: &[Child<'_>]) -> usize {
        let Some(layout) = self.index.as_ref().map(|index| index.layout) else {
            return 0;
        };
        let slots = children.iter().filter_map(|child| child.slot);
        slots.filter(|&slot| layout.slots[slot].parent == source).count()
    }

    /// How much an entry or item of a list or mapping is still what stands in the text.
    fn likeness(&self, slot: SlotId, child: &Child<'_>, around: Option<NodeId>) -> usize {
        let Some(layout) = self.index.as_ref().map(|index| index.layout) else {
            return 0;
        };
        let slot = &layout.slots[slot];
        let key = slot.key.as_ref().and_then(|key| key.text);
        let planned = &self.plan.planned[child.plan];
        4 * usize::from(key == child.key)
            + 2 * usize::from(planned.identical && planned.source == Some(slot.value))
            + usize::from(around == Some(slot.parent))
    }
}

/// The first of the most alike is the one.
fn claim(place: &mut Option<Claim>, likeness: usize, plan: PlanId, child: usize) {
    if place.is_none_or(|claim| claim.likeness < likeness) {
        *place = Some(Claim {
            likeness,
            plan,
            child,
        });
    }
}
