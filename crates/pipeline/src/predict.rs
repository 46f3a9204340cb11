//! Running a sample through the whole pipeline.

use tensor_ops::TensorView;

use crate::builder::Pipeline;
use crate::error::{PipelineError, PipelineErrorKind};
use crate::sample::Sample;

impl Pipeline {
    /// Preprocesses the inputs of a sample, runs the network and postprocesses its outputs.
    ///
    /// Inputs have the axis order of the description. They are cast to the declared type if it can hold
    /// every value; outputs have the declared type by the rules of numpy's `astype`. The batch axis may have
    /// any size; statistics with `mode: per_sample` are those of each item.
    ///
    /// # Errors
    /// If an input is missing, unknown, of a shape that the description does not allow, or has values that
    /// its type cannot hold; if an operation does not fit its tensor; or if the network fails.
    pub fn predict(&mut self, sample: &Sample) -> Result<Sample, PipelineError> {
        let outputs = self.predict_uncast(sample)?;
        let mut cast = Sample::new();
        for (output, (name, tensor)) in self.outputs.iter().zip(outputs) {
            cast.insert(name, tensor.into_cast(output.data_type));
        }
        Ok(cast)
    }

    /// The same before outputs are cast to their declared type.
    pub(crate) fn predict_uncast(&mut self, sample: &Sample) -> Result<Sample, PipelineError> {
        let expected = || {
            self.inputs
                .iter()
                .map(|input| input.name.clone())
                .collect::<Vec<_>>()
        };
        if let Some((name, _)) = sample
            .iter()
            .find(|(name, _)| self.inputs.iter().all(|input| input.name != *name))
        {
            return Err(PipelineErrorKind::UnknownInput {
                name: name.to_owned(),
                expected: expected(),
            }
            .into());
        }
        let mut prepared = Vec::with_capacity(self.inputs.len());
        for (input, port) in self.inputs.iter().zip(&self.runner.signature().inputs) {
            let Some(tensor) = sample.get(&input.name) else {
                let kind = PipelineErrorKind::MissingInput {
                    name: input.name.clone(),
                    expected: expected(),
                };
                return Err(kind.into());
            };
            prepared.push(input.preprocess(tensor, port.data_type)?);
        }
        let views: Vec<TensorView<'_>> = prepared.iter().map(tensor_ops::Tensor::view).collect();
        let results = self
            .runner
            .run(&views)
            .map_err(|error| PipelineError::caused_by(PipelineErrorKind::Run, error))?;
        let mut outputs = Sample::new();
        for (output, result) in self.outputs.iter().zip(results) {
            outputs.insert(output.name.clone(), output.postprocess(result)?);
        }
        Ok(outputs)
    }
}
