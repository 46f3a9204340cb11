//! Changes of a tree.

use super::node::{Entry, Mapping, Node, NodeKind};

impl Node {
    /// The mapping, if the node is one.
    pub fn as_mapping_mut(&mut self) -> Option<&mut Mapping> {
        match &mut self.kind {
            NodeKind::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The items, if the node is a sequence.
    pub fn as_sequence_mut(&mut self) -> Option<&mut Vec<Node>> {
        match &mut self.kind {
            NodeKind::Sequence(items) => Some(items),
            _ => None,
        }
    }
}

impl Mapping {
    /// The value of a key.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries.get_mut(key).map(|entry| &mut entry.value)
    }

    /// Adds an entry at the end, or replaces the one of the same key where it stands; gives the one that was there.
    pub fn insert(&mut self, key: impl Into<String>, entry: Entry) -> Option<Entry> {
        self.entries.insert(key.into(), entry)
    }

    /// Removes an entry; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        self.entries.shift_remove(key)
    }

    /// Gives an entry another key, which is text; it keeps its place. False, and nothing changes, if there is no such
    /// entry or the new key is taken.
    pub fn rename(&mut self, key: &str, new_key: &str) -> bool {
        if self.entries.contains_key(new_key) {
            return false;
        }
        let Some((index, _, mut entry)) = self.entries.shift_remove_full(key) else {
            return false;
        };
        entry.key_is_text = true;
        self.entries.shift_insert(index, new_key.to_owned(), entry);
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::document::Document;

    #[test]
    fn a_renamed_entry_keeps_its_place() {
        let mut root = Document::parse("a: 1\nb: 2\nc: 3\n").unwrap().root().clone();
        let mapping = root.as_mapping_mut().unwrap();
        assert!(mapping.rename("b", "d"));
        assert!(!mapping.rename("a", "c") && !mapping.rename("x", "y"));
        let keys: Vec<_> = mapping.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a", "d", "c"]);
        let entry = mapping.remove("a").unwrap();
        assert!(mapping.insert("c", entry).is_some());
        assert_eq!(mapping.len(), 2);
    }
}
