//! Parts in which an image is read once from start to end.

use tiling::Region;

/// The most elements of a part.
const MAX_ELEMENTS: usize = 1 << 22;

/// Regions that cover an array of this shape in row-major order, aligned to its chunks where it has any.
pub(super) struct Blocks {
    shape: Vec<usize>,
    block: Vec<usize>,
}

impl Blocks {
    pub(super) fn new(shape: &[usize], chunk: Option<&[usize]>) -> Self {
        Self::of_at_most(MAX_ELEMENTS, shape, chunk)
    }

    /// Parts of so many elements, if chunks are not larger.
    pub(super) fn of_at_most(most: usize, shape: &[usize], chunk: Option<&[usize]>) -> Self {
        let mut block: Vec<usize> = match chunk {
            Some(chunk) => chunk
                .iter()
                .zip(shape)
                .map(|(&chunk, &size)| chunk.clamp(1, size.max(1)))
                .collect(),
            None => vec![1; shape.len()],
        };
        // Grows from the last axis on, as the elements lie in files.
        for axis in (0..block.len()).rev() {
            let elements = block
                .iter()
                .fold(1_usize, |product, &size| product.saturating_mul(size));
            let times = (most / elements.max(1)).max(1);
            block[axis] = block[axis].saturating_mul(times).min(shape[axis].max(1));
            if block[axis] < shape[axis] {
                break;
            }
        }
        Self {
            shape: shape.to_vec(),
            block,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.counts().iter().product()
    }

    fn counts(&self) -> Vec<usize> {
        self.shape
            .iter()
            .zip(&self.block)
            .map(|(&size, &block)| size.div_ceil(block))
            .collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Region> + '_ {
        let counts = self.counts();
        (0..self.len()).map(move |index| {
            let mut rest = index;
            let mut ranges = vec![0..0; counts.len()];
            for axis in (0..counts.len()).rev() {
                let start = rest % counts[axis] * self.block[axis];
                ranges[axis] = start..(start + self.block[axis]).min(self.shape[axis]);
                rest /= counts[axis];
            }
            Region::from_ranges(&ranges)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_everything_once_and_respect_chunks() {
        for (shape, chunk) in [
            (vec![1, 1, 5000, 3000], None),
            (vec![3, 70, 5000, 3000], Some(vec![1, 10, 512, 512])),
            (vec![7], None),
            (vec![], None),
        ] {
            let blocks = Blocks::new(&shape, chunk.as_deref());
            let elements: usize = blocks.iter().map(|region| region.len()).sum();
            assert_eq!(elements, shape.iter().product::<usize>());
            assert_eq!(blocks.iter().count(), blocks.len());
            for region in blocks.iter() {
                assert!(region.is_within(&shape) && region.len() <= MAX_ELEMENTS);
                let starts = region.start().iter().zip(chunk.as_deref().unwrap_or(&[]));
                assert!(starts.into_iter().all(|(start, chunk)| start % chunk == 0));
            }
        }
    }
}
