//! The fields of a mapping: required, optional, nullable, and those nobody knows.

use indexmap::IndexMap;

use super::{FromNode, Reader};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Mapping, Node, Position};
use crate::value::Yaml;

/// The most unknown fields of a mapping that come with advice: to look for a neighbour takes time.
const MAX_ADVICE: usize = 32;

/// The most unknown fields of a mapping that are listed where they do no harm.
const MAX_IGNORED: usize = 32;

/// Hands out the fields of a mapping and remembers which were asked for.
pub(crate) struct Fields<'n> {
    node: &'n Node,
    mapping: &'n Mapping,
    known: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    pub(crate) fn new(node: &'n Node, mapping: &'n Mapping) -> Self {
        Self {
            node,
            mapping,
            known: Vec::new(),
        }
    }

    /// The node of a field, without reading it.
    pub(crate) fn node(&mut self, key: &'static str) -> Option<&'n Node> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.mapping.get(key)
    }

    /// Where the mapping begins.
    pub(crate) fn start(&self) -> Position {
        self.node.span.start
    }

    /// A field that must be there.
    pub(crate) fn required<T: FromNode>(&mut self, reader: &mut Reader, key: &'static str) -> Option<T> {
        match self.node(key) {
            Some(node) => reader.read(key, node),
            None => {
                self.missing(reader, key);
                None
            }
        }
    }

    /// A field that may be left out, but not be null.
    pub(crate) fn optional<T: FromNode>(&mut self, reader: &mut Reader, key: &'static str) -> Option<T> {
        self.node(key).and_then(|node| reader.read(key, node))
    }

    /// A field that may be left out or null.
    pub(crate) fn nullable<T: FromNode>(&mut self, reader: &mut Reader, key: &'static str) -> Option<T> {
        self.given(reader, key).and_then(|node| reader.read(key, node))
    }

    /// The node of a field that may be left out or null, if it is neither. The text of the specification knows no
    /// null here, the readers in use accept it.
    pub(crate) fn given(&mut self, reader: &mut Reader, key: &'static str) -> Option<&'n Node> {
        let node = self.node(key)?;
        if node.is_null() {
            reader.within(key, |reader| {
                let message = format!("`{key}` is null or empty");
                reader.report(Code::NullOptional, node, message).help =
                    Some(format!("leave `{key}` out, or give it a value"));
            });
            return None;
        }
        Some(node)
    }

    /// A list that may be left out, empty then.
    pub(crate) fn list<T: FromNode>(&mut self, reader: &mut Reader, key: &'static str) -> Vec<T> {
        self.optional(reader, key).unwrap_or_default()
    }

    /// A list that must be there and have at least one item.
    pub(crate) fn required_list<T: FromNode>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
    ) -> Option<Vec<T>> {
        let items: Vec<T> = self.required(reader, key)?;
        let node = self.mapping.get(key)?;
        if node.as_sequence().is_some_and(<[Node]>::is_empty) {
            reader.within(key, |reader| {
                reader.report(Code::EmptyList, node, format!("`{key}` needs at least one item"));
            });
            return None;
        }
        Some(items)
    }

    /// A list that must be there and have at least one item: what could be read of it, with `None` for the rest.
    pub(crate) fn required_each<T: FromNode>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
    ) -> Option<Vec<Option<T>>> {
        let items: Vec<Tried<T>> = self.required_list(reader, key)?;
        Some(items.into_iter().map(|item| item.0).collect())
    }

    fn missing(&self, reader: &mut Reader, key: &str) {
        let owner = reader.path().to_string();
        let place = if owner.is_empty() {
            String::new()
        } else {
            format!(" of `{owner}`")
        };
        let path = reader.path().join(key);
        let message = format!("the required field `{key}`{place} is missing");
        reader.push(Diagnostic::new(Code::MissingField, path, message).at(self.node.span.start));
    }

    /// Reports every key that no reader asked for.
    pub(crate) fn finish(self, reader: &mut Reader) {
        let unknown = self.mapping.iter().filter(|(key, _)| !self.known.contains(key));
        for (count, (key, entry)) in unknown.enumerate() {
            let path = reader.path().join(key);
            let message = format!("`{}` is not a field of the format here", key.escape_debug());
            let mut diagnostic = Diagnostic::new(Code::UnknownField, path, message).at(entry.key_span.start);
            if count < MAX_ADVICE {
                diagnostic.help = Some(match closest(key, &self.known) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!("known fields: {}", self.known.join(", ")),
                });
            }
            reader.push(diagnostic);
        }
    }
}

impl Fields<'_> {
    /// Keeps every key that no reader asked for, and says that it has no meaning.
    pub(crate) fn keep_unknown(self, reader: &mut Reader) -> IndexMap<String, Yaml> {
        let mut kept = IndexMap::new();
        for (key, entry) in self.mapping.iter().filter(|(key, _)| !self.known.contains(key)) {
            kept.insert(key.to_owned(), entry.value.to_yaml());
            let name = key.escape_debug();
            let message = match kept.len() {
                ..MAX_IGNORED => format!("`{name}` is not a field of the format here, readers ignore it"),
                MAX_IGNORED => format!("`{name}` and all further unknown fields are ignored by readers"),
                _ => continue,
            };
            let path = reader.path().join(key);
            let mut diagnostic = Diagnostic::new(Code::IgnoredField, path, message).at(entry.key_span.start);
            diagnostic.help = closest(key, &self.known).map(|known| format!("did you mean `{known}`?"));
            reader.push(diagnostic);
        }
        kept
    }
}

/// An item that may be unreadable without taking the others with it.
struct Tried<T>(Option<T>);

impl<T: FromNode> FromNode for Tried<T> {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        Some(Self(T::from_node(node, reader)))
    }
}

/// The known word that a misspelt one most likely stands for.
pub(crate) fn closest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let word: String = word.chars().take(64).collect();
    known
        .iter()
        .map(|known| (edit_distance(&word.to_lowercase(), known), *known))
        .filter(|(distance, known)| *distance <= 1.max(known.len() / 4))
        .min()
        .map(|(_, known)| known)
}

/// The number of insertions, deletions and replacements between two short words (Levenshtein).
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let replace = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = replace.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_keys_find_their_neighbour() {
        let known = ["authors", "description", "license"];
        assert_eq!(closest("Authors", &known), Some("authors"));
        assert_eq!(closest("licence", &known), Some("license"));
        assert_eq!(closest("foo", &known), None);
    }
}
