//! Finding the graph and the signature in a bundle.

use std::collections::HashMap;

use prost::Message as _;

use super::error::ConvertError;
use super::ports::{Endpoint, endpoints};
use super::proto::{Attr, GraphDef, MetaGraphDef, NodeDef, SavedModel};
use crate::ModelFiles;

pub(super) const MODEL: &str = "saved_model.pb";
/// The most bytes of a graph, the limit of protocol buffers.
const MAX_MODEL: u64 = 1 << 31;
/// The tag and the signature that are taken unless others are asked for.
const TAG: &str = "serve";
const SIGNATURE: &str = "serving_default";
/// Operators that give nothing that a network returns.
const SIDE_EFFECTS: &[&str] = &[
    "Assert",
    "Assign",
    "AssignVariableOp",
    "Const",
    "MergeV2Checkpoints",
    "NoOp",
    "Placeholder",
    "Print",
    "PrintV2",
    "RestoreV2",
    "SaveV2",
    "ShardedFilename",
    "VarHandleOp",
    "VarIsInitializedOp",
    "Variable",
    "VariableV2",
];

/// What is converted.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The graph with its functions.
    pub(crate) graph: GraphDef,
    /// Its inputs.
    pub(crate) inputs: Vec<Endpoint>,
    /// Its outputs.
    pub(crate) outputs: Vec<Endpoint>,
    /// The order of inputs and of outputs, where Keras states it.
    pub(crate) stated: Option<[Vec<String>; 2]>,
    /// What is worth knowing.
    pub(crate) notes: Vec<String>,
}

/// Reads the graph of a bundle, or a frozen graph.
///
/// # Errors
///
/// When the files are something else or damaged, or have not what was asked for.
pub(super) fn load(
    files: &mut ModelFiles<'_>,
    tag: Option<&str>,
    signature: Option<&str>,
) -> Result<Loaded, ConvertError> {
    let bytes = model_bytes(files)?;
    // the first field of a bundle is the number of its version, that of a graph a node
    match bytes.first() {
        Some(0x08 | 0x12) => {
            let model = SavedModel::decode(bytes.as_slice()).map_err(|error| malformed(error.to_string()))?;
            drop(bytes);
            let metadata = keras_metadata(files);
            choose(model, tag, signature, metadata)
        }
        Some(_) => frozen(&bytes),
        None => Err(malformed("is empty")),
    }
}

/// The bytes of `saved_model.pb`, or of a frozen graph.
pub(super) fn model_bytes(files: &mut ModelFiles<'_>) -> Result<Vec<u8>, ConvertError> {
    if let Some(bytes) = files.lone() {
        check_start(bytes)?;
        return Ok(bytes.to_vec());
    }
    if files.enter(MODEL)? {
        return Ok(files.load(MODEL, MAX_MODEL)?);
    }
    let graphs: Vec<String> = files
        .names()
        .filter(|name| name.ends_with(".pb"))
        .map(str::to_owned)
        .collect();
    let not = |found: &str, help: &str| {
        Err(ConvertError::NotSavedModel {
            found: found.into(),
            help: help.into(),
        })
    };
    match &graphs[..] {
        [only] => Ok(files.load(only, MAX_MODEL)?),
        _ if files.names().any(|name| name.ends_with("saved_model.pbtxt")) => not(
            "a bundle whose graph is text (saved_model.pbtxt)",
            "save it anew in the binary form, which is the default",
        ),
        _ if files.names().any(|name| name.ends_with("model.json")) => {
            not("a folder with `model.json`", "it may be a TensorFlow.js model")
        }
        _ => not(
            "an archive or folder without `saved_model.pb`",
            "give what tf.saved_model.save or model.export wrote, or a frozen graph",
        ),
    }
}

