//! Reading a model file in HDF5.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{Read, Seek};

use hdf5_reader::error::Error;
use hdf5_reader::group::Group;
use hdf5_reader::messages::datatype::Datatype;
use hdf5_reader::{Attribute, Dataset, Hdf5File, OpenOptions};
use serde_json::Value;

use super::context::Dialect;
use super::error::ConvertError;
use super::weights::{WeightRequest, WeightSource};
use crate::tensor::{ScalarType, TensorData, element_count};

/// The largest file that is read: an ONNX model holds 2 GiB, and a Keras file may hold the state of the optimiser, too.
const LARGEST_FILE: u64 = 8 << 30;
/// The longest `model_config`.
const LARGEST_CONFIG: usize = 64 << 20;
/// Unpacked weights may have eight times the bytes of the file, and this much more.
const UNPACKED_EXTRA: usize = 64 << 20;
/// Lists of names are cut into several attributes when they are long; more pieces than this are not followed.
const MAX_PIECES: usize = 10_000;
/// Weights of one layer.
const MAX_WEIGHTS: usize = 100_000;

const MAGIC: &[u8] = b"\x89HDF\r\n\x1a\n";

/// What to do with a file that holds only weights.
const WRITE_WHOLE: &str =
    "load the network with its Python code and write the whole model, `model.save(\"model.h5\")`";

/// A model file.
pub(crate) struct Hdf5Model {
    file: Hdf5File,
    /// names of the weights of each layer, in order
    layers: HashMap<String, Vec<String>>,
    /// `class_name` and `config` of the model
    pub(crate) topology: Value,
    /// the version of Keras that wrote it
    pub(crate) dialect: Dialect,
    /// bytes of weights that may still be read
    budget: Cell<usize>,
}

impl Hdf5Model {
    /// Opens a file and reads all but the weights.
    ///
    /// # Errors
    /// [`ConvertError::NotKeras`], [`ConvertError::File`].
    pub(crate) fn open<R: Read + Seek>(reader: R) -> Result<Self, ConvertError> {
        let bytes = read_all(reader)?;
        let length = bytes.len();
        let largest = length.saturating_mul(8).saturating_add(UNPACKED_EXTRA);
        let options = OpenOptions {
            max_read_bytes: largest,
            max_chunk_bytes: largest.min(OpenOptions::default().max_chunk_bytes),
            chunk_cache_bytes: 0,
            ..OpenOptions::default()
        };
        let file =
            Hdf5File::from_vec_with_options(bytes, options).map_err(|error| damaged("the file", &error))?;
        let superblock = file.superblock();
        let end = superblock.base_address.saturating_add(superblock.eof_address);
        if end > length as u64 {
            return Err(ConvertError::File {
                place: "the file".into(),
                message: format!("has {length} bytes, {end} expected: it was cut off"),
            });
        }
        let root = file.root_group().map_err(|error| damaged("/", &error))?;
        let attributes = root.attributes().map_err(|error| damaged("/", &error))?;
        let Some(config) = attribute(&attributes, "model_config") else {
            return Err(not_a_model(&attributes, &root));
        };
        let config = config
            .read_string()
            .map_err(|error| damaged("attribute `model_config`", &error))?;
        if config.len() > LARGEST_CONFIG {
            return Err(ConvertError::File {
                place: "attribute `model_config`".into(),
                message: format!("has {} bytes, at most {LARGEST_CONFIG} are read", config.len()),
            });
        }
        let topology = serde_json::from_str(&config).map_err(|error| ConvertError::File {
            place: "attribute `model_config`".into(),
            message: format!("is not JSON: {error}"),
        })?;
        let group = root
            .group("model_weights")
            .map_err(|error| damaged("group `model_weights`", &error))?;
        let own = group
            .attributes()
            .map_err(|error| damaged("group `model_weights`", &error))?;
        let text = |name: &str| {
            attribute(&attributes, name)
                .or_else(|| attribute(&own, name))
                .and_then(|attribute| attribute.read_string().ok())
        };
        let dialect = Dialect {
            // the attribute came with Keras 1.2, which is also the last of the old configurations
            major: text("keras_version").as_deref().and_then(major).unwrap_or(1),
            turned_kernels: text("backend").is_some_and(|backend| backend == "theano"),
        };
        let mut layers = HashMap::new();
        for name in names(&own, "layer_names", "group `model_weights`")? {
            let place = format!("group `model_weights/{name}`");
            let group = file
                .group(&format!("/model_weights/{name}"))
                .map_err(|error| damaged(&place, &error))?;
            let attributes = group.attributes().map_err(|error| damaged(&place, &error))?;
            layers.insert(name, names(&attributes, "weight_names", &place)?);
        }
        Ok(Self {
            file,
            layers,
            topology,
            dialect,
            budget: Cell::new(largest),
        })
    }

