//! How much of a document is read: a few lines of aliases can stand for more than a computer has memory.

use std::rc::Rc;

use super::Builder;
use super::input::MAX_WAITING;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::node::{Node, NodeKind};
use crate::document::path::{DocPath, Segment};
use crate::document::position::Position;

/// The longest text that is read: descriptions are kilobytes.
pub(crate) const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting of lists and mappings, with what aliases stand for.
pub(crate) const MAX_DEPTH: usize = 128;
/// The memory that the values of any document may take, in bytes, and what they may take more for each byte of its
/// text. Reading a model makes at most two further copies of them, so all of it stays below ten times the text and
/// a few megabytes. The largest published descriptions take a third of what they may.
const FREE_MEMORY: usize = 2_000_000;
const MEMORY_FOR_A_BYTE: usize = 3;
/// What values take beside their text, in bytes. A key counts as a value, so the entry of a mapping as two.
const VALUE: usize = 88;
const MAPPING: usize = 208;
/// What is noted of an anchor beside its copy.
const ANCHOR: usize = 160;
/// The longest key: every finding below it has it in its path. YAML itself sets the same bound for keys without `?`.
pub(crate) const MAX_KEY: usize = 1024;
/// The most keys that stand twice that are listed.
pub(super) const MAX_DUPLICATES: usize = 100;
/// The most text that their paths may have: each repeats all the keys around it.
pub(super) const MAX_DUPLICATE_TEXT: usize = 1 << 16;

/// How much memory some nodes take, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Extent(usize);

impl Extent {
    /// What a document with a text of so many bytes may take.
    fn allowed(text: usize) -> Self {
        Self(text.saturating_mul(MEMORY_FOR_A_BYTE).saturating_add(FREE_MEMORY))
    }

    pub(super) fn of_scalar(text: &str) -> Self {
        Self(VALUE + text.len())
    }

    pub(super) fn of_sequence() -> Self {
        Self(VALUE)
    }

    pub(super) fn of_mapping() -> Self {
        Self(MAPPING)
    }

    fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    fn since(self, before: Self) -> Self {
        Self(self.0.saturating_sub(before.0))
    }
}

/// The length of the keys of a path.
pub(super) fn text_of(path: &DocPath) -> usize {
    let lengths = path.segments().iter().map(|segment| match segment {
        Segment::Key(key) => key.len(),
        Segment::Index(_) => 0,
    });
    lengths.sum()
}

/// A node that aliases may refer to.
pub(super) struct Anchored {
    node: Node,
    extent: Extent,
    depth: usize,
}

/// The lists and mappings on the longest way down; bounded, since the node was within the bounds.
fn depth(node: &Node) -> usize {
    match &node.kind {
        NodeKind::Scalar(_) => 0,
        NodeKind::Sequence(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        NodeKind::Mapping(mapping) => {
            1 + mapping
                .iter()
                .map(|(_, entry)| depth(&entry.value))
                .max()
                .unwrap_or(0)
        }
    }
}

/// The finding on values that lie too deep in each other.
pub(crate) fn nested_too_deep(path: DocPath) -> Diagnostic {
    let message = format!("lists and mappings are nested more than {MAX_DEPTH} levels deep");
    Diagnostic::new(Code::NestingTooDeep, path, message)
}

impl Builder {
    /// Reads a document with a text of so many bytes.
    pub(super) fn within(text: usize) -> Self {
        Self {
            limit: Extent::allowed(text),
            ..Self::default()
        }
    }

    pub(super) fn count(&mut self, extent: Extent, at: Position) -> Result<(), Diagnostic> {
        self.total = self.total.plus(extent);
        self.hold(extent, at)
    }

    fn hold(&mut self, extent: Extent, at: Position) -> Result<(), Diagnostic> {
        self.held = self.held.plus(extent);
        if self.held <= self.limit {
            return Ok(());
        }
        let message = format!(
            "the document has too many values: they take more memory than the {} bytes that a text of this length may, \
             where aliases count as what they stand for",
            self.limit.0
        );
        let diagnostic = self.fatal(Code::DocumentTooLarge, at, message);
        Err(diagnostic.help("keep long lists of numbers in a file of their own"))
    }

    /// The finding on brackets that may be a key as far as YAML is concerned, so that all of them is kept.
    pub(super) fn too_much_in_brackets(&self) -> Diagnostic {
        let at = self.last.map_or(Position::START, |last| last.end);
        let message =
            format!("a list or mapping in brackets behind this place has more than {MAX_WAITING} parts");
        let diagnostic = self.fatal(Code::DocumentTooLarge, at, message);
        diagnostic.help("write one item a line without brackets")
    }

    /// Whether something with so many levels may stand at the present place.
    pub(super) fn check_depth(&self, levels: usize, at: Position) -> Result<(), Diagnostic> {
        if self.open.len() + levels > MAX_DEPTH {
            return Err(nested_too_deep(self.path.clone()).at(at));
        }
        Ok(())
    }

    /// Keeps a complete node for aliases.
    pub(super) fn keep(&mut self, anchor: usize, node: &Node, before: Extent) -> Result<(), Diagnostic> {
        let extent = self.total.since(before);
        self.hold(extent.plus(Extent(ANCHOR)), node.span.start)?;
        let kept = Anchored {
            node: node.clone(),
            extent,
            depth: depth(node),
        };
        self.anchors.insert(anchor, Rc::new(kept));
        Ok(())
    }

    /// What an alias stands for.
    pub(super) fn resolve_alias(&mut self, anchor: usize, at: Position) -> Result<Node, Diagnostic> {
        let Some(kept) = self.anchors.get(&anchor).cloned() else {
            let message = "the alias refers to a node that is not complete";
            return Err(self.fatal(Code::SyntaxError, at, message));
        };
        // Before anything is copied.
        self.count(kept.extent, at)?;
        self.check_depth(kept.depth, at)?;
        Ok(kept.node.clone())
    }
}
