//! Collections of partners: every entry completed, judged, and listed in one index.
//!
//! [`compile`] is the step by which a partner's collection becomes part of the hub: each entry inherits what the
//! collection says, documents that it refers to are loaded, nested collections are expanded, identifiers become
//! `partner/name`, and each entry gets a verdict of its own, with every problem at its line. The [index](
//! CompiledCollection::index) lists the valid entries.
//!
//! Where documents come from is the business of a [`Documents`]: [`LocalDocuments`] reads files beside the
//! collection.
//!
//! ```
//! use hub::collection::{LocalDocuments, Verdict, compile_file};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("collection.yaml");
//! std::fs::write(&path, "
//! {type: collection, format_version: 0.2.4, id: partner, name: Partner, description: All, license: MIT,
//!  authors: [Jane Doe], collection: [
//!    {id: cells, type: dataset, name: Cells, description: Of cells},
//!    {id: broken, type: dataset, name: 5}]}")?;
//!
//! let compiled = compile_file(&path)?;
//! assert_eq!(compiled.entries[0].id.as_deref(), Some("partner/cells"));
//! assert_eq!(compiled.entries[0].verdict, Verdict::Valid);
//! assert_eq!(compiled.entries[1].verdict, Verdict::Invalid);
//! let index = compiled.index();
//! assert_eq!(index["collection"][0]["license"], "MIT");
//! assert_eq!(index["collection"].as_array().map(Vec::len), Some(1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod compile;
mod documents;
mod error;
mod expand;
mod fetched;
mod index;
mod lists;
mod render;
mod text;

use rdf_spec::Diagnostic;
use serde_json::{Map, Value};

pub use compile::{compile, compile_file};
pub use documents::{DocumentError, DocumentErrorKind, Documents, LoadedDocument, LocalDocuments};
pub use error::{CollectionError, CollectionErrorKind};
pub use fetched::FetchedDocuments;
pub use index::{Index, IndexEntry, open};
pub use render::{entries_to_markdown, problems_to_json};

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is a valid description.
    Valid,
    /// It is not.
    Invalid,
    /// The document that it refers to could not be loaded.
    NotLoaded,
}

impl Verdict {
    /// `valid`, `invalid` or `not-loaded`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::NotLoaded => "not-loaded",
        }
    }
}

/// A finding and the document that its path and position belong to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PlacedFinding {
    /// The document: a path or URL.
    pub document: String,
    /// The finding.
    pub diagnostic: Diagnostic,
}

/// One entry, completed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CompiledEntry {
    /// The place in the collection that lists it, such as `collection[3]`.
    pub place: String,
    /// The identifier with that of the collection.
    pub id: Option<String>,
    /// The type of the resource, if it says one.
    pub resource_type: Option<String>,
    /// Its name, if it says one.
    pub name: Option<String>,
    /// What became of it.
    pub verdict: Verdict,
    /// Where its description lies: a path relative to the collection, or a URL. `None` if the collection has it.
    pub rdf_source: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// What was found.
    pub findings: Vec<PlacedFinding>,
    /// The complete description in the newest form of its format, for a valid entry.
    pub description: Option<Map<String, Value>>,
}

/// A collection with all its entries, those of nested collections included.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CompiledCollection {
    /// The fields of the collection's root, without the entries.
    pub root: Map<String, Value>,
    /// What was found in the collection itself, apart from its entries.
    pub findings: Vec<PlacedFinding>,
    /// The entries in the order of the document; those of a nested collection stand behind it.
    pub entries: Vec<CompiledEntry>,
}

impl CompiledCollection {
    /// True if the collection and all its entries are valid.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.findings.iter().any(|found| found.diagnostic.is_error())
            && self.entries.iter().all(|entry| entry.verdict == Verdict::Valid)
    }
}
