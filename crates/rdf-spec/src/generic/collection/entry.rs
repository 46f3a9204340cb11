//! One entry of a collection, as written.

use indexmap::IndexMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::document::Node;
use crate::read::{FromNode, Reader};
use crate::value::{FileSource, Yaml};

/// One entry of a collection, as written: a description of its own, or changes to one that lies elsewhere.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CollectionEntry {
    /// The identifier below that of the collection; an entry with `rdf_source` may take that of its source.
    pub id: Option<String>,
    /// Where the description of the resource is: a URL, a path relative to the collection, or a DOI.
    pub rdf_source: Option<FileSource>,
    /// All other fields; each takes the place of the whole field of the source or of the collection.
    pub update: IndexMap<String, Yaml>,
}

impl CollectionEntry {
    pub(super) fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        let mut fields = reader.fields(node)?;
        let id: Option<String> = fields.nullable(reader, "id");
        let has_id = fields.node("id").is_some_and(|id| !id.is_null());
        let rdf_source: Option<FileSource> = fields.nullable(reader, "rdf_source");
        let has_source = has_source(node);
        if !has_id && !has_source {
            let path = reader.path().join("id");
            let message = "an entry without `rdf_source` needs an `id`";
            let diagnostic = Diagnostic::new(Code::MissingField, path, message).at(node.span.start);
            reader.push(diagnostic);
        }
        if (has_id && id.is_none()) || (has_source && rdf_source.is_none()) {
            return None;
        }
        let mut update: IndexMap<String, Yaml> = FromNode::from_node(node, reader)?;
        update.shift_remove("id");
        update.shift_remove("rdf_source");
        Some(Self {
            id,
            rdf_source,
            update,
        })
    }
}

/// True if the description of the entry lies elsewhere.
pub(super) fn has_source(entry: &Node) -> bool {
    entry
        .as_mapping()
        .and_then(|entry| entry.get("rdf_source"))
        .is_some_and(|source| !source.is_null())
}

/// The identifier that an entry states.
pub(super) fn stated_id(entry: &Node) -> Option<&str> {
    entry.as_mapping()?.get("id")?.as_str()
}
