//! Changing the size of spatial axes by interpolation. Layout: (batch, channel, space...).

use super::{Attribute, Graph, GraphError, TensorRef, signed};
use crate::tensor::{ScalarType, TensorData};

/// How a value between elements is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interpolation {
    /// linear along each spatial axis
    Linear,
    /// cubic convolution along each spatial axis; holds the parameter `a` of Keys (1981) times -100
    Cubic {
        /// -100 `a`: 75 in `PyTorch` and OpenCV, 50 in TensorFlow
        hundredths: u8,
    },
}

/// Where an element of the result lies on the axis of the input; `s` is the factor by which the axis grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coordinates {
    /// centres of elements at half-integers: `(i + 0.5) / s - 0.5`
    HalfPixel,
    /// first and last elements of both axes coincide
    AlignCorners,
    /// the first elements coincide: `i / s`
    Asymmetric,
}

/// By how much the axes grow.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ResizeTo {
    /// new lengths of the spatial axes; the factors are new length / old length
    Lengths(Vec<usize>),
    /// factors, with the new lengths that belong to them
    Factors(Vec<f32>, Vec<usize>),
}

impl Coordinates {
    fn name(self) -> &'static str {
        match self {
            Self::HalfPixel => "half_pixel",
            Self::AlignCorners => "align_corners",
            Self::Asymmetric => "asymmetric",
        }
    }
}

impl Graph {
    /// Resizes the spatial axes by interpolation. Beyond the borders the border element counts.
    ///
    /// # Errors
    /// When there is not one length a spatial axis, or a length is zero.
    pub(crate) fn resize(
        &mut self,
        x: &TensorRef,
        target: &ResizeTo,
        interpolation: Interpolation,
        coordinates: Coordinates,
    ) -> Result<TensorRef, GraphError> {
        let shape = self.resized_shape(x, target)?;
        let (mode, cubic) = match interpolation {
            Interpolation::Linear => ("linear", None),
            Interpolation::Cubic { hundredths } => ("cubic", Some(f32::from(hundredths) / -100.0)),
        };
        let mut attributes = vec![
            ("mode", Attribute::Text(mode)),
            (
                "coordinate_transformation_mode",
                Attribute::Text(coordinates.name()),
            ),
        ];
        attributes.extend(cubic.map(|value| ("cubic_coeff_a", Attribute::Float(value))));
        self.add_resize(x, target, attributes, shape)
    }

    /// Repeats each element of the spatial axes a whole number of times.
    ///
    /// # Errors
    /// When there is not one factor a spatial axis.
    pub(crate) fn repeat_elements(
        &mut self,
        x: &TensorRef,
        factors: &[usize],
    ) -> Result<TensorRef, GraphError> {
        let lengths: Option<Vec<usize>> = x
            .shape
            .iter()
            .skip(2)
            .zip(factors)
            .map(|(&length, &factor)| length.checked_mul(factor))
            .collect();
        let lengths = lengths.unwrap_or_default();
        let target = ResizeTo::Factors(factors.iter().map(|&factor| factor as f32).collect(), lengths);
        let shape = self.resized_shape(x, &target)?;
        let attributes = vec![
            ("mode", Attribute::Text("nearest")),
            ("coordinate_transformation_mode", Attribute::Text("asymmetric")),
            ("nearest_mode", Attribute::Text("floor")),
        ];
        self.add_resize(x, &target, attributes, shape)
    }

    fn resized_shape(&self, x: &TensorRef, target: &ResizeTo) -> Result<Vec<usize>, GraphError> {
        let lengths = match target {
            ResizeTo::Lengths(lengths) | ResizeTo::Factors(_, lengths) => lengths,
        };
        if x.rank() < 3 || lengths.len() != x.rank() - 2 || lengths.contains(&0) || x.shape[2..].contains(&0)
        {
            return Err(GraphError::invalid(
                "Resize",
                format!("shape {:?} cannot get the spatial lengths {lengths:?}", x.shape),
            ));
        }
        let mut shape = x.shape[..2].to_vec();
        shape.extend(lengths);
        Ok(shape)
    }

    fn add_resize(
        &mut self,
        x: &TensorRef,
        target: &ResizeTo,
        attributes: Vec<(&'static str, Attribute)>,
        shape: Vec<usize>,
    ) -> Result<TensorRef, GraphError> {
        if shape == x.shape && matches!(target, ResizeTo::Lengths(_)) {
            return Ok(x.clone());
        }
        let outputs = vec![(x.dtype, shape.clone())];
        let mut results = match target {
            ResizeTo::Lengths(_) => {
                let lengths: Vec<i64> = shape.iter().map(|&length| signed(length)).collect();
                let lengths = self.integers(&lengths);
                self.add_node(
                    "Resize",
                    &[Some(x), None, None, Some(&lengths)],
                    attributes,
                    outputs,
                )?
            }
            ResizeTo::Factors(factors, _) => {
                let all: Vec<f64> = [1.0, 1.0]
                    .into_iter()
                    .chain(factors.iter().map(|&factor| f64::from(factor)))
                    .collect();
                let all = TensorData::from_f64(ScalarType::Float32, &[all.len()], &all)?;
                let all = self.constant(all, "constant");
                self.add_node("Resize", &[Some(x), None, Some(&all)], attributes, outputs)?
            }
        };
        results
            .pop()
            .ok_or_else(|| GraphError::invalid("Resize", "has no output"))
    }
}
