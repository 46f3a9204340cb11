//! The model description itself.

use indexmap::IndexMap;

use super::metadata::{Attachments, Author, CiteEntry, Maintainer, RunMode, Uploader};
use super::network::Network;
use super::tensor::{InputTensor, OutputTensor};
use super::web_address::read_web_address;
use super::weights::{ReadWeights, Weights};
use crate::diagnostic::{Code, Severity};
use crate::document::{DocPath, Node};
use crate::generic::TrainingData;
use crate::generic::files::{Cover, PackagedFile, check_reserved_name, read_attachments, read_icon};
use crate::generic::metadata::read_id_emoji;
use crate::parsed::nearest;
use crate::read::{Fields, FromNode, Reader};
use crate::rules::{Facts, Tensors, check_facts};
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

/// How many items a list has, whatever they are.
fn length(fields: &mut Fields<'_>, key: &'static str) -> Option<usize> {
    fields
        .node(key)?
        .as_sequence()
        .map(<[Node]>::len)
        .filter(|&length| length > 0)
}

/// What could be read of a list of tensors.
struct TensorList<T> {
    tensors: Vec<T>,
    /// Where each of them stands in the list.
    places: Vec<usize>,
    /// How many there are, if there is a list.
    listed: Option<usize>,
    /// The names, also of tensors of which nothing else could be read.
    names: Vec<(DocPath, TensorName)>,
}

impl<T: FromNode> TensorList<T> {
    fn read(fields: &mut Fields<'_>, reader: &mut Reader, key: &'static str) -> Self {
        let items: Option<Vec<Option<T>>> = fields.required_each(reader, key);
        let listed = items.as_ref().map(Vec::len);
        let readable = items
            .into_iter()
            .flatten()
            .enumerate()
            .filter_map(|(at, item)| Some((at, item?)));
        let (places, tensors) = readable.unzip();
        let nodes = fields.node(key).and_then(Node::as_sequence).unwrap_or_default();
        let names = nodes.iter().enumerate().filter_map(|(at, node)| {
            let name = TensorName::parse(node.as_mapping()?.get("name")?.as_str()?).ok()?;
            Some((DocPath::root().join(key).join(at).join("name"), name))
        });
        Self {
            tensors,
            places,
            listed,
            names: names.collect(),
        }
    }

    fn facts(&self) -> Tensors<'_, T> {
        match self.listed {
            Some(listed) => Tensors::some(&self.tensors, self.places.clone(), listed),
            None => Tensors::default(),
        }
    }

    /// The tensors, if all of them could be read.
    fn complete(self) -> Option<Vec<T>> {
        (self.listed == Some(self.tensors.len())).then_some(self.tensors)
    }
}

/// The authors; a single name stands for a list of one.
fn read_authors(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<Vec<Author>> {
    if let Some(node) = fields.node("authors")
        && let Some(name) = node.as_str()
    {
        reader.within("authors", |reader| report_author_as_text(node, reader));
        return Some(vec![Author::named(name)]);
    }
    let authors: Vec<NamedAuthor> = fields.required_list(reader, "authors")?;
    Some(authors.into_iter().map(|author| author.0).collect())
}

/// An author may be given as a name only.
struct NamedAuthor(Author);

impl FromNode for NamedAuthor {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        if let Some(name) = node.as_str() {
            report_author_as_text(node, reader);
            return Some(Self(Author::named(name)));
        }
        Author::from_node(node, reader).map(Self)
    }
}

fn report_author_as_text(node: &Node, reader: &mut Reader) {
    let message = "an author is a mapping with a `name`, found only the name";
    reader.report(Code::AuthorAsText, node, message).help = Some("write `- name: ` before it".to_owned());
}

/// What could be read of a model description.
#[derive(Debug, Default)]
pub(crate) struct ModelParts {
    /// All of it.
    pub(crate) model: Option<ModelRdf>,
    /// What running the model takes.
    pub(crate) network: Option<Network>,
}

