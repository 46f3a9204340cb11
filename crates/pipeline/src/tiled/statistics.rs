//! What operations need to know of a whole image, measured part by part.

use tensor_ops::{Need, OpError, Scan, Tensor, TensorView};
use tiling::{Region, TileSource};

use super::blocks::Blocks;
use super::{TiledError, TiledProgress, TiledRun};
use crate::bind::statistics::{RawStatistics, Scope, TensorNeeds};
use crate::bind::tensors::BoundInput;

/// The scans of one tensor: of the sample, and of the sample as the dataset where that is asked for.
#[derive(Default)]
pub(super) struct Scans {
    tensor: String,
    scans: Vec<(Scope, Scan)>,
}

impl Scans {
    /// Scans for what is needed and not known yet.
    pub(super) fn new(
        needs: &TensorNeeds,
        known: &RawStatistics,
        tensor: &str,
        shape: &[usize],
    ) -> Result<Self, TiledError> {
        let scan = |(scope, needs): (Scope, Vec<Need>)| Ok((scope, Scan::new(&needs, shape)?));
        let scans = known.unknown(needs, tensor).into_iter().map(scan);
        Ok(Self {
            tensor: tensor.to_owned(),
            scans: scans
                .collect::<Result<_, OpError>>()
                .map_err(|error| statistics_error(tensor, error))?,
        })
    }

    /// Whether nothing is to be measured.
    pub(super) fn is_empty(&self) -> bool {
        self.scans.is_empty()
    }

    pub(super) fn needs_another_pass(&self) -> bool {
        self.scans.iter().any(|(_, scan)| scan.needs_another_pass())
    }

    pub(super) fn add(&mut self, part: &TensorView<'_>, start: &[usize]) -> Result<(), TiledError> {
        let added = self.open().try_for_each(|scan| scan.add(part, start));
        added.map_err(|error| statistics_error(&self.tensor, error))
    }

    pub(super) fn finish_pass(&mut self) -> Result<(), TiledError> {
        let finished = self.open().try_for_each(Scan::finish_pass);
        finished.map_err(|error| statistics_error(&self.tensor, error))
    }

    /// Adds what was measured to what is known.
    pub(super) fn finish(self, known: &mut RawStatistics) -> Result<(), TiledError> {
        for (scope, scan) in self.scans {
            let statistics = scan
                .finish()
                .map_err(|error| statistics_error(&self.tensor, error))?;
            known.insert(&self.tensor, scope, statistics);
        }
        Ok(())
    }

    /// The scans that want another pass.
    fn open(&mut self) -> impl Iterator<Item = &mut Scan> {
        let scans = self.scans.iter_mut().map(|(_, scan)| scan);
        scans.filter(|scan| scan.needs_another_pass())
    }
}

/// Measures an image that is read as often as it takes; returns how often that was. Nothing is read if nothing is needed.
pub(super) fn measure_input<S: TileSource<Tile = Tensor>>(
    needs: &TensorNeeds,
    known: &mut RawStatistics,
    input: &BoundInput,
    source: &mut S,
    run: &mut TiledRun<'_>,
) -> Result<u32, TiledError> {
    let mut scans = Scans::new(needs, known, &input.name, source.shape())?;
    let mut pass = 0;
    let blocks = Blocks::new(source.shape(), source.chunk_shape());
    while scans.needs_another_pass() {
        pass += 1;
        for (done, region) in blocks.iter().enumerate() {
            let (tensor, total) = (input.name.clone(), blocks.len());
            run.report(TiledProgress::Statistics {
                tensor,
                pass,
                done,
                total,
            })?;
            let tile = read(source, &input.name, &region)?;
            scans.add(&input.raw_part(&tile)?.view(), region.start())?;
        }
        scans.finish_pass()?;
    }
    scans.finish(known)?;
    Ok(pass)
}

/// A part of an image.
pub(super) fn read<S: TileSource<Tile = Tensor>>(
    source: &mut S,
    tensor: &str,
    region: &Region,
) -> Result<Tensor, TiledError> {
    source.read(region).map_err(|error| image_error(tensor, error))
}

fn statistics_error(tensor: &str, source: OpError) -> TiledError {
    TiledError::Statistics {
        tensor: tensor.to_owned(),
        source,
    }
}

pub(super) fn image_error<E: std::error::Error + Send + Sync + 'static>(
    tensor: &str,
    error: E,
) -> TiledError {
    TiledError::Image {
        tensor: tensor.to_owned(),
        source: Box::new(error),
    }
}
