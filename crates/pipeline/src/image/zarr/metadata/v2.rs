//! `.zarray`: metadata of version 2 of the Zarr format.

use serde_json::Value;

use super::{ChunkKeys, Fields, Metadata, fill};
use crate::image::npy::ElementType;
use crate::image::zarr::ZarrError;
use crate::image::zarr::codec::{Chain, Compressor};

const SAVE_AGAIN: &str = "save it with blosc, zstd, zlib, gzip or no compressor";

pub(super) fn read(fields: &Fields<'_>) -> Result<Metadata, ZarrError> {
    if fields.get("zarr_format").and_then(Value::as_u64) != Some(2) {
        return Err(fields.wrong("zarr_format", "2"));
    }
    let shape = fields.lengths("shape", 0)?;
    let chunk_shape = fields.chunk_lengths("chunks", shape.len())?;
    let element = match fields.get("dtype") {
        Some(Value::String(text)) => ElementType::parse(text).map_err(|error| {
            fields.unsupported(format!("the dtype {text:?} ({error})"), "save it with another")
        })?,
        _ => return Err(fields.unsupported("a dtype of records", "save each field as an array")),
    };
    let transpose = match fields.text("order")? {
        "C" => None,
        "F" => Some((0..shape.len()).rev().collect()),
        _ => return Err(fields.wrong("order", "C or F")),
    };
    if fields
        .get("filters")
        .is_some_and(|filters| filters.as_array().is_none_or(|list| !list.is_empty()))
    {
        return Err(fields.unsupported("an array with filters", "save it without filters"));
    }
    let compressor = match fields.get("compressor") {
        None => None,
        Some(json) => Some(compressor(&fields.of(json))?),
    };
    let separator = match fields.get("dimension_separator").map(Value::as_str) {
        None | Some(Some(".")) => '.',
        Some(Some("/")) => '/',
        Some(_) => return Err(fields.wrong("dimension_separator", "\".\" or \"/\"")),
    };
    Ok(Metadata {
        fill: fill::read(fields, element.data_type)?,
        shape,
        chunk_shape,
        data_type: element.data_type,
        chain: Chain {
            transpose,
            big_endian: element.big_endian,
            compressors: compressor.into_iter().collect(),
        },
        sharding: None,
        keys: ChunkKeys {
            has_prefix: false,
            separator,
        },
        names: None,
    })
}

/// A codec of numcodecs.
fn compressor(fields: &Fields<'_>) -> Result<Compressor, ZarrError> {
    match fields.text("id")? {
        "blosc" => Ok(Compressor::Blosc),
        "zlib" => Ok(Compressor::Zlib),
        "gzip" => Ok(Compressor::Gzip),
        "zstd" => Ok(Compressor::Zstd),
        other => Err(fields.unsupported(format!("the compressor {other:?}"), SAVE_AGAIN)),
    }
}
