//! Applications.

use super::files::PackagedFile;
use super::{ResourceMetadata, in_newest_form};
use crate::document::Node;
use crate::read::Reader;
use crate::value::FileSource;

/// The description of software that uses the other resources (`type: application`).
///
/// By convention its identifier is `<partner>/<software>`, and models name it in `links`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields, transform = crate::schema::describe_application)
)]
pub struct ApplicationRdf {
    /// What all types have.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub metadata: ResourceMetadata,
    /// The landing page or program: a URL, or a file of the package.
    pub source: Option<FileSource>,
}

impl ApplicationRdf {
    pub(crate) fn read(root: &Node, reader: &mut Reader) -> Option<Self> {
        let (version, root) = in_newest_form(root, "application", reader)?;
        let mut fields = reader.fields(&root)?;
        let metadata = ResourceMetadata::read(&mut fields, reader, &version);
        let source: Option<PackagedFile> = fields.nullable(reader, "source");
        fields.finish(reader);
        Some(Self {
            metadata: metadata?,
            source: source.map(|file| file.0),
        })
    }
}
