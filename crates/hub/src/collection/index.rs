//! The compiled index: one JSON file with all valid entries.

use std::path::Path;

use rdf_spec::Document;
use serde_json::{Map, Value, json};

use super::lists::LISTS;
use super::text::read_text;
use super::{CollectionError, CollectionErrorKind, CompiledCollection, CompiledEntry, Verdict};

/// The largest index that is read.
const LARGEST: u64 = 128 << 20;

/// The key that marks an index.
pub(super) const MARK: &str = "compiled_by";

impl CompiledCollection {
    /// The index: the root of the collection, and in `collection` the complete description of every valid entry with
    /// its whole identifier, and with `rdf_source` where the description lies elsewhere.
    #[must_use]
    pub fn index(&self) -> Value {
        let mut index = self.root.clone();
        index.insert(MARK.to_owned(), json!(crate::summary::PRODUCER));
        let entries: Vec<Value> = self
            .entries
            .iter()
            .filter(|entry| entry.verdict == Verdict::Valid)
            .filter_map(|entry| entry.description.clone().map(Value::Object))
            .collect();
        index.insert("collection".to_owned(), Value::Array(entries));
        Value::Object(index)
    }
}

/// The entries of a collection, or of an index that was compiled before: those are valid, and are not judged again.
///
/// # Errors
/// As [`compile_file`](super::compile_file) and [`Index::read`].
pub fn open(path: &Path) -> Result<CompiledCollection, CollectionError> {
    match Index::read(path)? {
        Some(index) => Ok(index.into()),
        None => super::compile_file(path),
    }
}

impl From<Index> for CompiledCollection {
    /// The entries, which are valid and are not judged again.
    fn from(index: Index) -> Self {
        let entries = index
            .entries
            .into_iter()
            .enumerate()
            .map(|(number, entry)| CompiledEntry {
                place: format!("collection[{number}]"),
                id: entry.id,
                resource_type: entry.resource_type,
                name: entry.name,
                verdict: Verdict::Valid,
                rdf_source: entry.rdf_source,
                tags: entry.tags,
                findings: Vec::new(),
                description: Some(entry.fields),
            });
        Self {
            root: Map::new(),
            findings: Vec::new(),
            entries: entries.collect(),
        }
    }
}

/// A compiled index that was read again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Index {
    /// The entries.
    pub entries: Vec<IndexEntry>,
}

/// An entry of an index.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IndexEntry {
    /// The whole identifier.
    pub id: Option<String>,
    /// The type.
    pub resource_type: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// Where the description lies, if not in the index.
    pub rdf_source: Option<String>,
    /// The tags.
    pub tags: Vec<String>,
    /// All fields.
    pub fields: Map<String, Value>,
}

impl Index {
    /// Reads an index that [`CompiledCollection::index`] made. `None` if the file is something else: JSON without the
    /// mark of an index, or no JSON.
    ///
    /// # Errors
    /// If the file cannot be read or is too large, or has the mark and no list of entries.
    pub fn read(path: &Path) -> Result<Option<Self>, CollectionError> {
        Self::parse(&read_text(path, LARGEST)?, path)
    }

    /// The same for a text that was read; `path` is what errors call it.
    ///
    /// # Errors
    /// If the text has the mark and no list of entries.
    pub fn parse(text: &str, path: &Path) -> Result<Option<Self>, CollectionError> {
        if !text.trim_start().starts_with('{') {
            return Ok(None);
        }
        let Ok(Value::Object(root)) = serde_json::from_str::<Value>(text) else {
            return Ok(None);
        };
        if !root.contains_key(MARK) {
            return Ok(None);
        }
        let Some(Value::Array(items)) = root.get("collection") else {
            return Err(CollectionErrorKind::NotAnIndex {
                path: path.to_owned(),
                reason: "it has no list `collection`",
            }
            .into());
        };
        let entries = items.iter().filter_map(Value::as_object).map(entry).collect();
        Ok(Some(Self { entries }))
    }
}

fn entry(fields: &Map<String, Value>) -> IndexEntry {
    let text = |key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
    let tags = fields.get("tags").and_then(Value::as_array);
    IndexEntry {
        id: text("id"),
        resource_type: text("type"),
        name: text("name"),
        rdf_source: text("rdf_source"),
        tags: tags
            .into_iter()
            .flatten()
            .filter_map(|tag| tag.as_str().map(str::to_owned))
            .collect(),
        fields: fields.clone(),
    }
}

/// The root of a collection as JSON, without its entries.
pub(super) fn root_fields(document: &Document) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::from_str(&document.to_json()) else {
        return Map::new();
    };
    for list in LISTS {
        fields.shift_remove(list);
    }
    fields
}