/// Reads the tree of a description in the form of 0.4.10.
pub(crate) fn read_parts(node: &Node, reader: &mut Reader) -> ModelParts {
    let Some(mut fields) = reader.fields(node) else {
        return ModelParts::default();
    };
    // Read before, to find out what kind of document this is.
    fields.node("type");
    let format_version = fields.required(reader, "format_version");
    let name: Option<String> = fields.required(reader, "name");
    if let Some((name, node)) = name.as_deref().zip(fields.node("name")) {
        reader.within("name", |reader| check_name(name, node, reader));
    }
    let description = fields.required(reader, "description");
    let authors = read_authors(&mut fields, reader);
    let documentation: Option<FileSource> = fields.required(reader, "documentation");
    if let Some((file, node)) = documentation.as_ref().zip(fields.node("documentation")) {
        reader.within("documentation", |reader| check_documentation(file, node, reader));
    }
    let inputs = TensorList::<InputTensor>::read(&mut fields, reader, "inputs");
    let outputs = TensorList::<OutputTensor>::read(&mut fields, reader, "outputs");
    let license = fields.required(reader, "license");
    let test_inputs: Option<Vec<NpySource>> = fields.required_list(reader, "test_inputs");
    let test_outputs: Option<Vec<NpySource>> = fields.required_list(reader, "test_outputs");
    let sample_inputs: Vec<PackagedFile> = fields.list(reader, "sample_inputs");
    let sample_outputs: Vec<PackagedFile> = fields.list(reader, "sample_outputs");
    let timestamp = fields.required(reader, "timestamp");
    let weights: Option<ReadWeights> = fields.required(reader, "weights");
    let attachments = read_attachments(&mut fields, reader);
    let cite: Vec<CiteEntry> = fields.list(reader, "cite");
    if fields
        .node("cite")
        .is_none_or(|cite| cite.as_sequence().is_some_and(<[Node]>::is_empty))
    {
        let path = reader.path().join("cite");
        let diagnostic =
            crate::diagnostic::Diagnostic::new(Code::MissingCitation, path, "the description cites nothing")
                .at(fields.start())
                .help("add `cite` with the publications of the method and of the training data");
        reader.push(diagnostic);
    }
    let config = fields.optional(reader, "config").unwrap_or_default();
    let covers: Vec<Cover> = fields.list(reader, "covers");
    let download_url = read_web_address(&mut fields, reader, "download_url", Severity::Error);
    // Readers in use take any text here, such as `git@...`: a person finds the way all the same.
    let git_repo = read_web_address(&mut fields, reader, "git_repo", Severity::Warning);
    let icon = read_icon(&mut fields, reader);
    let id = fields.nullable(reader, "id");
    let id_emoji = read_id_emoji(&mut fields, reader);
    let links = fields.list(reader, "links");
    let maintainers = fields.list(reader, "maintainers");
    let packaged_by = fields.list(reader, "packaged_by");
    let parent = fields.nullable(reader, "parent");
    let rdf_source = fields.nullable(reader, "rdf_source");
    let run_mode = fields.nullable(reader, "run_mode");
    let tags = fields.list(reader, "tags");
    let training_data = read_training_data(&mut fields, reader);
    let uploader = fields.nullable(reader, "uploader");
    let version: Option<Version> = fields.nullable(reader, "version");
    if let Some((version, node)) = version.as_ref().zip(fields.node("version")) {
        reader.within("version", |reader| check_resource_version(version, node, reader));
    }
    let version_number = fields.nullable(reader, "version_number");
    let facts = Facts {
        inputs: inputs.facts(),
        outputs: outputs.facts(),
        names: inputs
            .names
            .iter()
            .chain(&outputs.names)
            .map(|(path, name)| (path.clone(), name.as_str()))
            .collect(),
        test_inputs: length(&mut fields, "test_inputs"),
        test_outputs: length(&mut fields, "test_outputs"),
        weights: weights.as_ref().map(|weights| &weights.readable),
    };
    fields.finish(reader);
    for mut violation in check_facts(&facts) {
        violation.position = Some(nearest(node, &violation.path));
        reader.push(violation);
    }
    let test_inputs: Option<Vec<FileSource>> =
        test_inputs.map(|files| files.into_iter().map(|file| file.0).collect());
    let test_outputs: Option<Vec<FileSource>> =
        test_outputs.map(|files| files.into_iter().map(|file| file.0).collect());
    let inputs = inputs.complete();
    let outputs = outputs.complete();
    let network =
        inputs
            .clone()
            .zip(outputs.clone())
            .zip(weights.as_ref())
            .map(|((inputs, outputs), weights)| Network {
                inputs,
                outputs,
                weights: weights.readable.clone(),
                test_inputs: test_inputs.clone().unwrap_or_default(),
                test_outputs: test_outputs.clone().unwrap_or_default(),
            });
    let complete = move || {
        Some(ModelRdf {
            format_version: format_version?,
            name: name?,
            description: description?,
            authors: authors?,
            documentation: documentation?,
            inputs: inputs?,
            outputs: outputs?,
            license: license?,
            test_inputs: test_inputs?,
            test_outputs: test_outputs?,
            sample_inputs: sample_inputs.into_iter().map(|file| file.0).collect(),
            sample_outputs: sample_outputs.into_iter().map(|file| file.0).collect(),
            timestamp: timestamp?,
            weights: weights?.complete()?,
            attachments,
            cite,
            config,
            covers: covers.into_iter().map(|cover| cover.0).collect(),
            download_url,
            git_repo,
            icon,
            id,
            id_emoji,
            links,
            maintainers,
            packaged_by,
            parent,
            rdf_source,
            run_mode,
            tags,
            training_data,
            uploader,
            version,
            version_number,
        })
    };
    ModelParts {
        model: complete(),
        network,
    }
}

