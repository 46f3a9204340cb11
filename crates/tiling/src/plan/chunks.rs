//! Tiles that end where the chunks of a stored output end.

use super::ChunkLength;
use super::error::PlanError;
use super::line::{Follower, Line};
use crate::ratio::Ratio;
use crate::sizes::MAX_SIZE;

/// Tiles along a line, as start and size, and how long the chunks of each follower are.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) spans: Vec<(i128, i128)>,
    pub(super) chunks: Vec<Option<i128>>,
}

/// Lengths that are tried are this part of the smallest one apart.
const GRID: i128 = 4;
/// So many more tiles, as a part of them, are worth it that each chunk is written once.
const MORE: i128 = 8;

impl Line {
    /// Whether an output is stored in chunks.
    pub(super) fn has_chunks(&self) -> bool {
        self.followers.iter().any(|follower| follower.chunk.is_some())
    }

    /// How many tiles of this size there are.
    pub(crate) fn count(&self, tile: i128) -> i128 {
        if !self.has_chunks() {
            return self.plain_count(tile);
        }
        if let Some(&count) = self.known.borrow().get(&tile) {
            return count;
        }
        let count = match self.layout(tile) {
            Ok(layout) => layout.spans.len() as i128,
            Err(_) => self.plain_count(tile),
        };
        self.known.borrow_mut().insert(tile, count);
        count
    }

    /// Where tiles of this size are. All have it except, where the phase is no divisor of the step between legal sizes,
    /// the last one.
    pub(super) fn layout(&self, tile: i128) -> Result<Layout, PlanError> {
        let padded = self.padded();
        if tile >= padded {
            let spans = vec![(0, padded)];
            let chunks = self.given_chunks();
            return Ok(Layout { spans, chunks });
        }
        let usable = self.usable(tile);
        if usable < 1 {
            return Err(self.too_small(tile));
        }
        let last = self.last_size(tile, padded);
        let last_start = padded - last;
        let mut spans = Vec::new();
        let mut start = 0;
        // Starts are multiples of the phase and below that of the last tile, so these tiles end inside the image.
        while start < last_start {
            spans.push((start, tile));
            start += usable;
        }
        spans.push((last_start, last));
        if !self.has_chunks() {
            let chunks = vec![None; self.followers.len()];
            return Ok(Layout { spans, chunks });
        }
        let count = spans.len() as i128;
        if let Some(layout) = self.aligned(tile, count + count / MORE) {
            return Ok(layout);
        }
        let chunks = self.least_crossed(tile, &spans);
        Ok(Layout { spans, chunks })
    }

    /// The layout with the fewest tiles of those where every cut is the border of a chunk; of equal ones that with the
    /// largest chunks. Nothing if it has more than `most` tiles.
    pub(super) fn aligned(&self, tile: i128, most: i128) -> Option<Layout> {
        if tile >= self.padded() {
            return self.layout(tile).ok();
        }
        let mut best: Option<Layout> = None;
        for chunks in self.choices(tile) {
            let most = best.as_ref().map_or(most, |best| best.spans.len() as i128 - 1);
            if let Some(spans) = self.aligned_spans(tile, &chunks, most) {
                best = Some(Layout { spans, chunks });
            }
        }
        best
    }

    /// Tiles that each end at the last borders that they have right, and begin as late as the next one may.
    fn aligned_spans(&self, tile: i128, chunks: &[Option<i128>], most: i128) -> Option<Vec<(i128, i128)>> {
        let padded = self.padded();
        let last = self.last_size(tile, padded);
        let last_start = padded - last;
        let mut spans = Vec::new();
        let mut start = 0;
        while start < last_start {
            // One more follows in any case.
            if spans.len() as i128 + 2 > most {
                return None;
            }
            spans.push((start, tile));
            let next = self.followers.iter().zip(chunks).map(|(follower, chunk)| {
                let right = follower.last_right(start, tile);
                let cut = chunk.map_or(right, |chunk| right.div_euclid(chunk) * chunk);
                // The latest start for which `first_right` is not behind the cut.
                let latest = follower.latest_start(cut);
                latest.div_euclid(self.phase) * self.phase
            });
            let next = next.min().unwrap_or(last_start);
            if next <= start {
                return None;
            }
            start = next;
        }
        spans.push((last_start, last));
        Some(spans)
    }

