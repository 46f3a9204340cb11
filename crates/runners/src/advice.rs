//! What would run a weights format.

use std::fmt;

use crate::WeightsFormat;

/// The answer to "how can I run this weights format?", see [`Backends::advice`](crate::Backends::advice).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// A backend at hand runs the format.
    UseBackend {
        /// The format that was asked about.
        format: WeightsFormat,
        /// The name of the preferred backend.
        backend: &'static str,
    },
    /// A backend of this version runs the format, but it is not at hand: not compiled in, or left out of the list.
    EnableFeature {
        /// The format that was asked about.
        format: WeightsFormat,
        /// The cargo feature that compiles the backend in, which is also the name of the backend.
        feature: &'static str,
    },
    /// No backend of this version runs the format.
    NoBackend {
        /// The format that was asked about.
        format: WeightsFormat,
    },
}

impl Advice {
    /// What the backends of this version, compiled in or not, would do for `format`.
    pub(crate) fn without_backend(format: WeightsFormat) -> Self {
        match format {
            WeightsFormat::Onnx => Advice::EnableFeature {
                format,
                feature: "tract",
            },
            WeightsFormat::PytorchStateDict => Advice::EnableFeature {
                format,
                feature: "python",
            },
            WeightsFormat::Torchscript => Advice::EnableFeature {
                format,
                feature: "torchscript",
            },
            WeightsFormat::TensorflowSavedModelBundle => Advice::EnableFeature {
                format,
                feature: "tensorflow",
            },
            WeightsFormat::TensorflowJs => Advice::EnableFeature {
                format,
                feature: "tfjs",
            },
            WeightsFormat::KerasHdf5 => Advice::EnableFeature {
                format,
                feature: "keras",
            },
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Advice::UseBackend { format, backend } => write!(f, "the backend {backend} runs {format}"),
            Advice::EnableFeature {
                format,
                feature: feature @ "python",
            } => write!(
                f,
                "the backend {feature} runs {format} with the Python source of the package; it is not among the backends \
                 at hand, since that is somebody's program: it has to be allowed, in a build with the cargo feature \
                 `{feature}`"
            ),
            Advice::EnableFeature { format, feature } => write!(
                f,
                "the backend {feature} runs {format}; it is not among the backends at hand, build with the cargo feature \
                 `{feature}`"
            ),
            Advice::NoBackend { format } => write!(
                f,
                "no backend of this version runs {format}; export the network to onnx and add those weights to the model"
            ),
        }
    }
}
