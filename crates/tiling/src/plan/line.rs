//! One dimension: which tiles are possible, and where they are. The proofs are in `docs/tile-geometry.md`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::plan::ChunkLength;
use crate::plan::error::PlanError;
use crate::ratio::Ratio;
use crate::sizes::Lattice;

/// A part of a dimension in elements of its base axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Span {
    /// The first element.
    pub start: usize,
    /// The number of elements.
    pub size: usize,
}

impl Span {
    /// The element after the last one.
    #[must_use]
    pub fn end(self) -> usize {
        self.start + self.size
    }
}

/// An axis of an output that follows the dimension, with its scale relative to the base axis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Follower {
    /// Which axis of which output it is.
    pub(crate) output: usize,
    pub(crate) axis: usize,
    pub(crate) scale: Ratio,
    pub(crate) twice_offset: i128,
    pub(crate) halo: i128,
    /// What is known of the chunks that it is stored in.
    pub(crate) chunk: Option<ChunkLength>,
}

impl Follower {
    /// How many elements the output has for an input of this size.
    pub(crate) fn size(&self, input: i128) -> i128 {
        self.scale.floor(input) + self.twice_offset
    }

    /// The first element that a tile has right that starts there and is not the first.
    pub(super) fn first_right(&self, start: i128) -> i128 {
        self.scale.floor(start) + self.halo
    }

    /// The latest start for which [`first_right`](Self::first_right) is not behind an element.
    pub(super) fn latest_start(&self, element: i128) -> i128 {
        // floor(scale * start) + halo <= element: starts that are used are multiples of the denominator.
        self.scale.floor_quotient(element - self.halo)
    }

    /// The element behind the last one that a tile has right that is not the last.
    pub(super) fn last_right(&self, start: i128, size: i128) -> i128 {
        self.scale.floor(start + size) + self.twice_offset - self.halo
    }

    /// How many input elements of a tile are lost between two neighbours: `(2 * halo - 2 * offset) / scale`.
    fn overlap(&self) -> i128 {
        self.scale.ceil_quotient(2 * self.halo - self.twice_offset)
    }
}

/// What is to be solved along one dimension. All numbers are elements of the base axis.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) name: String,
    /// The size of the image.
    pub(crate) image: i128,
    /// Neither cut nor padded.
    pub(crate) is_whole: bool,
    /// The sizes that every input takes, and for which every output has a whole, positive number of elements.
    pub(crate) legal: Lattice,
    /// Tiles start at multiples of it.
    pub(crate) phase: i128,
    pub(crate) followers: Vec<Follower>,
    /// Numbers of tiles by their size, as far as they were asked for: chunks make them costly to find.
    pub(crate) known: RefCell<BTreeMap<i128, i128>>,
}

impl Line {
    /// The size of the image after padding at its end: the smallest one that can be covered.
    pub(crate) fn padded(&self) -> i128 {
        match self.legal.at_least(self.image) {
            Some(padded) => padded,
            // One legal size, smaller than the image: all tiles have it, and the last one starts in phase.
            None => self.legal.first + -(self.legal.first - self.image).div_euclid(self.phase) * self.phase,
        }
    }

    /// How many elements of a tile are lost between two neighbours.
    fn overlap(&self) -> i128 {
        self.followers.iter().map(Follower::overlap).fold(0, i128::max)
    }

    /// The largest distance between two tiles of this size: the usable part, rounded down to the phase.
    pub(crate) fn usable(&self, tile: i128) -> i128 {
        let usable = tile - self.overlap();
        usable.div_euclid(self.phase) * self.phase
    }

    /// The smallest tile of which several can cover an image.
    pub(crate) fn smallest(&self) -> Option<i128> {
        self.legal.at_least(self.overlap() + self.phase)
    }

    /// The size of tiles where nothing is asked for: the image's, or the only one there is.
    pub(crate) fn largest_tile(&self) -> i128 {
        let padded = self.padded();
        if self.legal.contains(padded) {
            padded
        } else {
            self.legal.first
        }
    }

    /// The size of tiles where `tile` is asked for: the image's, if that is smaller.
    pub(crate) fn checked_tile(&self, tile: usize) -> Result<i128, PlanError> {
        let padded = self.padded();
        let (found, tile) = (tile, tile as i128);
        if tile >= padded && self.legal.contains(padded) {
            return Ok(padded);
        }
        if !self.legal.contains(tile) {
            let size = |size: Option<i128>| size.and_then(|size| usize::try_from(size).ok());
            return Err(PlanError::TileSize {
                dimension: self.name.clone(),
                found,
                smaller: size(self.legal.at_most(tile)),
                larger: size(self.legal.at_least(tile)),
            });
        }
        if tile < padded && self.usable(tile) < 1 {
            return Err(self.too_small(tile));
        }
        Ok(tile)
    }