/// A dataset: a reference to one, or its whole description, checked and kept as it is.
fn read_training_data(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<Yaml> {
    let _: TrainingData = fields.nullable(reader, "training_data")?;
    fields.node("training_data").map(Node::to_yaml)
}

/// A file whose name ends in `.npy`.
struct NpySource(FileSource);

impl FromNode for NpySource {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let source = PackagedFile::from_node(node, reader)?.0;
        if !source.file_name().ends_with(".npy") {
            let message = format!(
                "a test tensor is a numpy file (.npy), found {}",
                crate::document::quoted(source.as_str())
            );
            reader.report(Code::InvalidSource, node, message);
        }
        Some(Self(source))
    }
}

fn check_name(name: &str, node: &Node, reader: &mut Reader) {
    if name.is_empty() {
        reader.report(Code::InvalidValue, node, "`name` may not be empty");
        return;
    }
    let length = name.chars().count();
    let allowed = |c: char| c.is_alphanumeric() || "_- ".contains(c);
    if length > 64 {
        let message = format!("the name has {length} characters, the format asks for at most 64");
        reader.report(Code::UnconventionalName, node, message);
    } else if let Some(other) = name.chars().find(|&c| !allowed(c)) {
        let message =
            format!("the name contains {other:?}, the format asks for letters, digits, `_`, `-` and spaces");
        reader.report(Code::UnconventionalName, node, message);
    }
}

fn check_resource_version(version: &Version, node: &Node, reader: &mut Reader) {
    if version.semantic().is_none() {
        let message = format!("the version of a model has the form MAJOR.MINOR.PATCH, found {version}");
        reader.report(Code::LooseVersion, node, message).help =
            Some("see https://semver.org, for example `version: 0.1.0`".to_owned());
    }
}

fn check_documentation(file: &FileSource, node: &Node, reader: &mut Reader) {
    check_reserved_name(file, node, reader);
    if !file.file_name().ends_with(".md") {
        let message = format!(
            "the documentation is a Markdown file (.md), found {}",
            crate::document::quoted(file.as_str())
        );
        reader.report(Code::DocumentationNotMarkdown, node, message);
    }
}
