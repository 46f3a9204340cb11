//! Mappings, key by key in the order in which the specification names them.

use indexmap::IndexMap;

use super::ToTree;
use crate::value::Yaml;

/// A mapping that is being written.
#[derive(Debug, Default)]
pub(super) struct Keys(IndexMap<String, Yaml>);

impl Keys {
    /// A key that is always written.
    pub(super) fn key(mut self, key: &str, value: &(impl ToTree + ?Sized)) -> Self {
        self.0.insert(key.to_owned(), value.to_tree());
        self
    }

    /// A key that is written if there is a value.
    pub(super) fn optional(self, key: &str, value: Option<&impl ToTree>) -> Self {
        match value {
            Some(value) => self.key(key, value),
            None => self,
        }
    }

    /// A key that is written if its value is not the one that readers assume without it.
    pub(super) fn unless<T: ToTree + PartialEq>(self, key: &str, value: &T, default: &T) -> Self {
        if value == default {
            self
        } else {
            self.key(key, value)
        }
    }

    /// A list that is written if it has items.
    pub(super) fn list<T: ToTree>(self, key: &str, items: &[T]) -> Self {
        if items.is_empty() {
            self
        } else {
            self.required_list(key, items)
        }
    }

    /// A list that is always written.
    pub(super) fn required_list<T: ToTree>(mut self, key: &str, items: &[T]) -> Self {
        let items = items.iter().map(ToTree::to_tree).collect();
        self.0.insert(key.to_owned(), Yaml::Sequence(items));
        self
    }

    /// A mapping that is written if it has keys.
    pub(super) fn mapping(mut self, key: &str, entries: &IndexMap<String, Yaml>) -> Self {
        if !entries.is_empty() {
            self.0.insert(key.to_owned(), Yaml::Mapping(entries.clone()));
        }
        self
    }

    /// Keys of no fixed name.
    pub(super) fn others(mut self, entries: &IndexMap<String, Yaml>) -> Self {
        for (key, value) in entries {
            self.0.entry(key.clone()).or_insert_with(|| value.clone());
        }
        self
    }

    pub(super) fn finish(self) -> Yaml {
        Yaml::Mapping(self.0)
    }
}
