//! Described shapes as the geometry of tiles: letters become dimensions, floating-point scales become ratios.

use rdf_spec::{Axis, InputShape, InputTensor, OutputShape, OutputTensor};
use thiserror::Error;
use tiling::{
    Dimension, Extent, Geometry, GeometryError, InputAxis, InputGeometry, OutputAxis, OutputGeometry, Scale,
    Sizes,
};

/// Why the description does not say how sizes belong together.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum GeometryProblem {
    /// A scale that is no ratio of integers.
    #[error(
        "the scale {scale} of `{output}` along `{axis}` is no ratio of small integers; give all its digits"
    )]
    Scale {
        /// The output.
        output: String,
        /// The letter of the axis.
        axis: char,
        /// The scale.
        scale: f64,
    },
    /// An offset that is not a multiple of 1/2, or a size that is not whole.
    #[error("the offset of `{output}` along `{axis}` gives no whole number of elements")]
    Offset {
        /// The output.
        output: String,
        /// The letter of the axis.
        axis: char,
    },
    /// The chain of reference tensors does not lead to an input.
    #[error("the shape of `{output}` refers to `{reference}`, which does not lead to an input")]
    Reference {
        /// The output.
        output: String,
        /// What it refers to.
        reference: String,
    },
    /// Lists of another length than there are axes.
    #[error("`{tensor}` has {axes} axes and a shape of {shape} numbers")]
    Length {
        /// The tensor.
        tensor: String,
        /// The number of axes.
        axes: usize,
        /// The length of the shape.
        shape: usize,
    },
    /// The rules of [`Geometry`] are not met.
    #[error(transparent)]
    Inconsistent(#[from] GeometryError),
}

/// A geometry and the letters of its dimensions.
#[derive(Clone, Debug)]
pub(crate) struct TileGeometry {
    pub(crate) geometry: Geometry,
    pub(crate) letters: Vec<char>,
}

impl TileGeometry {
    /// Translates the shapes of a model.
    ///
    /// Axes with the same letter are one dimension. A batch may have any size; channels and indices are neither cut nor
    /// padded. An output axis follows the axis of its reference tensor with the same letter if both tensors have the same
    /// letters (but for those that the output adds), otherwise the one at its position: the specification counts positions, and
    /// means letters. A scale of zero is an axis of `2 * offset` elements.
    ///
    /// Outputs with an explicit shape follow the input that shares most letters with them, if its shape is explicit, too:
    /// with scale 1 if sizes are equal, with their ratio if one divides the other, otherwise with scale 1 and an offset.
    pub(crate) fn of(inputs: &[InputTensor], outputs: &[OutputTensor]) -> Result<Self, GeometryProblem> {
        let mut letters = Vec::new();
        for axis in inputs.iter().flat_map(|input| input.axes.iter()) {
            if !letters.contains(&axis.letter()) {
                letters.push(axis.letter());
            }
        }
        let dimension = |letter: &char| Dimension {
            name: letter.to_string(),
            extent: if is_tiled(*letter) {
                Extent::Tiled
            } else {
                Extent::Whole
            },
        };
        let geometry = Geometry::new(
            letters.iter().map(dimension).collect(),
            inputs
                .iter()
                .map(|input| input_geometry(input, &letters))
                .collect::<Result<_, _>>()?,
            outputs
                .iter()
                .map(|output| output_geometry(output, inputs, outputs))
                .collect::<Result<_, _>>()?,
        )?;
        Ok(Self { geometry, letters })
    }

    /// The index of a dimension.
    pub(crate) fn dimension(&self, letter: char) -> Option<usize> {
        self.letters.iter().position(|&own| own == letter)
    }
}

/// Whether axes of this letter may be cut.
fn is_tiled(letter: char) -> bool {
    matches!(letter, 'b' | 't' | 'z' | 'y' | 'x')
}

