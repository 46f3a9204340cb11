//! A plane of a tensor as 8-bit pixels.

use tensor_ops::Tensor;

use super::{plane, tone};
use crate::error::BuildError;

/// A plane: `y`, `x` and one or three channels, from 0 to 1.
pub(super) struct Picture {
    values: ndarray::Array3<f32>,
}

impl Picture {
    pub(super) fn of(tensor: &Tensor, axes: &str) -> Result<Self, BuildError> {
        let values = tone::toned(&plane::of(tensor, axes)?);
        Ok(Self { values })
    }

    pub(super) fn is_colour(&self) -> bool {
        self.values.dim().2 == 3
    }

    pub(super) fn longest_side(&self) -> usize {
        self.values.dim().0.max(self.values.dim().1)
    }

    /// Height and width within a square of `side` pixels, and how far it is from its top and left.
    pub(super) fn fitted(&self, side: usize) -> (usize, usize, usize, usize) {
        let (height, width, _) = self.values.dim();
        let longest = self.longest_side();
        let scaled = |length: usize| (length * side).div_ceil(longest).clamp(1, side);
        let (height, width) = (scaled(height), scaled(width));
        (height, width, (side - height) / 2, (side - width) / 2)
    }

    /// The colour of a pixel of the plane scaled to a height and width: the mean of what it covers.
    pub(super) fn pixel(&self, y: usize, x: usize, height: usize, width: usize) -> [u8; 3] {
        let (own_height, own_width, channels) = self.values.dim();
        let range = |at: usize, of: usize, own: usize| {
            let start = (at * own / of).min(own - 1);
            start..((at + 1) * own).div_ceil(of).clamp(start + 1, own)
        };
        let (rows, columns) = (range(y, height, own_height), range(x, width, own_width));
        let (rows, columns) = if own_height > height || own_width > width {
            (rows, columns)
        } else {
            (rows.start..rows.start + 1, columns.start..columns.start + 1)
        };
        let count = (rows.len() * columns.len()) as f32;
        let mut colour = [0_u8; 3];
        for (channel, value) in colour.iter_mut().enumerate() {
            let mut sum = 0.0;
            for row in rows.clone() {
                for column in columns.clone() {
                    sum += self.values[[row, column, channel.min(channels - 1)]];
                }
            }
            *value = (sum / count * 255.0).round().clamp(0.0, 255.0) as u8;
        }
        colour
    }
}
