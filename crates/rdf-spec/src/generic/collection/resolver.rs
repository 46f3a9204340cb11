//! Completing single entries of a collection, with the documents that they refer to.

use std::collections::HashMap;

use super::entry::{has_source, stated_id};
use super::listed::Listed;
use super::rebase::rebase;
use super::resolve::{Completed, FieldOrigin, Frame};
use super::validate::read_completed;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Document, Mapping, Node};
use crate::generic::in_newest_form;
use crate::parsed::nearest;
use crate::rdf::Rdf;
use crate::read::Reader;
use crate::value::FileSource;

/// Completes the entries of one collection.
///
/// An entry is completed in six steps: it begins with the fields of the collection's root that its type has;
/// those of its source take their place, then its own, each as a whole; its identifier is that of the
/// collection, a slash, and its own; links without a slash get the same prefix; `rdf_source` is left out.
///
/// ```
/// use rdf_spec::{CollectionResolver, Document, EntrySource, FileSource, Rdf};
///
/// let collection = Document::parse("
/// {type: collection, format_version: 0.2.4, id: partner, name: Partner, description: All, license: MIT,
///  collection: [{rdf_source: data/rdf.yaml, tags: [cells]}]}")?;
/// let source = Document::parse("
/// {type: dataset, format_version: 0.2.4, id: cells, name: Cells, description: Of cells, covers: [a.png]}")?;
///
/// let resolver = CollectionResolver::new(&collection)?;
/// let address = FileSource::parse("data/rdf.yaml")?;
/// let entry = resolver.resolve(0, Some(&EntrySource::new(source, address)))?;
/// assert!(entry.is_valid());
/// let dataset = entry.rdf.as_ref().and_then(Rdf::as_dataset).unwrap();
/// assert_eq!(dataset.metadata.id.as_ref().unwrap().as_str(), "partner/cells");
/// assert_eq!(dataset.metadata.covers[0].as_str(), "data/a.png");
/// assert_eq!(dataset.metadata.license.as_ref().unwrap().as_str(), "MIT");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CollectionResolver {
    written: Node,
    root: Mapping,
    entries: Vec<Listed<'static>>,
    /// The entries that state an identifier, by the whole one in lower case.
    by_id: HashMap<String, Vec<usize>>,
}

/// The document that an entry refers to with `rdf_source`.
#[derive(Clone, Debug, PartialEq)]
pub struct EntrySource {
    document: Document,
    address: FileSource,
}

impl EntrySource {
    /// A document and the address from which it was loaded: a URL, or a path relative to the collection.
    /// Relative paths in the document hold from there. Where `rdf_source` is a DOI, this is the address behind it.
    #[must_use]
    pub fn new(document: Document, address: FileSource) -> Self {
        Self { document, address }
    }
}

/// A completed entry.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResolvedEntry {
    /// The identifier with that of the collection; `None` if neither the entry nor its source has one.
    pub id: Option<String>,
    /// The complete description. Its nodes have their positions in the document that they come from. A nickname
    /// in `config.bioimageio` is left out, which older formats would take for the identifier.
    pub tree: Node,
    /// The typed description, if everything that it needs could be read.
    pub rdf: Option<Rdf>,
    /// What is wrong with it, each finding at the place where the field is written.
    pub findings: Vec<ResolvedFinding>,
}

impl ResolvedEntry {
    /// True if the entry is a valid description of its type.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.rdf.is_some() && !self.findings.iter().any(|found| found.diagnostic.is_error())
    }
}

/// A finding about a completed entry.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResolvedFinding {
    /// The document that its path and position belong to.
    pub origin: DocumentOrigin,
    /// The finding.
    pub diagnostic: Diagnostic,
}

/// One of the two documents that an entry is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentOrigin {
    /// The collection.
    Collection,
    /// The document that the entry refers to.
    Source,
}

/// Why an entry cannot be completed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct ResolveError {
    kind: ResolveErrorKind,
}

impl ResolveError {
    /// The reason.
    #[must_use]
    pub fn kind(&self) -> &ResolveErrorKind {
        &self.kind
    }
}

impl From<ResolveErrorKind> for ResolveError {
    fn from(kind: ResolveErrorKind) -> Self {
        Self { kind }
    }
}

/// The reasons of a [`ResolveError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveErrorKind {
    /// The document is no collection of format 0.2 with a list of entries.
    #[error("the document is no collection of format 0.2 with a list `collection`")]
    NotACollection,
    /// The collection has fewer entries.
    #[error("there is no entry {index}, the collection has {length} (the first is 0)")]
    NoSuchEntry {
        /// The entry that was asked for.
        index: usize,
        /// How many there are.
        length: usize,
    },
    /// The entry is no mapping.
    #[error("{path} is not a mapping")]
    EntryNotAMapping {
        /// The place of the entry.
        path: DocPath,
    },
    /// The entry refers to another document, which was not given.
    #[error("{path} has an `rdf_source`: the document that it refers to is needed")]
    SourceNeeded {
        /// The place of the entry.
        path: DocPath,
    },
    /// The entry has no `rdf_source`, but a document was given for it.
    #[error("{path} has no `rdf_source`, but a document was given for it")]
    SourceNotExpected {
        /// The place of the entry.
        path: DocPath,
    },
    /// The document that the entry refers to is no description.
    #[error("the document that {path} refers to is not a mapping")]
    SourceNotAMapping {
        /// The place of the entry.
        path: DocPath,
    },
}

