//! Reading HDF5: groups, attributes and the elements of weights.

use std::cell::Cell;

use hdf5_reader::error::Error;
use hdf5_reader::group::Group;
use hdf5_reader::messages::datatype::Datatype;
use hdf5_reader::{Attribute, Dataset, Hdf5File, OpenOptions};

use super::error::ConvertError;
use crate::tensor::{ScalarType, TensorData, element_count};

/// The largest file that is read: an ONNX model holds 2 GiB, and a Keras file may hold the state of the optimiser, too.
pub(super) const LARGEST_FILE: u64 = 8 << 30;
/// The longest configuration of a model.
pub(super) const LARGEST_CONFIG: usize = 64 << 20;
/// Unpacked weights may have eight times the bytes of the file, and this much more.
pub(super) const UNPACKED_EXTRA: usize = 64 << 20;
/// Lists of names are cut into several attributes when they are long; more pieces than this are not followed.
const MAX_PIECES: usize = 10_000;
/// Weights of one layer.
const MAX_WEIGHTS: usize = 100_000;

/// How HDF5 begins.
pub(super) const MAGIC: &[u8] = b"\x89HDF\r\n\x1a\n";

/// An open file.
pub(super) struct Hdf5 {
    file: Hdf5File,
    /// bytes of weights that may still be read
    budget: Cell<usize>,
}

impl Hdf5 {
    /// Opens a file.
    ///
    /// # Errors
    /// [`ConvertError::File`] when it is damaged.
    pub(super) fn from_bytes(bytes: Vec<u8>) -> Result<Self, ConvertError> {
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
        Ok(Self {
            file,
            budget: Cell::new(largest),
        })
    }

    /// The outermost group.
    ///
    /// # Errors
    /// When it is damaged.
    pub(super) fn root(&self) -> Result<Group, ConvertError> {
        self.file.root_group().map_err(|error| damaged("/", &error))
    }

    /// A group, which errors call `place`.
    ///
    /// # Errors
    /// When it is missing or damaged.
    pub(super) fn group(&self, path: &str, place: &str) -> Result<Group, ConvertError> {
        self.file.group(path).map_err(|error| damaged(place, &error))
    }

    /// Whether there is a group.
    pub(super) fn has_group(&self, path: &str) -> bool {
        self.file.group(path).is_ok()
    }

    /// A text attribute of a group, if it has one.
    pub(super) fn group_text(&self, path: &str, name: &str) -> Option<String> {
        let attributes = self.file.group(path).ok()?.attributes().ok()?;
        attribute(&attributes, name)?.read_string().ok()
    }

    /// The number of datasets in a group.
    ///
    /// # Errors
    /// When the group is missing or damaged.
    pub(super) fn dataset_count(&self, path: &str) -> Result<usize, String> {
        let group = self.file.group(path);
        let names = group.and_then(|group| group.member_names());
        let (_, datasets) = names.map_err(|error| format!("`{path}`: {error}"))?;
        Ok(datasets.len())
    }

    /// The elements of a dataset.
    ///
    /// # Errors
    /// When it is missing or damaged, has another type than weights have, or more elements than a file of this size can hold.
    pub(super) fn tensor(&self, path: &str) -> Result<TensorData, String> {
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

/// The attribute of a name.
pub(super) fn attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name == name)
}

/// A list of names: an attribute, or several with a number behind (`layer_names0`, ...).
pub(super) fn names(attributes: &[Attribute], name: &str, place: &str) -> Result<Vec<String>, ConvertError> {
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

/// The first number of a version.
pub(super) fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

/// The error for what the reader of HDF5 reports.
pub(super) fn damaged(place: &str, error: &Error) -> ConvertError {
    ConvertError::File {
        place: place.into(),
        message: error.to_string(),
    }
}
