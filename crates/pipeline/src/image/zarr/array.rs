//! Parts of an array in chunks.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tensor_ops::Tensor;
use tiling::{Region, RegionError};

use super::ZarrError;
use super::folder::Folder;
use super::metadata::Metadata;
use super::sharding::Index;
use crate::image::arrays::{allocate, shaped, with_array, zeros};
use crate::image::chunk_cache::ChunkCache;
use crate::image::paste::paste;
use crate::image::{ImageErrorKind, regular_file};

mod chunks;

use chunks::overlapping;

/// An array in a folder.
pub(super) struct ZarrArray {
    folder: Folder,
    metadata: Metadata,
    cache: ChunkCache<Vec<usize>>,
    /// The shard that was looked into last, and where its chunks are; nothing if there is no such shard.
    shard: Option<(Vec<usize>, Option<Index>)>,
}

/// When the bytes of a chunk have to be on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// When the system gets to it.
    Later,
    /// Before its file gets its name.
    Now,
}

impl ZarrArray {
    pub(super) fn new(folder: Folder, metadata: Metadata, cache_bytes: usize) -> Self {
        Self {
            folder,
            metadata,
            cache: ChunkCache::new(cache_bytes),
            shard: None,
        }
    }

    pub(super) fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Read a part.
    pub(super) fn read(&mut self, region: &Region) -> Result<Tensor, ImageErrorKind> {
        region.check_within(&self.metadata.shape)?;
        let mut tile = zeros(self.metadata.data_type, region.shape())?;
        let has_blank_fill = self.metadata.fill == zeros(self.metadata.data_type, &[])?;
        let chunk_shape = self.metadata.chunk_shape.clone();
        for (index, chunk) in overlapping(region, &chunk_shape) {
            let Some(common) = chunk.intersection(region) else {
                continue;
            };
            let to: Vec<usize> = common
                .start()
                .iter()
                .zip(region.start())
                .map(|(at, start)| at - start)
                .collect();
            match self.chunk(&index)? {
                Some(decoded) => {
                    let from = common.relative_to(&chunk).ok_or(ImageErrorKind::Truncated)?;
                    paste(&mut tile, &to, &decoded, &from)?;
                }
                None if has_blank_fill => {}
                None => {
                    let blank = filled(&self.metadata.fill, common.shape())?;
                    paste(&mut tile, &to, &blank, &Region::whole(common.shape()))?;
                }
            }
        }
        Ok(tile)
    }

    /// Write a part; chunks that it covers only partly are read first.
    pub(super) fn write(
        &mut self,
        region: &Region,
        tile: &Tensor,
        durability: Durability,
    ) -> Result<(), ImageErrorKind> {
        region.check_within(&self.metadata.shape)?;
        if tile.shape() != region.shape() {
            return Err(RegionError::TileShape {
                found: tile.shape().to_vec(),
                region: region.clone(),
            }
            .into());
        }
        if tile.data_type() != self.metadata.data_type {
            return Err(ImageErrorKind::OtherDataType {
                found: tile.data_type(),
                expected: self.metadata.data_type,
            });
        }
        let whole = Region::whole(&self.metadata.shape);
        let chunk_shape = self.metadata.chunk_shape.clone();
        for (index, chunk) in overlapping(region, &chunk_shape) {
            let (Some(common), Some(inside)) = (chunk.intersection(region), chunk.intersection(&whole))
            else {
                continue;
            };
            let before = if common == inside {
                None
            } else {
                self.chunk(&index)?
            };
            let mut elements = match before {
                Some(before) => (*before).clone(),
                None => filled(&self.metadata.fill, chunk.shape())?,
            };
            let from = common.relative_to(region).ok_or(ImageErrorKind::Truncated)?;
            let to: Vec<usize> = common
                .start()
                .iter()
                .zip(chunk.start())
                .map(|(at, start)| at - start)
                .collect();
            paste(&mut elements, &to, tile, &from)?;
            // Until its file is there, what the cache has is not what was written.
            self.cache.remove(&index);
            self.write_chunk(&index, &elements, durability)?;
            self.cache.insert(index, elements);
        }
        Ok(())
    }

    /// A decoded chunk; nothing if it is missing, so that all its elements have the value for that.
    fn chunk(&mut self, index: &[usize]) -> Result<Option<Arc<Tensor>>, ImageErrorKind> {
        let key = index.to_vec();
        if let Some(decoded) = self.cache.get(&key) {
            return Ok(Some(decoded));
        }
        let (name, encoded) = match &self.metadata.sharding {
            Some(_) => self.encoded_in_shard(index)?,
            None => self.encoded(index)?,
        };
        let Some(encoded) = encoded else {
            return Ok(None);
        };
        let shape = &self.metadata.chunk_shape;
        let decoded_bytes = shape.iter().product::<usize>() * self.metadata.data_type.item_size();
        self.cache.make_room(decoded_bytes);
        let decoded = self
            .metadata
            .chain
            .decode(encoded, shape, self.metadata.data_type)
            .map_err(|problem| ZarrError::Chunk {
                chunk: self.folder.name_of(&name),
                problem,
            })?;
        Ok(Some(self.cache.insert(key, decoded)))
    }

