//! The image of a model's card: a test input and a test output side by side.

mod picture;
mod plane;
mod tone;

use std::io::Cursor;

use tensor_ops::Tensor;

use crate::error::BuildError;
use picture::Picture;

/// The size that a cover stays below, in bytes.
const MAX_BYTES: usize = 500_000;
/// Sizes of a half that are tried, in pixels, largest first.
const SIDES: [usize; 5] = [512, 384, 256, 192, 128];
/// Smaller images are enlarged to this.
const SMALL: usize = 256;

/// A PNG image of two tensors, twice as wide as high and below 500 000 bytes: the left half shows the first one, the
/// right half the second.
///
/// Shown is the slice in the middle along `z` and `t` (or the nearest one that shows anything) of the first item along `b` and
/// `i`; of an image that is no square, the middle. Three channels are red, green and blue, two are green
/// and magenta, of more the first is shown. Numbered regions get a colour each, probabilities are shown from 0 to 1, the
/// contrast of everything else is stretched from the 1st to the 99.8th percentile. `axes` are the letters of the dimensions.
///
/// # Errors
/// If a tensor has no `y` and `x` axes, or is empty.
///
/// ```
/// use ndarray::ArrayD;
/// use tensor_ops::Tensor;
///
/// let image = Tensor::from(ArrayD::from_shape_fn(vec![1, 1, 40, 60], |at| (at[2] * at[3]) as f32));
/// let png = model_builder::draw_cover((&image, "bcyx"), (&image, "bcyx"))?;
/// assert!(png.starts_with(b"\x89PNG") && png.len() < 500_000);
/// # Ok::<(), model_builder::BuildError>(())
/// ```
pub fn draw_cover(input: (&Tensor, &str), output: (&Tensor, &str)) -> Result<Vec<u8>, BuildError> {
    let left = Picture::of(input.0, input.1)?;
    let right = Picture::of(output.0, output.1)?;
    // No larger than the images are, but not a stamp either.
    let wanted = left
        .longest_side()
        .max(right.longest_side())
        .clamp(SMALL, SIDES[0]);
    let mut smallest = Vec::new();
    for side in std::iter::once(wanted).chain(SIDES.into_iter().filter(|&side| side < wanted)) {
        smallest = encode(&left, &right, side).map_err(|error| BuildError::file("cover.png", error))?;
        if smallest.len() < MAX_BYTES {
            break;
        }
    }
    Ok(smallest)
}

fn encode(left: &Picture, right: &Picture, side: usize) -> Result<Vec<u8>, png::EncodingError> {
    let is_colour = left.is_colour() || right.is_colour();
    let channels = if is_colour { 3 } else { 1 };
    let mut pixels = vec![0_u8; 2 * side * side * channels];
    for (picture, start) in [(left, 0), (right, side)] {
        let (height, width, top, from) = picture.fitted(side);
        for y in 0..height {
            for x in 0..width {
                let at = ((top + y) * 2 * side + start + from + x) * channels;
                let colour = picture.pixel(y, x, height, width);
                pixels[at..at + channels].copy_from_slice(&colour[..channels]);
            }
        }
    }
    let mut png = Cursor::new(Vec::new());
    let size = u32::try_from(side).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(&mut png, 2 * size, size);
    encoder.set_color(if is_colour {
        png::ColorType::Rgb
    } else {
        png::ColorType::Grayscale
    });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(png.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::ArrayD;

    fn size(png: &[u8]) -> (u32, u32, png::ColorType) {
        let reader = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
        (
            reader.info().width,
            reader.info().height,
            reader.info().color_type,
        )
    }

    #[test]
    fn any_tensor_with_a_plane_gets_a_cover() {
        let noise = |shape: Vec<usize>| {
            let mut state = 1_u32;
            Tensor::from(ArrayD::from_shape_simple_fn(shape, || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32
            }))
        };
        for (shape, axes) in [
            (vec![1, 1, 600, 900], "bcyx"),
            (vec![1, 700, 700, 3], "byxc"),
            (vec![1, 2, 9, 30, 40], "bczyx"),
            (vec![2, 5], "yx"),
        ] {
            let png = draw_cover((&noise(shape.clone()), axes), (&noise(shape), axes)).unwrap();
            let (width, height, colour) = size(&png);
            assert_eq!(width, 2 * height, "{axes}");
            assert!(png.len() < MAX_BYTES, "{axes}: {}", png.len());
            let has_colour = ["byxc", "bczyx"].contains(&axes);
            assert_eq!(colour == png::ColorType::Rgb, has_colour, "{axes}");
        }
        let constant = Tensor::from(ArrayD::<f32>::from_elem(vec![4, 4], f32::NAN));
        assert!(draw_cover((&constant, "yx"), (&constant, "yx")).is_ok());
        assert!(draw_cover((&constant, "bc"), (&constant, "yx")).is_err());
    }
}
