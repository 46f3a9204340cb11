//! The description that ImageJ keeps in the first page: lines of `key=value`.

use std::fmt::Write;

use super::TiffFileError;
use super::page_axes::check_page_count;
use crate::image::{PixelSize, Spacing, Unit};

const SOURCE: &str = "ImageJ";

pub(super) fn is_imagej(description: &str) -> bool {
    description.starts_with("ImageJ=")
}

/// The axes of the pages: frames, slices, channels, of which channels run fastest.
///
/// A stack that is no hyperstack has only `images`, which are slices.
pub(super) fn page_axes(description: &str, pages: usize) -> Result<Vec<(char, usize)>, TiffFileError> {
    let number = |key: &str| {
        value_of(description, key)
            .map(|value| {
                value.parse::<u64>().map_err(|_| TiffFileError::Description {
                    source_name: SOURCE,
                    stated: format!("{key} = {value:?}"),
                    found: "no such number".to_owned(),
                })
            })
            .transpose()
    };
    let (frames, slices, channels) = (number("frames")?, number("slices")?, number("channels")?);
    let slices = match (frames, slices, channels) {
        (None, None, None) => number("images")?,
        _ => slices,
    };
    let axes =
        [('t', frames), ('z', slices), ('c', channels)].map(|(letter, length)| (letter, length.unwrap_or(1)));
    check_page_count(SOURCE, &axes, pages)
}

/// How many pages the description states.
pub(super) fn stated_images(description: &str) -> Option<u64> {
    value_of(description, "images")?.parse().ok()
}

fn value_of<'text>(description: &'text str, key: &str) -> Option<&'text str> {
    description
        .lines()
        .filter_map(|line| line.split_once('='))
        .find(|(found, _)| found.trim() == key)
        .map(|(_, value)| value.trim())
}

/// How far apart pixels are: the resolution counts pixels in a `unit`, `spacing` and `finterval` are distances.
pub(super) fn pixel_size(description: &str, resolution: [Option<f64>; 2]) -> PixelSize {
    let unit_of = |key: &str, default: &'static str| {
        let unit = value_of(description, key).or_else(|| value_of(description, default))?;
        Unit::parse(unit)
    };
    let distance = |key: &str| value_of(description, key)?.parse::<f64>().ok().map(f64::abs);
    let mut size = PixelSize::default();
    for ((letter, key), pixels) in [('x', "unit"), ('y', "yunit")].into_iter().zip(resolution) {
        let spacing = pixels.zip(unit_of(key, "unit"));
        size.set(
            letter,
            spacing.and_then(|(pixels, unit)| Spacing::new(1.0 / pixels, unit)),
        );
    }
    let depth = distance("spacing").zip(unit_of("zunit", "unit"));
    size.set(
        'z',
        depth.and_then(|(distance, unit)| Spacing::new(distance, unit)),
    );
    // Seconds, unless another unit is named.
    let unit = value_of(description, "tunit").map_or(Some(Unit::Second), Unit::parse);
    let interval = distance("finterval").zip(unit);
    size.set(
        't',
        interval.and_then(|(distance, unit)| Spacing::new(distance, unit)),
    );
    size
}

/// The unit in which ImageJ is told distances: it has one for all axes of space.
pub(super) fn common_unit(size: &PixelSize) -> Option<Unit> {
    size.iter()
        .map(|(_, spacing)| spacing.unit())
        .find(|unit| !unit.is_time())
}

/// What ImageJ needs to show the pages as a hyperstack; the lengths are those of `t`, `z` and `c`.
///
/// The distances of `x` and `y` are not here, but in the resolution of the page.
///
/// ImageJ, and tifffile with it, takes pages that are not compressed from where the pixels of the first begin, one
/// directly behind the other, and does not look at their directories. So this belongs only into files that are
/// written that way, or compressed.
pub(super) fn description(frames: usize, slices: usize, channels: usize, size: &PixelSize) -> String {
    let mut text = String::from("ImageJ=1.11a\n");
    let mut line = |key: &str, value: &dyn std::fmt::Display| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{key}={value}");
    };
    // The product is the number of pages that are in memory.
    line("images", &frames.saturating_mul(slices).saturating_mul(channels));
    for (key, length) in [("channels", channels), ("slices", slices), ("frames", frames)] {
        if length > 1 {
            line(key, &length);
        }
    }
    line("hyperstack", &true);
    line("mode", if channels > 1 { &"composite" } else { &"grayscale" });
    line("loop", &false);
    if let Some(unit) = common_unit(size) {
        // ImageJ knows the micrometer by this word.
        let name = match unit {
            Unit::Micrometer => "micron",
            other => other.symbol(),
        };
        line("unit", &name);
        if let Some(spacing) = size.get('z').and_then(|spacing| spacing.to(unit)) {
            line("spacing", &spacing.value());
        }
    }
    if let Some(interval) = size.get('t').and_then(|spacing| spacing.to(Unit::Second)) {
        line("finterval", &interval.value());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_hyperstacks_and_plain_stacks() {
        let text = "ImageJ=1.53t\nimages=24\nchannels=2\nslices=3\nframes=4\nhyperstack=true\nmode=color\n";
        assert_eq!(page_axes(text, 24).unwrap(), [('t', 4), ('z', 3), ('c', 2)]);
        assert_eq!(
            page_axes("ImageJ=1.40\nimages=7\n", 7).unwrap(),
            [('t', 1), ('z', 7), ('c', 1)]
        );
        assert_eq!(
            page_axes("ImageJ=1.40\nunit=um\n", 1).unwrap(),
            [('t', 1), ('z', 1), ('c', 1)]
        );
    }

    #[test]
    fn what_is_written_is_read() {
        for (frames, slices, channels) in [(4, 3, 2), (1, 9, 1), (1, 1, 5), (6, 1, 2)] {
            let mut size = PixelSize::default();
            size.set('x', Spacing::new(0.5, Unit::Micrometer));
            size.set('z', Spacing::new(2000.0, Unit::Nanometer));
            size.set('t', Spacing::new(1.5, Unit::Minute));
            let text = description(frames, slices, channels, &size);
            let read = pixel_size(&text, [Some(2.0), None]);
            assert_eq!((read.get('x'), read.get('y')), (size.get('x'), None));
            assert_eq!(read.get('z'), Spacing::new(2.0, Unit::Micrometer));
            assert_eq!(read.get('t'), Spacing::new(90.0, Unit::Second));
            let axes = page_axes(&text, frames * slices * channels).unwrap();
            assert_eq!(axes, [('t', frames), ('z', slices), ('c', channels)]);
        }
    }

    #[test]
    fn a_count_that_is_not_that_of_the_file_is_an_error() {
        let message = page_axes("ImageJ=1.53t\nimages=8\nslices=8\n", 1)
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("z = 8") && message.contains("1 page"),
            "{message}"
        );
        assert!(page_axes("ImageJ=1\nslices=many\n", 1).is_err());
        assert!(
            page_axes(
                "ImageJ=1\nslices=18446744073709551615\nframes=18446744073709551615\n",
                1
            )
            .is_err()
        );
    }
}