    pub(super) fn too_small(&self, tile: i128) -> PlanError {
        let size = |size: i128| usize::try_from(size).unwrap_or(usize::MAX);
        PlanError::TileTooSmall {
            dimension: self.name.clone(),
            found: size(tile),
            overlap: size(self.overlap().max(0)),
            phase: size(self.phase),
            smallest: self.smallest().map(size),
        }
    }

    /// The size of the last tile: the largest one up to `tile` that starts in phase when it ends at the end; a larger
    /// one where the legal sizes begin too high for that.
    pub(super) fn last_size(&self, tile: i128, padded: i128) -> i128 {
        let last = tile - (tile - padded).rem_euclid(self.phase);
        if self.legal.period == 0 || last >= self.legal.first {
            last
        } else {
            last + self.phase
        }
    }

    /// How many tiles of this size there are where chunks are of no concern.
    pub(super) fn plain_count(&self, tile: i128) -> i128 {
        let padded = self.padded();
        if tile >= padded {
            1
        } else {
            1 + -(tile - padded).div_euclid(self.usable(tile).max(1))
        }
    }

    /// Sizes of tiles from the whole image downwards, each the smallest one that needs no more tiles: every number of
    /// tiles up to 16, and from there on numbers that grow by an eighth. Where there are chunks, tiles end at their borders
    /// as far down as that is possible.
    pub(crate) fn candidates(&self) -> Vec<i128> {
        let padded = self.padded();
        if self.is_whole || self.legal.period == 0 {
            return vec![self.largest_tile()];
        }
        let mut sizes = vec![padded];
        let Some(smallest) = self.smallest().filter(|&smallest| smallest < padded) else {
            return sizes;
        };
        let plain = |tile, wanted| self.plain_count(tile) <= wanted;
        if self.has_chunks() {
            let aligned = |tile, wanted| self.aligned(tile, wanted).is_some();
            self.add_candidates(&mut sizes, smallest, &aligned);
        }
        self.add_candidates(&mut sizes, smallest, &plain);
        if sizes.last().is_some_and(|&last| smallest < last) {
            sizes.push(smallest);
        }
        sizes
    }

    /// Adds smaller sizes; `suffice` says whether so many tiles of a size are enough.
    fn add_candidates(&self, sizes: &mut Vec<i128>, smallest: i128, suffice: &dyn Fn(i128, i128) -> bool) {
        let most = self.plain_count(smallest);
        let largest = sizes.last().copied().unwrap_or(smallest);
        let mut wanted = 2;
        while wanted <= most {
            let size = self.balanced(wanted, smallest, largest, suffice);
            if sizes.last().is_some_and(|&last| size < last) {
                sizes.push(size);
            }
            wanted += (wanted / 8).max(1);
        }
    }

    /// The smallest tile between two legal sizes of which at most `wanted` are needed, or the largest one.
    fn balanced(
        &self,
        wanted: i128,
        smallest: i128,
        largest: i128,
        suffice: &dyn Fn(i128, i128) -> bool,
    ) -> i128 {
        let (mut low, mut high) = (0, (largest - smallest) / self.legal.period);
        while low < high {
            let middle = low + (high - low) / 2;
            if suffice(smallest + middle * self.legal.period, wanted) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        smallest + low * self.legal.period
    }

    /// Where the parts of an output end that the tiles deliver, from 0 to the size of the output: the cut between two
    /// tiles lies in the middle of what both have right, or at the border of a chunk that is next to it.
    pub(crate) fn cuts(&self, follower: &Follower, spans: &[(i128, i128)], chunk: Option<i128>) -> Vec<i128> {
        let output = follower.size(self.image);
        let mut cuts = vec![0];
        for pair in spans.windows(2) {
            let ((start, size), (next, _)) = (pair[0], pair[1]);
            let first_right = follower.first_right(next);
            let last_right = follower.last_right(start, size);
            let middle = first_right + (last_right - first_right) / 2;
            let border = chunk.map(|chunk| (first_right + last_right + chunk).div_euclid(2 * chunk) * chunk);
            let cut = border.filter(|border| (first_right..=last_right).contains(border));
            cuts.push(cut.unwrap_or(middle).min(output));
        }
        cuts.push(output);
        cuts
    }
}
