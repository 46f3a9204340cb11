//! The variables of a bundle: an index, and files with the elements.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use prost::Message as _;

use super::dtype::scalar_type;
use super::error::ConvertError;
use super::proto::{BundleEntry, BundleHeader, TensorShapeProto};
use super::table::{masked_crc32c, read_table};
use crate::ModelFiles;
use crate::tensor::{ScalarType, TensorData, element_count};

const INDEX: &str = "variables/variables.index";
/// The most bytes of an index.
const MAX_INDEX: u64 = 256 << 20;
/// The most bytes of a file with elements: an ONNX file has to stay below.
const MAX_SHARD: u64 = 1 << 31;
/// The most files with elements.
const MAX_SHARDS: i32 = 10_000;

/// The variables of a bundle; elements are read when they are asked for.
pub(super) struct Bundle {
    entries: BTreeMap<Vec<u8>, Vec<u8>>,
    shards: i32,
    loaded: HashMap<i32, Vec<u8>>,
}

impl Bundle {
    /// Reads the index. A model without variables has none.
    ///
    /// # Errors
    ///
    /// Damaged files, and bundles that were written on big-endian machines.
    pub(super) fn open(files: &mut ModelFiles<'_>) -> Result<Option<Self>, ConvertError> {
        if !files.contains(INDEX) {
            return Ok(None);
        }
        let bytes = files.load(INDEX, MAX_INDEX)?;
        let mut entries = read_table(&bytes).map_err(damaged)?;
        let header = entries.remove(&b""[..]).ok_or_else(|| damaged("has no header"))?;
        let header = BundleHeader::decode(header.as_slice()).map_err(|error| damaged(error.to_string()))?;
        if header.endianness != 0 {
            return Err(damaged(
                "was written on a big-endian machine, which is not supported",
            ));
        }
        if !(0..=MAX_SHARDS).contains(&header.num_shards) {
            return Err(damaged(format!(
                "states {} files of elements; up to {MAX_SHARDS} are read",
                header.num_shards
            )));
        }
        Ok(Some(Self {
            entries,
            shards: header.num_shards,
            loaded: HashMap::new(),
        }))
    }

    /// Whether there is a variable of this key.
    pub(super) fn contains(&self, key: &str) -> bool {
        self.entries.contains_key(key.as_bytes())
    }

    /// The elements of a variable; its checksum is verified.
    ///
    /// # Errors
    ///
    /// Missing and damaged variables, with what was found as the message.
    pub(super) fn read(&mut self, key: &str, files: &mut ModelFiles<'_>) -> Result<TensorData, String> {
        let entry = self
            .entries
            .get(key.as_bytes())
            .ok_or_else(|| format!("the variables have no entry `{key}`"))?;
        let entry =
            BundleEntry::decode(entry.as_slice()).map_err(|error| format!("entry `{key}`: {error}"))?;
        if !entry.slices.is_empty() {
            return Err(format!(
                "entry `{key}` is stored in parts: save the model without partitioned variables"
            ));
        }
        let dtype = scalar_type(entry.dtype)?;
        let shape = known_shape(entry.shape.as_ref()).ok_or_else(|| format!("entry `{key}` has no shape"))?;
        if !(0..self.shards).contains(&entry.shard) {
            return Err(format!(
                "entry `{key}` is in file {} of {}",
                entry.shard, self.shards
            ));
        }
        let size = element_count(&shape).and_then(|count| count.checked_mul(dtype.size()));
        let wanted = usize::try_from(entry.size).ok();
        if size.is_none() || size != wanted {
            return Err(format!(
                "entry `{key}` has {} bytes, which does not fit {dtype} of shape {shape:?}",
                entry.size
            ));
        }
        let name = format!(
            "variables/variables.data-{:05}-of-{:05}",
            entry.shard, self.shards
        );
        let file = match self.loaded.entry(entry.shard) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                free.insert(files.load(&name, MAX_SHARD).map_err(|error| error.to_string())?)
            }
        };
        let start = usize::try_from(entry.offset).ok();
        let bytes = start
            .zip(wanted)
            .and_then(|(start, size)| file.get(start..start.checked_add(size)?))
            .ok_or_else(|| format!("{name}: ends before the elements of `{key}`: it may be truncated"))?;
        if masked_crc32c(crc32c::crc32c(bytes)) != entry.crc32c {
            return Err(format!(
                "{name}: the checksum of `{key}` is wrong: the file is damaged"
            ));
        }
        let bytes = if dtype == ScalarType::Bool {
            bytes.iter().map(|&byte| u8::from(byte != 0)).collect()
        } else {
            bytes.to_vec()
        };
        TensorData::new(dtype, shape, bytes).map_err(|error| error.to_string())
    }
}

/// A shape all of whose lengths are known.
pub(super) fn known_shape(shape: Option<&TensorShapeProto>) -> Option<Vec<usize>> {
    let Some(shape) = shape else {
        return Some(Vec::new());
    };
    if shape.unknown_rank {
        return None;
    }
    shape
        .dim
        .iter()
        .map(|axis| usize::try_from(axis.size).ok())
        .collect()
}

fn damaged(message: impl Into<String>) -> ConvertError {
    ConvertError::Malformed {
        entry: INDEX.into(),
        message: message.into(),
    }
}
