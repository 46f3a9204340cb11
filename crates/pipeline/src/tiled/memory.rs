//! How much memory a network takes for a tile.

use std::fs;
use std::num::NonZeroUsize;
use std::thread;

use ndarray::ArrayD;
use runners::{RunError, Runner};
use tensor_ops::{DataType, Tensor, TensorView};
use tiling::{Geometry, OutputAxis, TilePlan, TileRequest};

use super::TiledError;
use super::plan::{elements_of, largest_tile};
use crate::builder::Pipeline;
use crate::error::{PipelineError, PipelineErrorKind};

/// What is free if the system does not say.
const ASSUMED_FREE: u64 = 2 << 30;
/// What a network takes for each element of its inputs if it cannot be measured.
const ASSUMED_BYTES: u64 = 4096;
/// What the process takes besides, if that cannot be measured.
const ASSUMED_BASE: u64 = 256 << 20;
/// How many elements the second, larger tile has at least that is measured.
const MEASURED_ELEMENTS: u64 = 1 << 17;
/// Measured memory is taken this many sixteenths larger: allocators do not find every place again.
const MARGIN_SIXTEENTHS: u64 = 17;

/// How memory grows with the tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemoryModel {
    /// What the process takes for itself and the weights.
    base: u64,
    /// What the network takes for each element of its inputs.
    bytes_per_element: u64,
    /// The same of each of several networks that run at the same time: more, as they take and free memory in each
    /// other's way.
    bytes_side_by_side: u64,
    /// The largest run that was measured: elements of the inputs, and the peak of memory.
    measured: Option<(u64, u64)>,
}

impl MemoryModel {
    /// What is taken for true where nothing can be measured.
    const ASSUMED: Self = Self {
        base: ASSUMED_BASE,
        bytes_per_element: ASSUMED_BYTES,
        bytes_side_by_side: ASSUMED_BYTES,
        measured: None,
    };

    /// Runs the network on the smallest tile and on a larger one, and compares the peaks of memory. Two sizes, since the first
    /// run also loads what does not grow; peaks of the whole process, since memory that was freed is taken again without
    /// growing it. Then `at_once` networks, if that is more than one, are run on the larger tile at the same time.
    pub(super) fn measure(
        pipeline: &mut Pipeline,
        geometry: &Geometry,
        images: &[Vec<usize>],
        request: &TileRequest,
        smallest: &TilePlan,
        at_once: NonZeroUsize,
    ) -> Result<Self, TiledError> {
        let small = largest_tile(smallest);
        let wanted = MEASURED_ELEMENTS.max(elements_of(&small).saturating_mul(8));
        let larger = TilePlan::within_budget(geometry, images, request, wanted, &elements_of)?;
        let large = largest_tile(&larger);
        if elements_of(&large) <= elements_of(&small) {
            let model = Self::of_one_size(pipeline, &small)?.unwrap_or(Self::ASSUMED);
            return model.with_side_by_side(pipeline, &small, at_once);
        }
        reset_peak();
        let before = peak_memory();
        run_on_zeros(pipeline, &small)?;
        let first = peak_memory();
        run_on_zeros(pipeline, &large)?;
        let (Some(before), Some(first), Some(second)) = (before, first, peak_memory()) else {
            return Ok(Self::ASSUMED);
        };
        Self::of_peaks(
            before,
            (elements_of(&small), first),
            (elements_of(&large), second),
        )
        .with_side_by_side(pipeline, &large, at_once)
    }

    /// What the peaks of a small and of a large tile tell, where the process had `before`.
    fn of_peaks(before: u64, small: (u64, u64), large: (u64, u64)) -> Self {
        // Not even the tile itself is seen: there was room for it in memory that was used and freed before. All that is known is
        // that the larger one took no more than everything.
        if small.1.saturating_sub(before) < small.0.saturating_mul(4) {
            let bytes = large.1.div_ceil(large.0.max(1)).min(ASSUMED_BYTES);
            return Self {
                base: before,
                bytes_per_element: bytes,
                bytes_side_by_side: bytes,
                measured: None,
            };
        }
        Self::between(small, large)
    }

