//! The weights of the network in one or more formats.

use std::fmt;

use indexmap::IndexMap;

use super::metadata::{Attachments, Author};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Node, quoted};
use crate::generic::files::{PackagedFile, is_reserved, read_attachments};
use crate::read::{Fields, FromNode, Reader};
use crate::value::{FileSource, Sha256, ValueError, Version, Yaml};

/// A weights format of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum WeightsFormat {
    KerasHdf5,
    Onnx,
    PytorchStateDict,
    TensorflowJs,
    TensorflowSavedModelBundle,
    Torchscript,
}

impl WeightsFormat {
    /// All formats.
    pub const ALL: [Self; 6] = [
        Self::KerasHdf5,
        Self::Onnx,
        Self::PytorchStateDict,
        Self::TensorflowJs,
        Self::TensorflowSavedModelBundle,
        Self::Torchscript,
    ];

    /// The key below `weights`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::KerasHdf5 => "keras_hdf5",
            Self::Onnx => "onnx",
            Self::PytorchStateDict => "pytorch_state_dict",
            Self::TensorflowJs => "tensorflow_js",
            Self::TensorflowSavedModelBundle => "tensorflow_saved_model_bundle",
            Self::Torchscript => "torchscript",
        }
    }

    /// The format of a key below `weights`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

impl fmt::Display for WeightsFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The weights in all formats that the package has, in the order of the document (field `weights`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights(pub IndexMap<WeightsFormat, WeightsEntry>);

impl Weights {
    /// The weights in one format.
    #[must_use]
    pub fn get(&self, format: WeightsFormat) -> Option<&WeightsEntry> {
        self.0.get(&format)
    }

    /// All formats with their weights, in the order of the document.
    pub fn iter(&self) -> impl Iterator<Item = (WeightsFormat, &WeightsEntry)> {
        self.0.iter().map(|(format, entry)| (*format, entry))
    }

    /// The formats in the order of the document.
    pub fn formats(&self) -> impl Iterator<Item = WeightsFormat> + '_ {
        self.0.keys().copied()
    }
}

/// The weights in one format. What a format does not have is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightsEntry {
    /// The file.
    pub source: FileSource,
    /// Its digest.
    pub sha256: Option<Sha256>,
    /// Who made this file.
    pub authors: Vec<Author>,
    /// Further files.
    pub attachments: Option<Attachments>,
    /// The format that these weights were converted from.
    pub parent: Option<WeightsFormat>,
    /// What has to be installed: `manager:file`.
    pub dependencies: Option<String>,
    /// `onnx`: the opset.
    pub opset_version: Option<i64>,
    /// `pytorch_state_dict`, `torchscript`: the version of PyTorch.
    pub pytorch_version: Option<Version>,
    /// `keras_hdf5`, `tensorflow_js`, `tensorflow_saved_model_bundle`: the version of TensorFlow.
    pub tensorflow_version: Option<Version>,
    /// `pytorch_state_dict`: the Python source of the network.
    pub architecture: Option<Architecture>,
    /// `pytorch_state_dict`: arguments of the network's constructor.
    pub kwargs: IndexMap<String, Yaml>,
}

/// Where the Python source of a network is (field `architecture`).
#[derive(Clone, Debug, PartialEq)]
pub enum Architecture {
    /// `file.py:Callable`: in a file of the package, or at a URL.
    File {
        /// The file.
        source: FileSource,
        /// The class or function.
        callable: String,
        /// The digest of the file.
        sha256: Option<Sha256>,
    },
    /// `module.Callable`: in an installed package.
    Module {
        /// The module.
        module: String,
        /// The class or function.
        callable: String,
    },
}

