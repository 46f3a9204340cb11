//! Descriptions of any type.

use crate::diagnostic::{Code, Severity};
use crate::document::{Node, quoted};
use crate::generic::{
    ApplicationRdf, Bounds, CollectionRdf, DatasetRdf, GenericRdf, NotebookRdf, ResourceMetadata,
    read_collection,
};
use crate::parsed::{Parsed, is_older_than_types, read_model, read_model_parts};
use crate::read::Reader;
use crate::v0_4::ModelRdf;
use crate::value::FormatVersion;

/// Types that have a description of their own.
pub(crate) const OWN_DESCRIPTION: [&str; 5] = ["model", "dataset", "application", "notebook", "collection"];

/// The description of a resource of any type: a model in format 0.4, anything else in format 0.2.
///
/// ```
/// use rdf_spec::Rdf;
///
/// let text = "
/// type: dataset
/// format_version: 0.2.4
/// name: Nuclei
/// description: Stained nuclei with masks.
/// authors: [Jane Doe]
/// ";
/// let parsed = Rdf::from_yaml(text);
/// assert!(parsed.is_valid());
/// let rdf = parsed.value().unwrap();
/// assert_eq!(rdf.resource_type(), "dataset");
/// assert_eq!(rdf.name(), "Nuclei");
/// assert!(rdf.as_model().is_none());
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rdf {
    /// A model.
    Model(Box<ModelRdf>),
    /// A resource of a type without a description of its own.
    Generic(Box<GenericRdf>),
    /// A dataset.
    Dataset(Box<DatasetRdf>),
    /// Software that uses the other resources.
    Application(Box<ApplicationRdf>),
    /// A Jupyter notebook.
    Notebook(Box<NotebookRdf>),
    /// A list of resources.
    Collection(Box<CollectionRdf>),
}

impl Rdf {
    /// Reads and checks a description; its field `type` says of what. Never fails early: everything that is
    /// wrong is among the findings.
    #[must_use]
    pub fn from_yaml(text: &str) -> Parsed<Self> {
        Parsed::from_text(text, |root, reader| {
            if is_model(root) {
                let parts = read_model_parts(root, reader);
                return (
                    parts.model.map(|model| Self::Model(Box::new(model))),
                    parts.network,
                );
            }
            (read_rdf(root, reader, &mut Bounds::default()), None)
        })
    }

    /// The field `type`.
    #[must_use]
    pub fn resource_type(&self) -> &str {
        match self {
            Self::Model(_) => "model",
            Self::Generic(generic) => &generic.resource_type,
            Self::Dataset(_) => "dataset",
            Self::Application(_) => "application",
            Self::Notebook(_) => "notebook",
            Self::Collection(_) => "collection",
        }
    }

    /// The version of the format that the document says it is written in.
    #[must_use]
    pub fn format_version(&self) -> &FormatVersion {
        match self {
            Self::Model(model) => &model.format_version,
            Self::Generic(generic) => &generic.metadata.format_version,
            Self::Dataset(dataset) => &dataset.metadata.format_version,
            Self::Application(application) => &application.metadata.format_version,
            Self::Notebook(notebook) => &notebook.metadata.format_version,
            Self::Collection(collection) => &collection.metadata.format_version,
        }
    }