    /// Runs the network on tiles of the only size there is, and takes all that memory grows by for that of the tile. Nothing if
    /// memory cannot be measured.
    pub(super) fn of_one_size(
        pipeline: &mut Pipeline,
        tile: &[Vec<usize>],
    ) -> Result<Option<Self>, TiledError> {
        reset_peak();
        let before = peak_memory();
        run_on_zeros(pipeline, tile)?;
        let measured = before.zip(peak_memory());
        Ok(measured.map(|(base, peak)| Self::between((0, base), (elements_of(tile), peak))))
    }

    /// Runs networks on tiles at the same time, if that is more than one, to measure what each of them takes then.
    pub(super) fn with_side_by_side(
        mut self,
        pipeline: &mut Pipeline,
        tile: &[Vec<usize>],
        at_once: NonZeroUsize,
    ) -> Result<Self, TiledError> {
        if run_side_by_side(pipeline, tile, at_once)?
            && let Some(peak) = peak_memory()
        {
            let all = elements_of(tile).saturating_mul(at_once.get() as u64).max(1);
            let each = peak.saturating_sub(self.base).div_ceil(all);
            self.bytes_side_by_side = with_margin(each).max(self.bytes_per_element);
        }
        Ok(self)
    }

    /// The line through two measurements.
    fn between((elements, peak): (u64, u64), (more_elements, higher_peak): (u64, u64)) -> Self {
        let grown = more_elements.saturating_sub(elements).max(1);
        let bytes_per_element = higher_peak.saturating_sub(peak).div_ceil(grown);
        let base = higher_peak.saturating_sub(bytes_per_element.saturating_mul(more_elements));
        Self {
            base,
            bytes_per_element: with_margin(bytes_per_element),
            bytes_side_by_side: with_margin(bytes_per_element),
            measured: Some((more_elements, higher_peak)),
        }
    }

    /// Measures again on a tile that is much larger than those before and known to fit: small tiles take more for each
    /// element, since allocators keep small pieces. Nothing if the tile is not much larger, or if memory cannot be measured.
    pub(super) fn refined(
        &self,
        pipeline: &mut Pipeline,
        tile: &[Vec<usize>],
    ) -> Result<Option<Self>, TiledError> {
        let size = elements_of(tile);
        let Some(known) = self.measured.filter(|(elements, _)| size / 3 >= *elements) else {
            return Ok(None);
        };
        run_on_zeros(pipeline, tile)?;
        Ok(peak_memory().map(|peak| {
            let found = Self::between(known, (size, peak));
            let bytes_side_by_side = self.bytes_side_by_side.max(found.bytes_per_element);
            Self {
                bytes_side_by_side,
                ..found
            }
        }))
    }

    /// What the process takes while it runs `at_once` tiles of these shapes: the networks, and the tiles that are read and
    /// written meanwhile.
    pub(super) fn bytes(&self, geometry: &Geometry, tile: &[Vec<usize>], at_once: NonZeroUsize) -> u64 {
        let inputs = elements_of(tile);
        let outputs: u64 = geometry
            .outputs()
            .iter()
            .map(|output| {
                let reference = &tile[output.reference];
                output.axes.iter().fold(1_u64, |product, axis| {
                    product.saturating_mul(output_size(axis, reference))
                })
            })
            .sum();
        // A tile of each input and output waits for every network and one comes from it, in float32; one more is read or
        // written, where it is as it is in the file, too.
        let at_once = at_once.get() as u64;
        let per_element = if at_once > 1 {
            self.bytes_side_by_side
        } else {
            self.bytes_per_element
        };
        let waiting = inputs
            .saturating_add(outputs)
            .saturating_mul(2 * at_once * 4 + (4 + 4));
        let networks = per_element.saturating_mul(inputs).saturating_mul(at_once);
        self.base.saturating_add(networks).saturating_add(waiting)
    }
}

