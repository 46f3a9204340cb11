//! The folder of an image while it is written, and how it gets its name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use tensor_ops::{DataType, Tensor};
use tiling::Region;

use super::array::{Durability, ZarrArray};
use super::folder::Folder;
use super::journal::{Journal, unfinished};
use super::metadata::Metadata;
use super::ome::{ARRAY, multiscales};
use super::options::{OmeZarrVersion, ZarrCompression, ZarrOptions};
use super::{ZarrError, journal};
use crate::axes::{FileAxes, ImageAxes};
use crate::image::mapped_sink::UnfinishedFile;
use crate::image::npy::ElementType;
use crate::image::{ImageErrorKind, ImageFormat, PixelSize};

/// The length of chunks along `y` and `x`.
const CHUNK_SIDE: usize = 512;
/// How many bytes of chunks are kept that were written in part.
const CACHE_BYTES: usize = 64 << 20;

/// An image that is not finished.
pub(in crate::image) struct ZarrFile {
    place: Place,
    target: PathBuf,
    array: ZarrArray,
}

/// Where the folder is.
enum Place {
    /// Under a name of its own, and gone with this value.
    Temporary(TempDir),
    /// Beside the target, and there until it is finished.
    Resumable(PathBuf, Journal),
}

impl ZarrFile {
    /// An image that is gone unless it is finished.
    pub(in crate::image) fn create(
        path: &Path,
        plan: &FileAxes,
        data_type: DataType,
        pixel_size: &PixelSize,
        options: &ZarrOptions,
    ) -> Result<Self, ImageErrorKind> {
        let target = find_target(path)?;
        let mut temporary = tempfile::Builder::new();
        temporary.prefix(".").suffix(".partial");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // A result gets what any new folder gets: the mask of the system applies.
            temporary.permissions(fs::Permissions::from_mode(0o777));
        }
        let folder = temporary.tempdir_in(parent(&target))?;
        write_metadata(folder.path(), plan, data_type, pixel_size, options)?;
        Ok(Self {
            array: open_array(folder.path())?,
            place: Place::Temporary(folder),
            target,
        })
    }

    /// An image that stays if it is not finished.
    pub(super) fn create_resumable(
        path: &Path,
        plan: &FileAxes,
        data_type: DataType,
        pixel_size: &PixelSize,
        options: &ZarrOptions,
        run: &journal::Run,
    ) -> Result<Self, ImageErrorKind> {
        let target = find_target(path)?;
        let folder = unfinished(&target);
        fs::create_dir(&folder).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => ZarrError::Unfinished { path: folder.clone() }.into(),
            _ => ImageErrorKind::Write(error),
        })?;
        write_metadata(&folder, plan, data_type, pixel_size, options)?;
        let array = open_array(&folder)?;
        // With its journal it can be resumed, so that comes last.
        let journal = Journal::create(&folder, run)?;
        Ok(Self {
            place: Place::Resumable(folder, journal),
            target,
            array,
        })
    }

    /// An image that was not finished, and what was said when it was made.
    pub(super) fn resume(path: &Path) -> Result<(Self, journal::Run), ImageErrorKind> {
        let target = find_target(path)?;
        let folder = unfinished(&target);
        let (run, journal) =
            Journal::open(&folder)?.ok_or_else(|| ZarrError::NothingToResume { path: folder.clone() })?;
        let array = open_array(&folder)?;
        if !array.metadata().chain.is_written_here() || array.metadata().sharding.is_some() {
            return Err(ZarrError::Journal { path: folder }.into());
        }
        let file = Self {
            place: Place::Resumable(folder, journal),
            target,
            array,
        };
        Ok((file, run))
    }

    /// Where it is until it is finished.
    pub(super) fn folder(&self) -> &Path {
        match &self.place {
            Place::Temporary(folder) => folder.path(),
            Place::Resumable(folder, _) => folder,
        }
    }

    pub(super) fn journal(&self) -> Option<&Journal> {
        match &self.place {
            Place::Temporary(_) => None,
            Place::Resumable(_, journal) => Some(journal),
        }
    }

    pub(super) fn journal_mut(&mut self) -> Option<&mut Journal> {
        match &mut self.place {
            Place::Temporary(_) => None,
            Place::Resumable(_, journal) => Some(journal),
        }
    }

    pub(super) fn shape(&self) -> &[usize] {
        &self.array.metadata().shape
    }
}

impl UnfinishedFile for ZarrFile {
    fn format(&self) -> ImageFormat {
        ImageFormat::Zarr
    }

    fn data_type(&self) -> DataType {
        self.array.metadata().data_type
    }

    fn chunk_shape(&self) -> Option<&[usize]> {
        Some(&self.array.metadata().chunk_shape)
    }

    fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), ImageErrorKind> {
        let durability = match &self.place {
            Place::Temporary(_) => Durability::Later,
            // The journal must not be ahead of the chunks.
            Place::Resumable(..) => Durability::Now,
        };
        self.array.write(region, tile, durability)
    }

    fn read_back(&mut self, region: &Region) -> Result<Tensor, ImageErrorKind> {
        self.array.read(region)
    }

    fn finish(self) -> Result<(), ImageErrorKind> {
        let Self { place, target, .. } = self;
        match place {
            Place::Temporary(folder) => {
                rename(folder.path(), &target)?;
                // It has another name now.
                let _ = folder.keep();
            }
            Place::Resumable(folder, journal) => {
                // In this order there is always either something to resume or the image.
                rename(&folder, &target)?;
                journal.remove(&target)?;
            }
        }
        Ok(())
    }
}

