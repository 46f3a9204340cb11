//! Editing of positioned nodes, with a note of every change.

use indexmap::IndexMap;

use super::{Change, ChangeKind, Step};
use crate::document::{DocPath, Entry, Mapping, Node, NodeKind, Position, Scalar, ScalarStyle, ScalarValue};

/// The tree that a step works on. Paths that lead nowhere are no error: the description may be broken, and what is
/// wrong with it is found when it is read.
pub(super) struct Edits<'a> {
    root: &'a mut Node,
    step: &'static Step,
    changes: &'a mut Vec<Change>,
}

impl<'a> Edits<'a> {
    pub(super) fn new(root: &'a mut Node, step: &'static Step, changes: &'a mut Vec<Change>) -> Self {
        Self { root, step, changes }
    }

    pub(super) fn get(&self, path: &[&str]) -> Option<&Node> {
        let mut node = &*self.root;
        for key in path {
            node = node.as_mapping()?.get(key)?;
        }
        Some(node)
    }

    pub(super) fn get_mut(&mut self, path: &[&str]) -> Option<&mut Node> {
        let mut node = &mut *self.root;
        for key in path {
            node = &mut node.entries_mut()?.get_mut(*key)?.value;
        }
        Some(node)
    }

    /// The entries of the mapping at a path.
    pub(super) fn entries(&mut self, path: &[&str]) -> Option<&mut IndexMap<String, Entry>> {
        self.get_mut(path)?.entries_mut()
    }

    /// The keys of the mapping at a path.
    pub(super) fn keys(&self, path: &[&str]) -> Vec<String> {
        let mapping = self.get(path).and_then(Node::as_mapping);
        mapping
            .into_iter()
            .flat_map(Mapping::iter)
            .map(|(key, _)| key.to_owned())
            .collect()
    }

    /// Takes an entry out of the mapping at a path.
    pub(super) fn take(&mut self, path: &[&str], key: &str) -> Option<Entry> {
        self.entries(path)?.shift_remove(key)
    }

    /// Takes an entry out that has no place any more, and says so.
    pub(super) fn drop_entry(&mut self, path: &[&str], key: &str, message: impl Into<String>) {
        if let Some(entry) = self.take(path, key) {
            let place = joined(path).join(key);
            self.note(ChangeKind::Dropped, place, entry.key_span.start, message);
        }
    }

    pub(super) fn note(
        &mut self,
        kind: ChangeKind,
        path: DocPath,
        position: Position,
        message: impl Into<String>,
    ) {
        self.changes.push(Change {
            step: self.step,
            kind,
            path,
            position: Some(position),
            message: message.into(),
        });
    }
}

/// A path of keys.
pub(super) fn joined(path: &[&str]) -> DocPath {
    let mut joined = DocPath::root();
    for key in path {
        joined.push(*key);
    }
    joined
}

impl Node {
    /// The entries, if the node is a mapping.
    pub(super) fn entries_mut(&mut self) -> Option<&mut IndexMap<String, Entry>> {
        match &mut self.kind {
            NodeKind::Mapping(mapping) => Some(&mut mapping.entries),
            _ => None,
        }
    }

    /// The items, if the node is a sequence.
    pub(super) fn items_mut(&mut self) -> Option<&mut Vec<Node>> {
        match &mut self.kind {
            NodeKind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// Replaces the text of a string; where it stands stays.
    pub(super) fn set_text(&mut self, text: String) {
        self.kind = NodeKind::Scalar(Scalar {
            text,
            value: ScalarValue::String,
            style: ScalarStyle::Quoted,
        });
    }

    /// Replaces a value by text that needs no quotes.
    pub(super) fn set_plain_text(&mut self, text: &str) {
        self.kind = NodeKind::Scalar(Scalar {
            text: text.to_owned(),
            value: ScalarValue::String,
            style: ScalarStyle::Plain,
        });
    }
}