fn output_size(axis: &OutputAxis, reference: &[usize]) -> u64 {
    match *axis {
        OutputAxis::New { size } => size as u64,
        OutputAxis::Follows {
            axis,
            scale,
            twice_offset,
            ..
        } => {
            let input = reference.get(axis).copied().unwrap_or(0) as u128;
            let scaled = input * u128::from(scale.numerator()) / u128::from(scale.denominator());
            let grown = scaled.saturating_add_signed(twice_offset.into());
            u64::try_from(grown).unwrap_or(u64::MAX)
        }
    }
}

fn with_margin(bytes: u64) -> u64 {
    bytes.saturating_mul(MARGIN_SIXTEENTHS).div_ceil(16)
}

fn run_on_zeros(pipeline: &mut Pipeline, tile: &[Vec<usize>]) -> Result<(), PipelineError> {
    let zeros = zeros(pipeline, tile);
    let views: Vec<TensorView<'_>> = zeros.iter().map(Tensor::view).collect();
    pipeline.runner.run(&views).map(drop).map_err(failed)
}

/// Runs networks on zeros at the same time. Answers whether there was anything to run.
fn run_side_by_side(
    pipeline: &mut Pipeline,
    tile: &[Vec<usize>],
    at_once: NonZeroUsize,
) -> Result<bool, PipelineError> {
    if at_once.get() == 1 {
        return Ok(false);
    }
    let Some(runners) = pipeline.runner.side_by_side(at_once) else {
        return Ok(false);
    };
    let zeros = zeros(pipeline, tile);
    let views: Vec<TensorView<'_>> = zeros.iter().map(Tensor::view).collect();
    let views = views.as_slice();
    thread::scope(|scope| {
        let run = |mut runner: Box<dyn Runner>| move || runner.run(views).map(drop);
        let running: Vec<_> = runners
            .into_iter()
            .map(|runner| scope.spawn(run(runner)))
            .collect();
        let results = running.into_iter().map(|thread| {
            thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        results.collect::<Result<(), RunError>>()
    })
    .map_err(failed)?;
    Ok(true)
}

fn failed(error: RunError) -> PipelineError {
    PipelineError::caused_by(PipelineErrorKind::Run, error)
}

fn zeros(pipeline: &Pipeline, tile: &[Vec<usize>]) -> Vec<Tensor> {
    let types: Vec<Option<DataType>> = pipeline
        .runner
        .signature()
        .inputs
        .iter()
        .map(|port| port.data_type)
        .collect();
    tile.iter()
        .zip(types)
        .map(|(shape, data_type)| {
            let zeros = Tensor::from(ArrayD::<f32>::zeros(shape.as_slice()));
            zeros.into_cast(data_type.unwrap_or(DataType::Float32))
        })
        .collect()
}

/// What is free on the machine, in bytes.
pub(super) fn free_memory() -> u64 {
    kibibytes("/proc/meminfo", "MemAvailable:").unwrap_or(ASSUMED_FREE)
}

/// The largest memory that the process has taken since the last reset, in bytes.
fn peak_memory() -> Option<u64> {
    kibibytes("/proc/self/status", "VmHWM:")
}

/// Lets the peak begin anew. Where that is not possible the peak is too high, and tiles become smaller.
fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// A line `KEY   1234 kB` of a file of the system, in bytes.
fn kibibytes(path: &str, key: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.trim()
        .strip_suffix("kB")?
        .trim()
        .parse::<u64>()
        .ok()?
        .checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freed_memory_that_hides_what_a_network_takes_makes_tiles_smaller_and_not_larger() {
        let seen = MemoryModel::of_peaks(50_000_000, (10_000, 60_000_000), (110_000, 80_000_000));
        assert_eq!(seen.bytes_per_element, with_margin(200));
        assert_eq!(seen.measured, Some((110_000, 80_000_000)));
        let kept = 400_000_000;
        let hidden = MemoryModel::of_peaks(kept, (10_000, kept), (110_000, kept));
        assert_eq!((hidden.base, hidden.bytes_per_element), (kept, 3637));
        let hidden_in_part = MemoryModel::of_peaks(kept, (10_000, kept), (110_000, kept + 100));
        assert!(hidden_in_part.bytes_per_element > seen.bytes_per_element);
    }
}
