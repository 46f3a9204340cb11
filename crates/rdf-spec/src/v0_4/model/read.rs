//! Reading of a model description, as far as it can be read.

use super::ModelRdf;
use super::fields::{
    NpySource, check_documentation, check_name, check_resource_version, read_authors, read_parent,
    read_rdf_source, read_training_data, report_badges,
};
use crate::diagnostic::{Code, Severity};
use crate::document::{DocPath, Node};
use crate::generic::files::{Cover, PackagedFile, read_attachments, read_icon};
use crate::generic::metadata::read_id_emoji;
use crate::parsed::nearest;
use crate::read::{Fields, FromNode, Reader};
use crate::rules::{Facts, Tensors, check_facts};
use crate::v0_4::metadata::CiteEntry;
use crate::v0_4::network::Network;
use crate::v0_4::tensor::{InputTensor, OutputTensor};
use crate::v0_4::web_address::read_web_address;
use crate::v0_4::weights::ReadWeights;
use crate::value::{FileSource, TensorName, Version};

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
    let parent = read_parent(&mut fields, reader);
    let rdf_source = read_rdf_source(&mut fields, reader);
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
    report_badges(node, &mut fields, reader);
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
