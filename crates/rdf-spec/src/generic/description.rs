//! Resources of any other type.

use indexmap::IndexMap;

use super::files::read_source_address;
use super::{ResourceMetadata, in_newest_form};
use crate::document::Node;
use crate::read::Reader;
use crate::value::Yaml;

/// The description of a resource of a type that has no description of its own, such as a workflow.
///
/// ```
/// use rdf_spec::Rdf;
///
/// let text = "
/// type: workflow
/// format_version: 0.2.4
/// name: Segment nuclei
/// description: From image to masks.
/// steps: 3
/// ";
/// let parsed = Rdf::from_yaml(text);
/// let Some(Rdf::Generic(workflow)) = parsed.value() else { panic!() };
/// assert_eq!(workflow.resource_type, "workflow");
/// assert!(workflow.other.contains_key("steps"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = crate::schema::describe_generic)
)]
pub struct GenericRdf {
    /// The field `type`: lower-case text.
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub resource_type: String,
    /// What all types have.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub metadata: ResourceMetadata,
    /// Where the resource is: an http or https URL.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::WebAddress>"))]
    pub source: Option<String>,
    /// Fields that the format does not have, in the order of the document.
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub other: IndexMap<String, Yaml>,
}

impl GenericRdf {
    /// Reads a description whose type is known to be none of the others.
    pub(crate) fn read(root: &Node, kind: &str, reader: &mut Reader) -> Option<Self> {
        let (version, root) = in_newest_form(root, kind, reader)?;
        let mut fields = reader.fields(&root)?;
        let metadata = ResourceMetadata::read(&mut fields, reader, &version);
        let source = read_source_address(&mut fields, reader);
        let other = fields.keep_unknown(reader);
        Some(Self {
            resource_type: kind.to_owned(),
            metadata: metadata?,
            source,
            other,
        })
    }
}
