//! The plane of a tensor that is shown.

use ndarray::{Array3, ArrayD, Axis, Ix3, Slice};
use tensor_ops::Tensor;

use crate::error::{BuildError, BuildErrorKind};

/// Longer sides are cut to the shorter one, about the middle, so that the picture is filled; but not below this.
const MIN_SIDE: usize = 32;

/// The values of a plane as `y`, `x` and channels: one, two or three of them.
///
/// Of stacks it is the slice in the middle, or the nearest one that is not all alike; of four and more channels the first.
pub(super) fn of(tensor: &Tensor, axes: &str) -> Result<Array3<f32>, BuildError> {
    let wrong = |reason: &str| {
        BuildError::from(BuildErrorKind::Package {
            reason: format!("no cover can be drawn of a tensor with the axes {axes}: {reason}, give one"),
        })
    };
    let mut letters: Vec<char> = axes.chars().collect();
    if letters.len() != tensor.ndim() || !letters.contains(&'y') || !letters.contains(&'x') {
        return Err(wrong("it is no image"));
    }
    if tensor.is_empty() {
        return Err(wrong("it is empty"));
    }
    let mut values: ArrayD<f32> = tensor.to_f32();
    while let Some(at) = letters.iter().position(|letter| !"yxc".contains(*letter)) {
        let index = match letters[at] {
            'z' | 't' => telling_slice(&values, at),
            _ => 0,
        };
        values.index_axis_inplace(Axis(at), index);
        letters.remove(at);
    }
    let of = |letter| letters.iter().position(|&own| own == letter);
    let values = match (of('y'), of('x'), of('c')) {
        (Some(y), Some(x), Some(c)) => {
            let values = values.permuted_axes(vec![y, x, c]);
            let channels = match values.len_of(Axis(2)) {
                few @ 1..=3 => few,
                _ => 1,
            };
            let indices: Vec<usize> = (0..channels).collect();
            values.select(Axis(2), &indices)
        }
        (Some(y), Some(x), None) => values.permuted_axes(vec![y, x]).insert_axis(Axis(2)),
        _ => return Err(wrong("it is no image")),
    };
    let values = values
        .into_dimensionality::<Ix3>()
        .map_err(|_| wrong("it is no image"))?;
    Ok(centre(values))
}

/// The index along an axis that is nearest to the middle of those with different values.
fn telling_slice(values: &ArrayD<f32>, axis: usize) -> usize {
    let length = values.len_of(Axis(axis));
    let middle = length / 2;
    let is_telling = |index: &usize| {
        let slice = values.index_axis(Axis(axis), *index);
        let first = slice.first().copied();
        slice.iter().any(|value| Some(*value) != first && !value.is_nan())
    };
    let mut indices: Vec<usize> = (0..length).collect();
    indices.sort_by_key(|index| index.abs_diff(middle));
    indices.into_iter().find(is_telling).unwrap_or(middle)
}

/// The square in the middle.
fn centre(mut values: Array3<f32>) -> Array3<f32> {
    let (height, width, _) = values.dim();
    let longest = height.min(width).max(MIN_SIDE);
    for (axis, length) in [(0, height), (1, width)] {
        let kept = length.min(longest);
        let start = (length - kept) / 2;
        values.slice_axis_inplace(Axis(axis), Slice::from(start..start + kept));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_that_shows_something_is_chosen() {
        let mut volume = ArrayD::<f32>::zeros(vec![1, 1, 9, 6, 6]);
        volume[[0, 0, 6, 2, 2]] = 1.0;
        volume[[0, 0, 0, 2, 2]] = 5.0;
        let plane = of(&Tensor::from(volume), "bczyx").unwrap();
        assert_eq!((plane.dim(), plane.sum()), ((6, 6, 1), 1.0));
    }

    #[test]
    fn channels_and_long_sides_are_limited() {
        let shape = |shape: Vec<usize>, axes| {
            of(&Tensor::from(ArrayD::<f32>::zeros(shape)), axes)
                .unwrap()
                .dim()
        };
        assert_eq!(shape(vec![1, 5, 8, 8], "bcyx"), (8, 8, 1));
        assert_eq!(shape(vec![2, 8, 9], "cyx"), (8, 9, 2));
        assert_eq!(shape(vec![9, 7, 3], "xyc"), (7, 9, 3));
        assert_eq!(shape(vec![50, 2000], "yx"), (50, 50, 1));
        assert_eq!(shape(vec![600, 3], "yx"), (32, 3, 1));
    }
}
