//! What a network does with sizes.

use thiserror::Error;

use crate::ratio::Scale;
use crate::sizes::{MAX_SIZE, Sizes};

/// Whether the axes of a dimension may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Extent {
    /// Tiles may be smaller than the image, and an image without a legal size is padded: space, time, batch.
    Tiled,
    /// Every tile has all of it, and the image must have a legal size: channels, indices.
    Whole,
}

/// A name that axes of several tensors share, as in labelled arrays: axes of one dimension are cut together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Dimension {
    /// For messages, such as `y`.
    pub name: String,
    /// Whether it may be cut.
    pub extent: Extent,
}

/// An axis of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct InputAxis {
    /// The index of its dimension.
    pub dimension: usize,
    /// The sizes that it may have.
    pub sizes: Sizes,
}

/// An input of a network.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct InputGeometry {
    /// For messages.
    pub name: String,
    /// Its axes in order.
    pub axes: Vec<InputAxis>,
}

/// An axis of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum OutputAxis {
    /// An axis of this size, whatever the input is (`scale: null` in format 0.4, the size is `2 * offset`).
    New {
        /// Its size.
        size: usize,
    },
    /// An axis of `size of the input axis * scale + twice_offset` elements.
    Follows {
        /// The index of the axis in the reference input.
        axis: usize,
        /// Output elements for each input element.
        scale: Scale,
        /// Two times the `offset` of format 0.4, which may be half an element: how many elements both sides together
        /// have more, negative for convolutions without padding.
        twice_offset: i64,
        /// How many output elements at either side are wrong where the input was cut there.
        halo: usize,
    },
}

/// An output of a network.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OutputGeometry {
    /// For messages.
    pub name: String,
    /// The index of the input that its axes follow.
    pub reference: usize,
    /// Its axes in order.
    pub axes: Vec<OutputAxis>,
}

/// How the sizes of a network's inputs and outputs belong together. Checked: indices are in range, a tensor has each
/// dimension at most once, numbers are below [`MAX_SIZE`].
///
/// ```
/// use tiling::{Dimension, Extent, Geometry, InputAxis, InputGeometry, OutputAxis, OutputGeometry, Scale, Sizes};
///
/// // One axis; sizes 16, 24, 32, ...; the output has half the size, its first and last 3 elements need neighbours.
/// let geometry = Geometry::new(
///     vec![Dimension { name: "x".into(), extent: Extent::Tiled }],
///     vec![InputGeometry {
///         name: "raw".into(),
///         axes: vec![InputAxis { dimension: 0, sizes: Sizes::Stepped { min: 16, step: 8 } }],
///     }],
///     vec![OutputGeometry {
///         name: "half".into(),
///         reference: 0,
///         axes: vec![OutputAxis::Follows { axis: 0, scale: Scale::new(1, 2)?, twice_offset: 0, halo: 3 }],
///     }],
/// )?;
/// assert_eq!(geometry.inputs().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Unchecked", into = "Unchecked"))]
pub struct Geometry {
    dimensions: Vec<Dimension>,
    inputs: Vec<InputGeometry>,
    outputs: Vec<OutputGeometry>,
}

/// The fields of a [`Geometry`] before they are checked.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Unchecked {
    dimensions: Vec<Dimension>,
    inputs: Vec<InputGeometry>,
    outputs: Vec<OutputGeometry>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Geometry {
    type Error = GeometryError;

    fn try_from(fields: Unchecked) -> Result<Self, GeometryError> {
        Self::new(fields.dimensions, fields.inputs, fields.outputs)
    }
}

#[cfg(feature = "serde")]
impl From<Geometry> for Unchecked {
    fn from(geometry: Geometry) -> Self {
        let Geometry {
            dimensions,
            inputs,
            outputs,
        } = geometry;
        Self {
            dimensions,
            inputs,
            outputs,
        }
    }
}

/// Why sizes do not belong together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GeometryError {
    /// There is no input.
    #[error("a network without inputs cannot be tiled")]
    NoInputs,
    /// An index is out of range.
    #[error("{tensor}: axis {axis} refers to {what} {index}, there are {count}")]
    Index {
        /// The name of the tensor.
        tensor: String,
        /// The index of its axis.
        axis: usize,
        /// What is referred to.
        what: &'static str,
        /// The index that does not exist.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// A tensor has two axes of one dimension.
    #[error("{tensor}: two axes belong to dimension {dimension}")]
    RepeatedDimension {
        /// The name of the tensor.
        tensor: String,
        /// The name of the dimension.
        dimension: String,
    },
    /// A number that makes no sense.
    #[error("{tensor}: axis {axis} has {what} {found}, expected {expected}")]
    Number {
        /// The name of the tensor.
        tensor: String,
        /// The index of its axis.
        axis: usize,
        /// Which number it is.
        what: &'static str,
        /// What was found.
        found: i128,
        /// What was expected.
        expected: &'static str,
    },
}

