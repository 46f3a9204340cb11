//! The model description itself.

mod fields;
mod read;

pub(crate) use read::{ModelParts, read_parts};

use indexmap::IndexMap;

use super::metadata::{Attachments, Author, CiteEntry, Maintainer, RunMode, Uploader};
use super::tensor::{InputTensor, OutputTensor};
use super::weights::Weights;
use crate::value::{FileSource, FormatVersion, License, ResourceId, TensorName, Timestamp, Version, Yaml};

/// A model description in format 0.4: plain data, without positions.
///
/// Read one with [`ModelRdf::from_yaml`]; see the crate's documentation for an example.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(
        deny_unknown_fields,
        transform = crate::schema::add_type,
        extend("required" = [
            "format_version", "type", "name", "description", "authors", "documentation", "inputs", "outputs",
            "license", "test_inputs", "test_outputs", "timestamp", "weights",
        ])
    )
)]
pub struct ModelRdf {
    /// The version that the document says it is written in.
    pub format_version: FormatVersion,
    /// Human-readable name.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// Brief description.
    pub description: String,
    /// Who made the model.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Authors"))]
    pub authors: Vec<Author>,
    /// Markdown file on the model.
    pub documentation: FileSource,
    /// Inputs of the network.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub inputs: Vec<InputTensor>,
    /// Outputs of the network.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub outputs: Vec<OutputTensor>,
    /// Licence.
    pub license: License,
    /// One `.npy` file for each input.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<crate::schema::NpySource>", length(min = 1))
    )]
    pub test_inputs: Vec<FileSource>,
    /// One `.npy` file for each output: what the model makes of the test inputs.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<crate::schema::NpySource>", length(min = 1))
    )]
    pub test_outputs: Vec<FileSource>,
    /// Examples of inputs in any format.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub sample_inputs: Vec<FileSource>,
    /// Examples of outputs in any format.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub sample_outputs: Vec<FileSource>,
    /// When the model was made.
    pub timestamp: Timestamp,
    /// The weights in one or more formats.
    pub weights: Weights,
    /// Further files.
    pub attachments: Option<Attachments>,
    /// What to cite.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub cite: Vec<CiteEntry>,
    /// What tools add for themselves.
    pub config: IndexMap<String, Yaml>,
    /// Images for the model's card.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub covers: Vec<FileSource>,
    /// Where to download the model.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::WebAddress>"))]
    pub download_url: Option<String>,
    /// Where the source of the model is.
    pub git_repo: Option<String>,
    /// An emoji or image.
    pub icon: Option<String>,
    /// Identifier within a collection.
    pub id: Option<ResourceId>,
    /// An emoji for the identifier (0.4.10).
    pub id_emoji: Option<String>,
    /// Identifiers of related resources.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub links: Vec<String>,
    /// Who looks after the model.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub maintainers: Vec<Maintainer>,
    /// Who made the package.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub packaged_by: Vec<Author>,
    /// The model that this one was made from; its form differs between versions.
    pub parent: Option<Yaml>,
    /// Where the description itself comes from.
    pub rdf_source: Option<FileSource>,
    /// How the network has to be run, if not as usual.
    pub run_mode: Option<RunMode>,
    /// Words to find the model by.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub tags: Vec<String>,
    /// The dataset that the model was trained on: an id, or a dataset description.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Datasets>"))]
    pub training_data: Option<Yaml>,
    /// Who uploaded the model (0.4.10).
    pub uploader: Option<Uploader>,
    /// Version of the model.
    pub version: Option<Version>,
    /// Number of the version within a collection (0.4.10).
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::WholeNumber>"))]
    pub version_number: Option<i64>,
}

impl ModelRdf {
    /// The input of a name.
    #[must_use]
    pub fn input(&self, name: &TensorName) -> Option<&InputTensor> {
        self.inputs.iter().find(|tensor| tensor.name == *name)
    }

    /// The output of a name.
    #[must_use]
    pub fn output(&self, name: &TensorName) -> Option<&OutputTensor> {
        self.outputs.iter().find(|tensor| tensor.name == *name)
    }
}
