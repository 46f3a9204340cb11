//! The chunks of a regular grid.

use tiling::Region;

/// The chunks in which something is of a region, with their index and all of what they have room for.
pub(super) fn overlapping<'shape>(
    region: &Region,
    chunk_shape: &'shape [usize],
) -> impl Iterator<Item = (Vec<usize>, Region)> + use<'shape> {
    // Chunks have no length of 0, and the region is within an array of as many axes.
    let first: Vec<usize> = region
        .start()
        .iter()
        .zip(chunk_shape)
        .map(|(start, length)| start / length)
        .collect();
    let end: Vec<usize> = (0..region.rank())
        .zip(chunk_shape)
        .map(|(axis, &length)| region.end(axis).div_ceil(length))
        .collect();
    let mut next = (!region.is_empty()).then(|| first.clone());
    std::iter::from_fn(move || {
        let index = next.take()?;
        let ranges: Vec<_> = index
            .iter()
            .zip(chunk_shape)
            .map(|(index, &length)| {
                let start = index.saturating_mul(length);
                start..start.saturating_add(length)
            })
            .collect();
        let mut following = index.clone();
        let advanced = (0..following.len()).rev().any(|axis| {
            following[axis] += 1;
            if following[axis] == end[axis] {
                following[axis] = first[axis];
                false
            } else {
                true
            }
        });
        next = advanced.then_some(following);
        Some((index, Region::from_ranges(&ranges)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_of_a_part() {
        let region = Region::new([3, 4], [3, 4]).unwrap();
        let found: Vec<_> = overlapping(&region, &[4, 4]).map(|(index, _)| index).collect();
        assert_eq!(found, [[0, 1], [1, 1]]);
        let empty = Region::new([3, 4], [0, 4]).unwrap();
        assert_eq!(overlapping(&empty, &[4, 4]).count(), 0);
        let single = Region::new([], []).unwrap();
        assert_eq!(overlapping(&single, &[]).count(), 1);
    }
}