    /// The name of the file of a chunk, and its bytes if it is there.
    fn encoded(&self, index: &[usize]) -> Result<(String, Option<Vec<u8>>), ImageErrorKind> {
        let name = self.metadata.keys.name(index);
        let Some((file, length)) = self.open(&name)? else {
            return Ok((name, None));
        };
        let bytes = self.read_bytes(&name, file, length)?;
        Ok((name, Some(bytes)))
    }

    fn encoded_in_shard(&mut self, index: &[usize]) -> Result<(String, Option<Vec<u8>>), ImageErrorKind> {
        let Some(sharding) = &self.metadata.sharding else {
            return self.encoded(index);
        };
        let (shard, number) = sharding.place(index);
        let name = self.metadata.keys.name(&shard);
        if self.shard.as_ref().is_none_or(|(known, _)| *known != shard) {
            let found = match self.open(&name)? {
                Some((mut file, length)) => {
                    let index = sharding.index(&mut file, length);
                    Some(index.map_err(|source| self.failed(&name, source))?)
                }
                None => None,
            };
            self.shard = Some((shard, found));
        }
        let places = self.shard.as_ref().and_then(|(_, places)| places.as_ref());
        let place = places.and_then(|places| places.get(number)).copied();
        let Some([offset, length]) = place.filter(|place| *place != [u64::MAX; 2]) else {
            return Ok((name, None));
        };
        let Some((mut file, file_length)) = self.open(&name)? else {
            return Ok((name, None));
        };
        if offset.checked_add(length).is_none_or(|end| end > file_length) {
            let problem = "its shard ends before it".to_owned();
            let chunk = self.folder.name_of(&name);
            return Err(ZarrError::Chunk { chunk, problem }.into());
        }
        file.seek(SeekFrom::Start(offset))
            .map_err(|source| self.failed(&name, source))?;
        let bytes = self.read_bytes(&name, file, length)?;
        Ok((name, Some(bytes)))
    }

    fn open(&self, name: &str) -> Result<Option<(File, u64)>, ImageErrorKind> {
        match regular_file::open(&self.folder.path_of(name)) {
            Ok(opened) => Ok(Some(opened)),
            Err(ImageErrorKind::Open(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(ImageErrorKind::Open(error)) => Err(self.failed(name, error).into()),
            Err(other) => Err(other),
        }
    }

    fn read_bytes(&self, name: &str, file: File, length: u64) -> Result<Vec<u8>, ImageErrorKind> {
        let decoded =
            self.metadata.chunk_shape.iter().product::<usize>() * self.metadata.data_type.item_size();
        // What cannot be compressed grows a little.
        let limit = (decoded as u64).saturating_mul(2).saturating_add(1 << 16);
        if length > limit {
            return Err(ZarrError::Chunk {
                chunk: self.folder.name_of(name),
                problem: format!("it has {length} bytes for {decoded} decoded ones"),
            }
            .into());
        }
        let mut bytes = Vec::new();
        file.take(length)
            .read_to_end(&mut bytes)
            .map_err(|source| self.failed(name, source))?;
        Ok(bytes)
    }

    fn failed(&self, name: &str, source: io::Error) -> ZarrError {
        ZarrError::ChunkFile {
            chunk: self.folder.name_of(name),
            source,
        }
    }

    /// Write a chunk under another name that becomes its own once it is whole.
    fn write_chunk(
        &self,
        index: &[usize],
        chunk: &Tensor,
        durability: Durability,
    ) -> Result<(), ImageErrorKind> {
        let name = self.metadata.keys.name(index);
        let path = self.folder.path_of(&name);
        let write = || -> io::Result<()> {
            let bytes = self.metadata.chain.encode(chunk)?;
            let temporary = with_suffix(&path);
            let mut file = match File::create(&temporary) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    // The folders of all axes but the last.
                    path.parent().map_or(Ok(()), fs::create_dir_all)?;
                    File::create(&temporary)?
                }
                created => created?,
            };
            file.write_all(&bytes)?;
            if durability == Durability::Now {
                file.sync_data()?;
            }
            drop(file);
            fs::rename(&temporary, &path)?;
            if durability == Durability::Now {
                sync_folders(&path, &self.folder.path_of(""))?;
            }
            Ok(())
        };
        Ok(write().map_err(|source| self.failed(&name, source))?)
    }
}

/// An array of one value, given as an array without axes.
fn filled(value: &Tensor, shape: &[usize]) -> Result<Tensor, ImageErrorKind> {
    let count = Region::whole(shape).len();
    Ok(with_array!(
        value,
        value => {
            let mut elements = allocate(count)?;
            // An array without axes has one element.
            if let Some(&value) = value.first() {
                elements.resize(count, value);
            }
            Tensor::from(shaped(shape, elements)?)
        },
        _ => return Err(ImageErrorKind::TooLarge { shape: shape.to_vec() })
    ))
}

/// The name of a chunk while it is written: always the same, so that a file that was left behind is replaced.
fn with_suffix(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

/// Let the names of new files and folders get to the disk, up to the folder `top`.
#[cfg(unix)]
fn sync_folders(path: &Path, top: &Path) -> io::Result<()> {
    for folder in path.ancestors().skip(1) {
        File::open(folder)?.sync_all()?;
        if folder == top || !folder.starts_with(top) {
            break;
        }
    }
    Ok(())
}

/// Other systems do not open folders.
#[cfg(not(unix))]
fn sync_folders(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}
