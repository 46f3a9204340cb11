//! JSON Schema of descriptions, for editors and other programs (feature `schema`).
//!
//! The schema states what the reader takes without error, as far as JSON Schema can: checks between fields, check
//! digits and licence identifiers are left to [`Rdf::from_yaml`](crate::Rdf::from_yaml). It describes the
//! values of a document, whether it is written in YAML or JSON.
//!
//! An editor with a YAML language server takes it from a comment at the top of `rdf.yaml`:
//! `# yaml-language-server: $schema=model.schema.json`.
//!
//! Forms that only older versions of a format had are not described: what `Rdf::to_yaml` makes of them is.

mod metadata;
mod model;
mod processing;
mod resource;
mod shape;
mod value;
mod weights;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::generic::{ApplicationRdf, CollectionRdf, DatasetRdf, GenericRdf, NotebookRdf};
use crate::v0_4::ModelRdf;
pub(crate) use model::{Authors, Datasets, add_type};
pub(crate) use processing::{Postprocessing, Preprocessing};
pub(crate) use resource::{
    AuthorsOrNames, Emoji, GenericVersion, Icon, NotebookSource, describe_application, describe_collection,
    describe_dataset, describe_generic, describe_notebook,
};
pub(crate) use value::{InputDataType, NpySource, Size, WebAddress, WholeNumber};

/// The JSON Schema (2020-12) of a model description of format 0.4.
///
/// ```
/// let schema = rdf_spec::schema::model();
/// assert_eq!(schema["properties"]["type"]["const"], "model");
/// assert_eq!(schema["additionalProperties"], false);
/// println!("{schema:#}");
/// ```
#[must_use]
pub fn model() -> Value {
    schema_of::<ModelRdf>()
}

/// The JSON Schema (2020-12) of a dataset description of format 0.2.
///
/// ```
/// let schema = rdf_spec::schema::dataset();
/// assert_eq!(schema["properties"]["type"]["const"], "dataset");
/// assert_eq!(schema["additionalProperties"], false);
/// ```
#[must_use]
pub fn dataset() -> Value {
    schema_of::<DatasetRdf>()
}

/// The JSON Schema (2020-12) of an application description of format 0.2.
///
/// ```
/// let schema = rdf_spec::schema::application();
/// assert_eq!(schema["properties"]["type"]["const"], "application");
/// assert_eq!(schema["additionalProperties"], false);
/// ```
#[must_use]
pub fn application() -> Value {
    schema_of::<ApplicationRdf>()
}

/// The JSON Schema (2020-12) of a notebook description of format 0.2.
///
/// ```
/// let schema = rdf_spec::schema::notebook();
/// assert_eq!(schema["properties"]["type"]["const"], "notebook");
/// assert!(schema["required"].as_array().unwrap().contains(&"source".into()));
/// ```
#[must_use]
pub fn notebook() -> Value {
    schema_of::<NotebookRdf>()
}

/// The JSON Schema (2020-12) of a description of format 0.2 whose type has no description of its own; it may have
/// further fields.
///
/// ```
/// let schema = rdf_spec::schema::generic();
/// assert_eq!(schema["properties"]["type"]["not"]["enum"][0], "model");
/// assert!(schema.get("additionalProperties").is_none());
/// ```
#[must_use]
pub fn generic() -> Value {
    schema_of::<GenericRdf>()
}

/// The JSON Schema (2020-12) of a collection of format 0.2; it may have further fields. Its entries are described as
/// far as they are no descriptions of their own.
///
/// ```
/// let schema = rdf_spec::schema::collection();
/// assert_eq!(schema["properties"]["type"]["const"], "collection");
/// assert!(schema["required"].as_array().unwrap().contains(&"collection".into()));
/// ```
#[must_use]
pub fn collection() -> Value {
    schema_of::<CollectionRdf>()
}

fn schema_of<T: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    generator.into_root_schema_for::<T>().to_value()
}
