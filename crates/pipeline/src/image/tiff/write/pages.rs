//! What the directories of a file have to state.

use tensor_ops::DataType;

use super::{SampleType, Size};
use crate::axes::FileAxes;
use crate::image::tiff::ome::{self, Sizes};
use crate::image::tiff::{MOST_PAGES, TiffFileError, imagej};
use crate::image::{PixelSize, Spacing};

/// Strips of this size are what programs read of an image that they show a part of.
const STRIP_BYTES: u64 = 256 << 10;

/// The pages of a file.
pub(super) struct Pages {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) count: usize,
    pub(super) sample: SampleType,
    pub(super) rows_per_strip: u32,
    /// What tells the axes of the pages and distances, if there is any of that.
    pub(super) description: Option<String>,
    /// Pixels in one unit of the description, across and down: numerator and denominator.
    pub(super) resolution: [[u32; 2]; 2],
}

/// How many pages the axes in front of `yx` make.
pub(super) fn count(plan: &FileAxes) -> Result<usize, TiffFileError> {
    let outer = ['t', 'z', 'c'].map(|letter| length(plan, letter));
    outer
        .iter()
        .try_fold(1_usize, |count, &length| count.checked_mul(length))
        .filter(|&count| count <= MOST_PAGES)
        .ok_or_else(|| TiffFileError::Dimensions { shape: plan.shape() })
}

fn length(plan: &FileAxes, letter: char) -> usize {
    let axis = plan.axes.position(letter).and_then(|axis| plan.kept.get(axis));
    axis.map_or(1, |&(_, length)| length)
}

impl Pages {
    pub(super) fn new(
        plan: &FileAxes,
        data_type: DataType,
        pixel_size: &PixelSize,
        size: Size,
    ) -> Result<Self, TiffFileError> {
        let count = count(plan)?;
        let side = |letter| {
            u32::try_from(length(plan, letter)).map_err(|_| TiffFileError::Dimensions { shape: plan.shape() })
        };
        let (width, height) = (side('x')?, side('y')?);
        let (frames, slices, channels) = (length(plan, 't'), length(plan, 'z'), length(plan, 'c'));
        let sample = SampleType::of(data_type);
        let sizes = Sizes {
            frames,
            slices,
            channels,
            height,
            width,
        };
        // ImageJ reads files beyond 4 GiB by the description of OME; for types that it does not know, OME has none.
        let description = match size {
            Size::Big => ome::describe(&sizes, data_type, pixel_size),
            Size::Classic => None,
        };
        let unit = imagej::common_unit(pixel_size);
        let is_ome = description.is_some();
        let description = description.or_else(|| {
            let is_needed = count > 1 || !pixel_size.is_empty();
            is_needed.then(|| imagej::description(frames, slices, channels, pixel_size))
        });
        let resolution = ['x', 'y'].map(|letter| {
            let spacing = pixel_size
                .get(letter)
                .zip(unit)
                .and_then(|(spacing, unit)| spacing.to(unit));
            // One pixel in a unit, as TIFF requires a resolution.
            spacing.filter(|_| !is_ome).and_then(fraction).unwrap_or([1, 1])
        });
        let rows_per_strip = match size {
            Size::Classic => height,
            Size::Big => {
                let row_bytes = (u64::from(width) * sample.bytes).max(1);
                // At most the height.
                (STRIP_BYTES / row_bytes).clamp(1, u64::from(height)) as u32
            }
        };
        Ok(Self {
            width,
            height,
            count,
            sample,
            rows_per_strip,
            description,
            resolution,
        })
    }
}

/// The number of pixels in one unit as a fraction of numbers of 32 bits, as close as possible with a power of ten.
fn fraction(spacing: Spacing) -> Option<[u32; 2]> {
    let pixels = 1.0 / spacing.value();
    // The finest denominator whose numerator fits.
    let denominator = (0..=9)
        .rev()
        .map(|digits| 10_u32.pow(digits))
        .find(|&denominator| pixels * f64::from(denominator) <= f64::from(u32::MAX))?;
    let numerator = (pixels * f64::from(denominator)).round() as u32;
    (numerator > 0).then_some([numerator, denominator])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Unit;

    #[test]
    fn resolutions_are_fractions() {
        let of = |value| fraction(Spacing::new(value, Unit::Micrometer).unwrap());
        assert_eq!(of(0.5), Some([2_000_000_000, 1_000_000_000]));
        assert_eq!(of(1e-12), None);
        assert_eq!(of(1e12), None);
        let [numerator, denominator] = of(0.107_3).unwrap();
        assert!((f64::from(denominator) / f64::from(numerator) - 0.107_3).abs() < 1e-9);
    }
}