    /// The human-readable name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Model(model) => &model.name,
            Self::Generic(generic) => &generic.metadata.name,
            Self::Dataset(dataset) => &dataset.metadata.name,
            Self::Application(application) => &application.metadata.name,
            Self::Notebook(notebook) => &notebook.metadata.name,
            Self::Collection(collection) => &collection.metadata.name,
        }
    }

    /// What all types but models have in common; `None` for a model.
    #[must_use]
    pub fn metadata(&self) -> Option<&ResourceMetadata> {
        match self {
            Self::Model(_) => None,
            Self::Generic(generic) => Some(&generic.metadata),
            Self::Dataset(dataset) => Some(&dataset.metadata),
            Self::Application(application) => Some(&application.metadata),
            Self::Notebook(notebook) => Some(&notebook.metadata),
            Self::Collection(collection) => Some(&collection.metadata),
        }
    }

    /// The model, if it is one.
    #[must_use]
    pub fn as_model(&self) -> Option<&ModelRdf> {
        match self {
            Self::Model(model) => Some(model),
            _ => None,
        }
    }

    /// The description of a type without one of its own, if it is one.
    #[must_use]
    pub fn as_generic(&self) -> Option<&GenericRdf> {
        match self {
            Self::Generic(generic) => Some(generic),
            _ => None,
        }
    }

    /// The dataset, if it is one.
    #[must_use]
    pub fn as_dataset(&self) -> Option<&DatasetRdf> {
        match self {
            Self::Dataset(dataset) => Some(dataset),
            _ => None,
        }
    }

    /// The application, if it is one.
    #[must_use]
    pub fn as_application(&self) -> Option<&ApplicationRdf> {
        match self {
            Self::Application(application) => Some(application),
            _ => None,
        }
    }

    /// The notebook, if it is one.
    #[must_use]
    pub fn as_notebook(&self) -> Option<&NotebookRdf> {
        match self {
            Self::Notebook(notebook) => Some(notebook),
            _ => None,
        }
    }

    /// The collection, if it is one.
    #[must_use]
    pub fn as_collection(&self) -> Option<&CollectionRdf> {
        match self {
            Self::Collection(collection) => Some(collection),
            _ => None,
        }
    }
}

/// Reads the tree of a description, whatever its type and version.
pub(crate) fn read_rdf(root: &Node, reader: &mut Reader, bounds: &mut Bounds) -> Option<Rdf> {
    if is_model(root) {
        return read_model(root, reader).map(|model| Rdf::Model(Box::new(model)));
    }
    let kind = resource_type(root, reader)?;
    Some(match kind.as_str() {
        "dataset" => Rdf::Dataset(Box::new(DatasetRdf::read(root, reader)?)),
        "application" => Rdf::Application(Box::new(ApplicationRdf::read(root, reader)?)),
        "notebook" => Rdf::Notebook(Box::new(NotebookRdf::read(root, reader)?)),
        "collection" => Rdf::Collection(Box::new(read_collection(root, reader, bounds)?)),
        _ => Rdf::Generic(Box::new(GenericRdf::read(root, &kind, reader)?)),
    })
}

/// True for a description of a model: it says so, or is older than the field `type`.
fn is_model(root: &Node) -> bool {
    let Some(root) = root.as_mapping() else {
        return false;
    };
    let text = |key| root.get(key).and_then(Node::as_str);
    match text("type") {
        Some(kind) => kind == "model",
        None => root.get("type").is_none() && text("format_version").is_some_and(is_older_than_types),
    }
}

/// The type of a description that says type and version; reports what is missing.
fn resource_type(root: &Node, reader: &mut Reader) -> Option<String> {
    let mut fields = reader.fields(root)?;
    let kind: Option<String> = fields.required(reader, "type");
    if fields.node("format_version").is_none() {
        // Reports that it is missing; one that is there is read with the rest, by the rules of the type.
        fields.required::<FormatVersion>(reader, "format_version");
    }
    let (kind, node) = (kind?, fields.node("type")?);
    reader.within("type", |reader| check_type(&kind, node, reader));
    fields.node("format_version").is_some().then_some(kind)
}

/// Any text that is not one of the known types is the type of a generic resource, also a known one in capital letters.
fn check_type(kind: &str, node: &Node, reader: &mut Reader) {
    let lower = kind.to_lowercase();
    if let Some(known) = OWN_DESCRIPTION
        .into_iter()
        .find(|known| *known == lower && *known != kind)
    {
        let message = format!(
            "{} is read as a generic resource: types are in lower case",
            quoted(kind)
        );
        let diagnostic = reader.report(Code::InvalidValue, node, message);
        diagnostic.severity = Severity::Alert;
        diagnostic.help = Some(format!("did you mean `{known}`?"));
    }
}