impl CollectionResolver {
    /// Takes the entries of a collection, whatever else is wrong with it.
    ///
    /// # Errors
    /// If the document is no collection of format 0.2 with a list of entries.
    pub fn new(document: &Document) -> Result<Self, ResolveError> {
        Self::read(document).ok_or(ResolveErrorKind::NotACollection.into())
    }

    fn read(document: &Document) -> Option<Self> {
        let written = document.root();
        if written.as_mapping()?.get("type")?.as_str() != Some("collection") {
            return None;
        }
        let mut reader = Reader::default();
        let (version, root) = in_newest_form(written, "collection", &mut reader)?;
        let listed = Listed::read(&mut reader.fields(&root)?, &version, &mut reader)?;
        let root = root.as_mapping()?;
        let collection = root.get("id").and_then(Node::as_str);
        let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, item) in listed.iter().enumerate() {
            if let Some(stated) = stated_id(&item.node) {
                let whole = match collection {
                    Some(collection) => format!("{collection}/{stated}"),
                    None => stated.to_owned(),
                };
                by_id.entry(whole.to_lowercase()).or_default().push(index);
            }
        }
        Some(Self {
            written: written.clone(),
            root: root.clone(),
            entries: listed.into_iter().map(Listed::into_owned).collect(),
            by_id,
        })
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The place of an entry in the collection: `collection[3]`, or `model[3]` in the oldest formats.
    #[must_use]
    pub fn path(&self, index: usize) -> Option<DocPath> {
        self.entries.get(index).map(Listed::path)
    }

    /// The entry as it is written, with the type of its list where it stands in one of the oldest formats.
    #[must_use]
    pub fn entry(&self, index: usize) -> Option<&Node> {
        self.entries.get(index).map(|item| &*item.node)
    }

    /// The complete description of one entry, and what is wrong with it. `source` is the document that its
    /// `rdf_source` refers to.
    ///
    /// # Errors
    /// If there is no such entry, or if `source` is missing where the entry has an `rdf_source`, or given where
    /// it has none.
    pub fn resolve(&self, index: usize, source: Option<&EntrySource>) -> Result<ResolvedEntry, ResolveError> {
        let Some(item) = self.entries.get(index) else {
            let length = self.entries.len();
            return Err(ResolveErrorKind::NoSuchEntry { index, length }.into());
        };
        let path = item.path();
        if item.node.as_mapping().is_none() {
            return Err(ResolveErrorKind::EntryNotAMapping { path }.into());
        }
        let source = match (source, has_source(&item.node)) {
            (None, false) => None,
            (None, true) => return Err(ResolveErrorKind::SourceNeeded { path }.into()),
            (Some(_), false) => return Err(ResolveErrorKind::SourceNotExpected { path }.into()),
            (Some(source), true) if source.document.root().as_mapping().is_none() => {
                return Err(ResolveErrorKind::SourceNotAMapping { path }.into());
            }
            (Some(source), true) => {
                let mut root = source.document.root().clone();
                rebase(&mut root, &source.address);
                Some(root)
            }
        };
        let completed = Frame::new(&self.root).complete(&item.node, source.as_ref());
        let mut reader = Reader::default();
        let rdf = read_completed(&completed.tree, &mut reader);
        let mut findings: Vec<ResolvedFinding> = reader
            .into_diagnostics()
            .into_iter()
            .filter(|found| completed.concerns(found))
            .map(|diagnostic| self.placed(diagnostic, &completed, &path))
            .collect();
        findings.extend(self.id_problem(index, &completed));
        Ok(ResolvedEntry {
            id: completed.id,
            tree: completed.tree,
            rdf,
            findings,
        })
    }

    /// Moves a finding about the completed entry to where the field is written.
    fn placed(&self, mut diagnostic: Diagnostic, completed: &Completed, entry: &DocPath) -> ResolvedFinding {
        for related in &mut diagnostic.related {
            let (origin, path) = completed.place(&related.path, entry);
            if origin != FieldOrigin::Source {
                related.position = Some(nearest(&self.written, &path));
            }
            related.path = path;
        }
        let (origin, path) = completed.place(&diagnostic.path, entry);
        diagnostic.path = path;
        let origin = match origin {
            FieldOrigin::Source => DocumentOrigin::Source,
            FieldOrigin::Root | FieldOrigin::Entry => DocumentOrigin::Collection,
        };
        ResolvedFinding { origin, diagnostic }
    }

    /// An entry needs an identifier that no other entry states.
    fn id_problem(&self, index: usize, completed: &Completed) -> Option<ResolvedFinding> {
        let item = self.entries.get(index)?;
        let path = item.path().join("id");
        let place = item.node.span.start;
        let Some(id) = &completed.id else {
            let message = "neither the entry nor the document that it refers to has an `id`";
            return Some(ResolvedFinding {
                origin: DocumentOrigin::Collection,
                diagnostic: Diagnostic::new(Code::MissingField, path, message).at(place),
            });
        };
        let same = self.by_id.get(&id.to_lowercase())?;
        let other = same.iter().find(|at| **at != index)?;
        let other = self.entries.get(*other)?;
        let other = other.path().join("id");
        let message = format!(
            "the identifier {} is that of another entry",
            crate::document::quoted(id)
        );
        let mut diagnostic = Diagnostic::new(Code::DuplicateId, path, message).at(place);
        let position = nearest(&self.written, &other);
        diagnostic = diagnostic.related_at(other, position, "an entry with this identifier");
        Some(ResolvedFinding {
            origin: DocumentOrigin::Collection,
            diagnostic,
        })
    }
}