fn check_start(bytes: &[u8]) -> Result<(), ConvertError> {
    let (found, help) = match bytes {
        [0x89, b'H', b'D', b'F', ..] => ("an HDF5 file", "it may be a model of Keras (keras_hdf5)"),
        [] => ("an empty file", "download it again"),
        [b'<', ..] => ("a text that looks like a web page", "download it again"),
        [b'{', ..] => ("a JSON file", "it may be a TensorFlow.js model (tensorflow_js)"),
        [b'v', b'e', b'r', b's', b'i', b'o', b'n', b' ', ..] => (
            "a pointer of Git LFS",
            "fetch the file itself with `git lfs pull`",
        ),
        [0x08 | 0x0a | 0x12 | 0x1a | 0x22, ..] => return Ok(()),
        _ => (
            "neither a zip archive nor a graph",
            "give what tf.saved_model.save or model.export wrote, or a frozen graph",
        ),
    };
    Err(ConvertError::NotSavedModel {
        found: found.into(),
        help: help.into(),
    })
}

fn choose(
    model: SavedModel,
    tag: Option<&str>,
    signature: Option<&str>,
    metadata: Option<String>,
) -> Result<Loaded, ConvertError> {
    let mut notes = Vec::new();
    let tags: Vec<Vec<String>> = model
        .meta_graphs
        .iter()
        .map(|graph| {
            graph
                .meta_info
                .as_ref()
                .map(|info| info.tags.clone())
                .unwrap_or_default()
        })
        .collect();
    let wanted = tag.unwrap_or(TAG);
    let exact = |tags: &Vec<String>| matches!(&tags[..], [only] if only == wanted);
    let index = tags
        .iter()
        .position(exact)
        .or_else(|| tags.iter().position(|tags| tags.iter().any(|tag| tag == wanted)));
    let index = match (index, tag) {
        (Some(index), _) => index,
        (None, None) if tags.len() == 1 => {
            notes.push(format!("the only graph has the tags {:?}, not `{TAG}`", tags[0]));
            0
        }
        _ => {
            return Err(ConvertError::Signature {
                message: format!("no graph has the tag `{wanted}`; those of the graphs are {tags:?}"),
            });
        }
    };
    let meta = model
        .meta_graphs
        .into_iter()
        .nth(index)
        .ok_or_else(|| malformed("has no graph"))?;
    let MetaGraphDef {
        graph,
        mut signatures,
        object_graph,
        ..
    } = meta;
    let key = signature_key(&signatures, signature, &mut notes)?;
    let signature = signatures.remove(&key).unwrap_or_default();
    let (inputs, outputs) = endpoints(&signature)?;
    let metadata = metadata.or_else(|| {
        let root = object_graph?.nodes.into_iter().next()?;
        root.user.map(|user| user.metadata)
    });
    Ok(Loaded {
        graph: graph.ok_or_else(|| malformed("has no graph"))?,
        inputs,
        outputs,
        stated: metadata.as_deref().and_then(stated_order),
        notes,
    })
}

fn signature_key(
    signatures: &HashMap<String, super::proto::SignatureDef>,
    wanted: Option<&str>,
    notes: &mut Vec<String>,
) -> Result<String, ConvertError> {
    let key = wanted.unwrap_or(SIGNATURE);
    if signatures.contains_key(key) {
        return Ok(key.to_owned());
    }
    let mut usable: Vec<&String> = signatures
        .iter()
        .filter(|(_, signature)| !signature.inputs.is_empty() && !signature.outputs.is_empty())
        .map(|(key, _)| key)
        .collect();
    usable.sort();
    match (&usable[..], wanted) {
        ([only], None) => {
            notes.push(format!("the only signature is `{only}`, not `{SIGNATURE}`"));
            Ok((*only).clone())
        }
        ([], _) => Err(ConvertError::Signature {
            message: "there is no signature with inputs and outputs: save the model with one".into(),
        }),
        _ => Err(ConvertError::Signature {
            message: format!("there is no signature `{key}`, but {usable:?}"),
        }),
    }
}

/// What Keras 2 says about itself since TensorFlow 2.5.
fn keras_metadata(files: &mut ModelFiles<'_>) -> Option<String> {
    const FILE: &str = "keras_metadata.pb";
    /// The most bytes of the file.
    const MAX: u64 = 256 << 20;
    if !files.contains(FILE) {
        return None;
    }
    let bytes = files.load(FILE, MAX).ok()?;
    let metadata = KerasMetadata::decode(bytes.as_slice()).ok()?;
    let root = metadata.nodes.into_iter().find(|node| node.id == 0)?;
    Some(root.metadata)
}

