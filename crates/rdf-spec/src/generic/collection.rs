//! Collections: lists of resources that share what is written at the root.

mod entry;
mod listed;
mod partner;
mod rebase;
mod resolve;
mod resolver;
mod validate;

use indexmap::IndexMap;

pub use entry::CollectionEntry;
pub use partner::{Partner, PartnerConfig, PartnerTestSummaries};
pub use resolver::{
    CollectionResolver, DocumentOrigin, EntrySource, ResolveError, ResolveErrorKind, ResolvedEntry,
    ResolvedFinding,
};
pub(crate) use validate::Bounds;

use self::listed::{Listed, check_ids};
use self::resolve::Frame;
use super::{ResourceMetadata, in_newest_form};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Document, Node};
use crate::parsed::nearest;
use crate::read::{Fields, Reader};
use crate::value::{FileSource, Yaml};

/// The description of a collection of resources (`type: collection`).
///
/// Entries that are complete without a further document are checked as descriptions of their own when the
/// collection is read; [`CollectionRdf::resolve`] completes a single entry.
///
/// ```
/// use rdf_spec::Rdf;
///
/// let text = "
/// type: collection
/// format_version: 0.2.4
/// id: partner
/// name: Partner
/// description: Resources of a partner.
/// authors: [Jane Doe]
/// license: MIT
/// cite: [{text: A paper, url: https://example.org}]
/// collection:
///   - {id: cells, type: dataset, name: Cells, source: https://example.org/cells}
///   - {rdf_source: models/unet/rdf.yaml}
/// ";
/// let parsed = Rdf::from_yaml(text);
/// assert!(parsed.is_valid());
/// let collection = parsed.value().and_then(Rdf::as_collection).unwrap();
/// assert_eq!(collection.collection[0].id.as_deref(), Some("cells"));
/// assert!(collection.collection[1].rdf_source.is_some());
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = crate::schema::describe_collection)
)]
pub struct CollectionRdf {
    /// What all types have.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub metadata: ResourceMetadata,
    /// Where the collection is.
    pub source: Option<FileSource>,
    /// The resources; lists of single types in format 0.2.0 and 0.2.1 come behind the others.
    pub collection: Vec<CollectionEntry>,
    /// Fields that the format does not have, in the order of the document.
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub other: IndexMap<String, Yaml>,
}

impl CollectionRdf {
    /// What `config` says about the partner behind the collection and its appearance; settings of a wrong
    /// form are left out.
    #[must_use]
    pub fn partner_config(&self) -> PartnerConfig {
        PartnerConfig::from_config(&self.metadata.config).0
    }

    /// The complete description of one entry, and what is wrong with it.
    ///
    /// `source` is what the `rdf_source` of the entry refers to; nothing is loaded here. To complete many
    /// entries of one collection, keep a [`CollectionResolver`].
    ///
    /// # Errors
    /// If the document is no collection or has no such entry, or if `source` is missing where the entry has an
    /// `rdf_source`, or given where it has none.
    pub fn resolve(
        document: &Document,
        index: usize,
        source: Option<&EntrySource>,
    ) -> Result<ResolvedEntry, ResolveError> {
        CollectionResolver::new(document)?.resolve(index, source)
    }
}

/// Reads a collection and the entries that are complete without a further document.
pub(crate) fn read_collection(
    root: &Node,
    reader: &mut Reader,
    bounds: &mut Bounds,
) -> Option<CollectionRdf> {
    let (version, newest) = in_newest_form(root, "collection", reader)?;
    let mut fields = reader.fields(&newest)?;
    let metadata = ResourceMetadata::read(&mut fields, reader, &version);
    let source = fields.nullable(reader, "source");
    let listed = Listed::read(&mut fields, &version, reader);
    if listed.as_ref().is_some_and(|listed| !listed.is_empty()) {
        report_missing_id(&mut fields, reader);
    }
    let other = fields.keep_unknown(reader);
    report_partner_config(&newest, metadata.as_ref(), reader);
    let listed = listed?;
    let entries: Vec<Option<CollectionEntry>> = listed
        .iter()
        .map(|item| item.within(reader, CollectionEntry::read))
        .collect();
    check_ids(&listed, reader);
    if let Some(root) = newest.as_mapping() {
        validate::check_entries(&Frame::new(root), &listed, &entries, reader, bounds);
    }
    Some(CollectionRdf {
        metadata: metadata?,
        source,
        collection: entries.into_iter().collect::<Option<_>>()?,
        other,
    })
}

/// Without an identifier of the collection, those of its entries are not unique among collections.
fn report_missing_id(fields: &mut Fields<'_>, reader: &mut Reader) {
    if fields.node("id").is_some_and(|id| !id.is_null()) {
        return;
    }
    let path = reader.path().join("id");
    let message = "the collection has no `id`, so the identifiers of its entries have no prefix";
    let diagnostic = Diagnostic::new(Code::MissingMetadata, path, message).at(fields.start());
    reader.push(diagnostic.help("add `id`, for example the identifier of the partner"));
}

fn report_partner_config(root: &Node, metadata: Option<&ResourceMetadata>, reader: &mut Reader) {
    let config = match metadata {
        Some(metadata) => metadata.config.clone(),
        // The settings are looked at even where something else is wrong.
        None => match root
            .as_mapping()
            .and_then(|root| root.get("config"))
            .map(Node::to_yaml)
        {
            Some(Yaml::Mapping(config)) => config,
            _ => return,
        },
    };
    let (_, found) = PartnerConfig::from_config(&config);
    for mut diagnostic in found {
        let path = DocPath::root().join("config").below(diagnostic.path.segments());
        diagnostic.position = Some(nearest(root, &path));
        diagnostic.path = reader.path().below(path.segments());
        reader.push(diagnostic);
    }
}
