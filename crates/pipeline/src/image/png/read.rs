//! From a PNG file to a tensor.

use std::io::{BufRead, Seek};

use ::png::{BitDepth, Decoder, Transformations};
use ndarray::{ArrayD, IxDyn};
use tensor_ops::Tensor;

use super::PngError;
use crate::axes::ImageAxes;
use crate::image::ImageErrorKind;

/// Decode one image of at most `limit` bytes.
pub(in crate::image) fn read(
    reader: impl BufRead + Seek,
    limit: u64,
) -> Result<(Tensor, ImageAxes), ImageErrorKind> {
    let mut decoder = Decoder::new(reader);
    // Palettes become colours, fewer than 8 bits become 8, a transparent colour becomes an alpha channel.
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(PngError::from)?;
    let (width, height) = reader.info().size();
    if let Some(frames) = reader
        .info()
        .animation_control()
        .map(|animation| animation.num_frames)
        && frames > 1
    {
        return Err(PngError::Animated { frames }.into());
    }
    let needed = reader.output_buffer_size().unwrap_or(usize::MAX);
    if needed as u64 > limit {
        return Err(PngError::TooLarge {
            width,
            height,
            needed: needed as u64,
            limit,
        }
        .into());
    }
    let (color, depth) = reader.output_color_type();
    let mut bytes = vec![0_u8; needed];
    reader.next_frame(&mut bytes).map_err(PngError::from)?;
    // The end of the file tells that nothing of it is missing.
    reader.finish().map_err(PngError::from)?;

    let mut shape = vec![height as usize, width as usize];
    if color.samples() > 1 {
        shape.push(color.samples());
    }
    let axes = if shape.len() == 2 { "yx" } else { "yxc" }.parse()?;
    let tensor = if depth == BitDepth::Sixteen {
        // PNG is big-endian whatever the machine is.
        let samples = bytes
            .chunks_exact(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
            .collect();
        Tensor::from(shaped(&shape, samples)?)
    } else {
        Tensor::from(shaped(&shape, bytes)?)
    };
    Ok((tensor, axes))
}

fn shaped<T>(shape: &[usize], samples: Vec<T>) -> Result<ArrayD<T>, PngError> {
    let found = samples.len();
    ArrayD::from_shape_vec(IxDyn(shape), samples).map_err(|_| PngError::SampleCount {
        shape: shape.to_vec(),
        found,
    })
}
