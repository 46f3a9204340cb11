//! JSON Schema of descriptions, for editors and other programs (feature `schema`).
//!
//! The schema states what the reader takes without error, as far as JSON Schema can: checks between fields, check
//! digits and licence identifiers are left to [`ModelRdf::from_yaml`](crate::ModelRdf::from_yaml). It describes the
//! values of a document, whether it is written in YAML or JSON.
//!
//! An editor with a YAML language server takes it from a comment at the top of `rdf.yaml`:
//! `# yaml-language-server: $schema=model.schema.json`.

mod metadata;
mod model;
mod processing;
mod shape;
mod value;
mod weights;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::v0_4::ModelRdf;
pub(crate) use model::{Authors, Datasets, add_type};
pub(crate) use processing::{Postprocessing, Preprocessing};
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
    let generator = SchemaSettings::draft2020_12().into_generator();
    generator.into_root_schema_for::<ModelRdf>().to_value()
}
