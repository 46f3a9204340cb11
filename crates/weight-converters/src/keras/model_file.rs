//! A whole model in one HDF5 file, as `model.save("model.h5")` writes it.

use std::collections::HashMap;
use std::io::{Read, Seek};

use hdf5_reader::Attribute;
use hdf5_reader::group::Group;
use serde_json::Value;

use super::context::Dialect;
use super::error::ConvertError;
use super::hdf5::{Hdf5, LARGEST_CONFIG, LARGEST_FILE, MAGIC, attribute, damaged, major, names};
use super::weights::{WeightRequest, WeightSource};
use crate::tensor::TensorData;

/// What to do with a file that holds only weights.
const WRITE_WHOLE: &str =
    "load the network with its Python code and write the whole model, `model.save(\"model.h5\")`";

/// A model file.
pub(crate) struct Hdf5Model {
    file: Hdf5,
    /// names of the weights of each layer, in order
    layers: HashMap<String, Vec<String>>,
    /// `class_name` and `config` of the model
    pub(crate) topology: Value,
    /// the version of Keras that wrote it
    pub(crate) dialect: Dialect,
}

impl Hdf5Model {
    /// Opens a file and reads all but the weights.
    ///
    /// # Errors
    /// [`ConvertError::NotKeras`], [`ConvertError::File`].
    pub(crate) fn open<R: Read + Seek>(reader: R) -> Result<Self, ConvertError> {
        let bytes = read_all(reader)?;
        let file = Hdf5::from_bytes(bytes)?;
        let root = file.root()?;
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
            let group = file.group(&format!("/model_weights/{name}"), &place)?;
            let attributes = group.attributes().map_err(|error| damaged(&place, &error))?;
            layers.insert(name, names(&attributes, "weight_names", &place)?);
        }
        Ok(Self {
            file,
            layers,
            topology,
            dialect,
        })
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
        self.file
            .tensor(&format!("/model_weights/{}/{name}", request.top))
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
        ("an empty file", "give the file that `model.save` writes")
    } else {
        (
            "a file that begins neither as HDF5 nor as a zip archive does",
            "give the file that `model.save(\"model.h5\")` or `model.save(\"model.keras\")` writes",
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
