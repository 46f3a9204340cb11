//! Covers: PNG, JPEG or GIF images below 500 kB, twice as wide as high.

use super::super::files::Look;
use super::super::references::Reference;
use super::image_size::ImageFormat;
use crate::diagnostic::{Code, Diagnostic};

/// The size that a cover stays below, in bytes.
const TOO_LARGE: u64 = 500_000;
/// How much of a cover is read: large profiles may come before the frame header of a JPEG image.
pub(super) const HEAD: usize = TOO_LARGE as usize;

pub(super) fn check(
    file: &str,
    reference: &Reference,
    look: &Look,
    known: &[Diagnostic],
    found: &mut Vec<Diagnostic>,
) {
    let mut report = |code: Code, message: String, help: &str| {
        found.push(Diagnostic::new(code, reference.path.clone(), message).help(help));
    };
    let format = ImageFormat::of(&look.head);
    let promised = ImageFormat::of_name(file);
    let file = file.escape_debug();
    let is_known = known
        .iter()
        .any(|finding| finding.code == Code::CoverFormat && finding.path == reference.path);
    match (format, promised) {
        _ if is_known => {}
        (None, _) => report(
            Code::CoverFormat,
            format!("a cover is a PNG, JPEG or GIF image, `{file}` is something else"),
            "convert the image",
        ),
        (Some(format), Some(promised)) if format == promised => {}
        (Some(format), _) => report(
            Code::CoverFormat,
            format!("`{file}` is a {format} image, its name says otherwise"),
            "rename the file",
        ),
    }
    if look.size >= TOO_LARGE {
        let message = format!(
            "the cover `{file}` has {} bytes, expected less than {TOO_LARGE}",
            look.size
        );
        report(
            Code::CoverTooLarge,
            message,
            "reduce the image, or compress it more",
        );
    }
    let size = format.and_then(|format| format.size(&look.head));
    if let Some((width, height)) = size
        && !is_two_to_one(width, height)
    {
        let message =
            format!("the cover `{file}` has {width} x {height} pixels, expected twice as wide as high");
        report(
            Code::CoverAspectRatio,
            message,
            "cut or pad the image to a ratio of 2:1",
        );
    }
}

/// Width to height is 2:1, within one percent or one pixel.
fn is_two_to_one(width: u32, height: u32) -> bool {
    let (width, wanted) = (u64::from(width), 2 * u64::from(height));
    let difference = width.abs_diff(wanted);
    difference <= 1 || difference * 100 <= wanted
}

#[cfg(test)]
mod tests {
    use super::is_two_to_one;

    #[test]
    fn one_percent_is_tolerated() {
        for (width, height) in [
            (1024, 512),
            (1, 1),
            (25, 12),
            (1010, 500),
            (990, 500),
            (4_294_967_295, 2_147_483_647),
        ] {
            assert!(is_two_to_one(width, height), "{width} x {height}");
        }
        for (width, height) in [
            (1011, 500),
            (989, 500),
            (256, 256),
            (512, 1024),
            (1, 4_294_967_295),
        ] {
            assert!(!is_two_to_one(width, height), "{width} x {height}");
        }
    }
}