fn input_geometry(input: &InputTensor, letters: &[char]) -> Result<InputGeometry, GeometryProblem> {
    let name = input.name.as_str().to_owned();
    let minimum = input.shape.minimum();
    check_length(&name, input.axes.len(), minimum.len())?;
    let mut axes = Vec::with_capacity(minimum.len());
    for (at, (axis, &min)) in input.axes.iter().zip(minimum).enumerate() {
        let step = match &input.shape {
            InputShape::Explicit(_) => 0,
            InputShape::Parametrized { step, .. } => step.get(at).copied().unwrap_or(0),
        };
        let sizes = match step {
            _ if axis == Axis::Batch => Sizes::Stepped { min: 1, step: 1 },
            0 => Sizes::Fixed(min),
            step => Sizes::Stepped {
                min: min.max(1),
                step,
            },
        };
        let dimension = letters
            .iter()
            .position(|&letter| letter == axis.letter())
            .unwrap_or(0);
        axes.push(InputAxis { dimension, sizes });
    }
    Ok(InputGeometry { name, axes })
}

fn check_length(tensor: &str, axes: usize, shape: usize) -> Result<(), GeometryProblem> {
    if axes == shape {
        return Ok(());
    }
    Err(GeometryProblem::Length {
        tensor: tensor.to_owned(),
        axes,
        shape,
    })
}

fn output_geometry(
    output: &OutputTensor,
    inputs: &[InputTensor],
    outputs: &[OutputTensor],
) -> Result<OutputGeometry, GeometryProblem> {
    let name = output.name.as_str().to_owned();
    check_length(&name, output.axes.len(), output.shape.rank())?;
    let (reference, mut axes) = follow(output, inputs, outputs, outputs.len())?;
    for (at, (axis, found)) in output.axes.iter().zip(&mut axes).enumerate() {
        if let OutputAxis::Follows { halo, .. } = found {
            // Items of a batch do not see each other, whatever is said of a halo.
            *halo = if axis == Axis::Batch {
                0
            } else {
                output.halo.get(at).copied().unwrap_or(0)
            };
        }
    }
    Ok(OutputGeometry {
        name,
        reference,
        axes,
    })
}

/// The input that an output follows in the end, and how its axes do. `depth` bounds the chain of references.
fn follow(
    output: &OutputTensor,
    inputs: &[InputTensor],
    outputs: &[OutputTensor],
    depth: usize,
) -> Result<(usize, Vec<OutputAxis>), GeometryProblem> {
    let (reference, scales, offsets) = match &output.shape {
        OutputShape::Explicit(shape) => return Ok(explicit(output, shape, inputs)),
        OutputShape::Implicit {
            reference_tensor,
            scale,
            offset,
        } => (reference_tensor, scale, offset),
    };
    let lost = || GeometryProblem::Reference {
        output: output.name.as_str().to_owned(),
        reference: reference.as_str().to_owned(),
    };
    // How the axes of the reference follow the input: each by itself where it is the input.
    let (input, letters, known) = match inputs.iter().position(|input| input.name == *reference) {
        Some(input) => {
            let letters: Vec<char> = inputs[input].axes.iter().map(Axis::letter).collect();
            let follows = |axis| OutputAxis::Follows {
                axis,
                scale: Scale::ONE,
                twice_offset: 0,
                halo: 0,
            };
            let known: Vec<OutputAxis> = (0..letters.len()).map(follows).collect();
            (input, letters, known)
        }
        None => {
            let other = outputs
                .iter()
                .find(|other| other.name == *reference)
                .ok_or_else(lost)?;
            let (input, known) = match depth {
                0 => return Err(lost()),
                depth => follow(other, inputs, outputs, depth - 1)?,
            };
            (input, other.axes.iter().map(Axis::letter).collect(), known)
        }
    };
    let places = places(output, scales, &letters);
    let mut axes = Vec::with_capacity(scales.len());
    for (at, (axis, place)) in output.axes.iter().zip(places).enumerate() {
        let letter = axis.letter();
        let no_offset = || GeometryProblem::Offset {
            output: output.name.as_str().to_owned(),
            axis: letter,
        };
        let twice_offset = whole(2.0 * offsets.get(at).copied().unwrap_or(0.0)).ok_or_else(no_offset)?;
        let scale = scales.get(at).copied().flatten().unwrap_or(0.0);
        let new = || {
            usize::try_from(twice_offset)
                .map(|size| OutputAxis::New { size })
                .map_err(|_| no_offset())
        };
        if scale == 0.0 {
            axes.push(new()?);
            continue;
        }
        let scale = Scale::from_f64(scale).map_err(|_| GeometryProblem::Scale {
            output: output.name.as_str().to_owned(),
            axis: letter,
            scale,
        })?;
        let known = place.and_then(|place| known.get(place)).ok_or_else(lost)?;
        axes.push(combine(*known, scale, twice_offset).ok_or_else(no_offset)?);
    }
    Ok((input, axes))
}

