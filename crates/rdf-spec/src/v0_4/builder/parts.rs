//! The parts of descriptions that are made in code: what is not said is left out of the description.

use indexmap::IndexMap;

use crate::v0_4::{
    Architecture, Coefficients, DataRange, InputShape, InputTensor, Maintainer, OutputShape, OutputTensor,
    ProcessingStep, StatisticsMode, WeightsEntry,
};
use crate::value::{Axes, DataType, FileSource, TensorName, Version};

impl InputTensor {
    /// An input without description, range and preprocessing.
    #[must_use]
    pub fn new(name: TensorName, axes: Axes, data_type: DataType, shape: InputShape) -> Self {
        Self {
            name,
            description: String::new(),
            axes,
            data_type,
            data_range: None,
            shape,
            preprocessing: Vec::new(),
        }
    }

    /// The same with a description.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// The same with the values that its data may have.
    #[must_use]
    pub fn data_range(mut self, min: f64, max: f64) -> Self {
        self.data_range = Some(DataRange { min, max });
        self
    }

    /// The same with one more operation before the network.
    #[must_use]
    pub fn preprocess(mut self, step: ProcessingStep) -> Self {
        self.preprocessing.push(step);
        self
    }
}

impl OutputTensor {
    /// An output without description, range, halo and postprocessing.
    #[must_use]
    pub fn new(name: TensorName, axes: Axes, data_type: DataType, shape: OutputShape) -> Self {
        Self {
            name,
            description: String::new(),
            axes,
            data_type,
            data_range: None,
            shape,
            halo: Vec::new(),
            postprocessing: Vec::new(),
        }
    }

    /// The same with a description.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// The same with the values that its data may have.
    #[must_use]
    pub fn data_range(mut self, min: f64, max: f64) -> Self {
        self.data_range = Some(DataRange { min, max });
        self
    }

    /// The same with a halo: pixels to cut off on both sides of each axis.
    #[must_use]
    pub fn halo(mut self, halo: Vec<usize>) -> Self {
        self.halo = halo;
        self
    }

    /// The same with one more operation behind the network.
    #[must_use]
    pub fn postprocess(mut self, step: ProcessingStep) -> Self {
        self.postprocessing.push(step);
        self
    }
}

impl OutputShape {
    /// The shape of another tensor with so many axes: scale 1, offset 0.
    #[must_use]
    pub fn same_as(reference_tensor: TensorName, rank: usize) -> Self {
        Self::Implicit {
            reference_tensor,
            scale: vec![Some(1.0); rank],
            offset: vec![0.0; rank],
        }
    }
}

impl From<f64> for Coefficients {
    fn from(number: f64) -> Self {
        Self::Scalar(number)
    }
}

impl From<Vec<f64>> for Coefficients {
    fn from(numbers: Vec<f64>) -> Self {
        Self::List(numbers)
    }
}

/// Operations with the usual arguments. For others (`eps`, a reference tensor) write the variant itself.
impl ProcessingStep {
    /// `x * gain + offset`, the same for all elements; see [`ProcessingStep::ScaleLinear`] for numbers along axes.
    #[must_use]
    pub fn scale_linear(gain: f64, offset: f64) -> Self {
        Self::ScaleLinear {
            axes: None,
            gain: gain.into(),
            offset: offset.into(),
        }
    }

    /// Mean 0 and standard deviation 1 over `axes`, for each index of the other axes; `eps` is 1e-6.
    ///
    /// The mode is not [`StatisticsMode::Fixed`]: see [`ProcessingStep::fixed_zero_mean_unit_variance`].
    #[must_use]
    pub fn zero_mean_unit_variance(mode: StatisticsMode, axes: Axes) -> Self {
        Self::ZeroMeanUnitVariance {
            mode,
            axes: Some(axes),
            mean: None,
            std: None,
            eps: Self::DEFAULT_EPS,
        }
    }

