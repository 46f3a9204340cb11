//! Which tiles.

use std::iter::successors;
use std::num::NonZeroUsize;

use rdf_spec::Axis;
use tiling::{Extent, Geometry, OutputAxis, OutputGeometry, Sizes, TilePlan, TileRequest};

use super::choice::TileSpace;
use super::memory::{MemoryModel, free_memory};
use super::{TileChoice, TileOptions, TiledError};
use crate::bind::geometry::TileGeometry;
use crate::builder::Pipeline;

/// More bytes for an element of an input than networks take: 4096 feature maps of full size in `float32`. What fits with that
/// need not be measured.
const CERTAINLY_ENOUGH: u64 = 16 << 10;

/// From this number of tiles on, one more is run to measure what a large one takes.
const MANY_TILES: usize = 40;

/// From this number of tiles of the only size there is, it is worth to measure whether two of them fit at the same time: that
/// takes as long as three tiles, and saves a quarter of all.
const SEVERAL_TILES: usize = 16;

const TWO: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

impl Pipeline {
    /// Chooses tiles for images of these shapes, one for each input, in the axis order of the description.
    ///
    /// Where sizes are left open, the network is run on small tiles of zeros first, and the memory that this takes is
    /// measured; then the tiles are chosen that take the least time within the memory: one if the image fits as a whole, else
    /// those that compute little twice and do not use more memory than that is worth. It is measured once. Measuring needs `/proc` (Linux);
    /// elsewhere 4 KiB are assumed for each element of an input.
    ///
    /// # Errors
    /// [`TiledError`] if the description does not say how sizes belong together, if an axis is unknown, if the images cannot
    /// be covered as asked, or if the network fails on zeros.
    pub fn plan_tiles(
        &mut self,
        images: &[Vec<usize>],
        options: &TileOptions,
    ) -> Result<TilePlan, TiledError> {
        self.choose(images, options, &[NonZeroUsize::MIN])
            .map(|choice| choice.plan)
    }

    /// Chooses tiles as [`plan_tiles`](Self::plan_tiles) does, and how many of them to run at the same time, each on its part
    /// of the threads: more at once keep all threads busy, but must be smaller to fit into the memory, so that more of
    /// them overlaps.
    ///
    /// # Errors
    /// Those of [`plan_tiles`](Self::plan_tiles).
    pub fn choose_tiles(
        &mut self,
        images: &[Vec<usize>],
        options: &TileOptions,
    ) -> Result<TileChoice, TiledError> {
        let counts = self.counts();
        self.choose(images, options, &counts)
    }

    /// How many networks the engine can run at the same time: 1, 2, 4, ...
    fn counts(&mut self) -> Vec<NonZeroUsize> {
        if self.runner.side_by_side(self.threads).is_none() {
            return vec![NonZeroUsize::MIN];
        }
        let doubled = |count: &NonZeroUsize| count.checked_mul(TWO).filter(|next| *next <= self.threads);
        successors(Some(NonZeroUsize::MIN), doubled).collect()
    }

    fn choose(
        &mut self,
        images: &[Vec<usize>],
        options: &TileOptions,
        counts: &[NonZeroUsize],
    ) -> Result<TileChoice, TiledError> {
        let described = self.geometry.clone().map_err(TiledError::Geometry)?;
        let geometry = adapted(&described, options)?;
        let mut request = TileRequest::default().with_padding(options.padding);
        if let Some(batch) = described
            .dimension(Axis::Batch.letter())
            .filter(|_| !options.whole)
        {
            request = request.with_tile(batch, 1);
        }
        for &(letter, size) in &options.tile {
            request = request.with_tile(cut_dimension(&described, letter)?, size);
        }
        for &(letter, stride) in &options.stride {
            request = request.with_stride(cut_dimension(&described, letter)?, stride);
        }
        for &(output, letter, length) in &options.chunks {
            if let Some(axis) = output_axis(&described, output, letter) {
                request = request.with_chunks(output, axis, length);
            }
        }
        let whole = TilePlan::new(&geometry, images, &request);
        if options.whole {
            return Ok(TileChoice::new(whole?, NonZeroUsize::MIN));
        }
        // What keeps these from being possible keeps larger tiles from it as well.
        let smallest = TilePlan::smallest(&geometry, images, &request)?;
        let limit = options.memory.unwrap_or_else(|| free_memory() / 2);
        let limit = limit.saturating_sub(options.reserved);
        let uncut = whole.as_ref().ok().map(largest_tile);
        if let Ok(whole) = whole {
            let tile = largest_tile(&whole);
            let certain = elements_of(&tile).saturating_mul(CERTAINLY_ENOUGH);
            let fits = |at_once: NonZeroUsize| certain.saturating_mul(at_once.get() as u64) <= limit;
            let one_size = tile == largest_tile(&smallest);
            if one_size && !counts.iter().all(|&count| fits(count)) && whole.len() >= SEVERAL_TILES {
                return self.measured_at_once(&geometry, whole, counts, limit);
            }
            if one_size || fits(NonZeroUsize::MIN) {
                return Ok(self.best_at_once(whole, counts, fits));
            }
        }
        let memory = match self.memory {
            Some(known) => known,
            None => {
                let most = self.counts().into_iter().max().unwrap_or(NonZeroUsize::MIN);
                MemoryModel::measure(self, &geometry, images, &request, &smallest, most)?
            }
        };
        self.memory = Some(memory);
        let space = TileSpace {
            geometry: &geometry,
            images,
            request: &request,
            limit,
            uncut,
        };
        let choice = self.best_tiles(&space, &memory, counts)?;
        // One tile more is worth it where there are many.
        if choice.plan.len() >= MANY_TILES
            && let Some(refined) = memory.refined(self, &largest_tile(&choice.plan))?
        {
            self.memory = Some(refined);
            return self.best_tiles(&space, &refined, counts);
        }
        Ok(choice)
    }
}

