//! Weights that are converted to ONNX before a backend for ONNX runs them.

#[cfg(feature = "torchscript")]
mod torchscript;

use crate::{Backend, LoadError, LoadOptions, Runner, WeightsData, WeightsFormat};

/// Whether this build converts weights of that format.
pub(crate) fn is_converted(format: WeightsFormat) -> bool {
    cfg!(feature = "torchscript") && format == WeightsFormat::Torchscript
}

/// Loads weights for which [`is_converted`] holds; `onnx` runs what they become.
#[cfg(feature = "torchscript")]
pub(crate) fn load(
    onnx: impl Backend + 'static,
    _: WeightsFormat,
    data: WeightsData<'_>,
    options: &LoadOptions,
) -> Result<Box<dyn Runner>, LoadError> {
    Ok(Box::new(torchscript::TorchscriptRunner::new(
        onnx, data, options,
    )?))
}

/// No format is converted by this build.
#[cfg(not(feature = "torchscript"))]
pub(crate) fn load(
    _: impl Backend + 'static,
    format: WeightsFormat,
    _: WeightsData<'_>,
    _: &LoadOptions,
) -> Result<Box<dyn Runner>, LoadError> {
    let advice = crate::Advice::without_backend(format);
    Err(crate::LoadErrorKind::UnsupportedFormat { format, advice }.into())
}
