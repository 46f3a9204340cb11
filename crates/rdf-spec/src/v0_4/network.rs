//! What is needed to run a model.

use super::model::ModelRdf;
use super::tensor::{InputTensor, OutputTensor};
use super::weights::Weights;
use crate::value::FileSource;

/// The parts of a model description that running the model takes.
///
/// They can often be read where the whole description cannot: a missing licence or a mistyped ORCID iD is an error,
/// but keeps nobody from running the network. See [`Parsed::network`](crate::Parsed::network).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Network {
    /// Inputs of the network, all of them.
    pub inputs: Vec<InputTensor>,
    /// Outputs of the network, all of them.
    pub outputs: Vec<OutputTensor>,
    /// The weights that can be read: those of other formats are left out.
    pub weights: Weights,
    /// The test inputs, empty if they cannot be read.
    pub test_inputs: Vec<FileSource>,
    /// The test outputs, empty if they cannot be read.
    pub test_outputs: Vec<FileSource>,
}

impl From<&ModelRdf> for Network {
    fn from(model: &ModelRdf) -> Self {
        Self {
            inputs: model.inputs.clone(),
            outputs: model.outputs.clone(),
            weights: model.weights.clone(),
            test_inputs: model.test_inputs.clone(),
            test_outputs: model.test_outputs.clone(),
        }
    }
}