    fn tensor(&self, path: &str) -> Result<TensorData, String> {
        let dataset = self
            .file
            .dataset(path)
            .map_err(|error| format!("`{path}`: {error}"))?;
        let (dtype, shape) = form(&dataset).map_err(|message| format!("`{path}`: {message}"))?;
        let bytes = element_count(&shape).and_then(|count| count.checked_mul(dtype.size()));
        let rest = bytes.and_then(|bytes| self.budget.get().checked_sub(bytes));
        let Some(rest) = rest else {
            return Err(format!(
                "`{path}`: shape {shape:?} is more than a file of this size can hold"
            ));
        };
        self.budget.set(rest);
        let mut bytes = dataset
            .read_native_bytes()
            .map_err(|error| format!("`{path}`: {error}"))?;
        if cfg!(target_endian = "big") {
            bytes.chunks_exact_mut(dtype.size()).for_each(<[u8]>::reverse);
        }
        TensorData::new(dtype, shape, bytes).map_err(|error| format!("`{path}`: {error}"))
    }
}

impl WeightSource for Hdf5Model {
    fn weight(&self, request: &WeightRequest<'_>) -> Result<TensorData, String> {
        let stored = self.layers.get(request.top).ok_or_else(|| {
            format!(
                "the file has no weights under the name `{}` in `model_weights`",
                request.top
            )
        })?;
        if stored.len() != request.count {
            return Err(format!(
                "the file has {} weights for `{}`, {} expected{}",
                stored.len(),
                request.top,
                request.count,
                if stored.is_empty() {
                    String::new()
                } else {
                    format!(
                        ": found {}",
                        stored.iter().take(8).cloned().collect::<Vec<_>>().join(", ")
                    )
                }
            ));
        }
        let name = stored
            .get(request.position)
            .ok_or_else(|| "the list of weights is too short".to_owned())?;
        if !is_named(name, request.name) {
            return Err(format!(
                "weight {} is `{name}`, `{}` expected",
                request.position,
                request.name.split('|').next().unwrap_or_default()
            ));
        }
        self.tensor(&format!("/model_weights/{}/{name}", request.top))
    }
}

/// Names that a weight of one kind never has when it is another; names of Keras 1 tell nothing.
const TELLING: &[&str] = &[
    "kernel",
    "bias",
    "gamma",
    "beta",
    "moving_mean",
    "moving_variance",
    "alpha",
    "embeddings",
    "depthwise_kernel",
    "pointwise_kernel",
    "recurrent_kernel",
    "mean",
    "variance",
];

/// Whether a stored name can be that of a weight with this name: the last part agrees, or says nothing.
fn is_named(stored: &str, wanted: &str) -> bool {
    let last = |name: &str| {
        let name = name.rsplit('/').next().unwrap_or(name);
        name.split(':').next().unwrap_or(name).to_owned()
    };
    let stored = last(stored);
    !TELLING.contains(&stored.as_str()) || wanted.split('|').any(|one| last(one) == stored)
}

fn read_all<R: Read + Seek>(mut reader: R) -> Result<Vec<u8>, ConvertError> {
    let unreadable = |error: std::io::Error| ConvertError::File {
        place: "the file".into(),
        message: error.to_string(),
    };
    let mut start = Vec::new();
    reader.rewind().map_err(unreadable)?;
    reader
        .by_ref()
        .take(MAGIC.len() as u64)
        .read_to_end(&mut start)
        .map_err(unreadable)?;
    check_start(&start)?;
    let mut bytes = start;
    reader
        .take(LARGEST_FILE)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(ConvertError::File {
            place: "the file".into(),
            message: format!("has more than {LARGEST_FILE} bytes"),
        });
    }
    Ok(bytes)
}

