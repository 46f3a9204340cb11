//! OME-Zarr images that can be gone on with after an interruption.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSink};

use super::journal::{self, Run};
use super::store::{ZarrFile, unfinished_folder};
use super::{ZarrError, ZarrOptions};
use crate::axes::{FileAxes, ImageAxes};
use crate::image::mapped_sink::MappedSink;
use crate::image::{ImageError, ImageErrorKind, ImageFormat, ImageSink, PixelSize};

/// An OME-Zarr image that is written part by part, and with which another run can go on if this one ends early.
///
/// Until it is finished, the image is in the folder `NAME.partial` beside its place, with a journal of the tiles that
/// are done. Chunks are written under other names first, and are on the disk before their tile is in the journal: so
/// an end at any time, by a signal too, leaves a state that [`resume`](Self::resume) takes up. Tiles that were not in
/// the journal are to be written again.
///
/// ```
/// use ndarray::ArrayD;
/// use pipeline::image::{ImageSink, PixelSize, ZarrOptions, ZarrSink, read_image};
/// use tensor_ops::{DataType, Tensor};
/// use tiling::{Region, TileSink};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("result.zarr");
/// let tiles: Vec<Region> = [0, 4].iter().map(|&row| Region::new([row, 0], [4, 6])).collect::<Result<_, _>>()?;
/// let tile = Tensor::from(ArrayD::from_elem(vec![4, 6], 7_u8));
///
/// let size = PixelSize::default();
/// let options = ZarrOptions::default();
/// let mut sink = ZarrSink::create(&path, &[8, 6], DataType::Uint8, &"yx".parse()?, &size, &options, "plan 1")?;
/// sink.write(&tiles[0], &tile)?;
/// sink.mark_done(0)?;
/// drop(sink); // the run ends here
///
/// let mut sink = ZarrSink::resume(&path, "plan 1")?;
/// for (number, region) in tiles.iter().enumerate() {
///     if !sink.completed().contains(&number) {
///         sink.write(region, &tile)?;
///         sink.mark_done(number)?;
///     }
/// }
/// Box::new(sink).finish()?;
/// assert_eq!(read_image(&path)?.tensor, Tensor::from(ArrayD::from_elem(vec![8, 6], 7_u8)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ZarrSink {
    sink: MappedSink<ZarrFile>,
    path: PathBuf,
    nothing: BTreeSet<usize>,
}

impl ZarrSink {
    /// Begin an image.
    ///
    /// Shape, axes and choices are those of [`create_sink`](crate::image::create_sink). `fingerprint` is any text that
    /// differs between runs whose tiles do not fit together: it should tell the plan of the tiles, the input and the
    /// model.
    ///
    /// # Errors
    ///
    /// Those of [`create_sink`](crate::image::create_sink), and [`ZarrError::Unfinished`] if there is an unfinished
    /// image already.
    pub fn create(
        path: impl AsRef<Path>,
        shape: &[usize],
        data_type: DataType,
        axes: &ImageAxes,
        pixel_size: &PixelSize,
        options: &ZarrOptions,
        fingerprint: &str,
    ) -> Result<Self, ImageError> {
        let path = path.as_ref();
        let create = || -> Result<Self, ImageErrorKind> {
            let plan = FileAxes::plan(shape, axes, ImageFormat::Zarr)?;
            let run = Run {
                fingerprint: fingerprint.to_owned(),
                shape: shape.to_vec(),
                axes: axes.clone(),
            };
            let file = ZarrFile::create_resumable(path, &plan, data_type, pixel_size, options, &run)?;
            Ok(Self::new(path, file, shape, plan))
        };
        create().map_err(|kind| ImageError::at(path, kind))
    }

