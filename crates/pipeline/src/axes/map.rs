//! From the axes of an image to the axes of a model.

use tensor_ops::Tensor;

use super::{AxesError, ImageAxes};

/// Rearrange an image to the axes that a model wants.
///
/// Axes that the model lacks are dropped where they have length 1; `b`, `i`, `t`, `c` and `z` that the image lacks
/// are added with length 1; then the axes are brought into the order of `wanted`. No value changes, and the type of
/// the elements stays. With `wanted` a permutation of `image_axes` the inverse is the call with the two exchanged.
///
/// # Errors
///
/// - [`AxesError::RankMismatch`]: `image_axes` are not as many as the image has,
/// - [`AxesError::Surplus`]: the image has an axis of another length than 1 that the model lacks,
/// - [`AxesError::MissingSpatial`]: the model wants `y` or `x` and the image has none.
pub fn map_to_tensor(image: Tensor, image_axes: &ImageAxes, wanted: &ImageAxes) -> Result<Tensor, AxesError> {
    let shape = image.shape().to_vec();
    image_axes.check_rank(&shape)?;
    let mut letters: Vec<char> = image_axes.letters().collect();
    for (letter, &length) in image_axes.letters().zip(&shape) {
        if !wanted.contains(letter) && length != 1 {
            return Err(AxesError::Surplus {
                image_axes: image_axes.clone(),
                shape,
                wanted: wanted.clone(),
                letter,
                length,
            });
        }
    }
    if let Some(letter) = wanted
        .letters()
        .find(|&letter| matches!(letter, 'y' | 'x') && !image_axes.contains(letter))
    {
        return Err(AxesError::MissingSpatial {
            image_axes: image_axes.clone(),
            shape,
            wanted: wanted.clone(),
            letter,
        });
    }

    let mut tensor = image;
    // From the last axis to the first, so that an index stays valid while axes behind it go.
    for axis in (0..letters.len()).rev() {
        if letters.get(axis).is_some_and(|&letter| !wanted.contains(letter)) {
            tensor = tensor.remove_axis(axis)?;
            letters.remove(axis);
        }
    }
    for letter in wanted.letters() {
        if !letters.contains(&letter) {
            tensor = tensor.insert_axis(0)?;
            letters.insert(0, letter);
        }
    }
    // Every wanted letter is there by now, so none is filtered out.
    let order: Vec<usize> = wanted
        .letters()
        .filter_map(|letter| letters.iter().position(|&have| have == letter))
        .collect();
    Ok(tensor.permuted_axes(&order)?)
}
