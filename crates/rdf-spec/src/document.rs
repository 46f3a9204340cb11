//! The text of a description and its tree of positioned nodes.

mod edit;
#[cfg(feature = "rewrite")]
mod emit;
mod escape;
mod json;
mod node;
mod parse;
mod path;
mod position;
mod scalar;

#[cfg(feature = "rewrite")]
pub use emit::{Kept, Rewritten};
pub(crate) use node::quoted;
pub use node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarStyle, ScalarValue};
#[cfg(feature = "serde")]
pub(crate) use parse::{MAX_BYTES, is_printable};
pub(crate) use parse::{MAX_DEPTH, MAX_KEY, nested_too_deep};
pub use path::{DocPath, Segment};
pub use position::{Position, Span};

use crate::diagnostic::Diagnostic;

/// A YAML document: every value knows its line and column.
///
/// Reading follows YAML 1.2 with its core schema, so `y`, `no` and `on` are text, not truth values.
/// Bounds: 1 MiB of text; 128 levels of nesting; values that take, once aliases are resolved, two megabytes of
/// memory and three bytes more for each byte of the text; keys of 1024 bytes.
///
/// ```
/// use rdf_spec::{DocPath, Document};
///
/// let document = Document::parse("inputs:\n  - name: raw\n    axes: bcyx\n")?;
/// let axes = DocPath::root().join("inputs").join(0).join("axes");
/// assert_eq!(document.get(&axes).and_then(|node| node.as_str()), Some("bcyx"));
/// assert_eq!(document.position(&axes).unwrap().to_string(), "3:11");
/// # Ok::<(), rdf_spec::Diagnostic>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    root: Node,
    diagnostics: Vec<Diagnostic>,
}

impl Document {
    /// Parses YAML text.
    ///
    /// # Errors
    /// One diagnostic, `syntax-error`, `document-too-large` or `nesting-too-deep`, where the text
    /// cannot be made into a tree. What does not prevent that (a key that is written twice) is
    /// found in [`Document::diagnostics`].
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let (root, diagnostics) = parse::parse(text)?;
        Ok(Self { root, diagnostics })
    }

    /// The value of the whole document.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// What is wrong with the text although it could be read: keys that are written twice.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The node at a path.
    #[must_use]
    pub fn get(&self, path: &DocPath) -> Option<&Node> {
        let mut node = &self.root;
        for segment in path.segments() {
            node = match segment {
                Segment::Key(key) => node.as_mapping()?.get(key)?,
                Segment::Index(index) => node.as_sequence()?.get(*index)?,
            };
        }
        Some(node)
    }

    /// Where the node at a path begins.
    #[must_use]
    pub fn position(&self, path: &DocPath) -> Option<Position> {
        self.get(path).map(|node| node.span.start)
    }

    /// Where the node at a path begins, or its nearest ancestor that is written in the document:
    /// the place to show for a field that is missing.
    #[must_use]
    pub fn nearest_position(&self, path: &DocPath) -> Position {
        let mut path = path.clone();
        loop {
            if let Some(position) = self.position(&path) {
                return position;
            }
            if path.pop().is_none() {
                return self.root.span.start;
            }
        }
    }

    /// The key or the value at a path, whichever begins at a position: the part of the text that a finding with
    /// this path and position speaks of. `None` where neither does, as for a field that is missing.
    ///
    /// ```
    /// use rdf_spec::{DocPath, Document};
    ///
    /// let document = Document::parse("inputs:\n  - name: raw\n    axes: bcyx\n")?;
    /// let axes = DocPath::root().join("inputs").join(0).join("axes");
    /// let value = document.span_at(&axes, document.position(&axes).unwrap()).unwrap();
    /// assert_eq!((value.start.to_string(), value.end.to_string()), ("3:11".into(), "3:15".into()));
    /// # Ok::<(), rdf_spec::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn span_at(&self, path: &DocPath, position: Position) -> Option<Span> {
        let value = self.get(path)?;
        let key = match (path.parent(), path.segments().last()) {
            (Some(parent), Some(Segment::Key(key))) => self
                .get(&parent)
                .and_then(|parent| parent.as_mapping()?.entry(key))
                .map(|entry| entry.key_span),
            _ => None,
        };
        [key, Some(value.span)]
            .into_iter()
            .flatten()
            .find(|span| span.start == position)
    }
}
