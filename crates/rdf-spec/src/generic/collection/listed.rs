//! The entries of a collection with the place where each is listed.

use std::borrow::Cow;
use std::collections::HashMap;

use super::entry::stated_id;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Entry, Node, NodeKind, Scalar, ScalarStyle, ScalarValue, Span};
use crate::read::{Fields, Reader};
use crate::value::FormatVersion;

/// Lists of one type each, which format 0.2.0 and 0.2.1 had beside `collection`.
const GROUPS: [&str; 4] = ["application", "model", "dataset", "notebook"];

/// The last patch version of 0.2 that had them.
const LAST_WITH_GROUPS: u64 = 1;

/// An entry and its place.
#[derive(Clone, Debug)]
pub(super) struct Listed<'n> {
    list: &'static str,
    at: usize,
    pub(super) node: Cow<'n, Node>,
}

impl<'n> Listed<'n> {
    /// All entries; `None` if there is no list.
    pub(super) fn read(
        fields: &mut Fields<'n>,
        version: &FormatVersion,
        reader: &mut Reader,
    ) -> Option<Vec<Self>> {
        let (_, _, patch) = version.numbers();
        let groups: Vec<_> = GROUPS
            .into_iter()
            .filter(|_| patch <= LAST_WITH_GROUPS)
            .filter_map(|group| Some((group, fields.node(group)?)))
            .collect();
        let mut listed = Vec::new();
        match fields.node("collection") {
            Some(node) => listed.extend(Self::items("collection", node, reader)?),
            None if groups.is_empty() => {
                // Reports that it is missing.
                fields.required::<Vec<crate::value::Yaml>>(reader, "collection")?;
            }
            None => {}
        }
        for (group, node) in groups {
            for mut item in Self::items(group, node, reader)? {
                item.node = Cow::Owned(with_type(&item.node, group));
                listed.push(item);
            }
            let message = format!(
                "since 0.2.2 the list `{group}` is part of `collection`; its entries are read there, each with `type: {group}`"
            );
            reader.within(group, |reader| {
                reader.report(Code::MovedField, node, message);
            });
        }
        Some(listed)
    }

    fn items(
        list: &'static str,
        node: &'n Node,
        reader: &mut Reader,
    ) -> Option<impl Iterator<Item = Self> + use<'n>> {
        let Some(items) = node.as_sequence() else {
            reader.within(list, |reader| reader.wrong_type(node, "a list"));
            return None;
        };
        Some(items.iter().enumerate().map(move |(at, item)| Self {
            list,
            at,
            node: Cow::Borrowed(item),
        }))
    }

    /// Does something at the place of the entry.
    pub(super) fn within<T>(&self, reader: &mut Reader, read: impl FnOnce(&Node, &mut Reader) -> T) -> T {
        reader.within(self.list, |reader| {
            reader.within(self.at, |reader| read(&self.node, reader))
        })
    }

    /// The place of the entry below the root of the collection.
    pub(super) fn path(&self) -> DocPath {
        DocPath::root().join(self.list).join(self.at)
    }

    pub(super) fn into_owned(self) -> Listed<'static> {
        Listed {
            list: self.list,
            at: self.at,
            node: Cow::Owned(self.node.into_owned()),
        }
    }
}

/// The entry with a type, if it has none.
fn with_type(entry: &Node, kind: &str) -> Node {
    let mut entry = entry.clone();
    let span = Span::empty_at(entry.span.start);
    if let NodeKind::Mapping(mapping) = &mut entry.kind {
        mapping.entries.entry("type".to_owned()).or_insert_with(|| Entry {
            key_span: span,
            key_is_text: true,
            value: text_node(kind, span),
        });
    }
    entry
}

/// A node that is not written in the document.
pub(super) fn text_node(text: &str, span: Span) -> Node {
    Node {
        kind: NodeKind::Scalar(Scalar {
            text: text.to_owned(),
            value: ScalarValue::String,
            style: ScalarStyle::Quoted,
        }),
        span,
    }
}

/// No two entries state the same identifier. Upper and lower case are the same.
pub(super) fn check_ids(listed: &[Listed<'_>], reader: &mut Reader) {
    let mut first: HashMap<String, DocPath> = HashMap::new();
    for item in listed {
        let Some(id) = stated_id(&item.node) else { continue };
        let path = reader.path().below(item.path().join("id").segments());
        match first.get(&id.to_lowercase()) {
            None => {
                first.insert(id.to_lowercase(), path);
            }
            Some(earlier) => {
                let quoted = crate::document::quoted(id);
                let place = item.node.as_mapping().and_then(|entry| entry.get("id"));
                let place = place.unwrap_or(&item.node).span.start;
                let message = format!("the identifier {quoted} is that of another entry");
                let diagnostic = Diagnostic::new(Code::DuplicateId, path, message).at(place);
                reader.push(diagnostic.related(earlier.clone(), "the first entry with this identifier"));
            }
        }
    }
}
