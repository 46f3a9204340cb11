//! `model.json` and the weights that it lists.

use std::collections::HashMap;

use serde_json::Value;

use super::error::ConvertError;
use crate::ModelFiles;
use crate::half::float16_to_f64;
use crate::tensor::{ScalarType, TensorData, element_count};

/// The file that describes a model.
pub(super) const MODEL: &str = "model.json";
/// The most bytes of `model.json`: a large network has a few megabytes.
const MAX_JSON: u64 = 256 << 20;
/// The most bytes of all weights, as they are stored and as they are unpacked: an ONNX file has to stay below.
const MAX_WEIGHTS: u64 = 1 << 31;

/// A model as it is stored.
#[derive(Debug)]
pub(crate) struct TfjsModel {
    /// `graph-model` or `layers-model`.
    pub(crate) format: TfjsFormat,
    /// `modelTopology`: a `GraphDef`, or the configuration of Keras.
    pub(crate) topology: Value,
    /// All of `model.json` but the topology and the manifest.
    pub(crate) rest: serde_json::Map<String, Value>,
    /// The weights by name. Those that are text have no place here and are left out.
    pub(crate) weights: HashMap<String, TensorData>,
}

/// What a model consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TfjsFormat {
    /// operators of TensorFlow
    Graph,
    /// layers of Keras
    Layers,
}

impl TfjsModel {
    /// Reads `model.json` and all weights.
    ///
    /// # Errors
    ///
    /// When a file is missing or damaged, or a weight has a form that is not known.
    pub(crate) fn load(files: &mut ModelFiles<'_>) -> Result<Self, ConvertError> {
        let (format, mut json) = read_json(files)?;
        let topology = json.remove("modelTopology").unwrap_or_default();
        let manifest = json.remove("weightsManifest").unwrap_or_default();
        let weights = read_weights(files, &manifest)?;
        Ok(Self {
            format,
            topology,
            rest: json,
            weights,
        })
    }
}

/// `model.json` and its format.
pub(super) fn read_json(
    files: &mut ModelFiles<'_>,
) -> Result<(TfjsFormat, serde_json::Map<String, Value>), ConvertError> {
    if files.lone().is_some() {
        return Err(not("one file that is no zip archive"));
    }
    if !files.enter(MODEL)? {
        return Err(not("an archive or folder without `model.json`"));
    }
    let bytes = files.load(MODEL, MAX_JSON)?;
    let json: Value = serde_json::from_slice(&bytes).map_err(|error| damaged(format!("{error}")))?;
    let Value::Object(json) = json else {
        return Err(damaged("is no JSON object"));
    };
    let format = match json.get("format").and_then(Value::as_str) {
        Some("graph-model") => TfjsFormat::Graph,
        Some("layers-model") => TfjsFormat::Layers,
        Some(other) => {
            return Err(damaged(format!(
                "`format` is `{other}`, not `graph-model` or `layers-model`"
            )));
        }
        // files of the first converters do not say it
        None => match json.get("modelTopology") {
            Some(topology) if topology.get("node").is_some() => TfjsFormat::Graph,
            Some(topology)
                if topology.get("model_config").is_some() || topology.get("class_name").is_some() =>
            {
                TfjsFormat::Layers
            }
            _ => return Err(damaged("has no `modelTopology` of a graph or of layers")),
        },
    };
    Ok((format, json))
}

fn read_weights(
    files: &mut ModelFiles<'_>,
    manifest: &Value,
) -> Result<HashMap<String, TensorData>, ConvertError> {
    let groups = manifest
        .as_array()
        .ok_or_else(|| damaged("`weightsManifest` is no list"))?;
    let mut weights = HashMap::new();
    let mut budget = MAX_WEIGHTS;
    for group in groups {
        let list = |key: &str| {
            group
                .get(key)
                .and_then(Value::as_array)
                .ok_or_else(|| damaged(format!("a group of `weightsManifest` has no list `{key}`")))
        };
        let mut bytes = Vec::new();
        for path in list("paths")? {
            let path = path
                .as_str()
                .ok_or_else(|| damaged("a path of `weightsManifest` is no text"))?;
            let shard = files.load(path.trim_start_matches("./"), MAX_WEIGHTS)?;
            bytes.extend(shard);
            if bytes.len() as u64 > MAX_WEIGHTS {
                return Err(damaged(format!("the weights have more than {MAX_WEIGHTS} bytes")));
            }
        }
        let mut rest = bytes.as_slice();
        for weight in list("weights")? {
            let name = weight
                .get("name")
                .and_then(Value::as_str)
                .ok_or_else(|| damaged("a weight has no name"))?;
            let data = read_weight(weight, &mut rest, &mut budget)
                .map_err(|message| damaged(format!("weight `{name}`: {message}")))?;
            if let Some(data) = data
                && weights.insert(name.to_owned(), data).is_some()
            {
                return Err(damaged(format!("weight `{name}` occurs twice")));
            }
        }
        if !rest.is_empty() {
            return Err(damaged(format!(
                "the files of a group have {} bytes more than its weights need",
                rest.len()
            )));
        }
    }
    Ok(weights)
}

