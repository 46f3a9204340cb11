//! Descriptions that are made in code.

mod parts;

use indexmap::IndexMap;

use super::metadata::{Attachments, Author, CiteEntry, Maintainer, RunMode, Uploader};
use super::model::ModelRdf;
use super::tensor::{InputTensor, OutputTensor};
use super::weights::{Weights, WeightsEntry, WeightsFormat};
use crate::diagnostic::Diagnostic;
use crate::rules::check_model;
use crate::value::{FileSource, FormatVersion, License, ResourceId, Timestamp, Version, Yaml};

impl ModelRdf {
    /// Begins a description with what every model has one of. Authors, tensors and weights follow: at least one
    /// of each is needed.
    ///
    /// The format version is the newest of 0.4; the timestamp is the caller's to know.
    ///
    /// ```
    /// use rdf_spec::*;
    ///
    /// let raw = InputTensor::new(
    ///     "raw".parse()?,
    ///     "bcyx".parse()?,
    ///     DataType::Float32,
    ///     InputShape::Parametrized { min: vec![1, 1, 64, 64], step: vec![0, 0, 16, 16] },
    /// )
    /// .preprocess(ProcessingStep::zero_mean_unit_variance(StatisticsMode::PerSample, "yx".parse()?));
    /// let probability = OutputTensor::new(
    ///     "probability".parse()?,
    ///     "bcyx".parse()?,
    ///     DataType::Float32,
    ///     OutputShape::same_as("raw".parse()?, 4),
    /// )
    /// .halo(vec![0, 0, 16, 16])
    /// .postprocess(ProcessingStep::Sigmoid);
    ///
    /// let model = ModelRdf::builder(
    ///     "Nucleus segmentation",
    ///     "Probability of nucleus for each pixel.",
    ///     "README.md".parse()?,
    ///     License::new("MIT"),
    ///     "2024-01-31T12:00:00Z".parse()?,
    /// )
    /// .author(Author::named("Jane Doe"))
    /// .input(raw, "test_input.npy".parse()?)
    /// .output(probability, "test_output.npy".parse()?)
    /// .weights(WeightsFormat::Onnx, WeightsEntry::onnx("weights.onnx".parse()?, 17))
    /// .tag("nuclei")
    /// .build()
    /// .expect("the description is complete");
    /// assert_eq!(model.format_version.as_str(), "0.4.10");
    /// # #[cfg(feature = "serde")]
    /// println!("{}", model.to_yaml()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn builder(
        name: impl Into<String>,
        description: impl Into<String>,
        documentation: FileSource,
        license: License,
        timestamp: Timestamp,
    ) -> ModelBuilder {
        ModelBuilder {
            model: Self {
                format_version: FormatVersion::newest(),
                name: name.into(),
                description: description.into(),
                authors: Vec::new(),
                documentation,
                inputs: Vec::new(),
                outputs: Vec::new(),
                license,
                test_inputs: Vec::new(),
                test_outputs: Vec::new(),
                sample_inputs: Vec::new(),
                sample_outputs: Vec::new(),
                timestamp,
                weights: Weights::default(),
                attachments: None,
                cite: Vec::new(),
                config: IndexMap::new(),
                covers: Vec::new(),
                download_url: None,
                git_repo: None,
                icon: None,
                id: None,
                id_emoji: None,
                links: Vec::new(),
                maintainers: Vec::new(),
                packaged_by: Vec::new(),
                parent: None,
                rdf_source: None,
                run_mode: None,
                tags: Vec::new(),
                training_data: None,
                uploader: None,
                version: None,
                version_number: None,
            },
        }
    }
}

/// A description in the making; see [`ModelRdf::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ModelBuilder {
    model: ModelRdf,
}

