//! Notebooks.

use super::{ResourceMetadata, in_newest_form};
use crate::diagnostic::Code;
use crate::document::{Node, quoted};
use crate::read::{FromNode, Reader};
use crate::value::FileSource;

/// The description of a Jupyter notebook (`type: notebook`).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields, transform = crate::schema::describe_notebook)
)]
pub struct NotebookRdf {
    /// What all types have.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub metadata: ResourceMetadata,
    /// The notebook: a URL or file that ends in `.ipynb`.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::NotebookSource"))]
    pub source: FileSource,
}

impl NotebookRdf {
    pub(crate) fn read(root: &Node, reader: &mut Reader) -> Option<Self> {
        let (version, root) = in_newest_form(root, "notebook", reader)?;
        let mut fields = reader.fields(&root)?;
        let metadata = ResourceMetadata::read(&mut fields, reader, &version);
        let source: Option<NotebookSource> = fields.required(reader, "source");
        fields.finish(reader);
        Some(Self {
            metadata: metadata?,
            source: source?.0,
        })
    }
}

/// A file whose name ends in `.ipynb`.
struct NotebookSource(FileSource);

impl FromNode for NotebookSource {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let source = FileSource::from_node(node, reader)?;
        if !source.file_name().ends_with(".ipynb") {
            let message = format!(
                "a notebook is a Jupyter file (.ipynb), found {}",
                quoted(source.as_str())
            );
            reader.report(Code::InvalidSource, node, message);
            return None;
        }
        Some(Self(source))
    }
}