    /// `(x - mean) / (std + 1e-6)` with numbers from the description: one each, or one for each index of the axes
    /// that are not in `axes` (nor batch).
    #[must_use]
    pub fn fixed_zero_mean_unit_variance(
        axes: Axes,
        mean: impl Into<Coefficients>,
        std: impl Into<Coefficients>,
    ) -> Self {
        Self::ZeroMeanUnitVariance {
            mode: StatisticsMode::Fixed,
            axes: Some(axes),
            mean: Some(mean.into()),
            std: Some(std.into()),
            eps: Self::DEFAULT_EPS,
        }
    }

    /// Maps the range between two percentiles (0 to 100) over `axes` to 0..1; `eps` is 1e-6.
    #[must_use]
    pub fn scale_range(mode: StatisticsMode, axes: Axes, min_percentile: f64, max_percentile: f64) -> Self {
        Self::ScaleRange {
            mode,
            axes: Some(axes),
            min_percentile,
            max_percentile,
            eps: Self::DEFAULT_EPS,
            reference_tensor: None,
        }
    }

    /// Gives an output the mean and standard deviation of an input over `axes`; `eps` is 1e-6.
    #[must_use]
    pub fn scale_mean_variance(mode: StatisticsMode, axes: Axes, reference_tensor: TensorName) -> Self {
        Self::ScaleMeanVariance {
            mode,
            axes: Some(axes),
            eps: Self::DEFAULT_EPS,
            reference_tensor,
        }
    }
}

impl Maintainer {
    /// A maintainer of whom only the name at GitHub is known.
    #[must_use]
    pub fn named(github_user: impl Into<String>) -> Self {
        Self {
            github_user: github_user.into(),
            name: None,
            affiliation: None,
            email: None,
            orcid: None,
        }
    }
}

/// Weights with what their format needs. More is set through the fields:
///
/// ```
/// use rdf_spec::{WeightsEntry, WeightsFormat};
///
/// let converted = WeightsEntry {
///     parent: Some(WeightsFormat::PytorchStateDict),
///     ..WeightsEntry::onnx("weights.onnx".parse()?, 17)
/// };
/// assert_eq!(converted.opset_version, Some(17));
/// # Ok::<(), rdf_spec::ValueError>(())
/// ```
impl WeightsEntry {
    /// Weights of which only the file is known.
    #[must_use]
    pub fn new(source: FileSource) -> Self {
        Self {
            source,
            sha256: None,
            authors: Vec::new(),
            attachments: None,
            parent: None,
            dependencies: None,
            opset_version: None,
            pytorch_version: None,
            tensorflow_version: None,
            architecture: None,
            kwargs: IndexMap::new(),
        }
    }

    /// For `onnx`, with the opset: at least 7.
    #[must_use]
    pub fn onnx(source: FileSource, opset_version: i64) -> Self {
        Self {
            opset_version: Some(opset_version),
            ..Self::new(source)
        }
    }

    /// For `torchscript`, with the version of PyTorch.
    #[must_use]
    pub fn torchscript(source: FileSource, pytorch_version: Version) -> Self {
        Self {
            pytorch_version: Some(pytorch_version),
            ..Self::new(source)
        }
    }

    /// For `pytorch_state_dict`, with the Python source of the network and the version of PyTorch.
    #[must_use]
    pub fn pytorch_state_dict(
        source: FileSource,
        architecture: Architecture,
        pytorch_version: Version,
    ) -> Self {
        Self {
            architecture: Some(architecture),
            pytorch_version: Some(pytorch_version),
            ..Self::new(source)
        }
    }

    /// For `keras_hdf5`, `tensorflow_js` and `tensorflow_saved_model_bundle`, with the version of TensorFlow.
    #[must_use]
    pub fn tensorflow(source: FileSource, tensorflow_version: Version) -> Self {
        Self {
            tensorflow_version: Some(tensorflow_version),
            ..Self::new(source)
        }
    }
}
