//! Completing an entry: what it inherits, what its source says, and what it says itself.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::listed::text_node;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Entry, Mapping, Node, NodeKind, Segment};

/// Fields of a collection that entries of format 0.2 inherit. What identifies the collection itself
/// (`id`, `id_emoji`, `type`, `rdf_source`, `uploader`, `version_number`) is not among them.
const INHERITED: [&str; 18] = [
    "name",
    "description",
    "authors",
    "attachments",
    "badges",
    "cite",
    "config",
    "covers",
    "documentation",
    "download_url",
    "git_repo",
    "icon",
    "license",
    "links",
    "maintainers",
    "source",
    "tags",
    "version",
];

/// Those of them that a model has not.
const NOT_OF_MODELS: [&str; 2] = ["badges", "source"];

/// Where a field of a completed entry was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldOrigin {
    /// At the root of the collection.
    Root,
    /// In the document that the entry refers to.
    Source,
    /// In the entry.
    Entry,
}

/// What all entries of a collection have in common.
pub(super) struct Frame<'n> {
    root: &'n Mapping,
    id: Option<&'n str>,
}

/// A completed entry.
pub(super) struct Completed {
    pub(super) id: Option<String>,
    pub(super) tree: Node,
    origins: HashMap<String, FieldOrigin>,
}

impl<'n> Frame<'n> {
    /// `root` is the collection in its newest form.
    pub(super) fn new(root: &'n Mapping) -> Self {
        let id = root.get("id").and_then(Node::as_str);
        Self { root, id }
    }

    /// What it takes to copy and read what an entry may inherit.
    pub(super) fn inherited_cost(&self) -> usize {
        INHERITED
            .iter()
            .filter_map(|key| self.root.get(key))
            .map(cost)
            .sum()
    }

    /// The complete description of an entry. `source` is the document that it refers to.
    pub(super) fn complete(&self, entry: &Node, source: Option<&Node>) -> Completed {
        let nothing = Mapping::default();
        let own = entry.as_mapping().unwrap_or(&nothing);
        let source = source.and_then(Node::as_mapping).unwrap_or(&nothing);
        let kind = own
            .get("type")
            .or_else(|| source.get("type"))
            .and_then(Node::as_str);
        let mut tree = Tree::default();
        for key in INHERITED {
            if kind != Some("model") || !NOT_OF_MODELS.contains(&key) {
                tree.take(key, self.root.entry(key), FieldOrigin::Root);
            }
        }
        // The nickname at the root is that of the collection, not of its entries.
        tree.drop_nickname(&["nickname", "nickname_icon"]);
        let parts = [(source, FieldOrigin::Source), (own, FieldOrigin::Entry)];
        for (part, origin) in parts {
            for (key, field) in part.iter() {
                if !matches!(key, "id" | "rdf_source") {
                    tree.take(key, Some(field), origin);
                }
            }
        }
        // The number means the same for all types of format 0.2, and something else for models.
        if kind.is_some_and(|kind| kind != "model") && !tree.entries.contains_key("format_version") {
            tree.take(
                "format_version",
                self.root.entry("format_version"),
                FieldOrigin::Root,
            );
        }
        let mut id = None;
        let stated = stated_field(own)
            .map(|field| (field, FieldOrigin::Entry))
            .or_else(|| Some((stated_field(source)?, FieldOrigin::Source)));
        if let Some(((own_id, field), origin)) = stated {
            let whole = match self.id {
                Some(collection) => format!("{collection}/{own_id}"),
                None => own_id.to_owned(),
            };
            // In older formats the nickname would take the place of the identifier that the collection gives.
            tree.drop_nickname(&["nickname"]);
            let mut field = field.clone();
            field.value = text_node(&whole, field.value.span);
            tree.take("id", Some(&field), origin);
            id = Some(whole);
        }
        if let Some(collection) = self.id {
            tree.prefix_links(collection);
        }
        Completed {
            id,
            origins: tree.origins,
            tree: Node {
                kind: NodeKind::Mapping(Mapping {
                    entries: Box::new(tree.entries),
                }),
                span: entry.span,
            },
        }
    }
}

/// The identifier that a description states, with its place.
fn stated_field(part: &Mapping) -> Option<(&str, &Entry)> {
    let field = part.entry("id")?;
    Some((field.value.as_str()?, field))
}

impl Completed {
    /// False for a finding that does not hold for an entry: its identifier is a field of collections, whatever
    /// the version of the entry's own format.
    pub(super) fn concerns(&self, finding: &Diagnostic) -> bool {
        finding.code != Code::FieldTooNew || finding.path != DocPath::root().join("id")
    }

    /// Where a place of the completed description is written: in which document, and at which path of it.
    pub(super) fn place(&self, path: &DocPath, entry: &DocPath) -> (FieldOrigin, DocPath) {
        let origin = match path.segments().first() {
            Some(Segment::Key(key)) => self.origins.get(key).copied().unwrap_or(FieldOrigin::Entry),
            _ => FieldOrigin::Entry,
        };
        match origin {
            FieldOrigin::Entry => (origin, entry.below(path.segments())),
            FieldOrigin::Root | FieldOrigin::Source => (origin, path.clone()),
        }
    }
}

/// A description that is being put together.
#[derive(Default)]
struct Tree {
    entries: IndexMap<String, Entry>,
    origins: HashMap<String, FieldOrigin>,
}

impl Tree {
    /// Takes over a whole field: nothing is merged below the root.
    fn take(&mut self, key: &str, field: Option<&Entry>, origin: FieldOrigin) {
        if let Some(field) = field {
            self.entries.insert(key.to_owned(), field.clone());
            self.origins.insert(key.to_owned(), origin);
        }
    }

    fn drop_nickname(&mut self, keys: &[&str]) {
        if let Some(config) = mapping_at(&mut self.entries, "config")
            && let Some(tools) = mapping_at(config, "bioimageio")
        {
            for key in keys {
                tools.shift_remove(*key);
            }
        }
    }

    /// Identifiers without a slash are those of the same collection.
    fn prefix_links(&mut self, collection: &str) {
        let Some(links) = self.entries.get_mut("links") else {
            return;
        };
        let NodeKind::Sequence(links) = &mut links.value.kind else {
            return;
        };
        for link in links {
            if let Some(text) = link.as_str().filter(|text| !text.contains('/')) {
                *link = text_node(&format!("{collection}/{text}"), link.span);
            }
        }
    }
}

fn mapping_at<'m>(
    entries: &'m mut IndexMap<String, Entry>,
    key: &str,
) -> Option<&'m mut IndexMap<String, Entry>> {
    match &mut entries.get_mut(key)?.value.kind {
        NodeKind::Mapping(mapping) => Some(&mut mapping.entries),
        _ => None,
    }
}

/// What it takes to copy and read a tree: its values, and 32 bytes of text for another. The depth is bounded by
/// the parser.
pub(super) fn cost(node: &Node) -> usize {
    let below: usize = match &node.kind {
        NodeKind::Scalar(scalar) => scalar.text.len() / 32,
        NodeKind::Sequence(items) => items.iter().map(cost).sum(),
        NodeKind::Mapping(mapping) => mapping
            .iter()
            .map(|(key, entry)| key.len() / 32 + cost(&entry.value))
            .sum(),
    };
    below + 1
}
