//! From the axes of an image to the axes of a model.

use tensor_ops::Tensor;

use super::{AxesError, ImageAxes, TensorAxes};

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
    let plan = TensorAxes::plan(image.shape(), image_axes, wanted, &[])?;
    rearrange(image, &plan)
}

/// Bring a part of an image into the order of the model. The part has length 1 along the axes that go.
pub(crate) fn rearrange(part: Tensor, plan: &TensorAxes) -> Result<Tensor, AxesError> {
    let mut tensor = part;
    let mut left: Vec<usize> = (0..tensor.ndim()).collect();
    // From the last axis to the first, so that an index stays valid while axes behind it go.
    for &(axis, _) in plan.dropped.iter().rev() {
        tensor = tensor.remove_axis(axis)?;
        left.remove(axis);
    }
    let mut order = Vec::with_capacity(plan.sources.len());
    for source in &plan.sources {
        match source.and_then(|axis| left.iter().position(|&other| other == axis)) {
            Some(place) => order.push(place),
            None => {
                let last = tensor.ndim();
                order.push(last);
                tensor = tensor.insert_axis(last)?;
            }
        }
    }
    Ok(tensor.permuted_axes(&order)?)
}
