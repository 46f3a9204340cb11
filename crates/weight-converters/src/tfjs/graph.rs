//! Graph models: a `GraphDef` in JSON, with the weights outside.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::error::ConvertError;
use super::manifest::TfjsModel;
use crate::tensor::TensorData;
use crate::tensorflow::dtype;
use crate::tensorflow::evaluate::Weights;
use crate::tensorflow::load::{Loaded, ends};
use crate::tensorflow::ports::endpoints;
use crate::tensorflow::proto::{
    ArgDef, Attr, AttrValue, DimProto, FunctionDef, FunctionDefLibrary, GraphDef, ListValue, NameAttrList,
    NodeDef, OpDef, SignatureDef, TensorInfo, TensorProto, TensorShapeProto,
};

/// The weights of a graph model, by the names of its `Const` nodes.
pub(super) struct GraphWeights<'a>(pub(super) &'a HashMap<String, TensorData>);

impl Weights for GraphWeights<'_> {
    fn variable(&mut self, node: &NodeDef) -> Result<TensorData, String> {
        self.0
            .get(&node.name)
            .cloned()
            .ok_or_else(|| "has no value among the weights".into())
    }

    fn constant(&mut self, node: &NodeDef) -> Option<TensorData> {
        self.0.get(&node.name).cloned()
    }
}

/// The graph of a model, and its inputs and outputs.
///
/// # Errors
///
/// When the JSON is not that of a graph.
pub(super) fn load(model: &TfjsModel) -> Result<Loaded, ConvertError> {
    let wrong = |message: String| ConvertError::Model { message };
    let graph = graph(&model.topology).map_err(wrong)?;
    let stated = model
        .rest
        .get("signature")
        .or_else(|| model.rest.get("userDefinedMetadata")?.get("signature"));
    let mut notes = Vec::new();
    let (inputs, outputs) = match stated.map(signature).transpose().map_err(wrong)? {
        Some(signature) if !signature.outputs.is_empty() => endpoints(&signature)?,
        _ => {
            notes.push(
                "the model has no signature: its placeholders are the inputs, nodes that nothing uses the outputs".into(),
            );
            ends(&graph.node)
        }
    };
    Ok(Loaded {
        graph,
        inputs,
        outputs,
        stated: None,
        notes,
    })
}

fn graph(json: &Json) -> Result<GraphDef, String> {
    let node = nodes(json.get("node"))?;
    let functions = match json.get("library").and_then(|library| library.get("function")) {
        Some(Json::Array(functions)) => functions.iter().map(function).collect::<Result<_, _>>()?,
        _ => Vec::new(),
    };
    Ok(GraphDef {
        node,
        library: Some(FunctionDefLibrary { function: functions }),
    })
}

fn function(json: &Json) -> Result<FunctionDef, String> {
    let signature = json.get("signature").ok_or("a function has no signature")?;
    let arguments = |name: &str| -> Vec<ArgDef> {
        let list = signature.get(name).and_then(Json::as_array);
        let list = list.map(Vec::as_slice).unwrap_or_default();
        list.iter()
            .map(|arg| ArgDef {
                name: text(arg, "name"),
            })
            .collect()
    };
    let ret = match json.get("ret") {
        Some(Json::Object(ret)) => ret
            .iter()
            .filter_map(|(key, tensor)| Some((key.clone(), tensor.as_str()?.to_owned())))
            .collect(),
        _ => HashMap::new(),
    };
    Ok(FunctionDef {
        signature: Some(OpDef {
            name: text(signature, "name"),
            input_arg: arguments("inputArg"),
            output_arg: arguments("outputArg"),
        }),
        node_def: nodes(json.get("nodeDef"))?,
        ret,
    })
}

fn nodes(json: Option<&Json>) -> Result<Vec<NodeDef>, String> {
    let list = json
        .and_then(Json::as_array)
        .ok_or("the graph has no list of nodes")?;
    list.iter()
        .map(|json| {
            let name = text(json, "name");
            if name.is_empty() {
                return Err("a node has no name".to_owned());
            }
            let input = json.get("input").and_then(Json::as_array);
            let input = input.map(Vec::as_slice).unwrap_or_default();
            let mut attr = HashMap::new();
            if let Some(Json::Object(stated)) = json.get("attr") {
                for (key, value) in stated {
                    let value = attribute(value)
                        .map_err(|error| format!("node `{name}`, attribute `{key}`: {error}"))?;
                    attr.insert(key.clone(), AttrValue { value });
                }
            }
            Ok(NodeDef {
                op: text(json, "op"),
                input: input.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
                attr,
                name,
            })
        })
        .collect()
}

