//! How much of a document is read: a few lines of aliases can stand for more than a computer has memory.

use std::rc::Rc;

use super::Builder;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::node::{Node, NodeKind};
use crate::document::path::DocPath;
use crate::document::position::Position;

/// The longest text that is read: descriptions are kilobytes. The scanner holds a list in brackets as tokens,
/// two hundred bytes for each byte of it, before it gives the first of them away.
pub(crate) const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting of lists and mappings, with what aliases stand for.
pub(crate) const MAX_DEPTH: usize = 128;
/// The most values after aliases are resolved.
pub(crate) const MAX_NODES: usize = 250_000;
/// The longest text of all values together after aliases are resolved.
const MAX_TEXT: usize = 16 * MAX_BYTES;
/// The longest key: every finding below it has it in its path. YAML itself sets the same bound for keys without `?`.
pub(crate) const MAX_KEY: usize = 1024;
/// The most keys that stand twice that are listed.
pub(super) const MAX_DUPLICATES: usize = 100;

/// How much some nodes hold.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extent {
    nodes: usize,
    bytes: usize,
}

impl Extent {
    pub(super) fn of_scalar(text: &str) -> Self {
        Self {
            nodes: 1,
            bytes: text.len(),
        }
    }

    pub(super) fn of_container() -> Self {
        Self { nodes: 1, bytes: 0 }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            nodes: self.nodes.saturating_add(other.nodes),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    fn since(self, before: Self) -> Self {
        Self {
            nodes: self.nodes - before.nodes,
            bytes: self.bytes - before.bytes,
        }
    }

    fn exceeded(self) -> Option<String> {
        if self.nodes > MAX_NODES {
            Some(format!("more than {MAX_NODES} values"))
        } else if self.bytes > MAX_TEXT {
            Some(format!("more than {MAX_TEXT} bytes of text"))
        } else {
            None
        }
    }
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

pub(crate) fn nested_too_deep(path: DocPath) -> Diagnostic {
    let message = format!("lists and mappings are nested more than {MAX_DEPTH} levels deep");
    Diagnostic::new(Code::NestingTooDeep, path, message)
}

impl Builder {
    pub(super) fn count(&mut self, extent: Extent, at: Position) -> Result<(), Diagnostic> {
        self.total = self.total.plus(extent);
        match self.total.exceeded() {
            Some(what) => {
                let message = format!("the document has {what} once its aliases are resolved");
                Err(self.fatal(Code::DocumentTooLarge, at, message))
            }
            None => Ok(()),
        }
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
        self.anchored = self.anchored.plus(extent);
        if let Some(what) = self.anchored.exceeded() {
            let message = format!("the anchors of the document hold {what}");
            return Err(self.fatal(Code::DocumentTooLarge, node.span.start, message));
        }
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