    /// Go on with an image that was begun by [`create`](Self::create) with the same fingerprint.
    ///
    /// # Errors
    ///
    /// [`ZarrError::NothingToResume`], [`ZarrError::OtherRun`] if the fingerprint is another, [`ZarrError::Journal`],
    /// or the folder cannot be read.
    pub fn resume(path: impl AsRef<Path>, fingerprint: &str) -> Result<Self, ImageError> {
        let path = path.as_ref();
        let resume = || -> Result<Self, ImageErrorKind> {
            let (file, run) = ZarrFile::resume(path)?;
            let folder = unfinished_folder(path)?;
            if run.fingerprint != fingerprint {
                return Err(ZarrError::OtherRun {
                    path: folder,
                    what: "fingerprint",
                    found: run.fingerprint,
                    expected: fingerprint.to_owned(),
                }
                .into());
            }
            let plan = FileAxes::plan(&run.shape, &run.axes, ImageFormat::Zarr)?;
            if plan.shape() != file.shape() {
                // Journal and array were not made together.
                return Err(ZarrError::Journal { path: folder }.into());
            }
            Ok(Self::new(path, file, &run.shape, plan))
        };
        resume().map_err(|kind| ImageError::at(path, kind))
    }

    /// The fingerprint of an unfinished image, for programs that keep in it what they need to go on.
    ///
    /// # Errors
    ///
    /// [`ZarrError::NothingToResume`], [`ZarrError::Journal`], or the folder cannot be read.
    pub fn unfinished_fingerprint(path: impl AsRef<Path>) -> Result<String, ImageError> {
        let path = path.as_ref();
        let (_, run) = ZarrFile::resume(path).map_err(|kind| ImageError::at(path, kind))?;
        Ok(run.fingerprint)
    }

    /// Whether there is an unfinished image that [`resume`](Self::resume) could go on with, whatever its fingerprint.
    #[must_use]
    pub fn is_unfinished(path: impl AsRef<Path>) -> bool {
        unfinished_folder(path.as_ref()).is_ok_and(|folder| journal::is_in(&folder))
    }

    /// Remove an unfinished image; nothing happens if there is none.
    ///
    /// # Errors
    ///
    /// The folder cannot be removed.
    pub fn discard(path: impl AsRef<Path>) -> Result<(), ImageError> {
        let path = path.as_ref();
        if !Self::is_unfinished(path) {
            return Ok(());
        }
        let remove = || -> Result<(), ImageErrorKind> { Ok(fs::remove_dir_all(unfinished_folder(path)?)?) };
        remove().map_err(|kind| ImageError::at(path, kind))
    }

    fn new(path: &Path, file: ZarrFile, shape: &[usize], plan: FileAxes) -> Self {
        Self {
            sink: MappedSink::new(path, file, shape, plan),
            path: path.to_path_buf(),
            nothing: BTreeSet::new(),
        }
    }

    /// The folder that the image is in until it is finished: `NAME.partial`. What else is put there goes along with it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.sink.file().folder()
    }

    /// The tiles that are done, by the numbers that [`mark_done`](Self::mark_done) was given.
    #[must_use]
    pub fn completed(&self) -> &BTreeSet<usize> {
        self.sink
            .file()
            .journal()
            .map_or(&self.nothing, journal::Journal::completed)
    }

    /// Note that everything of a tile was written. The note is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub fn mark_done(&mut self, tile: usize) -> Result<(), ImageError> {
        match self.sink.file_mut().journal_mut() {
            Some(journal) => journal
                .add(tile)
                .map_err(|error| ImageError::at(&self.path, error)),
            None => Ok(()),
        }
    }
}

impl TileSink for ZarrSink {
    type Tile = Tensor;
    type Error = ImageError;

    fn shape(&self) -> &[usize] {
        self.sink.shape()
    }

    fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), ImageError> {
        self.sink.write(region, tile)
    }

    fn tile_done(&mut self, tile: usize) -> Result<(), ImageError> {
        self.mark_done(tile)
    }

    fn chunk_shape(&self) -> Option<&[usize]> {
        self.sink.chunk_shape()
    }
}

impl ImageSink for ZarrSink {
    fn format(&self) -> ImageFormat {
        self.sink.format()
    }

    fn data_type(&self) -> DataType {
        self.sink.data_type()
    }

    fn read_back(&mut self, region: &Region) -> Result<Tensor, ImageError> {
        self.sink.read_back(region)
    }

    fn finish(self: Box<Self>) -> Result<(), ImageError> {
        Box::new(self.sink).finish()
    }
}
