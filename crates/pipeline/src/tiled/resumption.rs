//! Runs that can be gone on with at any time, also where a result needs statistics of the whole.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tensor_ops::Tensor;
use tiling::{Region, TileSink};

use crate::axes::ImageAxes;
use crate::image::{
    ImageError, ImageErrorKind, ImageSink, PixelSize, ZarrCompression, ZarrOptions, ZarrSink,
};

/// What a run that can be gone on with keeps, and what earlier runs have done of it.
///
/// The sinks of such a run note in a journal the numbers that [`TileSink::tile_done`] is called with, as
/// [`ZarrSink`] does. These are tiles, or, for a result that is postprocessed by statistics of the whole, the
/// parts in which that is done once all tiles are there; until then what the network delivers is in a folder of its own, with
/// a journal of its tiles. Statistics are measured again by every run, from what is in that folder. So a run that ends at any time,
/// by a signal too, is gone on with, and the result is bitwise that of an undisturbed one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resumption {
    folder: PathBuf,
    done: Vec<Option<BTreeSet<usize>>>,
}

impl Resumption {
    /// `folder` is where results are kept until statistics are known: one that lasts as long as the sinks do. `done` has the
    /// numbers that the journal of each output has, empty at the beginning; nothing for outputs that nobody wants.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, done: Vec<Option<BTreeSet<usize>>>) -> Self {
        let folder = folder.into();
        Self { folder, done }
    }

    /// The folder in which results are kept.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The numbers that the journal of an output has; nothing if nobody wants it.
    #[must_use]
    pub fn done(&self, output: usize) -> Option<&BTreeSet<usize>> {
        self.done.get(output).and_then(Option::as_ref)
    }
}

/// What the network delivers for one output, in a folder, with a journal of the tiles.
pub(super) struct RawStore {
    path: PathBuf,
    axes: ImageAxes,
    shape: Vec<usize>,
    chunks: Vec<Option<usize>>,
    /// There from the first tile on, which says of which type the elements are.
    sink: Option<ZarrSink>,
}

impl RawStore {
    /// The store for an output, with what is in it already. `chunks` are lengths that suit the tiles.
    pub(super) fn open(
        folder: &Path,
        output: usize,
        axes: ImageAxes,
        shape: &[usize],
        chunks: Vec<Option<usize>>,
    ) -> Result<Self, ImageError> {
        let path = folder.join(format!("raw-{output}"));
        let sink = if ZarrSink::is_unfinished(&path) {
            Some(ZarrSink::resume(&path, &fingerprint(shape))?)
        } else {
            None
        };
        let shape = shape.to_vec();
        Ok(Self {
            path,
            axes,
            shape,
            chunks,
            sink,
        })
    }

    /// The tiles that are in it.
    pub(super) fn tiles(&self) -> BTreeSet<usize> {
        self.sink
            .as_ref()
            .map(|sink| sink.completed().clone())
            .unwrap_or_default()
    }

    pub(super) fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), ImageError> {
        if self.sink.is_none() {
            self.sink = Some(self.create(tile)?);
        }
        match &mut self.sink {
            Some(sink) => sink.write(region, tile),
            None => Ok(()),
        }
    }

    fn create(&self, tile: &Tensor) -> Result<ZarrSink, ImageError> {
        // What was begun and has no journal yet has no tiles either.
        self.remove_folder()?;
        let mut options = ZarrOptions::default().with_compression(ZarrCompression::None);
        for (letter, length) in self.axes.letters().zip(&self.chunks) {
            if let Some(length) = *length {
                options = options.with_chunk(letter, length);
            }
        }
        ZarrSink::create(
            &self.path,
            &self.shape,
            tile.data_type(),
            &self.axes,
            &PixelSize::default(),
            &options,
            &fingerprint(&self.shape),
        )
    }

    pub(super) fn tile_done(&mut self, tile: usize) -> Result<(), ImageError> {
        match &mut self.sink {
            Some(sink) => sink.tile_done(tile),
            None => Ok(()),
        }
    }

    /// A part; nothing if no tile was written.
    pub(super) fn read(&mut self, region: &Region) -> Result<Option<Tensor>, ImageError> {
        self.sink.as_mut().map(|sink| sink.read_back(region)).transpose()
    }

    /// Removes what is not needed any more.
    pub(super) fn remove(mut self) -> Result<(), ImageError> {
        self.sink = None;
        self.remove_folder()
    }

    fn remove_folder(&self) -> Result<(), ImageError> {
        let mut folder = self.path.clone().into_os_string();
        folder.push(".partial");
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(ImageError::at(&self.path, ImageErrorKind::Write(error)))
            }
            _ => Ok(()),
        }
    }
}

/// Results of other shapes do not fit.
fn fingerprint(shape: &[usize]) -> String {
    format!("what the network delivers: {shape:?}")
}