/// `keras_metadata.pb`.
#[derive(Clone, PartialEq, prost::Message)]
struct KerasMetadata {
    /// the objects of the model
    #[prost(message, repeated, tag = "1")]
    nodes: Vec<KerasObject>,
}

/// An object of a Keras model.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
struct KerasObject {
    /// its number in the object graph
    #[prost(int32, tag = "2")]
    id: i32,
    /// JSON
    #[prost(string, tag = "5")]
    metadata: String,
}

/// The names of `input_layers` and `output_layers` in the JSON of a model of Keras, without a reader of JSON: they are
/// lists of lists that begin with the name of a layer, `[["image", 0, 0], ["mask", 0, 0]]`.
fn stated_order(json: &str) -> Option<[Vec<String>; 2]> {
    let list = |key: &str| {
        // nested models come before: the lists of the model itself are the last ones of its configuration
        let at = json.find("\"build_input_shape\"").unwrap_or(json.len());
        let start = json[..at].rfind(&format!("\"{key}\":"))? + key.len() + 3;
        let text = json[start..].trim_start().strip_prefix('[')?;
        let mut names = Vec::new();
        let mut rest = text.trim_start();
        // one layer alone is not in a list of lists in new files
        if !rest.starts_with('[') {
            return Some(vec![quoted(rest)?.to_owned()]);
        }
        while let Some(inner) = rest.strip_prefix('[') {
            names.push(quoted(inner.trim_start())?.to_owned());
            rest = inner.split_once(']')?.1.trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        }
        Some(names)
    };
    Some([list("input_layers")?, list("output_layers")?])
}

fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.split_once('"').map(|(name, _)| name)
}

/// A graph without variables and signatures: its inputs are placeholders, its outputs what nothing else uses.
fn frozen(bytes: &[u8]) -> Result<Loaded, ConvertError> {
    let graph = GraphDef::decode(bytes).map_err(|error| malformed(error.to_string()))?;
    if graph.node.is_empty() {
        return Err(malformed("is a graph without nodes"));
    }
    let (inputs, outputs) = ends(&graph.node);
    if outputs.is_empty() {
        return Err(ConvertError::Signature {
            message: "the graph has no node that nothing else uses, so what it returns is open".into(),
        });
    }
    Ok(Loaded {
        graph,
        inputs,
        outputs,
        stated: None,
        notes: vec!["a frozen graph has no signature: its placeholders are the inputs, nodes that nothing uses the outputs".into()],
    })
}

/// Placeholders, and nodes whose results nothing uses.
pub(crate) fn ends(nodes: &[NodeDef]) -> (Vec<Endpoint>, Vec<Endpoint>) {
    let used: std::collections::HashSet<&str> = nodes
        .iter()
        .flat_map(|node| &node.input)
        .map(|input| input.trim_start_matches('^'))
        .map(|input| input.split(':').next().unwrap_or(input))
        .collect();
    let endpoint = |node: &NodeDef| {
        let dtype = match node.attr.get("dtype").and_then(|attr| attr.value.as_ref()) {
            Some(Attr::Type(code)) => super::dtype::scalar_type(*code).ok(),
            _ => None,
        };
        let shape = match node.attr.get("shape").and_then(|attr| attr.value.as_ref()) {
            Some(Attr::Shape(shape)) if !shape.unknown_rank => Some(
                shape
                    .dim
                    .iter()
                    .map(|axis| usize::try_from(axis.size).ok())
                    .collect(),
            ),
            _ => None,
        };
        Endpoint {
            key: node.name.clone(),
            tensor: format!("{}:0", node.name),
            dtype,
            shape,
        }
    };
    let inputs = nodes
        .iter()
        .filter(|node| node.op == "Placeholder" && !node.name.contains("keras_learning_phase"))
        .map(endpoint)
        .collect();
    let outputs = nodes
        .iter()
        .filter(|node| !used.contains(node.name.as_str()) && !SIDE_EFFECTS.contains(&node.op.as_str()))
        .map(|node| Endpoint {
            shape: None,
            ..endpoint(node)
        })
        .collect();
    (inputs, outputs)
}

fn malformed(message: impl Into<String>) -> ConvertError {
    ConvertError::Malformed {
        entry: MODEL.into(),
        message: message.into(),
    }
}
