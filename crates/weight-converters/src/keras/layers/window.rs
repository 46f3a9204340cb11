//! Where kernels and pooling windows lie: TensorFlow's rules of padding.

use super::super::error::LayerError;
use super::call::Call;
use crate::graph::Window;

/// How a layer pads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    /// not at all
    Valid,
    /// so that there are length / stride positions, more behind than before where it is uneven
    Same,
    /// before only, so that no position sees what lies behind it
    Causal,
}

/// The padding of a layer.
///
/// # Errors
/// When the configuration names something else.
pub(super) fn padding(call: &Call<'_>) -> Result<Padding, LayerError> {
    match call.config.text("padding|border_mode")? {
        None | Some("valid") => Ok(Padding::Valid),
        Some("same") => Ok(Padding::Same),
        Some("causal") => Ok(Padding::Causal),
        Some(other) => Err(LayerError::new(format!(
            "`padding` is `{other}`, `valid`, `same` or `causal` expected"
        ))),
    }
}

/// The window of a kernel over spatial axes of these lengths.
///
/// # Errors
/// When sizes are zero, or beyond what can be counted.
pub(super) fn window(
    kernel: Vec<usize>,
    strides: Vec<usize>,
    dilations: Vec<usize>,
    padding: Padding,
    lengths: &[usize],
) -> Result<Window, LayerError> {
    let mut window = Window {
        before: vec![0; kernel.len()],
        after: vec![0; kernel.len()],
        kernel,
        strides,
        dilations,
    };
    for (axis, &length) in lengths.iter().enumerate() {
        let (before, after) = pads(&window, axis, length, padding).ok_or_else(|| {
            LayerError::new(format!(
                "kernel {:?}, strides {:?} and dilations {:?} do not fit a tensor of the spatial lengths {lengths:?}",
                window.kernel, window.strides, window.dilations
            ))
        })?;
        window.before[axis] = before;
        window.after[axis] = after;
    }
    Ok(window)
}

fn pads(window: &Window, axis: usize, length: usize, padding: Padding) -> Option<(usize, usize)> {
    let reach = window.reach(axis)?;
    let stride = *window.strides.get(axis)?;
    Some(match padding {
        Padding::Valid => (0, 0),
        Padding::Causal => (reach.checked_sub(1)?, 0),
        Padding::Same => {
            if stride == 0 {
                return None;
            }
            let positions = length.div_ceil(stride);
            let covered = positions
                .checked_sub(1)?
                .checked_mul(stride)?
                .checked_add(reach)?;
            let total = covered.saturating_sub(length);
            (total / 2, total - total / 2)
        }
    })
}
