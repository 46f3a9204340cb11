//! Archives `NAME.keras`: the configuration as JSON, and the weights as HDF5, in a zip file.
//!
//! The weights are not found by the names of layers but by their classes: the groups of a model's layers are numbered in the
//! order of the configuration, one count a class. Keras 3 notes the name of the layer in its group, which is compared.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};

use serde_json::Value;
use zip::ZipArchive;

use super::context::Dialect;
use super::error::ConvertError;
use super::hdf5::{Hdf5, LARGEST_CONFIG, LARGEST_FILE, UNPACKED_EXTRA, major};
use super::layers::wrapped;
use super::model::{Layer, Model, read_model};
use super::weights::{WeightRequest, WeightSource};
use crate::tensor::TensorData;

const CONFIG: &str = "config.json";
const METADATA: &str = "metadata.json";
const WEIGHTS: &str = "model.weights.h5";

/// The most entries of an archive: layers with vocabularies have files of their own.
const MAX_ENTRIES: usize = 100_000;
/// The most bytes of `metadata.json`.
const LARGEST_METADATA: u64 = 1 << 20;

/// What the parts of a layer are called in the file, the newest name first.
const PARTS: &[(&str, &[&str])] = &[
    ("query", &["query_dense", "_query_dense"]),
    ("key", &["key_dense", "_key_dense"]),
    ("value", &["value_dense", "_value_dense"]),
    ("attention_output", &["output_dense", "_output_dense"]),
];

/// An archive.
pub(crate) struct KerasArchive {
    weights: Hdf5,
    /// the group of each layer, by its path
    groups: HashMap<Vec<String>, Group>,
    /// `class_name` and `config` of the model
    pub(crate) topology: Value,
    /// the version of Keras that wrote it
    pub(crate) dialect: Dialect,
}

/// Where the weights of a layer are.
struct Group {
    /// the group that is named after the layer
    path: String,
    /// what follows in its path, for layers within a wrapper: `/layer`
    inner: String,
}

impl KerasArchive {
    /// Opens an archive and reads all but the elements of the weights.
    ///
    /// # Errors
    /// [`ConvertError::NotKeras`], [`ConvertError::File`], [`ConvertError::Topology`].
    pub(crate) fn open<R: Read + Seek>(mut reader: R) -> Result<Self, ConvertError> {
        let length = reader
            .seek(SeekFrom::End(0))
            .map_err(|error| damaged("the file", error.to_string()))?;
        let mut zip = directory(reader)?;
        let unpacked = length.saturating_mul(8).saturating_add(UNPACKED_EXTRA as u64);
        let config = entry(&mut zip, CONFIG, unpacked.min(LARGEST_CONFIG as u64))?;
        let topology = json(CONFIG, &config)?;
        let metadata = entry(&mut zip, METADATA, LARGEST_METADATA)?;
        let version = json(METADATA, &metadata)?;
        let version = version.get("keras_version").and_then(Value::as_str);
        let dialect = Dialect {
            major: version
                .and_then(major)
                .ok_or_else(|| damaged(METADATA, "`keras_version` is missing".into()))?,
            turned_kernels: false,
        };
        let weights = Hdf5::from_bytes(entry(&mut zip, WEIGHTS, unpacked.min(LARGEST_FILE))?)?;
        let mut groups = HashMap::new();
        let model = read_model(&topology, dialect.major)?;
        let container = ["layers", "_layer_checkpoint_dependencies"]
            .into_iter()
            .find(|name| weights.has_group(name))
            .unwrap_or("layers");
        collect(&model, container, "", &[], &mut groups);
        Ok(Self {
            weights,
            groups,
            topology,
            dialect,
        })
    }
}

/// The directory of a zip file, if it is that of an archive of Keras.
///
/// # Errors
/// [`ConvertError::NotKeras`] for other zip files, [`ConvertError::File`] for damaged ones.
pub(super) fn directory<R: Read + Seek>(mut reader: R) -> Result<ZipArchive<R>, ConvertError> {
    reader
        .rewind()
        .map_err(|error| damaged("the file", error.to_string()))?;
    let zip = ZipArchive::new(reader).map_err(|error| damaged("the zip file", error.to_string()))?;
    if zip.len() > MAX_ENTRIES {
        let message = format!("has {} entries, at most {MAX_ENTRIES} are read", zip.len());
        return Err(damaged("the zip file", message));
    }
    let missing = [CONFIG, METADATA, WEIGHTS]
        .into_iter()
        .find(|name| zip.index_for_name(name).is_none());
    match missing {
        None => Ok(zip),
        Some(missing) => Err(ConvertError::NotKeras {
            found: format!("a zip archive without `{missing}`"),
            help: "give the file that `model.save(\"model.keras\")` or `model.save(\"model.h5\")` writes; a SavedModel \
                   bundle is another weights format"
                .into(),
        }),
    }
}

