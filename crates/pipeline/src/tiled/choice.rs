//! How large tiles are, and how many run at the same time.

use std::num::NonZeroUsize;

use tiling::{Geometry, PlanError, TilePlan, TileRequest};

use super::memory::MemoryModel;
use super::plan::{elements_of, largest_tile};
use super::{TileChoice, TiledError};
use crate::builder::Pipeline;

/// The part of a network's time that more threads do not shorten, where an engine runs networks side by side: a quarter to a
/// third for U-Nets on tract (docs/performance.md).
const SERIAL_PART: f64 = 0.3;

/// What the first use of memory takes, for each element of the tiles that run at the same time, in units of what one thread
/// takes to compute it: the system clears every page that it hands out. A byte takes 1 ns (docs/performance.md), and U-Nets on
/// tract compute 3 ns for each byte that they take; other machines clear pages several times faster.
const FIRST_USE: f64 = 0.3;

/// How often the size of tiles is halved to see whether smaller ones take less time.
const HALVINGS: usize = 5;

/// What tiles are chosen from.
pub(super) struct TileSpace<'a> {
    pub(super) geometry: &'a Geometry,
    pub(super) images: &'a [Vec<usize>],
    pub(super) request: &'a TileRequest,
    /// The memory that may be taken, in bytes.
    pub(super) limit: u64,
    /// The tile in which nothing is cut that may be left whole, where there is one.
    pub(super) uncut: Option<Vec<Vec<usize>>>,
}

impl TileSpace<'_> {
    /// The tiles that compute least, of those that fit if this many run at the same time and that have no more elements than
    /// these.
    fn plan(&self, memory: &MemoryModel, at_once: NonZeroUsize, most: u64) -> Result<TilePlan, PlanError> {
        let cost = |tile: &[Vec<usize>]| {
            if elements_of(tile) > most {
                return u64::MAX;
            }
            memory.bytes(self.geometry, tile, at_once)
        };
        TilePlan::within_budget(self.geometry, self.images, self.request, self.limit, &cost)
    }
}

impl Pipeline {
    /// The tiles that take the least time. What fits as a whole is not cut, even where that were faster: it is right whatever
    /// the description says of halos.
    pub(super) fn best_tiles(
        &self,
        space: &TileSpace<'_>,
        memory: &MemoryModel,
        counts: &[NonZeroUsize],
    ) -> Result<TileChoice, TiledError> {
        let largest = space.plan(memory, NonZeroUsize::MIN, u64::MAX)?;
        let tile = largest_tile(&largest);
        if space.uncut.as_ref() == Some(&tile) {
            let fits = |count| memory.bytes(space.geometry, &tile, count) <= space.limit;
            return Ok(self.best_at_once(largest, counts, fits));
        }
        let mut best = TileChoice::new(largest, NonZeroUsize::MIN);
        for &at_once in counts {
            let mut most = u64::MAX;
            for _ in 0..=HALVINGS {
                let Ok(plan) = space.plan(memory, at_once, most) else {
                    break;
                };
                most = elements_of(&largest_tile(&plan)) / 2;
                let choice = TileChoice::new(plan, at_once);
                if self.expected_time(&choice) < self.expected_time(&best) {
                    best = choice;
                }
            }
        }
        Ok(best)
    }

    /// The number of tiles at the same time that takes the least time, of those that fit into the memory; one if none does.
    pub(super) fn best_at_once(
        &self,
        plan: TilePlan,
        counts: &[NonZeroUsize],
        fits: impl Fn(NonZeroUsize) -> bool,
    ) -> TileChoice {
        let mut best = TileChoice::new(plan, NonZeroUsize::MIN);
        for &at_once in counts.iter().filter(|&&count| fits(count)) {
            let choice = TileChoice::new(best.plan.clone(), at_once);
            if self.expected_time(&choice) < self.expected_time(&best) {
                best = choice;
            }
        }
        best
    }

    /// The same for tiles of one size that are known to be wanted whatever they take, after the memory that they take was
    /// measured: first that of one, then, if several seem to fit, that of several.
    pub(super) fn measured_at_once(
        &mut self,
        geometry: &Geometry,
        plan: TilePlan,
        counts: &[NonZeroUsize],
        limit: u64,
    ) -> Result<TileChoice, TiledError> {
        let tile = largest_tile(&plan);
        let Some(mut memory) = MemoryModel::of_one_size(self, &tile)? else {
            return Ok(TileChoice::new(plan, NonZeroUsize::MIN));
        };
        let seems = |count: &&NonZeroUsize| memory.bytes(geometry, &tile, **count) <= limit;
        if let Some(&most) = counts.iter().filter(seems).max() {
            memory = memory.with_side_by_side(self, &tile, most)?;
        }
        let fits = |count| memory.bytes(geometry, &tile, count) <= limit;
        Ok(self.best_at_once(plan, counts, fits))
    }

    /// How long tiles take, in units of one element on one thread.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn expected_time(&self, choice: &TileChoice) -> f64 {
        let tile = elements_of(&largest_tile(&choice.plan)) as f64;
        let (at_once, threads) = (choice.at_once.get() as f64, self.threads.get() as f64);
        let rounds = choice.plan.len().div_ceil(choice.at_once.get()) as f64;
        let computing = rounds * (SERIAL_PART + (1.0 - SERIAL_PART) * at_once / threads);
        tile * (computing + FIRST_USE * at_once)
    }
}
