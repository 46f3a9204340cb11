//! Where the parts of a document stand in its text, to the byte: the positions of a tree tell where values begin,
//! which is not enough to copy them.

mod events;
mod gaps;
mod measure;

use std::ops::Range;

use super::source::Source;
use crate::document::node::{Node, NodeKind};

pub(super) type NodeId = usize;
pub(super) type SlotId = usize;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing, which means null.
    Absent,
    Plain,
    Quoted,
    /// Behind `|` or `>`.
    BlockScalar,
    /// `*name`
    Alias,
    /// A list or mapping whose brackets are not found yet.
    Unmeasured,
    FlowSequence,
    FlowMapping,
    /// `a: b` as the item of a list in brackets.
    FlowPair,
    BlockSequence,
    BlockMapping,
}

impl Form {
    pub(super) fn is_block_collection(self) -> bool {
        matches!(self, Self::BlockSequence | Self::BlockMapping)
    }

    pub(super) fn is_flow_collection(self) -> bool {
        matches!(self, Self::FlowSequence | Self::FlowMapping)
    }
}

/// A value in the text.
#[derive(Debug)]
pub(super) struct Laid<'a> {
    pub(super) form: Form,
    is_mapping: bool,
    /// How many anchors and tags stand before the value.
    properties: usize,
    /// The first byte, of the anchor or tag if there is one.
    pub(super) start: usize,
    /// The first byte behind anchor and tag.
    pub(super) bare: usize,
    /// Behind the last byte; a block scalar ends with its line break.
    pub(super) end: usize,
    /// Behind the key's colon or the dash, and behind anchors and tags.
    pub(super) head_end: usize,
    /// The column, from 0, of the keys or dashes of a block list or mapping.
    pub(super) column: usize,
    /// The column of the key or dash that the value belongs to, where that stands in a block.
    pub(super) base: Option<usize>,
    /// Entries or items, in the order of the text.
    pub(super) slots: Vec<SlotId>,
    /// Where the value stands; `None` for the root and for keys.
    pub(super) place: Option<SlotId>,
    /// The same value in the tree.
    pub(super) original: Option<&'a Node>,
    /// Comments and blank lines behind the last entry or item of a block.
    pub(super) tail: Range<usize>,
    /// What stands between brackets and their content.
    pub(super) brackets: Brackets,
    /// A mapping with `<<`.
    pub(super) merges: bool,
}

/// What stands between the brackets of a list or mapping and its content.
#[derive(Clone, Debug, Default)]
pub(super) struct Brackets {
    /// A comment on the line of the opening bracket.
    pub(super) open_comment: Range<usize>,
    /// From the last item, or the comma behind it, to the closing bracket.
    pub(super) close: Range<usize>,
    pub(super) comma_before_close: bool,
    /// A comment before a comma: it belongs to nothing that could be copied.
    pub(super) awkward: bool,
}

/// An entry of a mapping or an item of a list in the text.
#[derive(Debug)]
pub(super) struct Slot<'a> {
    pub(super) parent: NodeId,
    pub(super) index: usize,
    pub(super) key: Option<KeyPlace<'a>>,
    pub(super) value: NodeId,
    /// False for what is not in the tree itself: `<<` and keys that stand twice.
    pub(super) live: bool,
    /// The first byte of the key or dash.
    pub(super) start: usize,
    /// Behind the last byte of the value.
    pub(super) end: usize,
    /// In a block: comments and blank lines above that belong to nothing.
    pub(super) free: Range<usize>,
    /// In a block: the comment lines directly above.
    pub(super) own: Range<usize>,
    /// In a block: behind the last line of the value.
    pub(super) line_end: usize,
    /// In a block: behind the comments that are indented more than the key or dash.
    pub(super) chunk_end: usize,
    /// In brackets: from the comma before, or the comment behind that, to the start.
    pub(super) lead: Range<usize>,
    /// In brackets: the white space before the comma that follows.
    pub(super) before_comma: Range<usize>,
    /// In brackets: a comment behind that comma.
    pub(super) trail: Range<usize>,
}

/// The key of an entry in the text.
#[derive(Debug)]
pub(super) struct KeyPlace<'a> {
    pub(super) node: NodeId,
    /// The first byte behind anchor and tag.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Behind the colon, if there is one.
    pub(super) colon_end: Option<usize>,
    /// The key in the tree and whether it is text there.
    pub(super) text: Option<(&'a str, bool)>,
}

/// All values of a text; the first is the root.
pub(super) struct Layout<'a, 't> {
    pub(super) source: Source<'t>,
    pub(super) nodes: Vec<Laid<'a>>,
    pub(super) slots: Vec<Slot<'a>>,
    /// Where comments begin, in the order of the text, without those before and behind the root.
    pub(super) comments: Vec<usize>,
}

impl<'a, 't> Layout<'a, 't> {
    /// The layout of the text (without byte order mark) that a tree was read from; `None` if the two do not fit
    /// together or the text is written in a way that is not understood here.
    pub(super) fn new(text: &'t str, root: &'a Node) -> Option<Self> {
        let mut layout = events::read(text, root)?;
        layout.measure_root()?;
        layout.comments.sort_unstable();
        layout.comments.dedup();
        layout.divide_root();
        Some(layout)
    }

    pub(super) fn root(&self) -> &Laid<'a> {
        &self.nodes[0]
    }

    pub(super) fn first_slot(&self, node: NodeId) -> Option<&Slot<'a>> {
        self.nodes[node].slots.first().map(|&slot| &self.slots[slot])
    }

    /// True if a slot is an entry or item of a block.
    pub(super) fn is_in_block(&self, slot: SlotId) -> bool {
        self.nodes[self.slots[slot].parent].form.is_block_collection()
    }

    pub(super) fn text(&self, range: Range<usize>) -> &'t str {
        &self.source.text[range]
    }
}

/// The kinds of value, which tell apart what begins at the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    Scalar,
    Sequence,
    Mapping,
}

impl Class {
    pub(super) fn of(node: &Node) -> Self {
        match node.kind {
            NodeKind::Scalar(_) => Self::Scalar,
            NodeKind::Sequence(_) => Self::Sequence,
            NodeKind::Mapping(_) => Self::Mapping,
        }
    }
}
