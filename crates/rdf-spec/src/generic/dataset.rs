//! Datasets.

use super::files::read_source_address;
use super::{ResourceMetadata, in_newest_form};
use crate::document::Node;
use crate::read::Reader;
use crate::value::FormatVersion;

/// The description of a dataset (`type: dataset`).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields, transform = crate::schema::describe_dataset)
)]
pub struct DatasetRdf {
    /// What all types have.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub metadata: ResourceMetadata,
    /// Where the data is: an http or https URL.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::WebAddress>"))]
    pub source: Option<String>,
}

impl DatasetRdf {
    pub(crate) fn read(root: &Node, reader: &mut Reader) -> Option<Self> {
        let (version, root) = in_newest_form(root, "dataset", reader)?;
        Self::read_fields(&root, &version, reader)
    }

    /// Reads a tree in the newest form.
    pub(super) fn read_fields(root: &Node, version: &FormatVersion, reader: &mut Reader) -> Option<Self> {
        let mut fields = reader.fields(root)?;
        let metadata = ResourceMetadata::read(&mut fields, reader, version);
        let source = read_source_address(&mut fields, reader);
        fields.finish(reader);
        Some(Self {
            metadata: metadata?,
            source,
        })
    }
}