fn entry<R: Read + Seek>(zip: &mut ZipArchive<R>, name: &str, most: u64) -> Result<Vec<u8>, ConvertError> {
    let file = zip
        .by_name(name)
        .map_err(|error| damaged(name, error.to_string()))?;
    let size = file.size();
    if size > most {
        return Err(damaged(
            name,
            format!("has {size} bytes, at most {most} are read"),
        ));
    }
    // the size is what the archive states: room is made as the bytes come
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(1 << 20)).unwrap_or(0));
    file.take(size.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| damaged(name, error.to_string()))?;
    if bytes.len() as u64 != size {
        let message = format!("has not the {size} bytes that the archive states");
        return Err(damaged(name, message));
    }
    Ok(bytes)
}

fn json(name: &str, bytes: &[u8]) -> Result<Value, ConvertError> {
    serde_json::from_slice(bytes).map_err(|error| damaged(name, format!("is not JSON: {error}")))
}

fn damaged(place: &str, message: String) -> ConvertError {
    ConvertError::File {
        place: place.into(),
        message,
    }
}

/// Notes the groups of all layers of a model.
fn collect(
    model: &Model,
    container: &str,
    before: &str,
    path: &[String],
    groups: &mut HashMap<Vec<String>, Group>,
) {
    let mut used: HashMap<String, usize> = HashMap::new();
    // what Keras 3 calls without a layer is not among the layers of its model
    for layer in model.layers.iter().filter(|layer| !layer.is_operation) {
        let class = snake_case(&layer.class);
        let count = used.entry(class.clone()).or_default();
        let name = if *count == 0 {
            class
        } else {
            format!("{class}_{count}")
        };
        *count += 1;
        let group = format!("{before}/{container}/{name}");
        let path: Vec<String> = path.iter().cloned().chain([layer.name.clone()]).collect();
        if let Some(inner) = &layer.model {
            collect(inner, container, &group, &path, groups);
        } else {
            let inner = "/layer".repeat(wrappers(layer));
            groups.insert(path, Group { path: group, inner });
        }
    }
}

/// How many layers are wrapped around the one that has the weights.
fn wrappers(layer: &Layer) -> usize {
    let mut count = 0;
    let mut inner = wrapped(layer).and_then(Result::ok);
    while let Some(layer) = inner {
        count += 1;
        inner = wrapped(&layer).and_then(Result::ok);
    }
    count
}

/// `batch_normalization` for `BatchNormalization`, `conv2d_transpose` for `Conv2DTranspose`, `leaky_re_lu` for `LeakyReLU`.
fn snake_case(class: &str) -> String {
    let class = class.rsplit('>').next().unwrap_or(class);
    let letters: Vec<char> = class
        .chars()
        .filter(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect();
    let mut name = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let begins_word = letter.is_ascii_uppercase()
            && index > 0
            && (letters[index - 1].is_ascii_lowercase()
                || letters.get(index + 1).is_some_and(char::is_ascii_lowercase));
        if begins_word {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

impl WeightSource for KerasArchive {
    fn weight(&self, request: &WeightRequest<'_>) -> Result<TensorData, String> {
        let group = self
            .groups
            .get(request.path)
            .ok_or_else(|| "is not among the layers of the archive".to_owned())?;
        let own = format!("{}/vars", group.path);
        let name = request.path.last().map(String::as_str).unwrap_or_default();
        if let Some(stored) = self
            .weights
            .group_text(&own, "name")
            .filter(|stored| stored != name)
        {
            return Err(format!("`{own}` has the weights of the layer `{stored}`"));
        }
        let vars = match request.name.rsplit_once('/') {
            None => format!("{}{}/vars", group.path, group.inner),
            Some((part, _)) => {
                let names = PARTS.iter().find(|(known, _)| *known == part);
                let mut paths = names
                    .map_or(&[][..], |(_, names)| *names)
                    .iter()
                    .map(|name| format!("{}{}/{name}/vars", group.path, group.inner));
                paths
                    .find(|path| self.weights.has_group(path))
                    .ok_or_else(|| format!("`{}` has no part `{part}`", group.path))?
            }
        };
        let found = self.weights.dataset_count(&vars)?;
        if found != request.own_count {
            return Err(format!(
                "`{vars}` has {found} weights, {} expected",
                request.own_count
            ));
        }
        self.weights.tensor(&format!(
            "/{}/{}",
            vars.trim_start_matches('/'),
            request.own_index
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn names_of_groups_are_those_of_keras() {
        for (class, name) in [
            ("Conv2D", "conv2d"),
            ("Conv2DTranspose", "conv2d_transpose"),
            ("BatchNormalization", "batch_normalization"),
            ("LeakyReLU", "leaky_re_lu"),
            ("PReLU", "p_re_lu"),
            ("SeparableConv1D", "separable_conv1d"),
            ("GlobalAveragePooling2D", "global_average_pooling2d"),
            ("TFOpLambda", "tf_op_lambda"),
            ("MyPackage>ELU", "elu"),
        ] {
            assert_eq!(snake_case(class), name);
        }
    }
}
