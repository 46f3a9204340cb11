//! The description that ImageJ keeps in the first page: lines of `key=value`.

use std::fmt::Write;

use super::TiffFileError;
use super::page_axes::check_page_count;

const SOURCE: &str = "ImageJ";

pub(super) fn is_imagej(description: &str) -> bool {
    description.starts_with("ImageJ=")
}

/// The axes of the pages: frames, slices, channels, of which channels run fastest.
///
/// A stack that is no hyperstack has only `images`, which are slices.
pub(super) fn page_axes(description: &str, pages: usize) -> Result<Vec<(char, usize)>, TiffFileError> {
    let number = |key: &str| {
        let value = description
            .lines()
            .filter_map(|line| line.split_once('='))
            .find(|(found, _)| found.trim() == key)
            .map(|(_, value)| value.trim());
        value
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

/// What ImageJ needs to show the pages as a hyperstack; the lengths are those of `t`, `z` and `c`.
///
/// ImageJ, and tifffile with it, takes pages that are not compressed from where the pixels of the first begin, one
/// directly behind the other, and does not look at their directories. So this belongs only into files that are
/// written that way, or compressed.
pub(super) fn description(frames: usize, slices: usize, channels: usize) -> String {
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
            let text = description(frames, slices, channels);
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
