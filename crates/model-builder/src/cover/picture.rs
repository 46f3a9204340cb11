//! A plane of a tensor as 8-bit pixels.

use ndarray::{ArrayD, Axis, Ix3};
use tensor_ops::Tensor;

use crate::error::{BuildError, BuildErrorKind};

/// Percentiles that become black and white.
const CONTRAST: [f64; 2] = [0.01, 0.998];

/// A plane: `y`, `x` and one or three channels, from 0 to 1.
pub(super) struct Picture {
    values: ndarray::Array3<f32>,
}

impl Picture {
    pub(super) fn of(tensor: &Tensor, axes: &str) -> Result<Self, BuildError> {
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
            let middle = match letters[at] {
                'z' | 't' => values.len_of(Axis(at)) / 2,
                _ => 0,
            };
            values.index_axis_inplace(Axis(at), middle);
            letters.remove(at);
        }
        let of = |letter| letters.iter().position(|&own| own == letter);
        let values = match (of('y'), of('x'), of('c')) {
            (Some(y), Some(x), Some(c)) => {
                let values = values.permuted_axes(vec![y, x, c]);
                let channels = if values.len_of(Axis(2)) == 3 { 3 } else { 1 };
                let indices: Vec<usize> = (0..channels).collect();
                values.select(Axis(2), &indices)
            }
            (Some(y), Some(x), None) => values.permuted_axes(vec![y, x]).insert_axis(Axis(2)),
            _ => return Err(wrong("it is no image")),
        };
        let mut values = values
            .into_dimensionality::<Ix3>()
            .map_err(|_| wrong("it is no image"))?;
        stretch(&mut values);
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

/// Values from 0 to 1, most of the range used; what is no number is black.
fn stretch(values: &mut ndarray::Array3<f32>) {
    let mut sorted: Vec<f32> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f32::total_cmp);
    let at = |part: f64| {
        let last = sorted.len().saturating_sub(1);
        sorted
            .get((part * last as f64).round() as usize)
            .copied()
            .unwrap_or(0.0)
    };
    let (mut low, mut high) = (at(CONTRAST[0]), at(CONTRAST[1]));
    if low >= high {
        // A mask with few pixels that are set.
        (low, high) = (at(0.0), at(1.0));
    }
    let range = f64::from(high) - f64::from(low);
    values.mapv_inplace(|value| {
        if !value.is_finite() {
            return 0.0;
        }
        if range <= 0.0 {
            return 0.5;
        }
        ((f64::from(value) - f64::from(low)) / range).clamp(0.0, 1.0) as f32
    });
}
