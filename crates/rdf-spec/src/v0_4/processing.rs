//! Operations on the data before and after the network.

mod read;

pub(super) use read::{Stage, read_steps};

use crate::value::{Axes, TensorName};

/// Where the statistics of an operation come from (argument `mode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatisticsMode {
    /// They are written in the description.
    Fixed,
    /// Those of the tensor at hand.
    PerSample,
    /// Those of a whole dataset.
    PerDataset,
}

impl StatisticsMode {
    /// The name: `per_sample`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::PerSample => "per_sample",
            Self::PerDataset => "per_dataset",
        }
    }
}

/// One number for all, or a list of numbers along the axes that an operation does not take together.
#[derive(Clone, Debug, PartialEq)]
pub enum Coefficients {
    /// One number for all elements.
    Scalar(f64),
    /// One number for each index of the axes that are not named in `axes` (nor batch), in tensor order.
    List(Vec<f64>),
}

impl Coefficients {
    /// The numbers.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        match self {
            Self::Scalar(value) => std::slice::from_ref(value),
            Self::List(values) => values,
        }
    }
}

/// One operation with its arguments (fields `preprocessing`, `postprocessing`).
///
/// `axes` are those that are taken together: statistics are measured, and numbers apply, for each
/// index of the other axes. `None` means that the description names none.
#[derive(Clone, Debug, PartialEq)]
pub enum ProcessingStep {
    /// 1 where the value is larger than the threshold, 0 elsewhere.
    Binarize {
        /// The threshold.
        threshold: f64,
    },
    /// Limits the values.
    Clip {
        /// The smallest value.
        min: f64,
        /// The largest value.
        max: f64,
    },
    /// `x * gain + offset`.
    ScaleLinear {
        /// The axes that are scaled together.
        axes: Option<Axes>,
        /// The factor; 1 if the description has none.
        gain: Coefficients,
        /// The summand; 0 if the description has none.
        offset: Coefficients,
    },
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// `(x - mean) / (std + eps)`.
    ZeroMeanUnitVariance {
        /// Where mean and standard deviation come from.
        mode: StatisticsMode,
        /// The axes that are normalised together.
        axes: Option<Axes>,
        /// The mean, for [`StatisticsMode::Fixed`].
        mean: Option<Coefficients>,
        /// The standard deviation, for [`StatisticsMode::Fixed`].
        std: Option<Coefficients>,
        /// Added to the standard deviation.
        eps: f64,
    },
    /// `(x - low) / (high - low + eps)` with percentiles `low` and `high`.
    ScaleRange {
        /// Where the percentiles come from.
        mode: StatisticsMode,
        /// The axes that are normalised together.
        axes: Option<Axes>,
        /// The lower percentile, 0 to 100.
        min_percentile: f64,
        /// The upper percentile, 0 to 100.
        max_percentile: f64,
        /// Added to the range.
        eps: f64,
        /// The tensor whose percentiles are taken; the tensor itself if there is none.
        reference_tensor: Option<TensorName>,
    },
    /// Gives the tensor the mean and standard deviation of another one; only after the network.
    ScaleMeanVariance {
        /// Where the statistics come from.
        mode: StatisticsMode,
        /// The axes that are normalised together.
        axes: Option<Axes>,
        /// Added to both standard deviations.
        eps: f64,
        /// The tensor whose statistics are taken.
        reference_tensor: TensorName,
    },
}

impl ProcessingStep {
    /// What readers assume for the argument `eps`.
    pub const DEFAULT_EPS: f64 = 1e-6;

    /// The name of the operation in the format.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Binarize { .. } => "binarize",
            Self::Clip { .. } => "clip",
            Self::ScaleLinear { .. } => "scale_linear",
            Self::Sigmoid => "sigmoid",
            Self::ZeroMeanUnitVariance { .. } => "zero_mean_unit_variance",
            Self::ScaleRange { .. } => "scale_range",
            Self::ScaleMeanVariance { .. } => "scale_mean_variance",
        }
    }

    /// The argument `axes`.
    #[must_use]
    pub fn axes(&self) -> Option<&Axes> {
        match self {
            Self::ScaleLinear { axes, .. }
            | Self::ZeroMeanUnitVariance { axes, .. }
            | Self::ScaleRange { axes, .. }
            | Self::ScaleMeanVariance { axes, .. } => axes.as_ref(),
            Self::Binarize { .. } | Self::Clip { .. } | Self::Sigmoid => None,
        }
    }

    /// The argument `reference_tensor`.
    #[must_use]
    pub fn reference_tensor(&self) -> Option<&TensorName> {
        match self {
            Self::ScaleRange { reference_tensor, .. } => reference_tensor.as_ref(),
            Self::ScaleMeanVariance { reference_tensor, .. } => Some(reference_tensor),
            _ => None,
        }
    }
}