/// Write all of an image.
pub(in crate::image) fn write(path: &Path, tensor: &Tensor, axes: &ImageAxes) -> Result<(), ImageErrorKind> {
    let plan = FileAxes::plan(tensor.shape(), axes, ImageFormat::Zarr)?;
    let (pixel_size, options) = (PixelSize::default(), ZarrOptions::default());
    let file = ZarrFile::create(path, &plan, tensor.data_type(), &pixel_size, &options)?;
    let mut sink = crate::image::mapped_sink::MappedSink::new(path, file, tensor.shape(), plan);
    sink.write_tile(&Region::whole(tensor.shape()), tensor)?;
    sink.into_file().finish()
}

/// Where the image is until it is finished, if it can be resumed.
pub(super) fn unfinished_folder(path: &Path) -> Result<PathBuf, ImageErrorKind> {
    find_target(path).map(|target| unfinished(&target))
}

/// Where the image ends up: a folder of Zarr is replaced, anything else is not.
fn find_target(path: &Path) -> Result<PathBuf, ImageErrorKind> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_path_buf()),
        Err(error) => Err(ImageErrorKind::Write(error)),
        Ok(_) => {
            let target = fs::canonicalize(path)?;
            if is_zarr(&target) {
                Ok(target)
            } else {
                Err(ZarrError::Taken { path: target }.into())
            }
        }
    }
}

fn is_zarr(folder: &Path) -> bool {
    folder.is_dir()
        && ["zarr.json", ".zgroup", ".zarray"]
            .iter()
            .any(|name| folder.join(name).is_file())
}

fn parent(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Give a finished folder its name. What had the name before goes only once its successor is there.
fn rename(folder: &Path, target: &Path) -> io::Result<()> {
    if !target.exists() {
        return fs::rename(folder, target);
    }
    if !is_zarr(target) {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "the path was taken by something else in the meantime",
        ));
    }
    let old = tempfile::Builder::new()
        .prefix(".")
        .suffix(".replaced")
        .tempdir_in(parent(target))?;
    let moved = old.path().join("old");
    fs::rename(target, &moved)?;
    if let Err(error) = fs::rename(folder, target) {
        fs::rename(&moved, target)?;
        return Err(error);
    }
    old.close()
}

fn open_array(folder: &Path) -> Result<ZarrArray, ImageErrorKind> {
    let array = Folder::at(folder).child(ARRAY);
    let array = array.ok_or(ZarrError::NotZarr)?;
    let metadata = Metadata::read(&array)?.ok_or(ZarrError::NotZarr)?;
    Ok(ZarrArray::new(array, metadata, CACHE_BYTES))
}

fn write_metadata(
    folder: &Path,
    plan: &FileAxes,
    data_type: DataType,
    pixel_size: &PixelSize,
    options: &ZarrOptions,
) -> Result<(), ImageErrorKind> {
    let shape = plan.shape();
    let mut chunk_shape = Vec::with_capacity(shape.len());
    for (letter, &length) in plan.axes.letters().zip(&shape) {
        let default = if matches!(letter, 'y' | 'x') {
            CHUNK_SIDE
        } else {
            1
        };
        let chosen = options.chunk_length(letter).unwrap_or(default);
        if chosen == 0 {
            return Err(ZarrError::ChunkShape {
                letter,
                length: chosen,
            }
            .into());
        }
        chunk_shape.push(chosen.min(length.max(1)));
    }
    let multiscales = multiscales(&plan.axes, pixel_size, options.version);
    let fill: Value = if data_type == DataType::Bool {
        false.into()
    } else {
        0.into()
    };
    let files = match options.version {
        OmeZarrVersion::V0_4 => {
            let element = ElementType {
                data_type,
                big_endian: false,
            };
            let compressor = match options.compression {
                ZarrCompression::None => Value::Null,
                ZarrCompression::Deflate => json!({ "id": "zlib", "level": 1 }),
            };
            vec![
                (".zgroup".to_owned(), json!({ "zarr_format": 2 })),
                (".zattrs".to_owned(), json!({ "multiscales": multiscales })),
                (
                    format!("{ARRAY}/.zarray"),
                    json!({
                        "zarr_format": 2,
                        "shape": shape,
                        "chunks": chunk_shape,
                        "dtype": element.canonical(),
                        "compressor": compressor,
                        "fill_value": fill,
                        "order": "C",
                        "filters": null,
                        "dimension_separator": "/",
                    }),
                ),
            ]
        }
        OmeZarrVersion::V0_5 => {
            let mut codecs = vec![if data_type.item_size() == 1 {
                json!({ "name": "bytes" })
            } else {
                json!({ "name": "bytes", "configuration": { "endian": "little" } })
            }];
            if options.compression == ZarrCompression::Deflate {
                codecs.push(json!({ "name": "gzip", "configuration": { "level": 1 } }));
            }
            let names: Vec<String> = plan.axes.letters().map(String::from).collect();
            vec![
                (
                    "zarr.json".to_owned(),
                    json!({
                        "zarr_format": 3,
                        "node_type": "group",
                        "attributes": { "ome": { "version": "0.5", "multiscales": multiscales } },
                    }),
                ),
                (
                    format!("{ARRAY}/zarr.json"),
                    json!({
                        "zarr_format": 3,
                        "node_type": "array",
                        "shape": shape,
                        "data_type": data_type.name(),
                        "chunk_grid": { "name": "regular", "configuration": { "chunk_shape": chunk_shape } },
                        "chunk_key_encoding": { "name": "default", "configuration": { "separator": "/" } },
                        "fill_value": fill,
                        "codecs": codecs,
                        "dimension_names": names,
                        "attributes": {},
                    }),
                ),
            ]
        }
    };
    fs::create_dir(folder.join(ARRAY))?;
    for (name, json) in files {
        fs::write(folder.join(name), format!("{json:#}\n"))?;
    }
    Ok(())
}
