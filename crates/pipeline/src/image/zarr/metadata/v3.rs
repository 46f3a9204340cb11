//! `zarr.json`: metadata of version 3 of the Zarr format.

use serde_json::Value;
use tensor_ops::DataType;

use super::{ChunkKeys, Fields, Metadata, fill};
use crate::image::zarr::ZarrError;
use crate::image::zarr::codec::{Chain, Compressor};
use crate::image::zarr::sharding::Sharding;

const SAVE_AGAIN: &str =
    "save it with the codecs bytes, transpose, sharding_indexed, blosc, zstd, gzip and crc32c";

pub(super) fn read(fields: &Fields<'_>) -> Result<Metadata, ZarrError> {
    if fields.get("zarr_format").and_then(Value::as_u64) != Some(3) {
        return Err(fields.wrong("zarr_format", "3"));
    }
    if fields.text("node_type")? != "array" {
        return Err(fields.wrong("node_type", "array or group"));
    }
    let shape = fields.lengths("shape", 0)?;
    let grid = named(fields, "chunk_grid")?;
    if grid.name != "regular" {
        return Err(fields.wrong("chunk_grid", "a regular grid"));
    }
    let outer = grid.fields.chunk_lengths("chunk_shape", shape.len())?;
    let data_type: DataType = match fields.get("data_type").and_then(Value::as_str).map(str::parse) {
        Some(Ok(data_type)) => data_type,
        _ => return Err(fields.wrong("data_type", "bool, integers of 8 to 64 bits, float32 or float64")),
    };
    if fields
        .get("storage_transformers")
        .is_some_and(|list| list.as_array().is_none_or(|list| !list.is_empty()))
    {
        return Err(fields.unsupported("a storage transformer", SAVE_AGAIN));
    }
    let names = fields.get("dimension_names").map(|list| {
        let names = list.as_array().map(Vec::as_slice).unwrap_or_default();
        names
            .iter()
            .map(|name| name.as_str().unwrap_or_default().to_owned())
            .collect()
    });
    let (chain, sharding) = codecs(fields, "codecs", &outer, data_type.item_size())?;
    Ok(Metadata {
        fill: fill::read(fields, data_type)?,
        shape,
        chunk_shape: sharding
            .as_ref()
            .map_or(outer, |sharding| sharding.chunk_shape.clone()),
        data_type,
        chain,
        sharding,
        keys: keys(fields)?,
        names,
    })
}

/// An extension: its name, and its configuration.
struct Named<'json> {
    name: &'json str,
    fields: Fields<'json>,
}

fn named<'json>(fields: &Fields<'json>, key: &'static str) -> Result<Named<'json>, ZarrError> {
    let value = fields
        .get(key)
        .ok_or_else(|| fields.wrong(key, "a name with a configuration"))?;
    extension(fields, key, value)
}

fn extension<'json>(
    fields: &Fields<'json>,
    key: &'static str,
    value: &'json Value,
) -> Result<Named<'json>, ZarrError> {
    static NONE: Value = Value::Null;
    let name = value.as_str().or_else(|| value.get("name")?.as_str());
    Ok(Named {
        name: name.ok_or_else(|| fields.wrong(key, "a name with a configuration"))?,
        fields: fields.of(value.get("configuration").unwrap_or(&NONE)),
    })
}

fn keys(fields: &Fields<'_>) -> Result<ChunkKeys, ZarrError> {
    let encoding = named(fields, "chunk_key_encoding")?;
    let separator = match encoding.fields.get("separator").map(Value::as_str) {
        None => None,
        Some(Some("/")) => Some('/'),
        Some(Some(".")) => Some('.'),
        Some(_) => return Err(encoding.fields.wrong("separator", "\".\" or \"/\"")),
    };
    match encoding.name {
        "default" => Ok(ChunkKeys {
            has_prefix: true,
            separator: separator.unwrap_or('/'),
        }),
        "v2" => Ok(ChunkKeys {
            has_prefix: false,
            separator: separator.unwrap_or('.'),
        }),
        _ => Err(fields.wrong("chunk_key_encoding", "default or v2")),
    }
}