/// Adds an item to a list.
macro_rules! adders {
    ($($(#[$doc:meta])* $name:ident($item:ty) to $field:ident;)*) => {
        $(
            $(#[$doc])*
            pub fn $name(mut self, item: impl Into<$item>) -> Self {
                self.model.$field.push(item.into());
                self
            }
        )*
    };
}

/// Sets a field that may be left out.
macro_rules! setters {
    ($($(#[$doc:meta])* $field:ident($value:ty);)*) => {
        $(
            $(#[$doc])*
            pub fn $field(mut self, value: impl Into<$value>) -> Self {
                self.model.$field = Some(value.into());
                self
            }
        )*
    };
}

impl ModelBuilder {
    /// Another version of the format than the newest (field `format_version`).
    pub fn format_version(mut self, version: FormatVersion) -> Self {
        self.model.format_version = version;
        self
    }

    /// Adds an input with the `.npy` file to test it with (fields `inputs`, `test_inputs`).
    pub fn input(mut self, tensor: InputTensor, test: FileSource) -> Self {
        self.model.inputs.push(tensor);
        self.model.test_inputs.push(test);
        self
    }

    /// Adds an output with the `.npy` file that the model makes of the test inputs (fields `outputs`,
    /// `test_outputs`).
    pub fn output(mut self, tensor: OutputTensor, test: FileSource) -> Self {
        self.model.outputs.push(tensor);
        self.model.test_outputs.push(test);
        self
    }

    /// Adds weights in a format, or replaces those that were added in the same one (field `weights`).
    pub fn weights(mut self, format: WeightsFormat, entry: WeightsEntry) -> Self {
        self.model.weights.0.insert(format, entry);
        self
    }

    /// Adds a setting of a tool, below the name of the tool (field `config`).
    pub fn config(mut self, tool: impl Into<String>, settings: Yaml) -> Self {
        self.model.config.insert(tool.into(), settings);
        self
    }

    adders! {
        /// Adds an author (field `authors`).
        author(Author) to authors;
        /// Adds an example of an input, in any format (field `sample_inputs`).
        sample_input(FileSource) to sample_inputs;
        /// Adds an example of an output, in any format (field `sample_outputs`).
        sample_output(FileSource) to sample_outputs;
        /// Adds a citation (field `cite`).
        cite(CiteEntry) to cite;
        /// Adds an image for the model's card (field `covers`).
        cover(FileSource) to covers;
        /// Adds the identifier of a related resource (field `links`).
        link(String) to links;
        /// Adds a maintainer (field `maintainers`).
        maintainer(Maintainer) to maintainers;
        /// Adds someone who made the package (field `packaged_by`).
        packaged_by(Author) to packaged_by;
        /// Adds a word to find the model by (field `tags`).
        tag(String) to tags;
    }

    setters! {
        /// Further files.
        attachments(Attachments);
        /// Where to download the model: an http or https URL.
        download_url(String);
        /// Where the source of the model is: an http or https URL.
        git_repo(String);
        /// An emoji or image.
        icon(String);
        /// Identifier within a collection.
        id(ResourceId);
        /// An emoji for the identifier (0.4.10).
        id_emoji(String);
        /// The model that this one was made from, for example a mapping with its `id`.
        parent(Yaml);
        /// Where the description itself comes from.
        rdf_source(FileSource);
        /// How the network has to be run, if not as usual.
        run_mode(RunMode);
        /// The dataset that the model was trained on: a mapping with its `id`, or its description.
        training_data(Yaml);
        /// Who uploaded the model (0.4.10).
        uploader(Uploader);
        /// Version of the model.
        version(Version);
        /// Number of the version within a collection (0.4.10).
        version_number(i64);
    }

    /// Checks the description as [`check_model`] does, and gives it if there is no error.
    ///
    /// # Errors
    /// All findings, if one of them is an error. Without one, `check_model` tells what else was found.
    pub fn build(self) -> Result<ModelRdf, Vec<Diagnostic>> {
        let found = check_model(&self.model);
        if found.iter().any(Diagnostic::is_error) {
            return Err(found);
        }
        Ok(self.model)
    }
}
