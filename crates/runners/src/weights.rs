//! The weights formats of the model description and where weights come from.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// A weights format: a key of the field `weights` in model RDF 0.4.
///
/// The list of 0.4 is closed, so this enum is too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WeightsFormat {
    /// `keras_hdf5`: a Keras model in one HDF5 file.
    KerasHdf5,
    /// `onnx`: one ONNX file.
    Onnx,
    /// `pytorch_state_dict`: a state dictionary and the Python source of its architecture.
    PytorchStateDict,
    /// `tensorflow_js`: a zip archive of a TensorFlow.js model.
    TensorflowJs,
    /// `tensorflow_saved_model_bundle`: a zip archive of a TensorFlow `SavedModel`.
    TensorflowSavedModelBundle,
    /// `torchscript`: a TorchScript archive.
    Torchscript,
}

impl WeightsFormat {
    /// Every format, in the alphabetical order of the specification.
    pub const ALL: [WeightsFormat; 6] = [
        WeightsFormat::KerasHdf5,
        WeightsFormat::Onnx,
        WeightsFormat::PytorchStateDict,
        WeightsFormat::TensorflowJs,
        WeightsFormat::TensorflowSavedModelBundle,
        WeightsFormat::Torchscript,
    ];

    /// The key of the specification.
    ///
    /// ```
    /// use runners::WeightsFormat;
    /// assert_eq!(WeightsFormat::KerasHdf5.name(), "keras_hdf5");
    /// assert_eq!("onnx".parse(), Ok(WeightsFormat::Onnx));
    /// ```
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            WeightsFormat::KerasHdf5 => "keras_hdf5",
            WeightsFormat::Onnx => "onnx",
            WeightsFormat::PytorchStateDict => "pytorch_state_dict",
            WeightsFormat::TensorflowJs => "tensorflow_js",
            WeightsFormat::TensorflowSavedModelBundle => "tensorflow_saved_model_bundle",
            WeightsFormat::Torchscript => "torchscript",
        }
    }
}

impl fmt::Display for WeightsFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that is no key of `weights` in model RDF 0.4.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{found}` is no weights format: expected one of keras_hdf5, onnx, pytorch_state_dict, tensorflow_js, \
     tensorflow_saved_model_bundle, torchscript"
)]
pub struct UnknownWeightsFormat {
    found: String,
}

impl UnknownWeightsFormat {
    /// The text that was found.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl FromStr for WeightsFormat {
    type Err = UnknownWeightsFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == text)
            .ok_or_else(|| UnknownWeightsFormat {
                found: text.to_owned(),
            })
    }
}

/// Where the weights are.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum WeightsData<'a> {
    /// The content of the weights file, in memory.
    Bytes(&'a [u8]),
    /// The path of the weights file.
    File(&'a Path),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for format in WeightsFormat::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_list() {
        let error = "pytorch_script".parse::<WeightsFormat>().unwrap_err();
        assert_eq!(error.found(), "pytorch_script");
        let message = error.to_string();
        for format in WeightsFormat::ALL {
            assert!(message.contains(format.name()), "{message}");
        }
    }
}