/// The codecs of a chunk, in the order of writing. A shard is the only one in its list, and there is none in a shard.
fn codecs(
    fields: &Fields<'_>,
    key: &'static str,
    outer: &[usize],
    item_bytes: usize,
) -> Result<(Chain, Option<Sharding>), ZarrError> {
    let list = fields.list(key)?;
    if let [only] = list {
        let codec = extension(fields, key, only)?;
        if codec.name == "sharding_indexed" {
            return shard(&codec.fields, outer, item_bytes);
        }
    }
    Ok((chain(fields, key, outer.len(), item_bytes)?, None))
}

fn chain(fields: &Fields<'_>, key: &'static str, rank: usize, item_bytes: usize) -> Result<Chain, ZarrError> {
    let mut transpose = None;
    let mut big_endian = None;
    let mut compressors = Vec::new();
    for value in fields.list(key)? {
        let codec = extension(fields, key, value)?;
        match (codec.name, big_endian) {
            ("transpose", None) if transpose.is_none() => {
                let order = codec.fields.lengths("order", 0)?;
                let mut sorted = order.clone();
                sorted.sort_unstable();
                if !sorted.into_iter().eq(0..rank) {
                    return Err(codec.fields.wrong("order", "every axis once"));
                }
                transpose = Some(order);
            }
            ("bytes", None) => {
                big_endian = Some(match codec.fields.get("endian").map(Value::as_str) {
                    None if item_bytes == 1 => false,
                    Some(Some("little")) => false,
                    Some(Some("big")) => true,
                    _ => return Err(codec.fields.wrong("endian", "little or big")),
                });
            }
            ("gzip", Some(_)) => compressors.push(Compressor::Gzip),
            ("zstd", Some(_)) => compressors.push(Compressor::Zstd),
            ("blosc", Some(_)) => compressors.push(Compressor::Blosc),
            ("crc32c", Some(_)) => compressors.push(Compressor::Crc32c),
            // As zarr-python calls the codecs of version 2.
            ("numcodecs.zlib", Some(_)) => compressors.push(Compressor::Zlib),
            (other, _) => {
                return Err(fields.unsupported(format!("the codec {other:?} in this place"), SAVE_AGAIN));
            }
        }
    }
    Ok(Chain {
        transpose,
        big_endian: big_endian.ok_or_else(|| fields.wrong(key, "a list with the codec bytes"))?,
        compressors,
    })
}

fn shard(
    fields: &Fields<'_>,
    outer: &[usize],
    item_bytes: usize,
) -> Result<(Chain, Option<Sharding>), ZarrError> {
    let chunk_shape = fields.chunk_lengths("chunk_shape", outer.len())?;
    if !outer
        .iter()
        .zip(&chunk_shape)
        .all(|(outer, inner)| outer.is_multiple_of(*inner))
    {
        return Err(fields.wrong("chunk_shape", "lengths of which those of a shard are multiples"));
    }
    let inner = chain(fields, "codecs", outer.len(), item_bytes)?;
    let index = chain(fields, "index_codecs", outer.len() + 1, size_of::<u64>())?;
    let checksums = index
        .compressors
        .iter()
        .filter(|codec| **codec == Compressor::Crc32c)
        .count();
    if checksums != index.compressors.len() || checksums > 1 || index.transpose.is_some() {
        return Err(fields.unsupported(
            "a compressed index of shards",
            "save it with the codecs bytes and crc32c",
        ));
    }
    let is_at_end = match fields.get("index_location").map(Value::as_str) {
        None | Some(Some("end")) => true,
        Some(Some("start")) => false,
        Some(_) => return Err(fields.wrong("index_location", "start or end")),
    };
    let per_shard: Vec<usize> = outer
        .iter()
        .zip(&chunk_shape)
        .map(|(outer, inner)| outer / inner)
        .collect();
    let sharding = Sharding::new(chunk_shape, per_shard, &index, is_at_end);
    Ok((
        inner,
        Some(sharding.ok_or_else(|| fields.wrong("chunk_shape", "fewer chunks in a shard"))?),
    ))
}
