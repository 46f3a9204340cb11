//! The largest tiles that a budget allows.

use super::error::PlanError;
use super::line::Line;
use super::lines::{Share, lines};
use super::{TilePlan, TileRequest, size};
use crate::geometry::Geometry;

/// What a choice of tiles costs: elements that the network is given in all, then the number of tiles.
type Work = (u128, u128);

impl TilePlan {
    /// Covers images with the tiles that make the network compute least among those that fit a budget. Sizes of the
    /// request are kept; the others are chosen.
    ///
    /// `cost` gets the shapes of a tile, one for each input, and returns what running it takes, in the unit of `limit`.
    /// It must not fall when a tile grows. Tiles are no larger than their number needs: where two tiles of 512 and one of
    /// 200 would cover an axis, three smaller ones do.
    ///
    /// # Errors
    ///
    /// [`PlanError::Memory`] if the smallest tiles cost more than `limit`, and the errors of [`TilePlan::new`].
    pub fn within_budget(
        geometry: &Geometry,
        images: &[Vec<usize>],
        request: &TileRequest,
        limit: u64,
        cost: &dyn Fn(&[Vec<usize>]) -> u64,
    ) -> Result<Self, PlanError> {
        let request = request.complete(geometry.dimensions().len())?;
        let (lines, shares) = lines(geometry, images, &request)?;
        let candidates = candidates(geometry, &request, &lines, &shares)?;
        let cost = |tiles: &[i128]| cost(&tile_shapes(geometry, images, &shares, tiles));
        let mut search = Search {
            lines: &lines,
            candidates: &candidates,
            limit,
            cost: &cost,
            best: None,
        };
        search.descend(&mut Vec::with_capacity(lines.len()));
        let Some((_, tiles)) = search.best else {
            let smallest: Vec<i128> = candidates
                .iter()
                .filter_map(|sizes| sizes.last().copied())
                .collect();
            let tile = tile_shapes(geometry, images, &shares, &smallest);
            return Err(PlanError::Memory {
                needed: cost(&smallest),
                limit,
                tile,
            });
        };
        Self::from_lines(geometry, images, request, &lines, shares, &tiles)
    }
}

impl TilePlan {
    /// Covers images with the smallest tiles of which several can cover them. Sizes of the request are kept. Such a tile
    /// shows what a network takes, before larger ones are chosen.
    ///
    /// # Errors
    ///
    /// Those of [`TilePlan::new`].
    pub fn smallest(
        geometry: &Geometry,
        images: &[Vec<usize>],
        request: &TileRequest,
    ) -> Result<Self, PlanError> {
        let request = request.complete(geometry.dimensions().len())?;
        let (lines, shares) = lines(geometry, images, &request)?;
        let candidates = candidates(geometry, &request, &lines, &shares)?;
        let tiles: Vec<i128> = candidates
            .iter()
            .filter_map(|sizes| sizes.last().copied())
            .collect();
        Self::from_lines(geometry, images, request, &lines, shares, &tiles)
    }
}

/// The sizes that may be chosen along each dimension, from the largest down.
fn candidates(
    geometry: &Geometry,
    request: &TileRequest,
    lines: &[Line],
    shares: &[Vec<Share>],
) -> Result<Vec<Vec<i128>>, PlanError> {
    let mut candidates = Vec::with_capacity(lines.len());
    for (at, (line, asked)) in lines.iter().zip(&request.tiles).enumerate() {
        candidates.push(match asked {
            Some(tile) if !line.is_whole => vec![line.checked_tile(*tile)?],
            _ if !is_cut_by_all(geometry, shares, at) => vec![line.largest_tile()],
            _ => line.candidates(),
        });
    }
    Ok(candidates)
}

/// Whether every output follows the dimension, so that it may be cut.
fn is_cut_by_all(geometry: &Geometry, shares: &[Vec<Share>], dimension: usize) -> bool {
    geometry.outputs().iter().all(|output| {
        let reference = &geometry.inputs()[output.reference].axes;
        output.axes.iter().any(|axis| match *axis {
            crate::OutputAxis::New { .. } => false,
            crate::OutputAxis::Follows { axis, .. } => {
                reference[axis].dimension == dimension && shares[output.reference][axis] != Share::Whole
            }
        })
    })
}

fn tile_shapes(
    geometry: &Geometry,
    images: &[Vec<usize>],
    shares: &[Vec<Share>],
    tiles: &[i128],
) -> Vec<Vec<usize>> {
    let shape = |(input, image): (usize, &Vec<usize>)| {
        let axes = geometry.inputs()[input]
            .axes
            .iter()
            .zip(&shares[input])
            .zip(image);
        axes.map(|((axis, share), &len)| match share {
            Share::Whole => len,
            Share::Cut(ratio) => size(ratio.floor(tiles[axis.dimension])),
        })
        .collect()
    };
    images.iter().enumerate().map(shape).collect()
}

/// All combinations of candidates but those that cannot be best: along the last dimension only the largest size that fits
/// is looked at, since work falls when tiles grow.
struct Search<'a> {
    lines: &'a [Line],
    candidates: &'a [Vec<i128>],
    limit: u64,
    cost: &'a dyn Fn(&[i128]) -> u64,
    best: Option<(Work, Vec<i128>)>,
}

impl Search<'_> {
    fn descend(&mut self, chosen: &mut Vec<i128>) {
        let at = chosen.len();
        if at + 1 < self.candidates.len() {
            for &tile in &self.candidates[at] {
                chosen.push(tile);
                self.descend(chosen);
                chosen.pop();
            }
            return;
        }
        let Some(sizes) = self.candidates.last() else {
            return;
        };
        let fits = |tile: i128| {
            let mut tiles = chosen.clone();
            tiles.push(tile);
            (self.cost)(&tiles) <= self.limit
        };
        // Candidates fall, so those that fit are at the end.
        let first = sizes.partition_point(|&tile| !fits(tile));
        let Some(&tile) = sizes.get(first) else {
            return;
        };
        let mut tiles = chosen.clone();
        tiles.push(tile);
        let work = self.work(&tiles);
        if self.best.as_ref().is_none_or(|(best, _)| work < *best) {
            self.best = Some((work, tiles));
        }
    }

    fn work(&self, tiles: &[i128]) -> Work {
        let mut elements = 1_u128;
        let mut count = 1_u128;
        for (line, &tile) in self.lines.iter().zip(tiles) {
            let number = line.count(tile).unsigned_abs();
            count = count.saturating_mul(number);
            elements = elements.saturating_mul(number.saturating_mul(tile.unsigned_abs()));
        }
        (elements, count)
    }
}
