//! Changes of the tree of a description.

use crate::document::{
    DocPath, Entry, Node, NodeKind, Position, Scalar, ScalarStyle, ScalarValue, Segment, Span,
};

/// The node at a path.
pub(in crate::package) fn node_mut<'n>(root: &'n mut Node, path: &DocPath) -> Option<&'n mut Node> {
    let mut node = root;
    for segment in path.segments() {
        node = match (segment, &mut node.kind) {
            (Segment::Key(key), NodeKind::Mapping(mapping)) => mapping.get_mut(key)?,
            (Segment::Index(at), NodeKind::Sequence(items)) => items.get_mut(*at)?,
            _ => return None,
        };
    }
    Some(node)
}

/// Puts text in the place of the value at a path; nothing changes if there is none.
pub(in crate::package) fn set(root: &mut Node, path: &DocPath, text: &str) {
    if let Some(node) = node_mut(root, path) {
        node.kind = scalar(text);
    }
}

/// Puts text in the place of the value at `path`; a new entry comes behind that of `behind`, in the same mapping.
pub(in crate::package) fn set_behind(root: &mut Node, path: &DocPath, behind: &DocPath, text: &str) {
    let (Some(parent), Some(Segment::Key(key))) = (path.parent(), path.segments().last()) else {
        return;
    };
    let Some(mapping) = node_mut(root, &parent).and_then(Node::as_mapping_mut) else {
        return;
    };
    if mapping.get(key).is_some() {
        set(root, path, text);
        return;
    }
    // A place that no text has: nothing that stands there is taken for this.
    let nowhere = Span::empty_at(Position { line: 0, column: 0 });
    let entry = Entry {
        key_span: nowhere,
        key_is_text: true,
        value: Node {
            kind: scalar(text),
            span: nowhere,
        },
    };
    let at = match behind.segments().last() {
        Some(Segment::Key(key)) => mapping.entries.get_index_of(key).map(|at| at + 1),
        _ => None,
    };
    let at = at.unwrap_or(mapping.entries.len());
    mapping.entries.shift_insert(at, key.clone(), entry);
}

/// Text, whatever it looks like; whether it needs quotes is seen when it is written.
fn scalar(text: &str) -> NodeKind {
    NodeKind::Scalar(Scalar {
        text: text.to_owned(),
        value: ScalarValue::String,
        style: ScalarStyle::Quoted,
    })
}