impl Geometry {
    /// Checks and keeps the description of a network.
    ///
    /// # Errors
    ///
    /// [`GeometryError`] names the tensor and the axis that is wrong.
    pub fn new(
        dimensions: Vec<Dimension>,
        inputs: Vec<InputGeometry>,
        outputs: Vec<OutputGeometry>,
    ) -> Result<Self, GeometryError> {
        if inputs.is_empty() {
            return Err(GeometryError::NoInputs);
        }
        let geometry = Self {
            dimensions,
            inputs,
            outputs,
        };
        geometry
            .inputs
            .iter()
            .try_for_each(|input| geometry.check_input(input))?;
        geometry
            .outputs
            .iter()
            .try_for_each(|output| geometry.check_output(output))?;
        Ok(geometry)
    }

    /// The dimensions, by whose index axes refer to them.
    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The inputs in the order of the network.
    #[must_use]
    pub fn inputs(&self) -> &[InputGeometry] {
        &self.inputs
    }

    /// The outputs in the order of the network.
    #[must_use]
    pub fn outputs(&self) -> &[OutputGeometry] {
        &self.outputs
    }

    fn check_input(&self, input: &InputGeometry) -> Result<(), GeometryError> {
        for (at, axis) in input.axes.iter().enumerate() {
            index(
                &input.name,
                at,
                "dimension",
                axis.dimension,
                self.dimensions.len(),
            )?;
            let number = |what, found, least| number(&input.name, at, what, found, least);
            match axis.sizes {
                Sizes::Fixed(size) => number("the size", size, 1)?,
                Sizes::Stepped { min, step } => {
                    number("the smallest size", min, 1)?;
                    number("the step", step, 1)?;
                }
            }
        }
        self.check_repeated(&input.name, input.axes.iter().map(|axis| axis.dimension))
    }

    fn check_output(&self, output: &OutputGeometry) -> Result<(), GeometryError> {
        index(&output.name, 0, "input", output.reference, self.inputs.len())?;
        let reference = &self.inputs[output.reference].axes;
        let mut followed = Vec::new();
        for (at, axis) in output.axes.iter().enumerate() {
            match *axis {
                OutputAxis::New { size } => number(&output.name, at, "the size", size, 1)?,
                OutputAxis::Follows {
                    axis,
                    twice_offset,
                    halo,
                    ..
                } => {
                    index(&output.name, at, "input axis", axis, reference.len())?;
                    number(&output.name, at, "the halo", halo, 0)?;
                    let offset = usize::try_from(twice_offset.unsigned_abs()).unwrap_or(usize::MAX);
                    number(&output.name, at, "the offset, doubled,", offset, 0)?;
                    followed.push(reference[axis].dimension);
                }
            }
        }
        self.check_repeated(&output.name, followed.into_iter())
    }

    fn check_repeated(&self, tensor: &str, found: impl Iterator<Item = usize>) -> Result<(), GeometryError> {
        let mut seen = vec![false; self.dimensions.len()];
        for dimension in found {
            if std::mem::replace(&mut seen[dimension], true) {
                let dimension = self.dimensions[dimension].name.clone();
                return Err(GeometryError::RepeatedDimension {
                    tensor: tensor.to_owned(),
                    dimension,
                });
            }
        }
        Ok(())
    }
}

fn index(
    tensor: &str,
    axis: usize,
    what: &'static str,
    index: usize,
    count: usize,
) -> Result<(), GeometryError> {
    if index < count {
        return Ok(());
    }
    Err(GeometryError::Index {
        tensor: tensor.to_owned(),
        axis,
        what,
        index,
        count,
    })
}

fn number(
    tensor: &str,
    axis: usize,
    what: &'static str,
    found: usize,
    least: usize,
) -> Result<(), GeometryError> {
    if (least..=MAX_SIZE).contains(&found) {
        return Ok(());
    }
    let expected = if least == 0 { "at most 2^40" } else { "1 to 2^40" };
    Err(GeometryError::Number {
        tensor: tensor.to_owned(),
        axis,
        what,
        found: found as i128,
        expected,
    })
}
