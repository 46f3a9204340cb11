//! Padding and cropping of arrays, as `numpy.pad` does it.

use ndarray::{ArrayBase, ArrayD, ArrayViewD, Axis, Data, Dimension, Slice};

use crate::{Region, RegionError};

/// What stands outside an image, with the results of `numpy.pad` in the mode of that name.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Padding {
    /// The image mirrored at its outermost element, which is not repeated: `c b | a b c | b a`. An axis of one element
    /// repeats it. This is the default: it has neither a step nor a flat edge at the border.
    #[default]
    Reflect,
    /// The image mirrored at its border, so its outermost element is repeated: `b a | a b c | c b`.
    Symmetric,
    /// The outermost element: `a a | a b c | c c`.
    Edge,
    /// One number for all elements.
    Constant(f64),
}

impl Padding {
    /// The element that stands at `position` outside or inside an axis of `len` elements; nothing for a constant outside.
    /// Axes shorter than the padding are mirrored again and again.
    ///
    /// ```
    /// use tiling::Padding;
    ///
    /// let around = |padding: Padding| (-4..8).map(|at| padding.source(at, 3)).collect::<Option<Vec<usize>>>();
    /// assert_eq!(around(Padding::Reflect).unwrap(), [0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1]);
    /// assert_eq!(around(Padding::Symmetric).unwrap(), [2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1]);
    /// assert_eq!(around(Padding::Edge).unwrap(), [0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2]);
    /// assert_eq!(Padding::Constant(0.0).source(-1, 3), None);
    /// ```
    #[must_use]
    pub fn source(self, position: isize, len: usize) -> Option<usize> {
        let inside = usize::try_from(position).ok().filter(|&at| at < len);
        if inside.is_some() || len == 0 {
            return inside;
        }
        let mirrored = |period: usize, repeated: usize| {
            let at = (position as i128).rem_euclid(period as i128);
            let at = usize::try_from(at).unwrap_or(0);
            if at < len { at } else { period - repeated - at }
        };
        match self {
            Self::Reflect if len == 1 => Some(0),
            Self::Reflect => Some(mirrored(2 * (len - 1), 0)),
            Self::Symmetric => Some(mirrored(2 * len, 1)),
            Self::Edge => Some(if position < 0 { 0 } else { len - 1 }),
            Self::Constant(_) => None,
        }
    }
}

/// An array with `before[axis]` more elements at the start of each axis and `after[axis]` at its end. `constant` is the
/// element for [`Padding::Constant`], converted to the type of the array by the caller; other modes ignore it.
///
/// ```
/// use ndarray::array;
/// use tiling::{Padding, pad};
///
/// let padded = pad::pad(&array![[1, 2, 3]], &[0, 2], &[1, 1], Padding::Reflect, 0)?;
/// assert_eq!(padded, array![[3, 2, 1, 2, 3, 2], [3, 2, 1, 2, 3, 2]].into_dyn());
/// # Ok::<(), tiling::RegionError>(())
/// ```
///
/// # Errors
///
/// [`RegionError::RankMismatch`] if a list has another length than the array has axes, [`RegionError::Overflow`] if an
/// axis gets too long, [`RegionError::OutOfBounds`] if an axis without elements would have to be repeated.
pub fn pad<T: Clone, S: Data<Elem = T>, D: Dimension>(
    array: &ArrayBase<S, D>,
    before: &[usize],
    after: &[usize],
    padding: Padding,
    constant: T,
) -> Result<ArrayD<T>, RegionError> {
    let shape = array.shape();
    for list in [before, after] {
        if list.len() != shape.len() {
            return Err(RegionError::RankMismatch {
                start: list.to_vec(),
                shape: shape.to_vec(),
            });
        }
    }
    let mut axes = Vec::with_capacity(shape.len());
    for (axis, &len) in shape.iter().enumerate() {
        let overflow = || RegionError::Overflow {
            axis,
            start: before[axis],
            size: len.saturating_add(after[axis]),
        };
        let first = isize::try_from(before[axis]).map_err(|_| overflow())?;
        let last = len
            .checked_add(after[axis])
            .and_then(|last| isize::try_from(last).ok())
            .ok_or_else(overflow)?;
        if before[axis] == 0 && after[axis] == 0 {
            axes.push(None);
            continue;
        }
        if len == 0 && !matches!(padding, Padding::Constant(_)) {
            let region = Region::new(vec![0; shape.len()], vec![1; shape.len()])?;
            return Err(RegionError::OutOfBounds {
                region,
                shape: shape.to_vec(),
            });
        }
        axes.push(Some(
            (-first..last)
                .map(|position| padding.source(position, len))
                .collect::<Vec<_>>(),
        ));
    }
    Ok(gather(array.view().into_dyn(), &axes, &constant))
}

/// The elements that are listed for each axis, `constant` where there is none; all of an axis without a list.
pub(crate) fn gather<T: Clone>(
    array: ArrayViewD<'_, T>,
    axes: &[Option<Vec<Option<usize>>>],
    constant: &T,
) -> ArrayD<T> {
    let mut current = array.to_owned();
    for (axis, list) in axes.iter().enumerate() {
        let Some(list) = list else { continue };
        let mut shape = current.raw_dim();
        shape[axis] = list.len();
        let mut longer = ArrayD::from_elem(shape, constant.clone());
        for (at, source) in list.iter().enumerate() {
            if let Some(source) = source {
                longer
                    .index_axis_mut(Axis(axis), at)
                    .assign(&current.index_axis(Axis(axis), *source));
            }
        }
        current = longer;
    }
    current
}

/// The part of an array that a region takes.
///
/// # Errors
///
/// [`RegionError::OutOfBounds`] if the region is not within the array.
pub fn crop<'a, T, S: Data<Elem = T>, D: Dimension>(
    array: &'a ArrayBase<S, D>,
    region: &Region,
) -> Result<ArrayViewD<'a, T>, RegionError> {
    region.check_within(array.shape())?;
    Ok(array
        .slice_each_axis(|axis| Slice::from(region.range(axis.axis.index())))
        .into_dyn())
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, array};

    use super::*;

    #[test]
    fn one_element_is_repeated_and_none_is_an_error() {
        let one = pad(&array![7], &[2], &[3], Padding::Reflect, 0).unwrap();
        assert_eq!(one, Array1::from_elem(6, 7).into_dyn());
        let none = Array1::<u8>::zeros(0);
        assert!(matches!(
            pad(&none, &[0], &[1], Padding::Edge, 0),
            Err(RegionError::OutOfBounds { .. })
        ));
        assert_eq!(
            pad(&none, &[1], &[1], Padding::Constant(3.0), 3).unwrap(),
            array![3, 3].into_dyn()
        );
        assert!(matches!(
            pad(&none, &[1], &[], Padding::Edge, 0),
            Err(RegionError::RankMismatch { .. })
        ));
        assert!(matches!(
            pad(&array![1], &[usize::MAX], &[0], Padding::Edge, 0),
            Err(RegionError::Overflow { .. })
        ));
    }

    #[test]
    fn cropping_undoes_padding() {
        let image = array![[1, 2], [3, 4]];
        let padded = pad(&image, &[1, 2], &[3, 0], Padding::Symmetric, 0).unwrap();
        let back = crop(&padded, &Region::new([1, 2], [2, 2]).unwrap()).unwrap();
        assert_eq!(back, image.into_dyn());
        assert!(crop(&padded, &Region::new([5, 0], [2, 2]).unwrap()).is_err());
    }
}