fn attribute(json: &Json) -> Result<Option<Attr>, String> {
    let Some((kind, value)) = json.as_object().and_then(|object| object.iter().next()) else {
        return Ok(None);
    };
    Ok(Some(match kind.as_str() {
        "s" => Attr::Text(bytes(value)?),
        "i" => Attr::Int(integer(value)?),
        "f" => Attr::Float(number(value)? as f32),
        "b" => Attr::Flag(value.as_bool().ok_or("is no truth value")?),
        "type" => Attr::Type(element_type(value)?),
        "shape" => Attr::Shape(shape(value)?),
        "tensor" => Attr::Tensor(TensorProto {
            dtype: element_type(value.get("dtype").unwrap_or(&Json::Null))?,
            shape: value.get("tensorShape").map(shape).transpose()?,
            content: value
                .get("tensorContent")
                .map(bytes)
                .transpose()?
                .unwrap_or_default(),
            float_val: list(value, "floatVal", |v| Ok(number(v)? as f32))?,
            double_val: list(value, "doubleVal", number)?,
            int_val: list(value, "intVal", |v| {
                i32::try_from(integer(v)?).map_err(|e| e.to_string())
            })?,
            string_val: list(value, "stringVal", bytes)?,
            int64_val: list(value, "int64Val", integer)?,
            bool_val: list(value, "boolVal", |v| {
                v.as_bool().ok_or_else(|| "is no truth value".into())
            })?,
            half_val: list(value, "halfVal", |v| {
                i32::try_from(integer(v)?).map_err(|e| e.to_string())
            })?,
        }),
        "func" => Attr::Function(NameAttrList {
            name: text(value, "name"),
        }),
        "list" => Attr::List(ListValue {
            s: list(value, "s", bytes)?,
            i: list(value, "i", integer)?,
            f: list(value, "f", |v| Ok(number(v)? as f32))?,
            func: list(value, "func", |v| {
                Ok(NameAttrList {
                    name: text(v, "name"),
                })
            })?,
        }),
        _ => return Ok(None),
    }))
}

fn list<T>(json: &Json, key: &str, read: impl Fn(&Json) -> Result<T, String>) -> Result<Vec<T>, String> {
    match json.get(key) {
        Some(Json::Array(list)) => list.iter().map(read).collect(),
        _ => Ok(Vec::new()),
    }
}

fn text(json: &Json, key: &str) -> String {
    json.get(key)
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// A whole number: 64-bit ones are texts in the JSON of protocol buffers.
fn integer(json: &Json) -> Result<i64, String> {
    let number = match json {
        Json::String(text) => text.parse().ok(),
        other => other.as_i64(),
    };
    number.ok_or_else(|| "is no whole number".into())
}

fn number(json: &Json) -> Result<f64, String> {
    let number = match json {
        Json::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            text => text.parse().ok(),
        },
        other => other.as_f64(),
    };
    number.ok_or_else(|| "is no number".into())
}

fn element_type(json: &Json) -> Result<i32, String> {
    match json {
        Json::String(name) => dtype::code(name).ok_or_else(|| format!("`{name}` is no element type")),
        other => {
            let code = integer(other)?;
            i32::try_from(code).map_err(|_| format!("{code} is no element type"))
        }
    }
}

fn shape(json: &Json) -> Result<TensorShapeProto, String> {
    Ok(TensorShapeProto {
        dim: list(json, "dim", |axis| {
            let size = axis.get("size").map_or(Ok(0), integer)?;
            Ok(DimProto { size })
        })?,
        unknown_rank: json.get("unknownRank").and_then(Json::as_bool).unwrap_or(false),
    })
}

fn signature(json: &Json) -> Result<SignatureDef, String> {
    let side = |name: &str| -> Result<HashMap<String, TensorInfo>, String> {
        let Some(Json::Object(tensors)) = json.get(name) else {
            return Ok(HashMap::new());
        };
        let tensors = tensors.iter().map(|(key, info)| {
            Ok((
                key.clone(),
                TensorInfo {
                    name: text(info, "name"),
                    dtype: info.get("dtype").map_or(Ok(1), element_type)?,
                    // without a shape nothing is known about it
                    shape: info.get("tensorShape").map(shape).transpose()?,
                },
            ))
        });
        tensors.collect()
    };
    Ok(SignatureDef {
        inputs: side("inputs")?,
        outputs: side("outputs")?,
        method: String::new(),
    })
}

/// Bytes in base64, or as a list of numbers in old files.
fn bytes(json: &Json) -> Result<Vec<u8>, String> {
    match json {
        Json::String(text) => base64(text).ok_or_else(|| "is not base64".into()),
        Json::Array(numbers) => numbers
            .iter()
            .map(|number| u8::try_from(integer(number)?).map_err(|_| "is no byte".to_owned()))
            .collect(),
        _ => Err("is no text".into()),
    }
}

/// The alphabets of RFC 4648, with or without padding.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    for group in text.chunks(4) {
        let mut bits = 0_u32;
        for &letter in group {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' | b'-' => 62,
                b'/' | b'_' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
        }
        let count = match group.len() {
            4 => 3,
            3 => 2,
            2 => 1,
            _ => return None,
        };
        bits <<= 6 * (4 - group.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..=count]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_with_and_without_padding() {
        assert_eq!(base64("U0FNRQ=="), Some(b"SAME".to_vec()));
        assert_eq!(base64("U0FNRQ"), Some(b"SAME".to_vec()));
        assert_eq!(base64("TkhXQw=="), Some(b"NHWC".to_vec()));
        assert_eq!(base64("UmVsdTY="), Some(b"Relu6".to_vec()));
        assert_eq!(base64(""), Some(Vec::new()));
        assert_eq!(base64("A"), None);
        assert_eq!(base64("A*=="), None);
    }

    #[test]
    fn numbers_that_are_text_are_read() {
        assert_eq!(integer(&Json::String("-1".into())), Ok(-1));
        assert!(number(&Json::String("NaN".into())).unwrap().is_nan());
        assert!(integer(&Json::Bool(true)).is_err());
    }
}
