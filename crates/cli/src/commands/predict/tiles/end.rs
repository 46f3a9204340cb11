//! Where results go.

use pipeline::image::{ImageError, ImageSink, ImageSource, PixelSize, Spacing};
use rdf_spec::{Network, OutputShape, OutputTensor};
use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSink};

use super::super::inputs::Input;
use crate::exit::Failure;

/// Where a result goes.
pub(super) enum End {
    File(Box<dyn ImageSink>),
    /// Nobody asked for it.
    Nowhere(Vec<usize>),
}

impl TileSink for End {
    type Tile = Tensor;
    type Error = ImageError;

    fn shape(&self) -> &[usize] {
        match self {
            Self::File(sink) => sink.shape(),
            Self::Nowhere(shape) => shape,
        }
    }

    fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), ImageError> {
        match self {
            Self::File(sink) => sink.write(region, tile),
            Self::Nowhere(_) => Ok(()),
        }
    }

    fn tile_done(&mut self, tile: usize) -> Result<(), ImageError> {
        match self {
            Self::File(sink) => sink.tile_done(tile),
            Self::Nowhere(_) => Ok(()),
        }
    }

    fn chunk_shape(&self) -> Option<&[usize]> {
        match self {
            Self::File(sink) => sink.chunk_shape(),
            Self::Nowhere(_) => None,
        }
    }
}

pub(super) fn data_type(output: &OutputTensor) -> Result<DataType, Failure> {
    let name = output.data_type.to_string();
    name.parse()
        .map_err(|_| Failure::failed(format!("`{name}` is no data type")))
}

/// The pixel size of an output: that of the image that its shape refers to, divided by the scale.
pub(super) fn scaled_pixel_size(model: &Network, output: &OutputTensor, sources: &[Input]) -> PixelSize {
    let (reference, scales) = match &output.shape {
        OutputShape::Implicit {
            reference_tensor,
            scale,
            ..
        } => (Some(reference_tensor), Some(scale)),
        OutputShape::Explicit(_) => (None, None),
    };
    let reference = reference
        .and_then(|name| model.inputs.iter().position(|input| input.name == *name))
        .unwrap_or(0);
    let mut size = PixelSize::default();
    let Some(source) = sources.get(reference) else {
        return size;
    };
    for (letter, spacing) in source.pixel_size().iter() {
        let Some(place) = output.axes.iter().position(|axis| axis.letter() == letter) else {
            continue;
        };
        let scale = scales.map_or(Some(1.0), |scales| scales.get(place).copied().flatten());
        let scaled = scale.and_then(|scale| Spacing::new(spacing.value() / scale, spacing.unit()));
        size.set(letter, scaled);
    }
    size
}
