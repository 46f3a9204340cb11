//! One tile of a plan.

use ndarray::{ArrayBase, ArrayD, ArrayViewD, Data, Dimension};

use super::{OutputCut, Share, TilePlan};
use crate::pad::{crop, gather};
use crate::{Padding, Region, RegionError};

/// One tile: which parts of the inputs the network gets, and which parts of its outputs are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    /// Its number in the plan.
    pub index: usize,
    /// Its number along each dimension.
    pub position: Vec<usize>,
    /// The parts of the inputs.
    pub inputs: Vec<InputPart>,
    /// The parts of the outputs.
    pub outputs: Vec<OutputPart>,
}

/// The part of an input that a tile takes.
#[derive(Debug, Clone, PartialEq)]
pub struct InputPart {
    region: Region,
    source: Region,
    axes: Vec<Option<Vec<Option<usize>>>>,
}

/// The part of an output that a tile delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputPart {
    region: Region,
    crop: Region,
    network_shape: Vec<usize>,
}

impl InputPart {
    /// The part in the padded image: what the network gets.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The part of the image that has to be read for it: the same, unless it is padded.
    #[must_use]
    pub fn source(&self) -> &Region {
        &self.source
    }

    /// Whether something of the part lies outside the image.
    #[must_use]
    pub fn is_padded(&self) -> bool {
        self.axes.iter().any(Option::is_some)
    }

    /// From what was read to what the network gets. `constant` is the element for [`Padding::Constant`].
    ///
    /// # Errors
    ///
    /// [`RegionError::TileShape`] if the array has not the shape of [`source`](Self::source).
    pub fn pad<T: Clone, S: Data<Elem = T>, D: Dimension>(
        &self,
        read: &ArrayBase<S, D>,
        constant: T,
    ) -> Result<ArrayD<T>, RegionError> {
        if read.shape() != self.source.shape() {
            return Err(RegionError::TileShape {
                found: read.shape().to_vec(),
                region: self.source.clone(),
            });
        }
        Ok(gather(read.view().into_dyn(), &self.axes, &constant))
    }

    fn new(ranges: &[(usize, usize)], image: &[usize], padding: Padding) -> Self {
        let mut source = Vec::with_capacity(ranges.len());
        let mut axes = Vec::with_capacity(ranges.len());
        for (&(start, size), &len) in ranges.iter().zip(image) {
            if start + size <= len {
                source.push(start..start + size);
                axes.push(None);
                continue;
            }
            let list: Vec<Option<usize>> = (start..start + size)
                .map(|at| isize::try_from(at).ok().and_then(|at| padding.source(at, len)))
                .collect();
            // A tile may lie outside altogether where the padding is a constant: something is read nevertheless.
            let first = list.iter().flatten().min().copied().unwrap_or(0);
            let end = list.iter().flatten().max().map_or(1, |last| last + 1);
            axes.push(Some(list.into_iter().map(|at| at.map(|at| at - first)).collect()));
            source.push(first..end);
        }
        let region: Vec<_> = ranges.iter().map(|&(start, size)| start..start + size).collect();
        Self {
            region: Region::from_ranges(&region),
            source: Region::from_ranges(&source),
            axes,
        }
    }
}

impl OutputPart {
    /// The part of the whole output. It is empty where all that a tile delivers comes from padding.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The same part, counted from the start of what the network delivers for the tile.
    #[must_use]
    pub fn cropped(&self) -> &Region {
        &self.crop
    }

    /// The shape of what the network delivers for the tile.
    #[must_use]
    pub fn network_shape(&self) -> &[usize] {
        &self.network_shape
    }

    /// From what the network delivers to what is kept.
    ///
    /// # Errors
    ///
    /// [`RegionError::TileShape`] if the array has not the shape of [`network_shape`](Self::network_shape): the network
    /// does not do what its description says.
    pub fn crop<'a, T, S: Data<Elem = T>, D: Dimension>(
        &self,
        delivered: &'a ArrayBase<S, D>,
    ) -> Result<ArrayViewD<'a, T>, RegionError> {
        if delivered.shape() != self.network_shape {
            let region = Region::whole(&self.network_shape);
            return Err(RegionError::TileShape {
                found: delivered.shape().to_vec(),
                region,
            });
        }
        crop(delivered, &self.crop)
    }
}

impl TilePlan {
    /// The tile with a number that is below [`len`](Self::len).
    pub(crate) fn tile_at(&self, index: usize) -> Tile {
        let mut position = vec![0; self.dimensions.len()];
        let mut rest = index;
        for (at, dimension) in self.dimensions.iter().enumerate().rev() {
            position[at] = rest % dimension.spans.len();
            rest /= dimension.spans.len();
        }
        let inputs = (0..self.images.len())
            .map(|input| self.input_part(input, &position))
            .collect();
        let outputs = self
            .outputs
            .iter()
            .map(|output| output_part(output, &position))
            .collect();
        Tile {
            index,
            position,
            inputs,
            outputs,
        }
    }

    fn input_part(&self, input: usize, position: &[usize]) -> InputPart {
        let image = &self.images[input];
        let axes = &self.geometry.inputs()[input].axes;
        let ranges: Vec<(usize, usize)> = axes
            .iter()
            .zip(&self.shares[input])
            .zip(image)
            .map(|((axis, share), &len)| match share {
                Share::Whole => (0, len),
                Share::Cut(ratio) => {
                    let span = self.dimensions[axis.dimension].spans[position[axis.dimension]];
                    (
                        super::size(ratio.floor(span.start as i128)),
                        super::size(ratio.floor(span.size as i128)),
                    )
                }
            })
            .collect();
        InputPart::new(&ranges, image, self.request.padding)
    }
}

fn output_part(output: &[OutputCut], position: &[usize]) -> OutputPart {
    let mut region = Vec::with_capacity(output.len());
    let mut crop = Vec::with_capacity(output.len());
    let mut network_shape = Vec::with_capacity(output.len());
    for cut in output {
        match cut {
            OutputCut::Whole(size) => {
                region.push(0..*size);
                crop.push(0..*size);
                network_shape.push(*size);
            }
            OutputCut::Cut {
                dimension,
                cuts,
                starts,
                sizes,
                ..
            } => {
                let at = position[*dimension];
                let (from, to) = (cuts[at], cuts[at + 1]);
                region.push(from..to);
                crop.push(from - starts[at]..to - starts[at]);
                network_shape.push(sizes[at]);
            }
        }
    }
    OutputPart {
        region: Region::from_ranges(&region),
        crop: Region::from_ranges(&crop),
        network_shape,
    }
}
