//! Weights formats.

use rdf_spec::{Network, OutputShape, OutputTensor, Package, WeightsFormat as Described};
use runners::{Port, SavedModelChoice, Signature, WeightsFormat};

/// What the description says about the tensors of the network, for formats that do not say it themselves. The element
/// types of the description are those before preprocessing and after postprocessing, so the network's stay open.
pub(crate) fn described_ports(model: &Network) -> Signature {
    let port = |name: &str, lengths: Vec<Option<usize>>| Port::new(name, None, lengths);
    let open = |axes: &rdf_spec::Axes| vec![None; axes.as_str().len()];
    Signature {
        inputs: model
            .inputs
            .iter()
            .map(|tensor| port(tensor.name.as_str(), open(&tensor.axes)))
            .collect(),
        outputs: model
            .outputs
            .iter()
            .map(|tensor| port(tensor.name.as_str(), output_lengths(tensor)))
            .collect(),
    }
}

/// The lengths of an output that do not depend on its inputs; they tell outputs apart that no name tells apart.
fn output_lengths(tensor: &OutputTensor) -> Vec<Option<usize>> {
    let axes = tensor.axes.as_str().chars();
    let length = |(at, axis): (usize, char)| match &tensor.shape {
        // what is described of the batch axis is a placeholder
        _ if axis == 'b' => None,
        OutputShape::Explicit(shape) => shape.get(at).copied(),
        OutputShape::Implicit { scale, offset, .. } => {
            let fixed = scale.get(at)?.is_none_or(|scale| scale == 0.0);
            let length = 2.0 * offset.get(at)?;
            (fixed && length.fract() == 0.0 && (1.0..1e9).contains(&length)).then_some(length as usize)
        }
    };
    axes.enumerate().map(length).collect()
}

/// The graph and signature of a `SavedModel` bundle that the description names for deepImageJ, below
/// `config.deepimagej.model_keys`: constants of TensorFlow by their names in Python, or texts.
pub(crate) fn saved_model_choice(package: &Package) -> SavedModelChoice {
    let keys = package.parsed().document().and_then(|document| {
        let config = document.root().as_mapping()?.get("config")?;
        let tool = config.as_mapping()?.get("deepimagej")?;
        tool.as_mapping()?.get("model_keys")?.as_mapping()
    });
    let text = |name: &str| {
        let text = keys?.get(name)?.as_str()?;
        (!text.is_empty()).then_some(text)
    };
    let constant = |text: &str, known: &[(&str, &str)]| {
        let name = text.rsplit('.').next().unwrap_or(text);
        let found = known.iter().find(|(constant, _)| *constant == name);
        found.map_or_else(|| text.to_owned(), |(_, value)| (*value).to_owned())
    };
    SavedModelChoice {
        tag: text("model_tag").map(|tag| constant(tag, TAGS)),
        signature: text("signature_definition").map(|key| constant(key, SIGNATURES)),
    }
}

/// Constants of `tf.saved_model` in Python.
const TAGS: &[(&str, &str)] = &[
    ("SERVING", "serve"),
    ("TRAINING", "train"),
    ("GPU", "gpu"),
    ("TPU", "tpu"),
];
const SIGNATURES: &[(&str, &str)] = &[("DEFAULT_SERVING_SIGNATURE_DEF_KEY", "serving_default")];

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