/// Looks at the first bytes of a file.
pub(super) fn check_start(start: &[u8]) -> Result<(), ConvertError> {
    let (found, help) = if start.starts_with(MAGIC) {
        return Ok(());
    } else if start.is_empty() {
        ("an empty file", "give the HDF5 file of the model")
    } else if start.starts_with(b"PK\x03\x04") {
        (
            "a zip archive",
            "read `.keras` files with Keras and write HDF5, `model.save(\"model.h5\")`; a SavedModel bundle is another \
             weights format",
        )
    } else {
        (
            "a file that does not begin as HDF5 does",
            "give the HDF5 file that `model.save(\"model.h5\")` writes",
        )
    };
    Err(ConvertError::NotKeras {
        found: found.into(),
        help: help.into(),
    })
}

fn not_a_model(attributes: &[Attribute], root: &Group) -> ConvertError {
    let has = |name: &str| {
        attributes
            .iter()
            .any(|attribute| attribute.name.starts_with(name))
    };
    let groups = root.member_names().map(|(groups, _)| groups).unwrap_or_default();
    let is_weights = has("layer_names")
        || groups
            .iter()
            .any(|group| group == "layers" || group == "_layer_checkpoint_dependencies");
    let (found, help) = if is_weights {
        (
            "an HDF5 file of weights without the model (`model_config` is missing)",
            WRITE_WHOLE,
        )
    } else {
        (
            "an HDF5 file of something else (the attribute `model_config` is missing)",
            "give the file that `model.save(\"model.h5\")` writes",
        )
    };
    ConvertError::NotKeras {
        found: found.into(),
        help: help.into(),
    }
}

fn attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name == name)
}

/// A list of names: an attribute, or several with a number behind (`layer_names0`, ...).
fn names(attributes: &[Attribute], name: &str, place: &str) -> Result<Vec<String>, ConvertError> {
    if let Some(whole) = attribute(attributes, name) {
        return texts(whole, place);
    }
    let mut all = Vec::new();
    for piece in 0..MAX_PIECES {
        match attribute(attributes, &format!("{name}{piece}")) {
            Some(piece) => all.extend(texts(piece, place)?),
            None if piece > 0 => return Ok(all),
            None => break,
        }
    }
    Err(ConvertError::File {
        place: place.into(),
        message: format!("the attribute `{name}` is missing"),
    })
}

fn texts(attribute: &Attribute, place: &str) -> Result<Vec<String>, ConvertError> {
    let place = format!("{place}, attribute `{}`", attribute.name);
    let count = attribute
        .num_elements()
        .map_err(|error| damaged(&place, &error))?;
    // an empty list is written as numbers
    if count == 0 {
        return Ok(Vec::new());
    }
    if count > MAX_WEIGHTS as u64 {
        return Err(ConvertError::File {
            place,
            message: format!("lists {count} names, at most {MAX_WEIGHTS} are read"),
        });
    }
    let texts = attribute
        .read_strings()
        .map_err(|error| damaged(&place, &error))?;
    if texts.len() as u64 != count {
        return Err(ConvertError::File {
            place,
            message: format!("has {} names, {count} expected", texts.len()),
        });
    }
    Ok(texts)
}

/// Type and shape of a dataset.
fn form(dataset: &Dataset) -> Result<(ScalarType, Vec<usize>), String> {
    let dtype = match dataset.dtype() {
        Datatype::FloatingPoint { size: 2, .. } => ScalarType::Float16,
        Datatype::FloatingPoint { size: 4, .. } => ScalarType::Float32,
        Datatype::FloatingPoint { size: 8, .. } => ScalarType::Float64,
        Datatype::FixedPoint {
            size: 1,
            signed: false,
            ..
        } => ScalarType::UInt8,
        Datatype::FixedPoint {
            size: 1,
            signed: true,
            ..
        } => ScalarType::Int8,
        Datatype::FixedPoint {
            size: 2,
            signed: true,
            ..
        } => ScalarType::Int16,
        Datatype::FixedPoint {
            size: 4,
            signed: true,
            ..
        } => ScalarType::Int32,
        Datatype::FixedPoint {
            size: 8,
            signed: true,
            ..
        } => ScalarType::Int64,
        other => {
            return Err(format!(
                "elements of the type {other:?} are not supported as weights"
            ));
        }
    };
    let shape = dataset
        .shape()
        .iter()
        .map(|&length| usize::try_from(length).map_err(|_| format!("a length of {length}")))
        .collect::<Result<Vec<usize>, String>>()?;
    Ok((dtype, shape))
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

fn damaged(place: &str, error: &Error) -> ConvertError {
    ConvertError::File {
        place: place.into(),
        message: error.to_string(),
    }
}
