//! What the metadata of an array say, in either version of the format.

use serde_json::Value;
use tensor_ops::{DataType, Tensor};

use super::ZarrError;
use super::codec::Chain;
use super::folder::{Folder, shown};
use super::sharding::Sharding;
use crate::image::raw_array::RawArray;
use crate::image::{ImageErrorKind, MAX_PART_BYTES};

mod fill;
mod v2;
mod v3;

/// More axes than any image has.
const MOST_AXES: usize = 16;

/// An array.
#[derive(Debug, Clone)]
pub(super) struct Metadata {
    pub(super) shape: Vec<usize>,
    /// The size of what is decoded at once: a chunk, or a part of a shard.
    pub(super) chunk_shape: Vec<usize>,
    pub(super) data_type: DataType,
    /// One element: that of all chunks that are missing.
    pub(super) fill: Tensor,
    /// How chunks are encoded, or parts of shards.
    pub(super) chain: Chain,
    pub(super) sharding: Option<Sharding>,
    pub(super) keys: ChunkKeys,
    /// The names of the axes, which only version 3 has.
    pub(super) names: Option<Vec<String>>,
}

/// How the files of chunks are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChunkKeys {
    /// Whether the names begin with `c`.
    pub(super) has_prefix: bool,
    pub(super) separator: char,
}

impl ChunkKeys {
    /// The path of a chunk below the folder of its array.
    pub(super) fn name(self, index: &[usize]) -> String {
        let separator = self.separator.to_string();
        let mut parts: Vec<String> = index.iter().map(ToString::to_string).collect();
        if self.has_prefix {
            parts.insert(0, "c".to_owned());
        } else if parts.is_empty() {
            parts.push("0".to_owned());
        }
        parts.join(&separator)
    }
}

impl Metadata {
    /// The metadata of the array in a folder; `None` if there is no array.
    pub(super) fn read(folder: &Folder) -> Result<Option<Self>, ImageErrorKind> {
        let metadata = if let Some(json) = folder.json("zarr.json")? {
            if json.get("node_type").and_then(Value::as_str) == Some("group") {
                return Ok(None);
            }
            v3::read(&Fields::new(&json, folder.name_of("zarr.json")))?
        } else if let Some(json) = folder.json(".zarray")? {
            v2::read(&Fields::new(&json, folder.name_of(".zarray")))?
        } else {
            return Ok(None);
        };
        metadata.check_sizes()?;
        Ok(Some(metadata))
    }

    fn check_sizes(&self) -> Result<(), ImageErrorKind> {
        if RawArray::byte_length(&self.shape, self.data_type).is_none() {
            return Err(ImageErrorKind::TooLarge {
                shape: self.shape.clone(),
            });
        }
        let bytes = RawArray::byte_length(&self.chunk_shape, self.data_type);
        if bytes.is_none_or(|bytes| bytes > MAX_PART_BYTES) {
            return Err(ImageErrorKind::LargePart {
                bytes: bytes.map_or(u128::MAX, u128::from),
                limit: MAX_PART_BYTES,
            });
        }
        Ok(())
    }
}

/// The fields of a JSON object.
pub(super) struct Fields<'json> {
    json: &'json Value,
    name: String,
}

impl<'json> Fields<'json> {
    pub(super) fn new(json: &'json Value, name: String) -> Self {
        Self { json, name }
    }

    /// The fields of a value in this file.
    pub(super) fn of(&self, json: &'json Value) -> Self {
        Self::new(json, self.name.clone())
    }

    pub(super) fn get(&self, key: &str) -> Option<&'json Value> {
        self.json.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn wrong(&self, key: &'static str, expected: &'static str) -> ZarrError {
        ZarrError::Field {
            name: self.name.clone(),
            key,
            found: shown(self.json.get(key)),
            expected,
        }
    }

    pub(super) fn unsupported(&self, feature: impl Into<String>, advice: &'static str) -> ZarrError {
        ZarrError::Unsupported {
            name: self.name.clone(),
            feature: feature.into(),
            advice,
        }
    }

    pub(super) fn text(&self, key: &'static str) -> Result<&'json str, ZarrError> {
        self.get(key)
            .and_then(Value::as_str)
            .ok_or_else(|| self.wrong(key, "text"))
    }

    pub(super) fn list(&self, key: &'static str) -> Result<&'json [Value], ZarrError> {
        self.get(key)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .ok_or_else(|| self.wrong(key, "a list"))
    }

    /// Lengths of axes, which may be 0 unless they are those of chunks.
    pub(super) fn lengths(&self, key: &'static str, shortest: usize) -> Result<Vec<usize>, ZarrError> {
        let list = self.list(key)?;
        if list.len() > MOST_AXES {
            return Err(self.wrong(key, "a length for each of at most 16 axes"));
        }
        list.iter()
            .map(|value| {
                let length = value.as_u64().and_then(|length| usize::try_from(length).ok());
                length
                    .filter(|&length| length >= shortest)
                    .ok_or_else(|| self.wrong(key, "whole numbers, those of chunks above 0"))
            })
            .collect()
    }

    /// Lengths of chunks of an array of so many axes.
    pub(super) fn chunk_lengths(&self, key: &'static str, rank: usize) -> Result<Vec<usize>, ZarrError> {
        let lengths = self.lengths(key, 1)?;
        if lengths.len() != rank {
            return Err(self.wrong(key, "as many lengths as the array has axes"));
        }
        Ok(lengths)
    }
}
