//! From the axes of a model's output to those that a file can hold.

use tensor_ops::Tensor;

use super::{AxesError, ImageAxes};
use crate::image::ImageFormat;

/// The most channels that one PNG pixel can have (red, green, blue, alpha).
const MOST_PNG_CHANNELS: usize = 4;

/// Rearrange an output tensor to what a file format can hold, and tell the axes that it has then.
///
/// - `.npy` holds anything: nothing changes.
/// - PNG holds `yx`, or `yxc` with 2 to 4 channels.
/// - TIFF holds `yx` with any of `t`, `z`, `c` in front, in this order.
/// - OME-Zarr holds `yx` with any of `t`, `c`, `z` in front, in this order.
///
/// Other axes, and `t`, `z`, `c` of length 1, are dropped.
///
/// # Errors
///
/// - [`AxesError::RankMismatch`]: `output_axes` are not as many as the tensor has,
/// - [`AxesError::NotRepresentable`]: an axis of another length than 1 that the format has no place for (so several
///   images along `b`, and everything with an axis of length 0 in other formats than `.npy`),
/// - [`AxesError::NotAnImage`]: no axis `y` or no axis `x`.
///
/// # Examples
///
/// ```
/// use ndarray::ArrayD;
/// use pipeline::axes::{ImageAxes, map_from_tensor};
/// use pipeline::image::ImageFormat;
/// use tensor_ops::Tensor;
///
/// let output = Tensor::from(ArrayD::<u8>::zeros(vec![1, 3, 20, 30]));
/// let (image, axes) = map_from_tensor(output, &"bcyx".parse()?, ImageFormat::Png)?;
/// assert_eq!(axes.as_str(), "yxc");
/// assert_eq!(image.shape(), [20, 30, 3]);
/// # Ok::<(), pipeline::axes::AxesError>(())
/// ```
pub fn map_from_tensor(
    output: Tensor,
    output_axes: &ImageAxes,
    format: ImageFormat,
) -> Result<(Tensor, ImageAxes), AxesError> {
    let plan = FileAxes::plan(output.shape(), output_axes, format)?;
    let mut order = plan.order();
    let mut tensor = output;
    for &axis in plan.dropped.iter().rev() {
        tensor = tensor.remove_axis(axis)?;
        for kept in &mut order {
            if *kept > axis {
                *kept -= 1;
            }
        }
    }
    Ok((tensor.permuted_axes(&order)?, plan.axes))
}

/// How the axes of a tensor become those of a file.
pub(crate) struct FileAxes {
    /// The axes of the file, slowest first.
    pub(crate) axes: ImageAxes,
    /// For each of them which axis of the tensor it is, and its length.
    pub(crate) kept: Vec<(usize, usize)>,
    /// The axes of the tensor that go, all of length 1, ascending.
    dropped: Vec<usize>,
}

impl FileAxes {
    /// Find the axes that the file gets; looks at the shape only.
    pub(crate) fn plan(shape: &[usize], axes: &ImageAxes, format: ImageFormat) -> Result<Self, AxesError> {
        axes.check_rank(shape)?;
        let order = match format {
            ImageFormat::Npy => axes.as_str(),
            ImageFormat::Png => "yxc",
            ImageFormat::Tiff => "tzcyx",
            ImageFormat::Zarr => "tczyx",
        };
        let mut kept = Vec::with_capacity(shape.len());
        let mut letters = String::new();
        for letter in order.chars() {
            let axis = axes
                .position(letter)
                .and_then(|axis| Some((axis, *shape.get(axis)?)));
            let needed = format != ImageFormat::Npy && matches!(letter, 'y' | 'x');
            match axis {
                Some((axis, length)) if format == ImageFormat::Npy || needed || length != 1 => {
                    letters.push(letter);
                    kept.push((axis, length));
                }
                None if needed => {
                    let (axes, shape) = (axes.clone(), shape.to_vec());
                    return Err(AxesError::NotAnImage {
                        format,
                        axes,
                        shape,
                        letter,
                    });
                }
                _ => {}
            }
        }
        let mut dropped = Vec::new();
        for (axis, (letter, &length)) in axes.letters().zip(shape).enumerate() {
            let is_kept = kept.iter().any(|&(other, _)| other == axis);
            let fits = match format {
                ImageFormat::Npy => true,
                ImageFormat::Png if letter == 'c' => (1..=MOST_PNG_CHANNELS).contains(&length),
                _ if is_kept => length > 0,
                _ => length == 1,
            };
            if !fits {
                let (axes, shape) = (axes.clone(), shape.to_vec());
                return Err(AxesError::NotRepresentable {
                    format,
                    axes,
                    shape,
                    letter,
                    length,
                });
            }
            if !is_kept {
                dropped.push(axis);
            }
        }
        Ok(Self {
            axes: ImageAxes(letters),
            kept,
            dropped,
        })
    }

    /// The lengths of the axes of the file.
    pub(crate) fn shape(&self) -> Vec<usize> {
        self.kept.iter().map(|&(_, length)| length).collect()
    }

    /// For each axis of the file which axis of the tensor it is.
    pub(crate) fn order(&self) -> Vec<usize> {
        self.kept.iter().map(|&(axis, _)| axis).collect()
    }
}