impl Architecture {
    /// Reads `file.py:Callable` (split at the last colon, since URLs have colons) or `module.Callable`.
    ///
    /// # Errors
    /// If the text has neither form, or a name is no identifier.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        let identifier = |name: &str| crate::value::TensorName::parse(name).is_ok();
        let error = |reason: String| ValueError::new(Code::InvalidValue, reason);
        let wrong = || {
            error(format!(
                "the architecture has the form file.py:Callable or module.Callable, found {}",
                quoted(text)
            ))
        };
        if let Some((file, callable)) = text.rsplit_once(':') {
            if file.is_empty() || !identifier(callable) {
                return Err(wrong());
            }
            return Ok(Self::File {
                source: FileSource::parse(file)?,
                callable: callable.to_owned(),
                sha256: None,
            });
        }
        match text.rsplit_once('.') {
            Some((module, callable)) if module.split('.').all(identifier) && identifier(callable) => {
                Ok(Self::Module {
                    module: module.to_owned(),
                    callable: callable.to_owned(),
                })
            }
            _ => Err(wrong()),
        }
    }
}

/// The weights of a document: what could be read, and whether that is all.
#[derive(Debug)]
pub(crate) struct ReadWeights {
    pub(crate) readable: Weights,
    is_complete: bool,
}

impl ReadWeights {
    /// The weights, if all of them could be read.
    pub(crate) fn complete(self) -> Option<Weights> {
        self.is_complete.then_some(self.readable)
    }
}

impl FromNode for ReadWeights {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let mut fields = reader.fields(node)?;
        let mut entries = IndexMap::new();
        let mut complete = true;
        for format in WeightsFormat::ALL {
            let Some(entry) = fields.node(format.name()).filter(|entry| !entry.is_null()) else {
                continue;
            };
            match reader.within(format.name(), |reader| read_entry(format, entry, reader)) {
                Some(read) => {
                    entries.insert(format, read);
                }
                None => complete = false,
            }
        }
        fields.finish(reader);
        if entries.is_empty() && complete {
            reader.report(
                Code::EmptyList,
                node,
                "`weights` needs at least one weights format",
            );
            return None;
        }
        let mapping = node.as_mapping()?;
        entries.sort_by_cached_key(|format, _| mapping.entries.get_index_of(format.name()));
        Some(Self {
            readable: Weights(entries),
            is_complete: complete,
        })
    }
}

fn read_entry(format: WeightsFormat, node: &Node, reader: &mut Reader) -> Option<WeightsEntry> {
    let mut fields = reader.fields(node)?;
    let source: Option<PackagedFile> = fields.required(reader, "source");
    let sha256 = fields.nullable(reader, "sha256");
    let authors = fields.nullable(reader, "authors").unwrap_or_default();
    let attachments: Option<Attachments> = read_attachments(&mut fields, reader);
    if let (Some(attachments), Some(node)) = (&attachments, fields.node("attachments"))
        && !(attachments.files.is_empty() && attachments.other.is_empty())
    {
        let message = format!("the {format} weights need further files");
        reader.within("attachments", |reader| {
            reader.report(Code::WeightsAttachments, node, message).help =
                Some("programs that do not know what these files are for cannot run the weights".to_owned());
        });
    }
    let parent = fields
        .given(reader, "parent")
        .and_then(|node| reader.within("parent", |reader| read_parent(format, node, reader)));
    let dependencies: Option<String> = fields.nullable(reader, "dependencies");
    if let (Some(text), Some(node)) = (&dependencies, fields.node("dependencies"))
        && !is_manager_and_file(text)
    {
        let message = format!("`dependencies` has the form manager:file, found {}", quoted(text));
        reader.within("dependencies", |reader| {
            reader.report(Code::InvalidValue, node, message).help =
                Some("for example `conda:environment.yaml`".to_owned());
        });
    } else if let (Some(text), Some(node)) = (&dependencies, fields.node("dependencies")) {
        let message = format!(
            "the {format} weights need software of their own: {}",
            quoted(text)
        );
        reader.within("dependencies", |reader| {
            reader.report(Code::CustomDependencies, node, message).help = Some(
                "weights in a format without Python source (onnx, torchscript) run in more programs"
                    .to_owned(),
            );
        });
    }
    let mut entry = WeightsEntry {
        source: FileSource::parse("-").ok()?,
        sha256,
        authors,
        attachments,
        parent,
        dependencies,
        opset_version: None,
        pytorch_version: None,
        tensorflow_version: None,
        architecture: None,
        kwargs: IndexMap::new(),
    };
    let complete = read_format_fields(format, &mut fields, reader, &mut entry);
    fields.finish(reader);
    entry.source = source?.0;
    complete.then_some(entry)
}