/// Takes one weight off the bytes; `None` for text.
fn read_weight(weight: &Value, rest: &mut &[u8], budget: &mut u64) -> Result<Option<TensorData>, String> {
    let shape: Vec<usize> = weight
        .get("shape")
        .and_then(Value::as_array)
        .and_then(|shape| {
            shape
                .iter()
                .map(|length| length.as_u64().and_then(|length| usize::try_from(length).ok()))
                .collect()
        })
        .ok_or("`shape` is no list of lengths")?;
    let count = element_count(&shape).ok_or("the shape has too many elements")?;
    let name = weight
        .get("dtype")
        .and_then(Value::as_str)
        .ok_or("has no `dtype`")?;
    if name == "string" {
        for _ in 0..count {
            let length = take(rest, 4)?;
            let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]);
            take(rest, length as usize)?;
        }
        return Ok(None);
    }
    let dtype = dtype(name)?;
    let quantization = weight.get("quantization").filter(|value| !value.is_null());
    let stored = match quantization {
        Some(quantization) => {
            let name = quantization
                .get("dtype")
                .and_then(Value::as_str)
                .ok_or("`quantization` has no `dtype`")?;
            Stored::parse(name)?
        }
        None => Stored::Plain,
    };
    let size = stored.size(dtype);
    let bytes = take(
        rest,
        count.checked_mul(size).ok_or("the shape has too many elements")?,
    )?;
    let unpacked = (count as u64).saturating_mul(dtype.size() as u64);
    *budget = budget
        .checked_sub(unpacked)
        .ok_or_else(|| format!("all weights have more than {MAX_WEIGHTS} bytes"))?;
    let data = match (stored, quantization) {
        (Stored::Plain, _) | (_, None) => TensorData::new(dtype, shape, bytes.to_vec()),
        (Stored::Float16, _) => {
            let values: Vec<f64> = bytes
                .chunks_exact(2)
                .map(|pair| float16_to_f64(u16::from_le_bytes([pair[0], pair[1]])))
                .collect();
            TensorData::from_f64(dtype, &shape, &values)
        }
        (_, Some(quantization)) => {
            let number = |key: &str| {
                quantization
                    .get(key)
                    .and_then(Value::as_f64)
                    .ok_or_else(|| format!("`quantization` has no number `{key}`"))
            };
            let (scale, min) = (number("scale")?, number("min")?);
            let steps: Vec<f64> = if size == 1 {
                bytes.iter().map(|&step| step.into()).collect()
            } else {
                let pairs = bytes.chunks_exact(2);
                pairs
                    .map(|pair| u16::from_le_bytes([pair[0], pair[1]]).into())
                    .collect()
            };
            let values: Vec<f64> = steps
                .into_iter()
                .map(|step| {
                    let value = step * scale + min;
                    // rounded as JavaScript does
                    if dtype.is_floating_point() {
                        value
                    } else {
                        (value + 0.5).floor()
                    }
                })
                .collect();
            TensorData::from_f64(dtype, &shape, &values)
        }
    };
    data.map(Some).map_err(|error| error.to_string())
}

/// How the elements of a weight lie in the file.
#[derive(Clone, Copy)]
enum Stored {
    Plain,
    UInt8,
    UInt16,
    Float16,
}

impl Stored {
    fn parse(name: &str) -> Result<Self, String> {
        match name {
            "uint8" => Ok(Self::UInt8),
            "uint16" => Ok(Self::UInt16),
            "float16" => Ok(Self::Float16),
            other => Err(format!(
                "is quantised as `{other}`; uint8, uint16 and float16 are known"
            )),
        }
    }

    fn size(self, dtype: ScalarType) -> usize {
        match self {
            Self::Plain => dtype.size(),
            Self::UInt8 => 1,
            Self::UInt16 | Self::Float16 => 2,
        }
    }
}

fn dtype(name: &str) -> Result<ScalarType, String> {
    Ok(match name {
        "float32" => ScalarType::Float32,
        "int32" => ScalarType::Int32,
        "bool" => ScalarType::Bool,
        "uint8" => ScalarType::UInt8,
        "float16" => ScalarType::Float16,
        other => return Err(format!("has elements of type `{other}`, which is not supported")),
    })
}

fn take<'b>(rest: &mut &'b [u8], count: usize) -> Result<&'b [u8], String> {
    let (taken, behind) = rest
        .split_at_checked(count)
        .ok_or_else(|| format!("needs {count} bytes; the files have {} more", rest.len()))?;
    *rest = behind;
    Ok(taken)
}

fn not(found: &str) -> ConvertError {
    ConvertError::NotTfjs { found: found.into() }
}

fn damaged(message: impl Into<String>) -> ConvertError {
    ConvertError::Model {
        message: message.into(),
    }
}
