//! Weights formats.

use rdf_spec::{Network, WeightsFormat as Described};
use runners::{Port, Signature, WeightsFormat};

/// What the description says about the tensors of the network, for formats that do not say it themselves. The element
/// types of the description are those before preprocessing and after postprocessing, so the network's stay open.
pub(crate) fn described_ports(model: &Network) -> Signature {
    let port = |name: &str, axes: &rdf_spec::Axes| Port::new(name, None, vec![None; axes.as_str().len()]);
    Signature {
        inputs: model
            .inputs
            .iter()
            .map(|tensor| port(tensor.name.as_str(), &tensor.axes))
            .collect(),
        outputs: model
            .outputs
            .iter()
            .map(|tensor| port(tensor.name.as_str(), &tensor.axes))
            .collect(),
    }
}

/// The format of a description in the words of `runners`.
pub(crate) fn format(described: Described) -> WeightsFormat {
    match described {
        Described::KerasHdf5 => WeightsFormat::KerasHdf5,
        Described::Onnx => WeightsFormat::Onnx,
        Described::PytorchStateDict => WeightsFormat::PytorchStateDict,
        Described::TensorflowJs => WeightsFormat::TensorflowJs,
        Described::TensorflowSavedModelBundle => WeightsFormat::TensorflowSavedModelBundle,
        Described::Torchscript => WeightsFormat::Torchscript,
    }
}

/// The reverse of [`format`].
pub(crate) fn described(format: WeightsFormat) -> Described {
    match format {
        WeightsFormat::KerasHdf5 => Described::KerasHdf5,
        WeightsFormat::Onnx => Described::Onnx,
        WeightsFormat::PytorchStateDict => Described::PytorchStateDict,
        WeightsFormat::TensorflowJs => Described::TensorflowJs,
        WeightsFormat::TensorflowSavedModelBundle => Described::TensorflowSavedModelBundle,
        WeightsFormat::Torchscript => Described::Torchscript,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_crates_know_the_same_formats() {
        for own in WeightsFormat::ALL {
            assert_eq!(format(described(own)), own);
            assert_eq!(described(own).name(), own.name());
        }
        assert_eq!(Described::ALL.len(), WeightsFormat::ALL.len());
    }
}