/// The index of a dimension that may be cut.
fn cut_dimension(described: &TileGeometry, letter: char) -> Result<usize, TiledError> {
    let is_cut = |at: &usize| described.geometry.dimensions()[*at].extent == Extent::Tiled;
    described
        .dimension(letter)
        .filter(is_cut)
        .ok_or_else(|| TiledError::UnknownAxis {
            letter,
            available: (0..described.letters.len())
                .filter(is_cut)
                .map(|at| described.letters[at])
                .collect(),
        })
}

/// The axis of an output that follows the axis of this letter; nothing if none does.
fn output_axis(described: &TileGeometry, output: usize, letter: char) -> Option<usize> {
    let dimension = described.dimension(letter)?;
    let output = described.geometry.outputs().get(output)?;
    let reference = &described.geometry.inputs().get(output.reference)?.axes;
    output.axes.iter().position(|axis| match *axis {
        OutputAxis::Follows { axis, .. } => reference[axis].dimension == dimension,
        OutputAxis::New { .. } => false,
    })
}

/// The geometry with the sizes and halos of the options instead of those of the description.
fn adapted(described: &TileGeometry, options: &TileOptions) -> Result<Geometry, TiledError> {
    let geometry = &described.geometry;
    let mut outputs: Vec<OutputGeometry> = geometry.outputs().to_vec();
    for &(letter, wanted) in &options.halo {
        let dimension = cut_dimension(described, letter)?;
        for output in &mut outputs {
            let reference = &geometry.inputs()[output.reference].axes;
            for found in &mut output.axes {
                if let OutputAxis::Follows { axis, halo, .. } = found
                    && reference[*axis].dimension == dimension
                {
                    *halo = wanted;
                }
            }
        }
    }
    let mut inputs = geometry.inputs().to_vec();
    for axis in inputs.iter_mut().flat_map(|input| &mut input.axes) {
        let is_cut = geometry.dimensions()[axis.dimension].extent == Extent::Tiled;
        let is_batch = described.letters[axis.dimension] == Axis::Batch.letter();
        if let Some(step) = options.any_size.filter(|_| is_cut && !is_batch) {
            axis.sizes = Sizes::Stepped { min: step, step };
        }
    }
    let changed = Geometry::new(geometry.dimensions().to_vec(), inputs, outputs);
    changed.map_err(|error| TiledError::Geometry(error.into()))
}

/// The shapes of the first tile, which no tile exceeds but the last ones of a stride that is no divisor of the step.
pub(super) fn largest_tile(plan: &TilePlan) -> Vec<Vec<usize>> {
    let first = plan.tile(0);
    first
        .map(|tile| {
            tile.inputs
                .iter()
                .map(|part| part.region().shape().to_vec())
                .collect()
        })
        .unwrap_or_default()
}

/// The elements of the tiles of all inputs.
pub(super) fn elements_of(tile: &[Vec<usize>]) -> u64 {
    let elements = |shape: &Vec<usize>| {
        shape
            .iter()
            .fold(1_u64, |product, &size| product.saturating_mul(size as u64))
    };
    tile.iter().map(elements).fold(0, u64::saturating_add)
}