    /// Lengths of chunks for tiles that stay where they are: those that the fewest cuts lie inside of.
    fn least_crossed(&self, tile: i128, spans: &[(i128, i128)]) -> Vec<Option<i128>> {
        let crossed = |chunks: &Vec<Option<i128>>| {
            let each = self.followers.iter().zip(chunks).map(|(follower, chunk)| {
                let cuts = self.cuts(follower, spans, *chunk);
                let end = follower.size(self.image);
                let is_inside = |cut: &&i128| **cut < end && chunk.is_some_and(|chunk| **cut % chunk != 0);
                cuts.iter().filter(is_inside).count()
            });
            each.sum::<usize>()
        };
        // Chunks much smaller than a tile are written again in part only.
        let half = self.usable(tile) / 2;
        let choices = self.choices(tile);
        let small = |chunks: &&Vec<Option<i128>>| {
            let mut each = self.followers.iter().zip(chunks.iter());
            each.all(|(follower, chunk)| chunk.is_none_or(|chunk| chunk <= follower.scale.floor(half).max(1)))
        };
        let best = choices.iter().filter(small).min_by_key(|chunks| crossed(chunks));
        best.or(choices.last())
            .cloned()
            .unwrap_or_else(|| self.given_chunks())
    }

    fn given_chunks(&self) -> Vec<Option<i128>> {
        let given = |follower: &Follower| match follower.chunk {
            Some(ChunkLength::Given(length)) => Some(bounded(length)),
            _ => None,
        };
        self.followers.iter().map(given).collect()
    }

    /// The lengths that are tried, from the largest down: a grid, and parts of the distance between tiles.
    fn choices(&self, tile: i128) -> Vec<Vec<Option<i128>>> {
        let chosen = self.followers.iter().filter_map(|follower| match follower.chunk {
            Some(ChunkLength::Chosen { smallest, largest }) => {
                Some((follower.scale, bounded(smallest), bounded(largest)))
            }
            _ => None,
        });
        let by_scale = |(one, ..): &(Ratio, i128, i128), (other, ..): &(Ratio, i128, i128)| {
            (one.numerator * other.denominator).cmp(&(other.numerator * one.denominator))
        };
        let Some((scale, smallest, largest)) = chosen.max_by(by_scale) else {
            return vec![self.given_chunks()];
        };
        let step = (smallest / GRID).max(1);
        let mut lengths: Vec<i128> = (0..)
            .map(|k| smallest + k * step)
            .take_while(|&length| length <= largest)
            .take(MOST_LENGTHS)
            .collect();
        let distance = scale.floor(self.usable(tile));
        let parts = (1..)
            .take_while(|part| distance / part >= smallest)
            .take(MOST_LENGTHS)
            .filter(|part| distance % part == 0 && distance / part <= largest);
        lengths.extend(parts.map(|part| distance / part));
        lengths.sort_unstable_by(|one, other| other.cmp(one));
        lengths.dedup();
        let affordable = MOST_TILES / self.plain_count(tile).max(1);
        lengths.truncate(usize::try_from(affordable).unwrap_or(1).max(1));
        let mut choices = Vec::with_capacity(lengths.len());
        for length in lengths {
            let of = |follower: &Follower| match follower.chunk {
                None => Some(None),
                Some(ChunkLength::Given(given)) => Some(Some(bounded(given))),
                Some(ChunkLength::Chosen { .. }) => {
                    let relative = follower
                        .scale
                        .times(Ratio::of(scale.denominator, scale.numerator));
                    let product = length * relative.numerator;
                    (product % relative.denominator == 0).then_some(Some(product / relative.denominator))
                }
            };
            choices.extend(self.followers.iter().map(of).collect::<Option<Vec<_>>>());
        }
        choices
    }
}

/// The most lengths of a kind that are tried, and the most tiles that are laid for it in all.
const MOST_LENGTHS: usize = 128;
const MOST_TILES: i128 = 1 << 20;

/// A length that is a divisor: at least 1, and not beyond any image.
fn bounded(length: usize) -> i128 {
    length.clamp(1, MAX_SIZE) as i128
}