/// `manager:file`, with a file that can be part of a package.
fn is_manager_and_file(text: &str) -> bool {
    let Some((manager, file)) = text.trim().split_once(':') else {
        return false;
    };
    !manager.is_empty()
        && !text.trim().contains('\n')
        && FileSource::parse(file.trim()).is_ok_and(|file| !is_reserved(&file))
}

/// The fields that only some formats have; false if one that is needed could not be read.
fn read_format_fields(
    format: WeightsFormat,
    fields: &mut Fields<'_>,
    reader: &mut Reader,
    entry: &mut WeightsEntry,
) -> bool {
    let (key, known) = match format {
        WeightsFormat::Onnx => {
            entry.opset_version = fields.nullable(reader, "opset_version");
            if let (Some(opset), Some(node)) = (entry.opset_version, fields.node("opset_version"))
                && opset < 7
            {
                reader.within("opset_version", |reader| {
                    reader.report(
                        Code::InvalidValue,
                        node,
                        format!("the opset is at least 7, found {opset}"),
                    );
                });
            }
            ("opset_version", entry.opset_version.is_some())
        }
        WeightsFormat::PytorchStateDict | WeightsFormat::Torchscript => {
            entry.pytorch_version = fields.nullable(reader, "pytorch_version");
            ("pytorch_version", entry.pytorch_version.is_some())
        }
        _ => {
            entry.tensorflow_version = fields.nullable(reader, "tensorflow_version");
            ("tensorflow_version", entry.tensorflow_version.is_some())
        }
    };
    if !known && fields.node(key).is_none_or(Node::is_null) {
        let path = reader.path().join(key);
        let message = format!("the {format} weights do not state their `{key}`");
        let example = if key == "pytorch_version" {
            "2.4.0"
        } else {
            "2.15.0"
        };
        let help = format!("state the version that wrote the file, for example `{key}: {example}`");
        reader.push(
            Diagnostic::new(Code::MissingFrameworkVersion, path, message)
                .at(fields.start())
                .help(help),
        );
    }
    if format != WeightsFormat::PytorchStateDict {
        return true;
    }
    entry.kwargs = fields.optional(reader, "kwargs").unwrap_or_default();
    entry.architecture = read_architecture(fields, reader);
    entry.architecture.is_some()
}

fn read_architecture(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<Architecture> {
    let digest: Option<Sha256> = fields.nullable(reader, "architecture_sha256");
    let digest_node = fields.node("architecture_sha256").filter(|node| !node.is_null());
    let text: String = fields.required(reader, "architecture")?;
    let node = fields.node("architecture")?;
    let mut architecture = match Architecture::parse(&text) {
        Ok(architecture) => architecture,
        Err(error) => {
            reader.within("architecture", |reader| {
                reader.report(error.code(), node, error.to_string());
            });
            return None;
        }
    };
    match (&mut architecture, digest_node) {
        (Architecture::File { .. }, None) => {
            let path = reader.path().join("architecture_sha256");
            let message = "`architecture_sha256` is required for an architecture in a file";
            reader.push(Diagnostic::new(Code::ArchitectureDigest, path, message).at(fields.start()));
        }
        (Architecture::File { sha256, .. }, Some(_)) => *sha256 = digest,
        (Architecture::Module { .. }, Some(node)) => {
            reader.within("architecture_sha256", |reader| {
                let message =
                    "`architecture_sha256` is not allowed for an architecture in an installed module";
                reader.report(Code::ArchitectureDigest, node, message);
            });
        }
        (Architecture::Module { .. }, None) => {}
    }
    Some(architecture)
}

fn read_parent(own: WeightsFormat, node: &Node, reader: &mut Reader) -> Option<WeightsFormat> {
    let text = String::from_node(node, reader)?;
    let parent = WeightsFormat::from_name(&text);
    let message = match parent {
        None => format!(
            "the parent is one of the weights formats, found {}",
            quoted(&text)
        ),
        Some(parent) if parent == own => format!("{own} weights cannot be their own parent"),
        Some(_) => return parent,
    };
    let help = "name the format of this model that these weights were made from, or leave `parent` out";
    reader.report(Code::WeightsParent, node, message).help = Some(help.to_owned());
    None
}
