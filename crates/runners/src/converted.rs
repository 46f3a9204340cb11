//! Weights that are converted to ONNX before a backend for ONNX runs them.

#[cfg(feature = "keras")]
mod keras;
#[cfg(any(
    feature = "keras",
    feature = "tensorflow",
    feature = "tfjs",
    feature = "torchscript"
))]
mod network;
#[cfg(any(
    feature = "keras",
    feature = "tensorflow",
    feature = "tfjs",
    feature = "torchscript"
))]
mod stored;
#[cfg(any(feature = "tensorflow", feature = "tfjs"))]
mod tensorflow;
#[cfg(feature = "torchscript")]
mod torchscript;

use crate::{Backend, LoadError, LoadErrorKind, LoadOptions, Runner, WeightsData, WeightsFormat};

/// Whether this build converts weights of that format.
pub(crate) fn is_converted(format: WeightsFormat) -> bool {
    match format {
        WeightsFormat::Torchscript => cfg!(feature = "torchscript"),
        WeightsFormat::TensorflowSavedModelBundle => cfg!(feature = "tensorflow"),
        WeightsFormat::TensorflowJs => cfg!(feature = "tfjs"),
        WeightsFormat::KerasHdf5 => cfg!(feature = "keras"),
        WeightsFormat::Onnx | WeightsFormat::PytorchStateDict => false,
    }
}

/// Loads weights for which [`is_converted`] holds; `onnx` runs what they become.
#[cfg_attr(
    not(any(
        feature = "keras",
        feature = "tensorflow",
        feature = "tfjs",
        feature = "torchscript"
    )),
    allow(unused_variables)
)]
pub(crate) fn load(
    onnx: impl Backend + 'static,
    format: WeightsFormat,
    data: WeightsData<'_>,
    options: &LoadOptions,
) -> Result<Box<dyn Runner>, LoadError> {
    match format {
        #[cfg(feature = "torchscript")]
        WeightsFormat::Torchscript => {
            let converter = torchscript::Torchscript::open(data)?;
            Ok(Box::new(network::ConvertingRunner::new(
                onnx, converter, options,
            )?))
        }
        #[cfg(feature = "tensorflow")]
        WeightsFormat::TensorflowSavedModelBundle => {
            let converter = tensorflow::Graph::saved_model(data, &options.saved_model)?;
            Ok(Box::new(network::ConvertingRunner::new(
                onnx, converter, options,
            )?))
        }
        #[cfg(feature = "keras")]
        WeightsFormat::KerasHdf5 => {
            let converter = keras::Keras::open(data)?;
            Ok(Box::new(network::ConvertingRunner::new(
                onnx, converter, options,
            )?))
        }
        #[cfg(feature = "tfjs")]
        WeightsFormat::TensorflowJs => {
            let converter = tensorflow::Graph::tfjs(data)?;
            Ok(Box::new(network::ConvertingRunner::new(
                onnx, converter, options,
            )?))
        }
        _ => {
            let advice = crate::Advice::without_backend(format);
            Err(LoadErrorKind::UnsupportedFormat { format, advice }.into())
        }
    }
}

/// What a look at the weights found.
#[cfg(any(
    feature = "keras",
    feature = "tensorflow",
    feature = "tfjs",
    feature = "torchscript"
))]
fn malformed(format: WeightsFormat, error: &dyn std::error::Error) -> LoadError {
    LoadErrorKind::Malformed {
        format,
        detail: error.to_string(),
    }
    .into()
}