/// For each axis of the output, the axis of the reference tensor that its scale belongs to.
fn places(output: &OutputTensor, scales: &[Option<f64>], reference: &[char]) -> Vec<Option<usize>> {
    let scaled: Vec<char> = output
        .axes
        .iter()
        .zip(scales)
        .filter(|(_, scale)| scale.is_some())
        .map(|(axis, _)| axis.letter())
        .collect();
    let same_letters =
        scaled.len() == reference.len() && scaled.iter().all(|letter| reference.contains(letter));
    let mut next = 0;
    output
        .axes
        .iter()
        .zip(scales)
        .map(|(axis, scale)| {
            scale.as_ref()?;
            let position = next;
            next += 1;
            if same_letters {
                reference.iter().position(|&letter| letter == axis.letter())
            } else {
                Some(position)
            }
        })
        .collect()
}

/// `scale * (known) + twice_offset`, where `known` says how the reference follows the input.
fn combine(known: OutputAxis, scale: Scale, twice_offset: i64) -> Option<OutputAxis> {
    let scaled = |value: i64| {
        let product = value.checked_mul(scale.numerator().into())?;
        let denominator = i64::from(scale.denominator());
        (product % denominator == 0)
            .then_some(product / denominator)?
            .checked_add(twice_offset)
    };
    match known {
        OutputAxis::New { size } => {
            let size = usize::try_from(scaled(i64::try_from(size).ok()?)?).ok()?;
            Some(OutputAxis::New { size })
        }
        OutputAxis::Follows {
            axis,
            scale: first,
            twice_offset: before,
            ..
        } => {
            let product = |a: u32, b: u32| a.checked_mul(b);
            let scale = Scale::new(
                product(first.numerator(), scale.numerator())?,
                product(first.denominator(), scale.denominator())?,
            );
            Some(OutputAxis::Follows {
                axis,
                scale: scale.ok()?,
                twice_offset: scaled(before)?,
                halo: 0,
            })
        }
    }
}

fn whole(value: f64) -> Option<i64> {
    let rounded = value.round();
    // Numbers of this size are exact in both types.
    #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
    (rounded == value && rounded.abs() < 9e15).then_some(rounded as i64)
}

/// The input that an output of explicit shape follows, and how.
fn explicit(output: &OutputTensor, shape: &[usize], inputs: &[InputTensor]) -> (usize, Vec<OutputAxis>) {
    let shared = |input: &InputTensor| {
        output
            .axes
            .iter()
            .filter(|axis| input.axes.contains(*axis))
            .count()
    };
    // The first one of those that share most letters.
    let reference = (0..inputs.len())
        .rev()
        .max_by_key(|&at| shared(&inputs[at]))
        .unwrap_or(0);
    let axis = |(axis, &size): (Axis, &usize)| {
        let follows = |axis, scale, twice_offset| OutputAxis::Follows {
            axis,
            scale,
            twice_offset,
            halo: 0,
        };
        let new = OutputAxis::New { size };
        let Some(input) = inputs.get(reference) else {
            return new;
        };
        let Some(place) = input.axes.position(axis) else {
            return new;
        };
        if axis == Axis::Batch {
            return follows(place, Scale::ONE, 0);
        }
        let InputShape::Explicit(sizes) = &input.shape else {
            return new;
        };
        let Some(&before) = sizes.get(place) else {
            return new;
        };
        if !is_tiled(axis.letter()) || before == 0 || size == 0 {
            return new;
        }
        let part = |value: usize| u32::try_from(value).ok();
        let ratio = if before % size == 0 || size % before == 0 {
            part(size)
                .zip(part(before))
                .and_then(|(size, before)| Scale::new(size, before).ok())
        } else {
            None
        };
        let growth = i64::try_from(size).ok().zip(i64::try_from(before).ok());
        match (ratio, growth) {
            (Some(scale), _) => follows(place, scale, 0),
            (None, Some((size, before))) => follows(place, Scale::ONE, size - before),
            (None, None) => new,
        }
    };
    (reference, output.axes.iter().zip(shape).map(axis).collect())
}
